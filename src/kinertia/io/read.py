"""One way in: any supported recording to a :class:`~kinertia.recording.Recording`, by content and name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kinertia.io import (
    apdm_hdf,
    archive,
    c3d,
    cycles,
    facts,
    folder,
    full_body,
    gaittoolbox,
    markers,
    mvnx,
    naming,
    opensim,
    stated,
    stream_log,
    stream_recording,
    table,
    together,
    xsens,
)
from kinertia.io import columns as maps
from kinertia.io.columns import ColumnMap
from kinertia.recording import Cause, Finding, Recording, RecordingError, Subject, selection

SUPPORTED = (
    "averaged gait cycles (CSV + JSON)",
    "tables with a column map or with columns that name themselves (CSV, text, Parquet)",
    "Xsens MT Manager exports (.txt, one per sensor)",
    "HuGaDB (.txt)",
    "APDM Opal (CSV of Format=7, .h5)",
    "Xsens MVN (.mvnx)",
    "Delsys EMGworks and Trigno Discover (CSV with times)",
    "analog channels of C3D files (.c3d)",
    "a phone's signals (.zip of phyphox or Sensor Logger)",
    "full-body recordings (.mat, one struct per segment)",
    "a folder of Xsens exports, with or without the gait toolbox's optical reference",
    "live recordings (.kinlog)",
)


def read(
    path: str | Path,
    *,
    columns: ColumnMap | Mapping[str, Any] | str | Path | None = None,
    placement: Mapping[str, Any] | str | Path | None = None,
    trial: str | None = None,
    rate_hz: float | None = None,
    mass_kg: float | None = None,
    height_m: float | None = None,
    gyro_from_orientation: bool = False,
) -> Recording:
    """Read one recording of any supported format.

    RecordingError: unknown format (listing the supported ones), or as the format's reader.

    Parameters
    ----------
    path : file or folder.
    columns : column map of a table, or its file.
    placement : serial numbers (Xsens), or sensors as columns name them, to segments; or a file that says so.
    trial : which trial of a folder (Xsens).
    rate_hz : sampling rate [Hz], where the file does not state it.
    mass_kg, height_m : the person, overriding the file.
    gyro_from_orientation : differentiate orientation where an Xsens export has no angular rate.
    """
    path = Path(path)
    if isinstance(columns, Mapping):
        columns = maps.of_facts(columns)
    if rate_hz is not None:
        rate_hz = stated.rate(rate_hz, file=str(path))
    said: dict[str, Any] = {"columns": columns, "placement": placement, "rate_hz": rate_hz}
    if gaittoolbox.is_gaittoolbox(path) and placement is None and trial is None:
        recording = gaittoolbox.read(path)
    elif xsens.is_xsens(path) or (path.is_dir() and xsens.trials(path)):
        recording = xsens.read(
            path, placement=placement, trial=trial, rate_hz=rate_hz, gyro_from_orientation=gyro_from_orientation
        )
    elif path.is_dir():
        return read(_only(path), **said, mass_kg=mass_kg, height_m=height_m)
    elif cycles.is_cycle(path) or (path.suffix.lower() == ".json" and cycles.is_cycle(path.with_suffix(".csv"))):
        recording = _placed(cycles.read(path), placement)
    elif mvnx.is_mvnx(path):
        recording = mvnx.read(path, placement=placement, gyro_from_orientation=gyro_from_orientation)
    elif apdm_hdf.is_hdf(path):
        recording = apdm_hdf.read(path, placement=placement)
    elif c3d.is_c3d(path):
        recording = _analog(path, said)
    elif archive.is_archive(path):
        recording = archive.read(path, lambda folder: read(folder, **said))
    elif stream_log.is_stream_log(path):
        recording = _placed(stream_recording.read(path), placement)
    elif full_body.is_full_body(path):
        recording = _placed(full_body.read(path), placement)
    elif table.is_table(path) or (columns is not None and path.is_file()):
        parts = together.group(path)
        recording = together.read(parts, **said) if parts else table.read(path, **said)
    else:
        raise _unknown(path)
    return with_subject(stated.placed(recording), mass_kg=mass_kg, height_m=height_m)


def with_subject(recording: Recording, *, mass_kg: float | None = None, height_m: float | None = None) -> Recording:
    """Copy with a known mass or height in place of the file's or the assumed one; RecordingError: outside human range."""
    given = {name: value for name, value in (("mass_kg", mass_kg), ("height_m", height_m)) if value is not None}
    if not given:
        return recording
    person, file = recording.subject, recording.source
    findings: list[Finding] = []
    assumed = tuple(name for name in person.assumed if name not in given)
    height = person.height_m
    if height_m is not None:
        height, findings = stated.height(height_m, file=file)
    mass = person.mass_kg if mass_kg is None else mass_kg
    if "mass_kg" not in assumed:
        mass, doubts = stated.mass(mass, None if "height_m" in assumed else height, file=file)
        findings = [*doubts, *findings]
    subject = Subject(mass_kg=mass, height_m=height, sex=person.sex, assumed=assumed)
    replaced = {cause for cause, name in ((Cause.MASS, "mass_kg"), (Cause.HEIGHT, "height_m")) if name in given}
    kept = tuple(f for f in recording.findings if f.cause not in replaced)
    settled = tuple(f"body {name.partition('_')[0]} not given" for name in given)
    return replace(
        recording,
        subject=subject,
        warnings=tuple(w for w in recording.warnings if not w.startswith(settled)),
        findings=(*kept, *findings),
    )


def _placed(recording: Recording, placement: Mapping[str, Any] | str | Path | None) -> Recording:
    """A recording whose format says where sensors sit, with those that a placement lists where that says.

    RecordingError: it lists none of them.
    """
    if placement is None:
        return recording
    where, _ = facts.read_placement(placement)
    worn = {k: on for k, sensor in enumerate(recording.sensors) if (on := where.find(sensor.name)) is not None}
    if not worn:
        names = ", ".join(sensor.name for sensor in recording.sensors)
        raise RecordingError("lists none of the sensors", file=where.source, fix=f"name them as the file does: {names}")
    kept = selection.take(recording, list(worn))
    moved = zip(kept.sensors, worn.values(), strict=True)
    sensors = (replace(old, segment=on.segment, position_m=on.position_m or old.position_m) for old, on in moved)
    return replace(kept, sensors=tuple(sensors))


def _analog(path: Path, said: Mapping[str, Any]) -> Recording:
    """The analog channels of a C3D file, by their labels and units or a column map."""
    cells, analog_hz = c3d.read_analog(path)
    signals = naming.signals(cells.names, cells.units)
    if not any(s.kind in ("acc", "gyro", "free") for s in signals) and said["columns"] is None and maps.find_map(path) is None:
        raise _no_imu(markers.read(path), f" and {len(cells.names)} analog channels that no label says to be an IMU's")
    return table.interpret(cells, path, **{**said, "rate_hz": said["rate_hz"] or analog_hz or None})


def _no_imu(found: markers.Markers, more: str = "") -> RecordingError:
    seconds = float(found.time_s[-1] - found.time_s[0])
    message = f"holds {len(found.names)} markers ({found.rate_hz:.4g} Hz, {seconds:.4g} s){more}, no IMU signals"
    fix = "read it with kinertia.io.markers; give the IMU recording here"
    return RecordingError(message, file=found.source, fix=fix, cause=Cause.LAYOUT)


def _only(path: Path) -> Path:
    """The one recording of a folder."""
    files = folder.recordings(path)
    if files == [path]:
        raise _unknown(path)
    if len(files) > 1:
        names = ", ".join(file.name for file in files[:6])
        raise RecordingError(f"holds {len(files)} recordings", file=str(path), fix=f"name files, not the folder: {names} ...")
    return files[0]


def _unknown(path: Path) -> RecordingError:
    if not path.exists():
        return RecordingError("does not exist", file=str(path), fix="check the path")
    kind = path.suffix.lower()
    if kind in (".sto", ".mot") and opensim.holds_orientations(path):
        message = "holds orientations only; kinertia needs acceleration and angular rate"
        fix = (
            "give the recording that the orientations were made from (of Xsens: the MT Manager files); from orientations "
            "alone, joint angles can be had by OpenSense's inverse kinematics, but no moments, ground reaction or speed"
        )
        return RecordingError(message, file=str(path), fix=fix, cause=Cause.LAYOUT)
    if kind == ".trc":
        return _no_imu(markers.read(path))
    if kind in (".mot", ".sto", ".osim"):
        message, fix = "holds motion or forces, no IMU signals", "read it with kinertia.io.opensim; give the IMU recording here"
        return RecordingError(message, file=str(path), fix=fix)
    if kind == ".bin":
        message = "is a binary file; a session of a NilsPod is not read as such"
        fix = "convert it with nilspodlib (data_as_df, to_csv), and read that with --columns gaitmap and its --rate"
        return RecordingError(message, file=str(path), fix=fix, cause=Cause.LAYOUT)
    fix = f"supported are {'; '.join(SUPPORTED)}; see docs/formats.md"
    return RecordingError("is in no known format", file=str(path), fix=fix)

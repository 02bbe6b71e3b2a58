"""Xsens MT Manager text exports: one file per sensor, one recording per trial.

Two layouts are read: comma-separated with acceleration, angular rate and quaternion, and tab-separated with acceleration and
rotation matrix. Acceleration is specific force [m/s^2], angular rate [rad/s], both in the sensor's own axes. Orientation is
sensor to earth; MT Manager's earth frame has z up and is turned here to our y up (heading stays as the device gave it).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kinertia.io import facts, layout, xsens_streams
from kinertia.io.text import read_text
from kinertia.io.xsens_streams import COUNTER_RANGE, Export
from kinertia.numerics import rotations
from kinertia.recording import LOWER_BODY, Array, Cause, Frame, Recording, RecordingError, Sensor

_FILE = re.compile(r"^(?P<trial>.+)_(?P<serial>[0-9A-Fa-f]{8})\.txt$")
_RATE = re.compile(r"^//\s*Update Rate:\s*([0-9.,]+)\s*Hz", re.MULTILINE)
_HEAD_CHARACTERS = 4000
DERIVED = "smoother than a gyroscope's, which changes joint angles by about 0.3 deg in walking at 100 Hz"
"""Measured on the gait toolbox's walk, whose sensors give both: angles differ by 0.17 to 0.35 deg RMS, speed by 0.001 m/s."""
_RATE_AGREES = 0.05  # a stated rate may be rounded, and clocks differ by far less
_EARTH = rotations.from_matrix(np.array([[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]]))  # z up to y up


def is_xsens(path: Path) -> bool:
    """Whether ``path`` is one MT Manager export (named ``<trial>_<serial>.txt``, with a packet counter)."""
    if not (path.is_file() and _FILE.match(path.name)):
        return False
    with path.open("rb") as file:
        return b"PacketCounter" in file.read(4000)


def trials(folder: str | Path) -> dict[str, list[Path]]:
    """Trial prefix to its files, for every MT Manager export in ``folder``."""
    known: dict[str, list[Path]] = {}
    for path in sorted(Path(folder).glob("*.txt")):
        if (match := _FILE.match(path.name)) and is_xsens(path):
            known.setdefault(match["trial"], []).append(path)
    return known


def read(
    path: str | Path,
    *,
    trial: str | None = None,
    placement: Mapping[str, Any] | str | Path | None = None,
    rate_hz: float | None = None,
    gyro_from_orientation: bool = False,
) -> Recording:
    """Read one trial.

    RecordingError: no files, several trials, unlike rates, streams that do not overlap, damaged rows.

    Parameters
    ----------
    path : a folder, or one file (its trial's other files beside it are read too).
    trial : prefix of the file names, needed when a folder holds several trials.
    placement : serial number to segment, or a TOML/JSON file with it; default: ``<trial>.placement.toml`` or ``placement.toml``
        (or .json) beside the recording. Serial numbers may be cut to their end; with a map, unlisted sensors are left out.
    rate_hz : sampling rate [Hz], for files without an ``Update Rate`` line.
    gyro_from_orientation : differentiate the orientation where a file has no angular rate (smoother than a gyroscope).

    Returns
    -------
    Recording in sensor frames, over the packets that all sensors span; a lost packet is NaN.
    """
    name, files = _trial(Path(path), trial)
    folder = files[0].parent
    if placement is None:
        placement = facts.find_placement(folder, name)
    where, person = (facts.Placement(), {}) if placement is None else facts.read_placement(placement)
    serials = {file: file.stem.rpartition("_")[2].upper() for file in files}
    chosen = [(file, where.find(serial) if where.sensors else Sensor(serial, serial)) for file, serial in serials.items()]
    worn = [(file, sensor) for file, sensor in chosen if sensor is not None]
    warnings: list[str] = []
    if left_out := [serials[file] for file, sensor in chosen if sensor is None]:
        warnings.append(f"left out, without a placement: {', '.join(left_out)}")
    if not where.sensors:
        warnings.append(
            "no placement given: sensors are named by serial number and cannot be estimated from; add a placement file"
        )
    if not worn:
        raise RecordingError("no file fits the placement", file=str(folder), fix="check the serial numbers in the placement")
    order = {segment: i for i, segment in enumerate(LOWER_BODY.segments)}
    worn.sort(key=lambda pair: (order.get(pair[1].segment, len(order)), pair[1].segment))
    sensors = tuple(sensor for _, sensor in worn)

    streams = [_read_stream(file, serials[file], rate_hz) for file, _ in worn]
    signals, rate, findings = xsens_streams.together(streams, warnings)
    acc, gyro, orientation = (signals[..., part].copy() for part in (slice(3), slice(3, 6), slice(6, 10)))
    subject, assumed, doubts = facts.subject(person, file=where.source)
    recording = Recording(
        name=name,
        rate_hz=rate,
        sensors=sensors,
        acc=acc,
        gyro=gyro,
        subject=subject,
        frame=Frame.SENSOR,
        orientation=orientation if np.isfinite(orientation).any() else None,
        source=str(folder / name),
        warnings=(*warnings, *assumed),
        findings=(*xsens_streams.rates(streams), *findings, *doubts),
    )
    return with_angular_rate(recording) if gyro_from_orientation else recording


def with_angular_rate(recording: Recording) -> Recording:
    """Copy in which sensors without angular rate have that of their orientation, which is said, where they have one."""
    absent = [k for k in range(len(recording.sensors)) if np.isnan(recording.gyro[:, k]).all()]
    if recording.orientation is None or not absent:
        return recording
    gyro = recording.gyro.copy()
    for k in absent:
        gyro[:, k] = angular_rate(recording.orientation[:, k], recording.rate_hz)
    named = "all sensors" if len(absent) == len(recording.sensors) else ", ".join(recording.sensors[k].name for k in absent)
    said = f"angular rate of {named} derived from orientation: {DERIVED}"
    silent = {f"sensor {recording.sensors[k].name} has no gyro signal" for k in absent}
    return replace(recording, gyro=gyro, warnings=(*(w for w in recording.warnings if w not in silent), said))


def angular_rate(orientation: Array, rate_hz: float) -> Array:
    """Angular rate in sensor axes from orientations.

    Parameters
    ----------
    orientation : (T, 4) unit quaternions wxyz, sensor to world; NaN where missing.
    rate_hz : sampling rate [Hz].

    Returns
    -------
    (T, 3) [rad/s] by central difference, w = log(q(t-1)^-1 q(t+1)) / (2 dt) (one-sided at the ends); NaN beside gaps.
    """
    samples = len(orientation)
    rate = np.full((samples, 3), np.nan)
    before = np.maximum(np.arange(samples) - 1, 0)
    after = np.minimum(np.arange(samples) + 1, samples - 1)
    good = np.isfinite(orientation[before]).all(axis=1) & np.isfinite(orientation[after]).all(axis=1) & (after > before)
    if good.any():
        first, last = (rotations.normalised(orientation[i[good]]) for i in (before, after))
        turn = rotations.to_vector(rotations.multiply(rotations.conjugate(first), last))
        rate[good] = turn * (rate_hz / (after - before)[good])[:, None]
    return rate


def _trial(path: Path, trial: str | None) -> tuple[str, list[Path]]:
    """Name of a trial, and its files."""
    match = _FILE.match(path.name)
    known = trials(path) if path.is_dir() else trials(path.parent) if match else {}
    if not path.is_dir() and match:
        trial = match["trial"]
    if trial is None and len(known) > 1:
        raise RecordingError(f"holds {len(known)} trials", file=str(path), fix=f"choose one: {', '.join(sorted(known))}")
    trial = trial or next(iter(known), "")
    if trial not in known:
        message, fix = "is no MT Manager export", "give a folder of <trial>_<serial>.txt files with a PacketCounter column"
        raise RecordingError(message, file=str(path), fix=fix)
    return trial, known[trial]


def _read_stream(path: Path, serial: str, rate_hz: float | None) -> Export:
    """One sensor's file."""
    file, text = str(path), read_text(path)
    table = layout.read(text, file=file)
    comment = _RATE.search(text[:_HEAD_CHARACTERS])
    said = rate_hz or (float(comment[1].replace(",", ".")) if comment else 0.0)
    if "Acc_X" not in table.names:
        message, fix = "has no acceleration", "export Acc_X, Acc_Y, Acc_Z (not free acceleration, which lacks gravity)"
        raise RecordingError(message, file=file, sensor=serial, fix=fix)
    signals = np.full((table.rows, 10), np.nan)
    signals[:, :3] = table.several([f"Acc_{axis}" for axis in "XYZ"])
    if "Gyr_X" in table.names:
        signals[:, 3:6] = table.several([f"Gyr_{axis}" for axis in "XYZ"])
    if "Quat_q0" in table.names:
        quaternion = table.several([f"Quat_q{i}" for i in range(4)])
        signals[:, 6:] = to_earth(quaternion, rotations.normalised, file, serial)
    elif "Mat[1][1]" in table.names:
        matrix = table.several([f"Mat[{i}][{j}]" for i in (1, 2, 3) for j in (1, 2, 3)])
        signals[:, 6:] = to_earth(matrix, lambda m: rotations.from_matrix(m.reshape(-1, 3, 3)), file, serial)
    elif "Roll" in table.names:
        signals[:, 6:] = to_earth(table.several(["Roll", "Pitch", "Yaw"]), _of_euler, file, serial)
    counter = _unwrap(table.numbers("PacketCounter"), file, serial)
    time = xsens_streams.sample_time(table, said)
    measured = 0.0 if time is None else (counter[-1] - counter[0]) / float(time[-1] - time[0])
    rate = said if said > 0 and (not measured or abs(said / measured - 1) <= _RATE_AGREES) else measured
    if rate <= 0:
        raise RecordingError("has no 'Update Rate' line", file=file, fix="give the sampling rate (--rate)", cause=Cause.RATE)
    return Export(serial, file, said, rate, counter, time, signals)


def _of_euler(angles: Array) -> Array:
    """(T, 4) quaternions of (T, 3) roll, pitch and yaw [deg]: about z by yaw, y by pitch, x by roll, in turn."""
    half = np.deg2rad(angles) / 2.0
    roll, pitch, yaw = (np.zeros((len(angles), 4)) for _ in range(3))
    for k, turn in enumerate((roll, pitch, yaw)):
        turn[:, 0], turn[:, k + 1] = np.cos(half[:, k]), np.sin(half[:, k])
    return rotations.multiply(yaw, rotations.multiply(pitch, roll))


def to_earth(values: Array, convert: Callable[[Array], Array], file: str, serial: str) -> Array:
    """(T, 4) quaternions wxyz, sensor to y-up earth; rows with missing values stay NaN."""
    good = np.isfinite(values).all(axis=1)
    orientation = np.full((len(values), 4), np.nan)
    if good.any():
        try:
            orientation[good] = rotations.multiply(_EARTH, convert(values[good]))
        except ValueError as error:
            fix = "export it again"
            raise RecordingError(f"orientation is no rotation ({error})", file=file, sensor=serial, fix=fix) from error
    return orientation


def _unwrap(counter: Array, file: str, serial: str) -> np.ndarray:
    """Packet counter without its 16-bit wrap, in samples; lost packets leave steps above one."""
    if np.isnan(counter).any():
        row = int(np.argmax(np.isnan(counter)))
        raise RecordingError("packet counter is missing", file=file, sensor=serial, sample=row, fix="export it again")
    steps = np.diff(counter.astype(np.int64)) % COUNTER_RANGE
    bad = (steps == 0) | (steps > COUNTER_RANGE // 2)
    if bad.any():
        row = int(np.argmax(bad)) + 1
        message, fix = "packet counter repeats or runs backwards", "export it again"
        raise RecordingError(message, file=file, sensor=serial, sample=row, fix=fix, cause=Cause.TIME_STAMPS)
    return int(counter[0]) + np.concatenate([[0], np.cumsum(steps)])

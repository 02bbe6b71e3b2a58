"""``kinertia place``: where the sensors of recordings sit, what is wrong with them, and the recordings put right."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import tyro
from rich.console import Console
from rich.table import Table

from kinertia.checks import chain
from kinertia.cli import options
from kinertia.cli.options import NOTHING_STATED, Files, Said
from kinertia.cli.output import plain_table, show_findings
from kinertia.io import inputs, write_recording
from kinertia.io.files import folded, write_text
from kinertia.io.outputs import Outputs
from kinertia.numerics import rotations
from kinertia.placement.correction import correct
from kinertia.placement.fault import Kind
from kinertia.placement.inference import Placement, SensorPlacement, with_right
from kinertia.placement.inference import place as look
from kinertia.placement.session import combine
from kinertia.recording import LOWER_BODY, Cause, Recording, RecordingError, Severity
from kinertia.recording.selection import same_wearer

PARQUET = (".parquet", ".pq")


def place(
    recordings: Files,
    /,
    apply: bool = False,
    out: Path | None = None,
    write: Path | None = None,
    right: Annotated[str | None, tyro.conf.arg(metavar="SENSOR")] = None,
    session: bool = False,
    overwrite: bool = False,
    reading: Said = NOTHING_STATED,
    json_out: Annotated[bool, tyro.conf.arg(name="json")] = False,
) -> None:
    """Find out from walking or running where each sensor sits (segment, side, axes, place) and what is wrong with it.

    Left and right of the whole set cannot be told: gravity and movement straight ahead look the same in a mirror. Say one
    sensor of the right leg with --right; at a terminal it is asked where names do not say it.

    Args:
        recordings: Files of any supported format; folders are searched for tables.
        apply: Write corrected recordings: units, names, axes, positions. The originals are left as they are.
        out: File to write, .csv or .parquet; for several recordings a folder, which gets one file for each. Default in
            NAME_kinertia/placed here.
        write: Write a placement file, such as placement.toml beside the recording: which sensor is on which segment.
        right: Name of a sensor on the right leg.
        session: The recordings are of one person with the sensors strapped on once: all get the same segments, positions and
            axes, so that `train` and `solve` take them for one wearer. Refused where they contradict each other.
        overwrite: Replace what is there already, even if it was not placed from this recording; never what is read.
        reading: What the files do not say themselves; mass and height then hold for all recordings. Without a height, it is
            estimated from the lengths of the legs, else they are judged by it.
        json_out: Print JSON instead of tables.
    """
    if out is not None and not apply:
        raise RecordingError("--out is for corrected recordings", fix="give --apply too, or leave --out out")
    read = [chain.examine(recording) for recording in options.read_stated(recordings, reading)]
    if apply and out is None:
        home = options.default_out(recordings) / "placed"
        out = home if len(read) > 1 else home / f"{read[0].name}{_ending(read[0])}"
    paths = [] if out is None else _paths(read, out)
    files = inputs.of(*recordings, reading.columns, reading.placement)
    guards = [Outputs("kinertia place", files, recording.source, overwrite, results=False) for recording in read]
    for guard, path in zip(guards, paths, strict=False):
        guard.check(files_of(path))
    if session and len(read) < 2:
        fix = "name all of the session, or leave it out"
        raise RecordingError("--session is for several recordings", file=read[0].source, fix=fix)
    placements = [_sided(recording, look(recording), right, bool(paths or write)) for recording in read]
    if write is not None:
        _write_placement(read, placements, write, guards[0])
    together = combine(read, placements) if session else None
    shown = placements if together is None else together.looks
    if json_out:
        several = [summarise(recording, one) for recording, one in zip(read, shown, strict=True)]
        sensors = None if together is None else {"sensors": [row(placed) for placed in together.sensors]}
        content = several[0] if len(read) == 1 else {"recordings": several, "session": sensors}
        print(json.dumps(content, indent=1, allow_nan=False))
    else:
        console = Console()
        for recording, one in zip(read, shown, strict=True):
            show(recording, one, console)
        if together is not None:
            console.print(f"\n[bold]session[/bold]  {len(read)} recordings together", highlight=False)
            console.print(table(together.sensors, sided=all(one.sided for one in placements)))
    if paths:
        _write(read, placements if together is None else together.placements, paths, guards, session)


def _sided(recording: Recording, placement: Placement, right: str | None, needed: bool) -> Placement:
    """The mirror image that is said to be right; asked where it is needed, names do not say it and somebody is there."""
    unnamed = all(placed.sensor.segment not in LOWER_BODY.segments for placed in placement.sensors)
    if right is None and needed and unnamed and sys.stdin.isatty() and sys.stdout.isatty():
        right = input(f"{recording.name}: which sensor is on the right leg? ").strip() or None
    return placement if right is None else with_right(placement, right, recording.source)


def _write_placement(recordings: Sequence[Recording], placements: Sequence[Placement], path: Path, guard: Outputs) -> None:
    """Write which sensor is on which segment.

    RecordingError: several recordings, nothing was judged, or nobody said which side is the right one.
    """
    (recording, *others), (one, *_) = recordings, placements
    placed = [p for p in one.sensors if p.rotation is not None]
    if others or not placed:
        what = "--write is for one recording" if others else "no sensor could be judged, so there is no placement to write"
        raise RecordingError(what, file=recording.source, fix="name one recording of steady walking")
    if not one.sided and any(p.sensor.segment not in LOWER_BODY.segments for p in placed):
        legs = [p.sensor.name for p in placed if "_" in p.segment]
        fix = f"name one of the right leg with --right: {', '.join(legs)}"
        raise RecordingError("left and right cannot be told from the signals", file=recording.source, fix=fix)
    lines = ["[sensors]", *(f"{json.dumps(p.sensor.name)} = {json.dumps(p.segment)}" for p in placed)]
    guard.check([path])
    with guard.writing([path]):
        write_text(path, "\n".join(lines) + "\n")
    Console(stderr=True).print(f"placement: {path}", highlight=False)


def _paths(recordings: Sequence[Recording], out: Path) -> list[Path]:
    """Where each corrected recording goes; RecordingError: two have one name, or a file is named for several."""
    if len(recordings) == 1:
        paths = [out]
    elif out.suffix.lower() in (".csv", *PARQUET):
        fix = "name a folder with --out"
        raise RecordingError(f"is the name of one file, for {len(recordings)} recordings", file=str(out), fix=fix)
    else:
        paths = [out / f"{recording.name}{_ending(recording)}" for recording in recordings]
    stems = [folded(path.stem) for path in paths]
    for path, stem in zip(paths, stems, strict=True):
        if stems.count(stem) > 1:
            fix = "place them apart, or name one of them otherwise"
            raise RecordingError(f"two recordings are called {path.stem}", file=str(path), fix=fix)
    return paths


def files_of(path: Path) -> list[Path]:
    """A table and what is stated beside it."""
    return [path, path.with_suffix(".json")]


def _ending(recording: Recording) -> str:
    return ".parquet" if Path(recording.source).suffix.lower() in PARQUET and not recording.periodic else ".csv"


def _write(
    recordings: Sequence[Recording],
    placements: Sequence[Placement],
    paths: Sequence[Path],
    guards: Sequence[Outputs],
    session: bool,
) -> None:
    """Correct all recordings, then write them; RecordingError: one of them has no sensor left, or its file is another's."""
    status = Console(stderr=True)
    corrected = [correct(recording, one) for recording, one in zip(recordings, placements, strict=True)]
    for recording, right in zip(recordings, corrected, strict=True):
        if not right.sensors:
            what = "no sensor could be judged, so nothing is written"
            raise RecordingError(what, file=recording.source, fix="see the faults")
    for recording, right, path, guard in zip(recordings, corrected, paths, guards, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        with guard.writing(files_of(path)):
            # what the reader noticed concerned the file, what is corrected is said above
            written = write_recording.write(path, replace(right, warnings=()))
        for warning in right.warnings[len(recording.warnings) :]:
            status.print(f"  {warning}", style="yellow", highlight=False)
        status.print(f"corrected recording: {written}", highlight=False)
    if len(recordings) > 1 and (said := _whether_one_wearer(corrected, session)):
        status.print(f"  {said}", style="yellow" if session else "dim", highlight=False)


def _whether_one_wearer(corrected: Sequence[Recording], session: bool) -> str:
    """Why corrected recordings will be taken for different wearers, where they might be one; else empty."""
    first, *others = corrected
    if first.subject.assumed or any(other.subject != first.subject for other in others):
        unknown = "mass or height is not known, so `train` and `solve` take each recording for another wearer: "
        return f"{unknown}give --mass and --height" if session else ""
    apart = [other.name for other in others if not same_wearer(first, other)]
    if not apart:
        return ""
    if session:
        return f"sensors were left out, so {', '.join(apart)} will not be taken for the same wearer as {first.name}"
    return "these state one person: if the sensors were strapped on once, --session gives all the same places and axes"


SAID = frozenset({Kind.MISSING, Kind.EXCHANGED})  # faults that are among the findings of the checks already


def summarise(recording: Recording, placement: Placement) -> dict[str, Any]:
    """Everything that is shown, as plain values (m, degrees)."""
    return {
        "name": recording.name,
        "source": recording.source,
        "rate_hz": {"stated": recording.rate_hz, "fits": placement.rate_hz},
        "length_m": None if np.isnan(placement.length_m[0]) else dict(zip(("thigh", "shank"), placement.length_m, strict=True)),
        "height_m": {
            "stated": None if "height_m" in recording.subject.assumed else recording.subject.height_m,
            "from_motion": None if placement.height is None else round(placement.height.height_m, 3),
            "spread": None if placement.height is None else round(placement.height.spread_m, 3),
        },
        "side_known": placement.sided,
        "sensors": [row(placed) for placed in placement.sensors],
        "findings": [
            {"cause": f.cause.value, "severity": f.severity.value, "sensors": list(f.sensors), "sentence": f.sentence}
            for f in recording.findings
        ],
        "faults": [
            {"kind": f.kind.value, "sensors": list(f.sensors), "message": f.message, "change": f.change}
            for f in placement.faults
        ],
        "notes": list(placement.notes),
    }


def row(placed: SensorPlacement) -> dict[str, Any]:
    """One sensor as plain values (m, degrees); ``inferred`` is None where it could not be judged."""
    about: dict[str, Any] = {"name": placed.sensor.name, "stated": placed.sensor.segment}
    if placed.rotation is None or placed.position_m is None or placed.position_spread_m is None:
        return about | {"inferred": None}
    _, rest = rotations.nearest(placed.rotation)
    return about | {
        "inferred": placed.segment,
        "confidence": round(placed.confidence, 4),
        "axes": rotations.words(placed.rotation),
        "off_these_axes_deg": round(float(np.rad2deg(rest)), 1),
        "rotation": np.round(placed.rotation, 5).tolist(),
        "inclination_spread_deg": round(float(np.rad2deg(placed.inclination_spread_rad or 0.0)), 1),
        "position_m": [round(v, 4) for v in placed.position_m],
        "position_spread_m": [round(v, 4) for v in placed.position_spread_m],
        "misfit": round(placed.misfit, 2),
    }


def show(recording: Recording, placement: Placement, console: Console) -> None:
    """A recording's sensors as a table, then lengths, faults and notes."""
    console.print(f"\n[bold]{recording.name}[/bold]  {recording.source}", highlight=False)
    console.print(table(placement.sensors, sided=placement.sided))
    if not np.isnan(placement.length_m[0]):
        thigh, shank = (100 * length for length in placement.length_m)
        console.print(f"  thigh {thigh:.0f} cm, shank {shank:.0f} cm, from how the joints move", highlight=False)
    if placement.height is not None and "height_m" in recording.subject.assumed:
        from_motion = f"{placement.height.height_m:.2f} ± {placement.height.spread_m:.2f} m"
        console.print(f"  height {from_motion} from the motion; none was given", highlight=False)
    told = recording.findings
    show_findings(told, console)
    known = SAID | {Kind.OFFSET} if any(finding.cause is Cause.GRAVITY for finding in told) else SAID
    faults = [
        fault for fault in placement.faults if fault.kind not in known or (placement.sided and fault.kind is Kind.EXCHANGED)
    ]
    for fault in faults:
        change = f" [--apply: {fault.change}]" if fault.change else ""
        console.print(f"  {fault.kind.value}: {fault.message}{change}", style="yellow", highlight=False, markup=False)
    judged = any(placed.rotation is not None for placed in placement.sensors)
    if judged and not faults and all(finding.severity is Severity.INFO for finding in told):
        console.print("  nothing wrong found", style="green")
    for note in placement.notes:
        console.print(f"  note: {note}", style="dim", highlight=False)


def table(sensors: Sequence[SensorPlacement], *, sided: bool) -> Table:
    """One row a sensor; of the side nothing is said to be sure until somebody told it."""
    words = ("sensor", "stated", "inferred", "side", "axes")
    made = plain_table((*words[:4], "sure\n[%]", "axes", "off\n[deg]", "forward\n[cm]", "up\n[cm]"), words)
    for placed in sensors:
        about = row(placed)
        if about["inferred"] is None:
            made.add_row(about["name"], about["stated"], "not judged", *[""] * 6, style="dim")
            continue
        (x, y), (dx, dy) = about["position_m"], about["position_spread_m"]
        part, _, side = about["inferred"].partition("_")
        made.add_row(
            about["name"],
            about["stated"],
            part,
            {"r": "right", "l": "left"}[side] + ("" if sided else "?") if side else "",
            f"{100 * about['confidence']:.0f}",
            about["axes"],
            f"{about['off_these_axes_deg']:.0f}",
            f"{100 * x:.1f} ± {100 * dx:.1f}",
            f"{100 * y:.1f} ± {100 * dy:.1f}",
            style="yellow" if about["inferred"] != about["stated"] else None,
        )
    return made

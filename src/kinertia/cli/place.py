"""``kinertia place``: where the sensors of recordings sit, what is wrong with them, and the recordings put right."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from kinertia.checks import chain
from kinertia.cli import options, placement_table
from kinertia.cli.options import NOTHING_STATED, Files, Said
from kinertia.io import inputs, write_recording
from kinertia.io.files import folded, write_text
from kinertia.io.outputs import Outputs
from kinertia.placement.correction import correct
from kinertia.placement.inference import Placement, with_right
from kinertia.placement.inference import place as look
from kinertia.placement.session import combine
from kinertia.recording import LOWER_BODY, Recording, RecordingError
from kinertia.recording.wearer import same_wearer

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

    Parameters
    ----------
    recordings
        Files of any supported format; folders are searched for tables.
    apply
        Write corrected recordings: units, names, axes, positions. The originals are left as they are.
    out
        File to write, .csv or .parquet; for several recordings a folder, which gets one file for each. Default in
        NAME_kinertia/placed here.
    write
        Write a placement file, such as placement.toml beside the recording: which sensor is on which segment.
    right
        Name of a sensor on the right leg.
    session
        The recordings are of one person with the sensors strapped on once: all get the same segments, positions and
        axes, so that `train` and `solve` take them for one wearer. Refused where they contradict each other.
    overwrite
        Replace what is there already, even if it was not placed from this recording; never what is read.
    reading
        What the files do not say themselves; mass and height then hold for all recordings. Without a height, it is estimated
        from the lengths of the legs, else they are judged by it.
    json_out
        Print JSON instead of tables.
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
        several = [placement_table.summarise(recording, one) for recording, one in zip(read, shown, strict=True)]
        sensors = None if together is None else {"sensors": [placement_table.row(placed) for placed in together.sensors]}
        content = several[0] if len(read) == 1 else {"recordings": several, "session": sensors}
        print(json.dumps(content, indent=1, allow_nan=False))
    else:
        console = Console()
        for recording, one in zip(read, shown, strict=True):
            placement_table.show(recording, one, console)
        if together is not None:
            console.print(f"\n[bold]session[/bold]  {len(read)} recordings together", highlight=False)
            console.print(placement_table.table(together.sensors, sided=all(one.sided for one in placements)))
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

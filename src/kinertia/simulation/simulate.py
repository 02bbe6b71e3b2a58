"""Recordings of many simulated people on disk: each person on their own, goes on where it stopped."""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from kinertia.bodies import GAIT2D_SOLE, GAIT2D_TRUNK
from kinertia.cluster.workers import Workers, each
from kinertia.io import write_recording
from kinertia.io.files import write_text
from kinertia.recording.errors import RecordingError
from kinertia.sensing.measurement import TYPICAL, Realism
from kinertia.simulation import conditions, person, plan, session
from kinertia.simulation.gait_problem import UnsolvableError
from kinertia.simulation.person import Person

PEOPLE_FILE = "people.json"
README_FILE = "README.md"
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Of glibc's mallopt: unused memory beyond which it is given back, and size from which on a piece is taken by itself."""
KEPT_BYTES = 1 << 30
Show = Callable[[str, str], None]
"""Called with the person's name and the recording's, when it is there or left out."""


@dataclass(frozen=True)
class Request:
    """What is simulated of every person.

    Attributes
    ----------
    seed : of all random numbers; a person is decided by it and their number alone.
    seconds, rate_hz : length and sampling rate of a recording.
    recordings : names, of :data:`kinertia.simulation.plan.RECORDINGS`.
    realism : how sensors sit and what they read.
    strides : of a steady movement that differ from each other, until it repeats.
    varied : people of more shapes and speeds of walking, on soles that roll.
    muscles : people whose moments are what eight muscles a leg give.
    """

    seed: int
    seconds: float = 60.0
    rate_hz: float = 100.0
    recordings: tuple[str, ...] = tuple(plan.RECORDINGS)
    realism: Realism = TYPICAL
    strides: int = 1
    varied: bool = False
    muscles: bool = False

    def __post_init__(self) -> None:
        if unknown := set(self.recordings) - set(plan.RECORDINGS):
            raise ValueError(f"unknown recordings {sorted(unknown)}; known: {', '.join(plan.RECORDINGS)}")
        if not (self.seconds >= 1.0 and self.rate_hz >= 1.0):
            raise ValueError(f"recordings last at least 1 s at 1 Hz or more, got {self.seconds:g} s at {self.rate_hz:g} Hz")


def run(
    folder: Path,
    subjects: int,
    request: Request,
    *,
    workers: Workers | None = None,
    show: Show = lambda person, recording: None,
) -> list[str]:
    """Write recordings with truth of ``subjects`` people into ``folder``/personNNN; what is there already is left.

    Parameters
    ----------
    folder : to write into; also gets ``people.json`` and ``README.md``, which say who and what is in it.
    subjects : number of people; the first ones are the same whatever their number.
    request : what of each.
    workers : where; default in this process.
    show : called for every recording, elsewhere than in this process when all of a person are there.

    Returns
    -------
    Warnings: recordings that were left out, because no movement could be found.

    Raises
    ------
    ValueError : no people asked for.
    RecordingError : the folder holds people of another seed, length or rate.
    """
    if subjects < 1:
        raise ValueError(f"at least one person is needed, got {subjects}")
    people = [person.draw(request.seed, number, varied=request.varied) for number in range(1, subjects + 1)]
    describe(folder, people, request)
    where = Workers() if workers is None else workers
    if where.here:
        return [warning for someone in people for warning in simulate(folder, someone.number, request, show)]
    warnings: list[str] = []
    work = partial(_work, folder.resolve(), request)
    for someone, found in zip(people, each(work, [someone.number for someone in people], where), strict=True):
        warnings += found
        for name in request.recordings:
            show(someone.name, name)
    return warnings


def simulate(folder: Path, number: int, request: Request, show: Show) -> list[str]:
    """Write the recordings of one person; as :func:`run`."""
    someone = person.draw(request.seed, number, varied=request.varied)
    home = folder / someone.name
    done = [name for name in request.recordings if (home / f"{name}.parquet").is_file()]
    for name in done:
        show(someone.name, name)
    worn, moves, warnings = session.begin(someone, request.realism), plan.Moves(someone, request.strides, request.muscles), []
    for name in (name for name in request.recordings if name not in done):
        try:
            timeline, start, seconds = plan.make(moves, name, request.seconds)
        except UnsolvableError as error:
            warnings.append(f"{someone.name}: {name} is left out: {error}")
        else:
            recording = session.record(worn, timeline, name, start, seconds, request.rate_hz)
            write_recording.write(home / f"{name}.parquet", recording, single_precision=True)
        show(someone.name, name)
    return warnings


def _work(folder: Path, request: Request, number: int) -> list[str]:
    """One person in a process that does nothing else."""
    torch.set_num_threads(1)
    if sys.platform == "linux":
        _keep_memory()
    return simulate(folder, number, request, lambda person, recording: None)


def _keep_memory() -> None:
    """Have the C library keep freed memory: the solver takes the same megabytes in every iteration.

    Giving them back to the system in between costs a tenth of the time. A C library other than glibc is left as it is.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    # setting either one ends glibc's own tuning of both
    if set_option is not None and set_option(MMAP_THRESHOLD, KEPT_BYTES):
        set_option(TRIM_THRESHOLD, KEPT_BYTES)


def describe(folder: Path, people: list[Person], request: Request) -> None:
    """Write who and what is in the folder, beside the people that are there already."""
    path = folder / PEOPLE_FILE
    settings: dict[str, Any] = {
        name: getattr(request, name) for name in ("seed", "seconds", "rate_hz", "strides", "varied", "muscles")
    } | {"body": GAIT2D_SOLE.name}
    if request.realism != TYPICAL:
        settings["spread"] = asdict(request.realism.spread)
    if path.is_file():
        known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    else:
        known = {**settings, "people": {}}
        tables = (folder / someone.name / f"{name}.json" for someone in people for name in request.recordings)
        for there in (folder / README_FILE, *tables):
            if there.exists():
                fix = "give another --out"
                raise RecordingError("exists, and `kinertia simulate` did not write it", file=str(there), fix=fix)
    held = {
        "strides": 1,
        "varied": False,
        "muscles": False,
        "body": GAIT2D_TRUNK.name,
    } | known  # as of folders from before these were options
    if others := {key: held.get(key) for key in settings if held.get(key) != settings[key]}:
        there = ", ".join(f"{key} {value}" for key, value in others.items())
        raise RecordingError(
            f"holds people with {there}", file=str(path), fix="give another folder, or the same options and version"
        )
    known["people"] |= {someone.name: someone.facts() | {"asked": _asked(someone)} for someone in people}
    known["people"] = dict(sorted(known["people"].items()))
    write_text(path, json.dumps(known, indent=1, allow_nan=False) + "\n")
    write_text(folder / README_FILE, _readme(len(known["people"]), request))


def _asked(someone: Person) -> dict[str, Any]:
    return {
        c.name: {"speed_m_s": round(c.speed, 4), "slope_rad": round(c.slope_rad, 5)} for c in conditions.draw(someone).values()
    }


def _readme(count: int, request: Request) -> str:
    rows = "\n".join(f"| `{name}` | {plan.RECORDINGS[name]} |" for name in plan.RECORDINGS)
    return f"""# {count} simulated people, seed {request.seed}

Written by `kinertia simulate`. A folder per person; each recording is a table (`.parquet`) with the person and the sensors
in a `.json` of the same name: {request.seconds:g} s at {request.rate_hz:g} Hz, seven sensors with errors, and the exact truth.
`{PEOPLE_FILE}` lists true and stated sizes and the speeds that were asked for; what was reached is in each recording's `.json`.

| recording | what it is |
|---|---|
{rows}

A recording is missing where no movement was found that obeys the equations of motion.
"""

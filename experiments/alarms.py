"""Sound recordings: how often a check or the verdict complains of one."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from experiments import consistency, motion_capture, movement
from experiments.planar.worn import Wear
from experiments.protocol import QUIET, Advance, Context, Found, Json, cell, table
from experiments.spoiling.judge import Look, look
from kinertia.api.methods import adapt
from kinertia.api.models import estimate
from kinertia.estimation import verdict
from kinertia.io import devices, gaittoolbox, write_recording
from kinertia.io import folder as folders
from kinertia.io.read import read
from kinertia.recording import Recording
from kinertia.recording.errors import RecordingError
from kinertia.recording.finding import Cause, Finding, Severity
from kinertia.recording.selection import crop

Doubt = Callable[[Recording], str]
"""Estimates a recording; the verdict's sentence where it does not trust the result, else nothing."""
LENGTH_S = (10.0, 30.0)
CAPTURED = ("walking_arnold", "walking_moco", "running_hamner")
"""Folders of motion capture that virtual sensors are put on."""
WALKS = "mixed_opencap"
"""Folder of walks of a second or two, not one cycle each."""
TISSUE = Wear(tissue=True)
TRUE: Mapping[str, frozenset[Cause]] = {"HuGaDB": frozenset({Cause.CLIPPED})}
"""Beginnings of names to what really is wrong with recordings of that name: HuGaDB's accelerometers stop at 2 g."""


def alarms(
    people: tuple[Path, ...] = (),
    data: Path | None = None,
    count: int = 200,
    checks_only: bool = False,
    adapted: bool = False,
    model: str = "default",
    seed: int = 1,
    context: Context = QUIET,
) -> Found:
    """Sound recordings, simulated and real: how often do the checks or the verdict complain of one?

    Parameters
    ----------
    people
        Folders of simulated people, as `kinertia simulate` writes them.
    data
        Folder with real gait recordings and motion capture, as docs/benchmarks.md describes.
    count
        Simulated recordings: those that are there, then stretches of them.
    checks_only
        Estimate nothing, and ask for no verdict.
    adapted
        Adapt the model to each recording before it estimates.
    model
        What estimates.
    seed
        Draws the stretches.
    """

    def judged(recording: Recording) -> str:
        estimates = adapt(recording, model, anyway=True) if adapted else model
        told = verdict.of(estimate(estimates, recording), recording)
        return told.headline if told.level == "poor" and told.word != "not judged" else ""

    with tempfile.TemporaryDirectory() as home:
        sound = gather(people, data, count, seed, Path(home))
        with context.bar(len(sound), "recordings") as advance:
            found = complaints(sound, look, None if checks_only else judged, advance)
    shown = table("sound recordings", "n", "checks", "verdict", "either", "either, %", "longest, s")
    for name, row in found.items():
        counts = [str(row[key]) for key in ("recordings", "checks", "verdict", "either")]
        shown.add_row(name, *counts, cell(100 * row["either"] / max(row["recordings"], 1), 1), cell(row["seconds"], 1))
    said = [f"- {name}: {sentence}" for row in found.values() for name, told in row["said"].items() for sentence in told]
    return Found(found, (shown, *said))


@dataclass(frozen=True)
class Sound:
    """One sound recording as a file.

    Attributes
    ----------
    name : of person and recording.
    path : file or folder.
    real : measured, or virtual sensors on measured motion.
    """

    name: str
    path: Path
    real: bool


def simulated(people: tuple[Path, ...], count: int, seed: int, home: Path) -> Iterator[Sound]:
    """Recordings of simulated people as they are, then stretches of 10 to 30 s written below ``home``, ``count`` in all.

    Raises
    ------
    RecordingError : a folder without recordings.
    """
    paths = [path for folder in people for path in folders.recordings(folder) if path.with_suffix(".json").is_file()]
    for path in paths[:count]:
        yield Sound(f"{path.parent.name}/{path.stem}", path, False)
    generator = np.random.default_rng(seed)
    for number in range(count - len(paths)):
        path = paths[number % len(paths)]
        whole = read(path).without_truth()
        length = min(round(float(generator.uniform(*LENGTH_S)) * whole.rate_hz), whole.samples)
        start = int(generator.integers(0, whole.samples - length + 1))
        part = replace(crop(whole, start, start + length), name=f"cut_{number}")
        written = write_recording.write(home / f"cut_{number}.csv", part)
        yield Sound(f"{path.parent.name}/{path.stem} from {start / whole.rate_hz:.1f} s", written, False)


def real(data: Path, home: Path) -> Iterator[Sound]:
    """Gait recordings below a folder of data sets: real sensors, and virtual ones with tissue on measured motion."""
    optical = data / "imu_mocap_gaittoolbox"
    if gaittoolbox.is_gaittoolbox(optical):
        yield Sound(optical.name, optical, True)
    for folder in ("imu_hugadb", "imu_cycles_biomac"):
        for path in folders.recordings(data / folder) if (data / folder).is_dir() else ():
            if path.suffix == ".csv" or devices.find(path):
                yield Sound(path.stem, path, True)
    for folder in CAPTURED:
        for trial in consistency.make(data / folder, TISSUE) if (data / folder).is_dir() else ():
            yield _written(trial.recording, home)
    for path in sorted((data / WALKS).glob("walking*_ik.mot")):
        capture = motion_capture.read_motion(path)
        walk = movement.record(movement.wearer(capture, 0), movement.of_capture(capture), capture.rate_hz, capture.name)
        yield _written(walk, home)


def _written(recording: Recording, home: Path) -> Sound:
    return Sound(recording.name, write_recording.write(home / f"{recording.name}.csv", recording), True)


def complaints(sound: Iterable[Sound], look: Look, doubt: Doubt | None, advance: Advance = lambda _: None) -> Json:
    """Check each recording, and estimate and judge it where there is a ``doubt``.

    Returns
    -------
    ``simulated`` and ``real``, each with ``recordings``, ``checks`` (how many a check complains of), ``verdict`` (how many the
    verdict does not trust), ``either``, ``seconds`` (the longest), ``said`` (name to what was said).
    """
    found: Json = {}
    for one in sound:
        row = found.setdefault(
            "real" if one.real else "simulated",
            {"recordings": 0, "checks": 0, "verdict": 0, "either": 0, "seconds": 0.0, "said": {}},
        )
        begin = time.perf_counter()
        checked, sentence = _complaints(one, look, doubt)
        row["seconds"] = max(row["seconds"], time.perf_counter() - begin)
        row["recordings"] += 1
        row["checks"] += bool(checked)
        row["verdict"] += bool(sentence)
        row["either"] += bool(checked or sentence)
        if said := [*checked, *([f"verdict: {sentence}"] if sentence else [])]:
            row["said"][one.name] = said
        advance(1)
    return found


def _complaints(sound: Sound, look: Look, doubt: Doubt | None) -> tuple[list[str], str]:
    try:
        recording = look(sound.path, {})
    except RecordingError as error:
        return [str(error)], ""
    complaints = [f"[{f.cause.name}] {f.sentence}" for f in recording.findings if is_alarm(f, sound.name)]
    try:
        sentence = "" if doubt is None else doubt(recording)
    except RecordingError as error:
        return complaints, str(error)
    return complaints, sentence


def is_alarm(finding: Finding, name: str) -> bool:
    """Whether a finding says of a sound recording of this name that something is wrong which is not."""
    true = next((causes for start, causes in TRUE.items() if name.startswith(start)), frozenset())
    return finding.severity is not Severity.INFO and finding.cause not in true


def gather(people: tuple[Path, ...], data: Path | None, count: int, seed: int, home: Path) -> list[Sound]:
    """All of them, real ones first; parameters as those of the functions above.

    Raises
    ------
    RecordingError : neither is given, or a folder without recordings.
    """
    if not people and data is None:
        raise RecordingError("no sound recordings given", fix="name simulated people, or a folder of real walks")
    found = list(real(data, home)) if data is not None else []
    return found + (list(simulated(people, count, seed, home)) if people else [])

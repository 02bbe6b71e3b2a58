"""Virtual sensors: measured motion on the sagittal body, with exact truth that obeys the equations of motion."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean

from rich.table import Table

from experiments import consistency, curves, results
from experiments.methods import Method, MethodName
from experiments.options import AS_USUAL, Shared
from experiments.planar.worn import IDEAL, TYPICAL, Wear
from experiments.protocol import QUIET, Context, Found, Json, cell, table
from experiments.results import Scored
from experiments.scores import render
from kinertia.cli.place import files_of
from kinertia.io import inputs, write_recording
from kinertia.io.outputs import Outputs
from kinertia.recording import Recording


def virtual(
    data: Path,
    method: MethodName,
    report: Path | None = None,
    write: Path | None = None,
    clean: bool = False,
    wear: Wear = TYPICAL,
    wear_seed: int = 0,
    learning: Shared = AS_USUAL,
    context: Context = QUIET,
) -> Found:
    """Score a method on virtual sensors: measured motion on the sagittal body, with exact truth.

    Parameters
    ----------
    data
        Folder of motion capture with force plates in OpenSim files (see docs/formats.md).
    method
        What estimates; learned methods are trained on these recordings, without labels.
    report
        Folder to write curves.html to: estimate against reference, curve by curve.
    write
        Folder to write the virtual recordings to, as averaged gait cycles with their truth.
    clean
        Sensors exactly in place and without noise, instead of the options below.
    wear
        How the virtual sensors are worn.
    wear_seed
        Seed of their placement and noise.
    learning
        How learned methods are trained, and from which model.
    """
    if clean and wear != TYPICAL:
        raise ValueError("--clean and --wear options were both given; leave one out")
    scored = score(data, learning.method(method, context), method, IDEAL if clean else wear, wear_seed)
    for recording in scored.recordings if write is not None else ():
        _keep(recording, write / f"{recording.name}.csv", data)  # type: ignore[operator]
    shown = render(scored.results), _consistency(scored.results["conditions"]["consistency"])
    return Found(scored.results, (*shown, *curves.write(report, scored)))


def score(folder: Path, method: Method, name: str, wear: Wear = TYPICAL, seed: int = 0) -> Scored:
    """Make the recordings of a folder of motion capture, estimate and score them.

    Returns
    -------
    As :func:`experiments.results.score`; ``conditions`` of the results has ``consistency`` per trial
    (:func:`experiments.consistency.consistency`) and ``wear`` beside.
    """
    trials = consistency.make(folder, wear, seed)
    scored = results.score([trial.recording for trial in trials], method, name)
    scored.results["conditions"] |= {
        "signals": "virtual sensors on measured motion",
        "wear": vars(wear) | {"seed": seed},
        "consistency": {trial.recording.name: trial.consistency for trial in trials},
    }
    return scored


def _keep(recording: Recording, path: Path, data: Path) -> None:
    guard = Outputs("kinertia benchmark virtual", inputs.of(data), str(data), option="", results=False)
    with guard.writing(files_of(path)):
        write_recording.write(path, recording)


def _consistency(found: dict[str, Json]) -> Table:
    pair = lambda root: f"{100 * root['force_bw']:.2f}, {100 * root['moment_bwbh']:.2f}"  # noqa: E731
    moments = [[value for value in trial["moments_bwbh"].values() if value is not None] for trial in found.values()]
    trials = found.values()
    rows = [
        ("root residual, force [BW%], moment [BWBH%]", *(pair(trial["root"]) for trial in trials)),
        ("  as measured", *(pair(trial["root_as_measured"]) for trial in trials)),
        ("  body from mass and height only", *(pair(trial["root_of_scaled_body"]) for trial in trials)),
        ("moments of this body against measured ones [BWBH%]", *(cell(fmean(m) if m else None) for m in moments)),
        ("loaded foot, height [mm]", *(cell(trial["stance_height_m"], 0, factor=1000) for trial in trials)),
        ("loaded foot, slip [m/s]", *(cell(trial["stance_slip_m_s"]) for trial in trials)),
    ]
    return table("", *found, title="how exact the truth is (RMS)", rows=rows)

"""Benchmark on virtual sensors: measured motion on the sagittal body, with exact truth that obeys the equations of motion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from experiments import cycles
from experiments.cycles import Scored
from kinertia.estimation.estimate import Estimate
from kinertia.recording import Recording
from kinertia.simulation import virtual
from kinertia.simulation.worn import TYPICAL, Wear

Json = dict[str, Any]


def run(
    folder: Path, method: Callable[[list[Recording]], list[Estimate]], name: str, wear: Wear = TYPICAL, seed: int = 0
) -> Scored:
    """Make the recordings of a folder of motion capture, estimate and score them.

    Parameters
    ----------
    folder : layout of :mod:`kinertia.io.motion_capture`.
    method : called once with all recordings, stripped of truth.
    name : name of the method.
    wear : how the virtual sensors are worn.
    seed : draws their placement and noise.

    Returns
    -------
    As :func:`experiments.cycles.run`; ``conditions`` of the results has ``consistency`` per trial
    (:func:`kinertia.simulation.virtual.consistency`) and ``wear`` beside.

    Raises
    ------
    RecordingError : a file cannot be used, or the method cannot use a recording.
    """
    trials = virtual.make(folder, wear, seed)
    scored = cycles.score([trial.recording for trial in trials], method, name)
    scored.results["conditions"] |= {
        "signals": "virtual sensors on measured motion",
        "wear": vars(wear) | {"seed": seed},
        "consistency": {trial.recording.name: trial.consistency for trial in trials},
    }
    return scored

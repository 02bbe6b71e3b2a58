"""Trajectory optimisation of a recording: from signals to an estimate."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kinertia.estimation.assembly import assemble
from kinertia.estimation.estimate import Bands, Estimate
from kinertia.estimation.trained import to_series
from kinertia.ocp.ipopt import Show, silent
from kinertia.recording import LOWER_BODY, Recording
from kinertia.recording.channels import read
from kinertia.recording.wearer import same_wearer
from kinertia.sensing import activity
from kinertia.sensing.segments import to_segments
from kinertia.solving import cycle, windows
from kinertia.solving.settings import Settings
from kinertia.solving.solution import Solution
from kinertia.uncertainty import store

METHOD = "solve"
UNHELD_S = 0.1
"""Nothing holds forces where a recording begins: errors of ground reaction in the first 0.05 s are 0.07 to 0.17 BW in place of
0.03 BW, of 3.5 s of a simulated person who walks; its end, which equations of motion hold, is as good as the middle."""
CYCLES_ONLY = "no band: solving window by window has not been calibrated; the mean stride (--cycle) has bands"


@dataclass(frozen=True)
class Solved:
    """A recording's estimate and the solution it was made of."""

    estimate: Estimate
    solution: Solution


def solve(
    recording: Recording,
    settings: Settings | None = None,
    show: Show = silent,
    guess: Estimate | None = None,
    folder: Path | None = None,
    resume: bool = False,
) -> Solved:
    """Find the motion and forces that explain a recording best.

    Parameters
    ----------
    recording : in sensor or segment axes; truth in it is not read.
    settings : weights, bounds, rate and windows; default those that come with the package.
    show : given the amount of work, a context that yields a progress function.
    guess : another method's estimate of the recording to start from; default the signals themselves.
    folder, resume : where finished windows of a continuous recording are kept, and whether to go on from them.

    Returns
    -------
    Solved. A solver that does not converge is a warning of the estimate, with how far constraints are violated.

    Raises
    ------
    RecordingError
        If the recording cannot be aligned or has no usable sensor.
    """
    begin = time.perf_counter()
    chosen = Settings() if settings is None else settings
    ready = to_segments(recording)
    if ready.periodic:
        (solution,) = cycle.solve([ready], chosen, show, guess)
    else:
        solution = windows.solve(ready, chosen, show, guess, folder, resume)
    return Solved(replace(to_estimate(solution, ready), seconds=time.perf_counter() - begin), solution)


def solve_all(recordings: Sequence[Recording], settings: Settings | None = None) -> list[Estimate]:
    """Solve recordings, in order; cycles of one wearer (:func:`kinertia.recording.wearer.same_wearer`) share their sensors.

    Parameters
    ----------
    recordings : in sensor or segment axes; truth in them is not read.
    settings : weights, bounds, rate and windows; default those that come with the package.

    Raises
    ------
    RecordingError
        If a recording cannot be aligned or has no usable sensor.
    """
    chosen = Settings() if settings is None else settings
    found: dict[int, Estimate] = {}
    for i, recording in enumerate(recordings):
        if i in found:
            continue
        group = [k for k in range(i, len(recordings)) if k not in found and _one_session(recording, recordings[k])]
        if len(group) < 2:
            found[i] = solve(recording, chosen).estimate
            continue
        begin = time.perf_counter()
        ready = [to_segments(recordings[k]) for k in group]
        solutions = cycle.solve(ready, chosen)
        seconds = (time.perf_counter() - begin) / len(group)
        found |= {
            k: replace(to_estimate(solution, one), seconds=seconds)
            for k, solution, one in zip(group, solutions, ready, strict=True)
        }
    return [found[i] for i in range(len(recordings))]


def _one_session(first: Recording, second: Recording) -> bool:
    return first.periodic and second.periodic and same_wearer(first, second)


def to_estimate(solution: Solution, recording: Recording) -> Estimate:
    """The solution at the samples of a recording in segment frames."""
    signals, present = read(recording)
    used = [k for k in range(len(LOWER_BODY)) if bool(present[:, k].any())]
    segments = tuple(LOWER_BODY.segments[k] for k in used)
    measured = np.where(present > 0, signals, np.nan)[:, used]
    found = solution.at(recording.time_s)
    series = to_series(found, solution.person.body, recording.subject.mass_kg)
    series = replace(series, virtual=series.virtual[:, used])
    does = activity.classify(recording)
    held = None if recording.periodic else np.arange(recording.samples) >= UNHELD_S * recording.rate_hz
    result = assemble(series, recording.rate_hz, recording, METHOD, measured, segments, lambda x: x, does, held)
    # solved window by window, errors differ, and have not been measured
    bands = store.of_method("solve").bands(result, recording) if recording.periodic else Bands(about=CYCLES_ONLY)
    return replace(
        result,
        bands=bands,
        # the whole recording is explained at once
        output_delay_s=recording.duration_s,
        convergence=solution.convergence.figures(),
        warnings=(*result.warnings, *_warnings(solution)),
    )


def _warnings(solution: Solution) -> tuple[str, ...]:
    found = solution.convergence
    failed = [solve.status for solve in found.solves if not solve.converged]
    if not failed:
        return ()
    name, worst = max(found.violation.items(), key=lambda item: item[1].largest)
    return (
        f"{len(failed)} of {len(found.solves)} runs of the solver did not converge ({', '.join(sorted(set(failed)))}): "
        f"constraints are met to {worst.largest:.2g} {worst.unit} ({name}); do not trust moments and ground reaction there",
    )

"""Trajectory optimisation of a recording: from signals to an estimate."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kinertia.estimation.estimate import Bands, Estimate
from kinertia.estimation.muscular import with_found
from kinertia.estimation.series import assemble
from kinertia.estimation.track import to_series
from kinertia.ocp import ipopt
from kinertia.ocp.ipopt import Show, silent
from kinertia.ocp.muscular import LEG, SIDES
from kinertia.ocp.program import transcribe
from kinertia.recording import GRAVITY, LOWER_BODY, Array, Recording
from kinertia.recording.channels import read
from kinertia.recording.resampling import resample
from kinertia.sensing import activity
from kinertia.sensing.alignment import to_segments
from kinertia.solving import start as starts
from kinertia.solving import tracking, windows
from kinertia.solving.settings import Settings
from kinertia.solving.solution import Movement, Solution
from kinertia.uncertainty import store

METHOD = "solve"
SLOWEST_HZ, FASTEST_HZ = 50.0, 200.0  # a cycle sampled within these rates has its nodes on its samples
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
    muscles: bool = False,
) -> Solved:
    """Find the motion and forces that explain a recording best.

    RecordingError: the recording cannot be aligned or has no usable sensor.

    Parameters
    ----------
    recording : in sensor or segment axes; truth in it is not read.
    settings : weights, bounds, rate and windows; default those that come with the package.
    show : given the amount of work, a context that yields a progress function.
    guess : another method's estimate of the recording to start from; default the signals themselves.
    folder, resume : where finished windows of a continuous recording are kept, and whether to go on from them.
    muscles : moments are what muscles give, from the solution without them on.

    Returns
    -------
    Solved. A solver that does not converge is a warning of the estimate, with how far constraints are violated.
    """
    begin = time.perf_counter()
    chosen = Settings() if settings is None else settings
    ready = to_segments(recording)
    if ready.periodic:
        solution = _cycle(ready, chosen, show, guess, muscles)
    else:
        solution = windows.solve(ready, chosen, show, guess, folder, resume, muscles)
    return Solved(replace(to_estimate(solution, ready), seconds=time.perf_counter() - begin), solution)


def stated(recording: Recording, settings: Settings, guess: Estimate | None = None) -> tuple[Movement, Array, Array]:
    """The problem of a gait cycle in segment frames: its movement, the data of its nodes, and where its unknowns start."""
    nodes = recording
    if not SLOWEST_HZ <= recording.rate_hz <= FASTEST_HZ:
        nodes = resample(recording, settings.rate_hz, keep_gaps=True)
    sequence = tracking.to_sequence(nodes, settings)
    start = starts.of(nodes, sequence, guess)
    movement = Movement.of(sequence, nodes.samples, True, settings, start.speed)
    return movement, tracking.node_data(sequence, nodes), start.unknowns(movement.layout)


def _cycle(recording: Recording, settings: Settings, show: Show, guess: Estimate | None, muscles: bool) -> Solution:
    movement, data, x = stated(recording, settings, guess)
    limits, runs = (settings.iterations, settings.tolerance), []
    with show((1 + muscles) * settings.iterations) as progress:
        for driven in range(1 + muscles):
            if driven:
                plain, movement = movement.layout.split(x), movement.with_muscles(settings)
                x = movement.layout.join(plain | movement.muscles_of(plain))
            program = transcribe(movement.node, movement.layout)
            x, run = ipopt.solve(program, x, data, *limits, progress=progress, options=tracking.OPTIONS)
            runs.append(run)
    return Solution.of(movement, x, data, runs)


def to_estimate(solution: Solution, recording: Recording) -> Estimate:
    """The solution at the samples of a recording in segment frames."""
    signals, present = read(recording)
    used = [k for k in range(len(LOWER_BODY)) if bool(present[:, k].any())]
    segments = tuple(LOWER_BODY.segments[k] for k in used)
    measured = np.where(present > 0, signals, np.nan)[:, used]
    outcome = solution.at(recording.time_s)
    series = to_series(outcome, solution.person.body, recording.subject.mass_kg)
    series = replace(series, virtual=series.virtual[:, used])
    does = activity.classify(recording)
    held = None if recording.periodic else np.arange(recording.samples) >= UNHELD_S * recording.rate_hz
    result = assemble(series, recording.rate_hz, recording, METHOD, measured, segments, lambda x: x, does, held)
    # solved window by window, errors differ, and have not been measured
    bands = store.of_method("solve").bands(result, recording) if recording.periodic else Bands(about=CYCLES_ONLY)
    if "stretch" in solution.part:
        result = _with_muscles(result, solution, recording.time_s)
    return replace(
        result,
        bands=bands,
        # the whole recording is explained at once
        output_delay_s=recording.duration_s,
        convergence=solution.convergence.figures(),
        warnings=(*result.warnings, *_warnings(solution)),
    )


def _with_muscles(estimate: Estimate, solution: Solution, time_s: Array) -> Estimate:
    activation, force, moment = solution.muscles_at(time_s)
    weight = estimate.subject.mass_kg * GRAVITY
    joints = [[f"{name}_{side}" for name in LEG.coordinates] for side in SIDES]
    whole = np.stack([np.stack([estimate.moments[name] for name in row], -1) for row in joints], 1)
    left = whole - weight * float(solution.body.height) * moment
    return with_found(estimate, LEG, weight * force, activation, left)


def _warnings(solution: Solution) -> tuple[str, ...]:
    result = solution.convergence
    failed = [solve.status for solve in result.solves if not solve.converged]
    if not failed:
        return ()
    name, worst = max(result.violation.items(), key=lambda item: item[1].largest)
    return (
        f"{len(failed)} of {len(result.solves)} runs of the solver did not converge ({', '.join(sorted(set(failed)))}): "
        f"constraints are met to {worst.largest:.2g} {worst.unit} ({name}); do not trust moments and ground reaction there",
    )

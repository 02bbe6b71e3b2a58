"""One gait cycle that repeats."""

from __future__ import annotations

from kinertia.estimation.estimate import Estimate
from kinertia.recording import Recording
from kinertia.recording.resampling import resample
from kinertia.sensing import contact_events
from kinertia.solving import start as starts
from kinertia.solving.problem import Problem, Show, node_data, silent, to_sequence
from kinertia.solving.settings import Settings
from kinertia.solving.solution import Solution

SLOWEST_HZ, FASTEST_HZ = 50.0, 200.0
"""A cycle sampled within these rates has its nodes on its samples."""


def solve(recording: Recording, settings: Settings, show: Show = silent, guess: Estimate | None = None) -> Solution:
    """Solve a periodic cycle.

    Parameters
    ----------
    recording : one cycle, in segment frames; truth in it is not read.
    settings : weights, bounds and rate.
    show : given the largest number of iterations, a context that yields a progress function.
    guess : another method's estimate to start from; default the signals themselves.
    """
    nodes = at_nodes(recording, settings)
    sequence = to_sequence(nodes)
    start = starts.of(nodes, sequence, guess)
    problem = Problem.of(sequence, nodes.samples, True, settings, start.speed, contact_events.runs(nodes))
    data = node_data(sequence, nodes)
    with show(settings.iterations) as progress:
        answer = problem.solve(start.unknowns(problem.layout, problem.step_s), data, progress=progress)
    return Solution.of(problem, answer.x, data, [answer])


def at_nodes(recording: Recording, settings: Settings) -> Recording:
    """The cycle, sampled at its nodes."""
    if SLOWEST_HZ <= recording.rate_hz <= FASTEST_HZ:
        return recording
    return resample(recording, settings.rate_hz, keep_gaps=True)

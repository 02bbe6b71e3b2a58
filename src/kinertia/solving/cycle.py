"""Gait cycles that repeat: one, or several of one wearer at once.

Sensors stay where they are strapped, whatever the person does. One activity alone hardly tells a turned sensor from a bent
joint. Two activities load the body differently, and one mounting has to explain both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinertia.estimation.estimate import Estimate
from kinertia.ocp import ipopt
from kinertia.ocp.ipopt import Show, silent
from kinertia.ocp.join import join
from kinertia.ocp.program import transcribe
from kinertia.recording import Array, Recording
from kinertia.recording.resampling import resample
from kinertia.solving import start as starts
from kinertia.solving import tracking
from kinertia.solving.measured import node_data, to_sequence
from kinertia.solving.settings import Settings
from kinertia.solving.solution import Movement, Solution

SLOWEST_HZ, FASTEST_HZ = 50.0, 200.0
"""A cycle sampled within these rates has its nodes on its samples."""


@dataclass(frozen=True)
class _Cycle:
    """One cycle's movement, what it is to explain, and where its unknowns start."""

    movement: Movement
    data: Array
    start: Array


def solve(
    recordings: Sequence[Recording], settings: Settings, show: Show = silent, guess: Estimate | None = None
) -> list[Solution]:
    """Solve periodic cycles of one wearer with one mounting of the sensors and one size of the body.

    Parameters
    ----------
    recordings : cycles in segment frames, of one person with the same sensors; truth in them is not read.
    settings : weights, bounds and rate.
    show : given the largest number of iterations, a context that yields a progress function.
    guess : another method's estimate of the first recording to start from; default the signals themselves.
    """
    cycles = [_state(recording, settings, guess if i == 0 else None) for i, recording in enumerate(recordings)]
    programs = [transcribe(cycle.movement.node, cycle.movement.layout) for cycle in cycles]
    layouts = [cycle.movement.layout for cycle in cycles]
    start, data = [cycle.start for cycle in cycles], [cycle.data.ravel() for cycle in cycles]
    limits, options = (settings.iterations, settings.tolerance), tracking.OPTIONS
    program = programs[0]
    if len(cycles) > 1:
        # each by itself first, where a step is cheap: 10 s in place of 16 for a walk and a run, with the same result
        start = [ipopt.solve(*one, *limits, options=options).x for one in zip(programs, start, data, strict=True)]
        program = join(programs, layouts, "units")
    with show(settings.iterations) as progress:
        answer = ipopt.solve(program, np.concatenate(start), np.concatenate(data), *limits, progress=progress, options=options)
    pieces = np.split(answer.x, np.cumsum([layout.size for layout in layouts])[:-1])
    return [Solution.of(cycle.movement, x, cycle.data, [answer]) for cycle, x in zip(cycles, pieces, strict=True)]


def _state(recording: Recording, settings: Settings, guess: Estimate | None) -> _Cycle:
    nodes = recording
    if not SLOWEST_HZ <= recording.rate_hz <= FASTEST_HZ:
        nodes = resample(recording, settings.rate_hz, keep_gaps=True)
    sequence = to_sequence(nodes)
    start = starts.of(nodes, sequence, guess)
    movement = Movement.of(sequence, nodes.samples, True, settings, start.speed)
    return _Cycle(movement, node_data(sequence, nodes), start.unknowns(movement.layout))

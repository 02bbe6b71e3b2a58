"""From the name of a recording to the person's movement: what is solved, how often it repeats, what follows what."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from kinertia.simulation import conditions, reference
from kinertia.simulation.gait import Gait, join
from kinertia.simulation.gait_problem import GaitProblem, UnsolvableError, solve_passage, solve_periodic
from kinertia.simulation.person import Person
from kinertia.simulation.reference import Curves
from kinertia.weights import SIMULATING, SIMULATING_VARIED

RECORDINGS = {
    "walk_1": "slow walking",
    "walk_2": "walking",
    "walk_3": "fast walking",
    "run_1": "slow running",
    "run_2": "running",
    "run_3": "fast running",
    "slope": "walking uphill or downhill",
    "mixed": "standing, slow walking, fast walking, slow running, walking, standing, with the passages between them",
}
MIXED = ("stand", "walk_1", "walk_3", "run_1", "walk_2", "stand")
SHARES = (0.1, 0.2, 0.2, 0.25, 0.15, 0.1)
"""Of the time that passages leave, for each part of the mixed recording."""
SHARE_SPREAD = 0.2
SHORTEST_STAND_S = 3.0
TRIALS = ((1.0, 1.0), (0.97, 1.0), (1.03, 0.97), (0.94, 1.03))
"""Speed and stride time to try, relative to what was asked, until a movement is found."""
PASSAGE_STRIDES = (2, 3, 4)  # tried in this order
Given = TypeVar("Given")
Found = TypeVar("Found")


@dataclass
class Moves:
    """The movements of one person, each solved when it is first asked for; steady ones repeat after ``strides`` that differ."""

    person: Person
    strides: int = 1
    muscles: bool = False  # moments are what muscles give
    _steady: dict[str, tuple[Curves, Gait]] = field(default_factory=dict)
    _problems: dict[float, GaitProblem] = field(default_factory=dict)

    def steady(self, name: str) -> tuple[Curves, Gait]:
        """A movement that repeats, and the curves it follows; ``stand`` or the name of a recording.

        Raises
        ------
        UnsolvableError : none of the trials led to a movement.
        """
        if name not in self._steady:
            body, asked = self.person.body, conditions.draw(self.person)["walk_1" if name == "stand" else name]
            style, problem = asked.style, self._problem(asked.slope_rad)
            ways = [Curves(body, style, 0.0, None)]
            if name != "stand":
                styles = [(faster, replace(style, stride_time=style.stride_time * longer)) for faster, longer in TRIALS]
                ways = [Curves(body, other, asked.speed * faster, asked.running) for faster, other in styles]

            def solve(way: Curves) -> tuple[Curves, Gait]:
                unlike = self.person.stream(f"strides {name}") if self.strides > 1 else None
                return way, solve_periodic(problem, reference.steady(way, self.strides, unlike), way.speed)

            self._steady[name] = _first(solve, ways)
        return self._steady[name]

    def passage(self, first: str, last: str) -> Gait:
        """The way from one movement to another, both on level ground.

        Raises
        ------
        UnsolvableError : no passage was found.
        """
        (begin, begin_gait), (end, end_gait) = self.steady(first), self.steady(last)
        problem = self._problem(0.0)

        def solve(strides: int) -> Gait:
            return solve_passage(problem, reference.passage(begin, end, strides), begin_gait, end_gait)

        return _first(solve, PASSAGE_STRIDES)

    def _problem(self, slope_rad: float) -> GaitProblem:
        if slope_rad not in self._problems:
            weights = SIMULATING_VARIED if self.person.varied else SIMULATING
            self._problems[slope_rad] = GaitProblem(self.person.body, slope_rad, weights, self.muscles)
        return self._problems[slope_rad]


def _first(solve: Callable[[Given], Found], trials: Iterable[Given]) -> Found:
    """What solving the first trial that can be solved gives; the error of the first one when none can."""
    errors: list[UnsolvableError] = []
    for trial in trials:
        try:
            return solve(trial)
        except UnsolvableError as error:
            errors.append(error)
    raise errors[0]


def make(moves: Moves, name: str, seconds: float) -> tuple[Gait, float, float]:
    """The movement of a recording.

    Parameters
    ----------
    moves : of the person.
    name : of :data:`RECORDINGS`.
    seconds : how long it should be.

    Returns
    -------
    The movement, where in it the recording starts [s], and how long it is [s]: ``seconds``, or as long as a mixed recording
    needs for all of its parts.

    Raises
    ------
    UnsolvableError : a movement in it could not be found.
    """
    generator = moves.person.stream(f"plan {name}")
    if name == "mixed":
        timeline = _mixed(moves, seconds, generator)
        return timeline, 0.0, max(seconds, math.floor(timeline.duration_s))
    gait = moves.steady(name)[1]
    # a recording starts anywhere in the stride
    start = gait.step_s * int(generator.integers(gait.nodes))
    return join([(gait, math.ceil((start + seconds) / gait.duration_s) + 1)]), start, seconds


def _mixed(moves: Moves, seconds: float, generator: np.random.Generator) -> Gait:
    steady = [moves.steady(name)[1] for name in MIXED]
    passages = [moves.passage(a, b) for a, b in itertools.pairwise(MIXED)]
    left = seconds - sum(passage.duration_s for passage in passages)
    vary = 1.0 + SHARE_SPREAD * generator.uniform(-1.0, 1.0, len(MIXED))
    pieces: list[tuple[Gait, int]] = []
    for name, gait, share, change in zip(MIXED[:-1], steady[:-1], SHARES[:-1], vary[:-1], strict=True):
        lasting = max(share * change * left, SHORTEST_STAND_S if name == "stand" else 0.0)
        pieces += [(gait, max(1, round(lasting / gait.duration_s))), (passages[len(pieces) // 2], 1)]
    passed = sum(repeats * gait.duration_s for gait, repeats in pieces)
    end = max(seconds - passed, SHORTEST_STAND_S)
    return join([*pieces, (steady[-1], math.ceil(end / steady[-1].duration_s) + 1)])

"""Several random starts: training continues from the one whose self-supervised loss is lowest after a while.

Gait has poor local minima, such as a runner who steps on the spot with forces in the wrong half of the cycle. The loss
tells them apart early, without labels.
"""

from __future__ import annotations

from collections.abc import Callable

from kinertia.learning.config import Config
from kinertia.learning.state import TrainingState

SHORTEST_TRAINING = 4
"""Trainings shorter than this many times a trial have one start."""


def count(config: Config) -> int:
    """Number of starts that a training of this length tries."""
    training = config.training
    return training.starts if training.steps >= SHORTEST_TRAINING * training.start_steps else 1


def choose(
    begin: Callable[[int], TrainingState], advance: Callable[[TrainingState, int], float], config: Config
) -> TrainingState:
    """Run every start for ``start_steps`` and keep the best.

    Parameters
    ----------
    begin : gives the state of start number k.
    advance : trains a state up to a step and returns the mean loss over the second half of the way.
    config : how many starts, how long.
    """
    best, lowest = begin(0), float("inf")
    for k in range(count(config)):
        state = best if k == 0 else begin(k)
        loss = advance(state, config.training.start_steps)
        if loss < lowest:
            best, lowest = state, loss
    return best

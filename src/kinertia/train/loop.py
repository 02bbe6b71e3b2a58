"""The training loop, of every kind of training: take a step, record losses, keep a checkpoint, end with a model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Generic, TypeVar

from torch import Tensor

from kinertia.train.state import State
from kinertia.train.store import Card, Clock, Store

Progress = Callable[[int, dict[str, float]], None]
"""Called after every step with its number and the terms of the last recorded loss."""
S = TypeVar("S", bound=State)
C = TypeVar("C", bound=Card)


@dataclass(frozen=True)
class Running:
    """How a training runs, whatever is trained."""

    out: Path | None = None  # folder for checkpoint and model; None keeps everything in memory
    resume: bool = False  # go on from the checkpoint in ``out``; the result equals an uninterrupted run
    stop_after: int | None = None  # stop (with a checkpoint) at this step
    checkpoint_s: float | None = None  # time between checkpoints [s]; default 30
    progress: Progress | None = None  # called after every step

    def __post_init__(self) -> None:
        if self.resume and self.out is None:
            raise ValueError("resuming needs the folder of the checkpoint")


IN_MEMORY = Running()


class Training(ABC, Generic[S, C]):
    """One kind of training: what a step is, when it ends, and what its files are."""

    store: Store[C]
    log_every: int = 1  # steps from one recorded row to the next; the last one is recorded too

    @property
    @abstractmethod
    def steps(self) -> int:
        """Most of them."""

    @abstractmethod
    def step(self, state: S) -> dict[str, Tensor]:
        """Draw examples, compare, take a step down the gradient; returns the loss, and after it its terms."""

    @abstractmethod
    def card(self, kind: str, state: S) -> C:
        """What stands beside the weights."""

    @abstractmethod
    def model(self, state: S) -> dict[str, Tensor]:
        """Weights of the finished model."""

    def judge(self, state: S) -> dict[str, float]:
        """Figures on what is not learned from, recorded with the loss."""
        del state
        return {}

    def converged(self, history: list[dict[str, float]]) -> bool:
        """Whether training ends before its last step."""
        del history
        return False

    def settle(self, state: S) -> None:
        """Called once with the finished state, before the model is kept."""


def run(training: Training[S, C], state: S, how: Running) -> bool:
    """Train from ``state`` on, which is changed; returns whether it came to its end.

    ValueError if the loss is no longer finite.
    """
    shown: dict[str, float] = {}
    clock = Clock(how.checkpoint_s)
    end = training.steps if how.stop_after is None else min(how.stop_after, training.steps)
    done = training.converged(state.history)
    while state.step < end and not done:
        outcome = training.step(state)
        state.step += 1
        recorded = state.step % training.log_every == 0 or state.step == training.steps
        if recorded or not bool(next(iter(outcome.values())).isfinite()):  # the loss comes first
            shown = _finite(outcome, state.step)
            state.history.append({"step": float(state.step), **shown, **training.judge(state)})
            done = training.converged(state.history)
        if how.progress is not None:
            how.progress(state.step, shown)
        if how.out is not None and (clock.due() or state.step == end or done):
            training.store.write(how.out, state.tensors(), training.card(training.store.state, state))
            if not how.resume:  # a model that was there is replaced by this training
                training.store.retire(how.out)
    finished = done or state.step == training.steps
    if finished:
        training.settle(state)
    if finished and how.out is not None:
        training.store.write(how.out, training.model(state), training.card(training.store.model, state))
    return finished


def _finite(found: dict[str, Tensor], step: int) -> dict[str, float]:
    shown = {name: float(x) for name, x in found.items()}
    if not all(map(isfinite, shown.values())):
        raise ValueError(f"training diverged at step {step}: {shown}; lower the learning rate")
    return shown

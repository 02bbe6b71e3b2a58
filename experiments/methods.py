"""Methods that benchmarks know by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal, Protocol, get_args

from experiments.progress import ShowProgress, silent
from kinertia.estimation.estimate import Estimate
from kinertia.learning.config import Cell, Config
from kinertia.recording import Recording
from kinertia.sensing import normative, orientation, strapdown
from kinertia.sensing.alignment import align

MethodName = Literal[
    "sspinnpose", "sspinnpose-bilstm", "pretrained", "adapted", "solve", "strapdown", "orientation", "normative"
]
METHOD_NAMES: tuple[str, ...] = get_args(MethodName)


class Method(Protocol):
    """Estimates all recordings of a benchmark, having seen no truth.

    Training, where a method needs it, happens on these recordings and is part of the call. One estimate per recording, in
    order, on the recording's own samples; ``seed`` makes it repeatable.
    """

    def __call__(self, recordings: Sequence[Recording], *, seed: int) -> list[Estimate]: ...


def choose(
    name: MethodName, seed: int, config: Config, show: ShowProgress = silent, model: str | None = None
) -> Callable[[list[Recording]], list[Estimate]]:
    """The method of a name, ready to be called with recordings.

    Parameters
    ----------
    name : learned methods are trained, without labels, on the recordings they are called with.
    seed : makes training repeatable.
    config : of learned methods; a name that ends in a network cell replaces the cell.
    show : given the number of training steps, a context that yields a progress function.
    model : for ``pretrained`` and ``adapted``: a shipped model's name or a model's folder; None is the shipped default. With
        ``adapted`` settings of ``config`` that equal the built-in default are the model's.

    Raises
    ------
    ValueError : a model for a method that starts from none, or one that cannot be loaded.
    """
    if model is not None and name not in PRETRAINED:
        raise ValueError(f"--model is for the methods {' and '.join(PRETRAINED)}; {name!r} starts from no model")
    if name in METHODS:
        return partial(METHODS[name], seed=seed)
    from experiments import learned  # torch, which the closed-form methods do without

    chosen = learned.with_seed(config, seed)
    if name in PRETRAINED:
        return learned.from_model(model, chosen, method=name, show=show)
    cell = LEARNED[name]
    return partial(
        learned.train_and_estimate, config=chosen if cell is None else learned.with_cell(chosen, cell), method=name, show=show
    )


def integrate_gyroscopes(recordings: Sequence[Recording], *, seed: int) -> list[Estimate]:
    """Strapdown baseline; draws nothing at random."""
    del seed
    return [_solve_aligned(strapdown.solve, recording) for recording in recordings]


def subtract_inclinations(recordings: Sequence[Recording], *, seed: int) -> list[Estimate]:
    """Orientation filter, for continuous recordings; draws nothing at random."""
    del seed
    return [_solve_aligned(orientation.solve, recording) for recording in recordings]


def place_population_curve(recordings: Sequence[Recording], *, seed: int) -> list[Estimate]:
    """Sensorless population curve; draws nothing at random."""
    del seed
    return [_solve_aligned(normative.solve, recording) for recording in recordings]


def optimise_trajectories(recordings: Sequence[Recording], *, seed: int) -> list[Estimate]:
    """Trajectory optimisation, cycles of one session together; draws nothing at random."""
    del seed
    from kinertia.solving import solver  # CasADi and torch, which the closed-form methods do without

    return solver.solve_all(recordings)


def _solve_aligned(solve: Callable[[Recording], Estimate], recording: Recording) -> Estimate:
    aligned, alignment = align(recording)
    estimate = solve(aligned)
    return replace(estimate, warnings=(*alignment.warnings, *estimate.warnings))


METHODS: dict[str, Method] = {
    "strapdown": integrate_gyroscopes,
    "orientation": subtract_inclinations,
    "normative": place_population_curve,
    "solve": optimise_trajectories,
}
"""Methods that need no training."""

LEARNED: dict[str, Cell | None] = {"sspinnpose": None, "sspinnpose-bilstm": "bilstm"}
"""Learned methods with the network cell that they ask for; None leaves it to the configuration."""

PRETRAINED = ("pretrained", "adapted")
"""Methods that start from a model: used as it is, or adapted without labels to the recordings of each session."""

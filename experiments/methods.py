"""Methods that experiments know by name: recordings stripped of truth to one estimate each, on the recording's own samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from experiments.protocol import QUIET, Training
from kinertia.estimation.estimate import Estimate
from kinertia.learning.config import Cell, Config
from kinertia.recording import LOWER_BODY, Recording
from kinertia.recording.selection import wearer_of
from kinertia.sensing import normative, orientation, strapdown
from kinertia.sensing.alignment import align

if TYPE_CHECKING:
    from kinertia.learning.checkpoint import Model

MethodName = Literal[
    "sspinnpose",
    "sspinnpose-bilstm",
    "pretrained",
    "adapted",
    "solve",
    "solve-muscles",
    "strapdown",
    "orientation",
    "normative",
]
Method = Callable[[list[Recording]], list[Estimate]]
"""Estimates all recordings of an experiment, one estimate each, in order. Training, where it needs it, happens on these
recordings and is part of the call."""
Solve = Callable[[Recording], Estimate]
ShowTraining = Callable[[int], Training]
"""Given the number of training steps, a context that yields the function to call after each step."""

CLOSED_FORM: dict[str, Solve] = {"strapdown": strapdown.solve, "orientation": orientation.solve, "normative": normative.solve}
"""Methods that learn nothing."""
LEARNED: dict[str, Cell | None] = {"sspinnpose": None, "sspinnpose-bilstm": "bilstm"}
"""Learned methods with the network cell that they ask for; None leaves it to the configuration."""
PRETRAINED = ("pretrained", "adapted")
"""Methods that start from a model: used as it is, or adapted without labels to the recordings of each session."""


def choose(
    name: MethodName, seed: int, config: Config, show: ShowTraining = QUIET.training, model: str | None = None
) -> Method:
    """The method of a name.

    Parameters
    ----------
    name : learned methods are trained, without labels, on the recordings they are called with.
    seed : makes training repeatable.
    config : of learned methods; a name that ends in a network cell replaces the cell.
    show : of training.
    model : for ``pretrained`` and ``adapted``: a shipped model's name or a model's folder; None is the shipped one that suits
        the sensors. With ``adapted`` settings of ``config`` that equal the built-in default are the model's.

    Raises
    ------
    ValueError : a model for a method that starts from none, or one that cannot be loaded or does not fit the configuration.
    """
    if model is not None and name not in PRETRAINED:
        raise ValueError(f"--model is for the methods {' and '.join(PRETRAINED)}; {name!r} starts from no model")
    if name in CLOSED_FORM:
        return partial(_each, CLOSED_FORM[name])
    if name == "solve":
        from experiments import together  # CasADi and torch, which the closed-form methods do without

        return together.solve_all
    if name == "solve-muscles":
        from kinertia.solving import solver

        return lambda recordings: [solver.solve(recording, muscles=True).estimate for recording in recordings]
    chosen = _with_seed(config, seed)
    if name in PRETRAINED:
        return _from_model(model, chosen, name, show)
    cell = LEARNED[name]
    return partial(train_and_estimate, config=chosen if cell is None else with_cell(chosen, cell), method=name, show=show)


def with_cell(config: Config, cell: Cell) -> Config:
    """The configuration with another network cell."""
    return replace(config, network=replace(config.network, cell=cell))


def train_and_estimate(
    recordings: Sequence[Recording], config: Config, method: str, show: ShowTraining = QUIET.training
) -> list[Estimate]:
    """Train one network on all recordings without labels and estimate each of them; ``method`` is written into them."""
    from kinertia.estimation.track import estimate
    from kinertia.learning.prepare import to_sequence
    from kinertia.learning.training import train

    with show(config.training.steps) as progress:
        model = train([to_sequence(recording, config) for recording in recordings], config, progress=progress)
    return [estimate(model, recording, method) for recording in recordings]


def adapt_and_estimate(
    recordings: Sequence[Recording], model: Model, config: Config, method: str, show: ShowTraining = QUIET.training
) -> list[Estimate]:
    """Adapt a model, without labels, to the recordings of each session together, and estimate them.

    Parameters
    ----------
    recordings : truth in them is not read; who shares a session is what person and sensor places they state.
    model : to start from, for every session anew.
    config : of :func:`kinertia.learning.adaptation.settings`.
    method : name to write into the estimates.
    show : of training.
    """
    from kinertia.estimation.track import estimate
    from kinertia.learning.adapting import adapt
    from kinertia.learning.prepare import to_sequence

    found: dict[int, Estimate] = {}
    for session in sessions(recordings):
        with show(config.training.steps) as progress:
            adapted = adapt(model, [to_sequence(recordings[k], config) for k in session], config, progress=progress).model
        found |= {k: estimate(adapted, recordings[k], method) for k in session}
    return [found[k] for k in range(len(recordings))]


def sessions(recordings: Sequence[Recording]) -> list[list[int]]:
    """Indices of the recordings of each session, as they state person and sensor places."""
    found: dict[str, list[int]] = {}
    for index, recording in enumerate(recordings):
        found.setdefault(wearer_of(recording) or f"recording {index}", []).append(index)
    return list(found.values())


def _from_model(model: str | None, config: Config, method: str, show: ShowTraining) -> Method:
    from kinertia.estimation.track import estimate
    from kinertia.learning import adaptation, shipped

    if model is None:

        def suited(recordings: list[Recording]) -> list[Estimate]:
            whole = all(LOWER_BODY.covered_by(one.sensors) for one in recordings)
            return _from_model(shipped.DEFAULT if whole else shipped.SPARSE, config, method, show)(recordings)

        return suited
    loaded = shipped.load(model)
    if method == "pretrained":
        return lambda recordings: [estimate(loaded, recording, method) for recording in recordings]
    chosen = _with_seed(adaptation.settings(loaded.config, config), config.training.seed)
    return partial(adapt_and_estimate, model=loaded, config=chosen, method=method, show=show)


def _each(solve: Solve, recordings: Sequence[Recording]) -> list[Estimate]:
    return [_aligned(solve, recording) for recording in recordings]


def _aligned(solve: Solve, recording: Recording) -> Estimate:
    aligned, alignment = align(recording)
    estimate = solve(aligned)
    return replace(estimate, warnings=(*alignment.warnings, *estimate.warnings))


def _with_seed(config: Config, seed: int) -> Config:
    return replace(config, training=replace(config.training, seed=seed))

"""Learned methods as benchmarks call them: train on the recordings' signals, then estimate each recording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from experiments.progress import ShowProgress, silent
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.trained import estimate
from kinertia.learning import adaptation, shipped
from kinertia.learning.adapting import adapt
from kinertia.learning.checkpoint import Model
from kinertia.learning.config import Cell, Config
from kinertia.learning.prepare import to_sequence
from kinertia.learning.training import train
from kinertia.recording import LOWER_BODY, Recording
from kinertia.recording.wearer import wearer_of


def with_cell(config: Config, cell: Cell) -> Config:
    """The configuration with another network cell."""
    return replace(config, network=replace(config.network, cell=cell))


def with_seed(config: Config, seed: int) -> Config:
    """The configuration with another random seed."""
    return replace(config, training=replace(config.training, seed=seed))


def train_and_estimate(
    recordings: Sequence[Recording], config: Config, method: str, show: ShowProgress = silent
) -> list[Estimate]:
    """Train one network on all recordings without labels and estimate each of them.

    Parameters
    ----------
    recordings : truth in them is not read.
    config : the one configuration for all recordings.
    method : name to write into the estimates.
    show : given the number of steps, a context that yields a progress function.
    """
    sequences = [to_sequence(recording, config) for recording in recordings]
    with show(config.training.steps) as progress:
        model = train(sequences, config, progress=progress)
    return [estimate(model, recording, method) for recording in recordings]


def from_model(
    model: str | None, config: Config, method: str, show: ShowProgress = silent
) -> Callable[[Sequence[Recording]], list[Estimate]]:
    """A method that starts from trained weights.

    Parameters
    ----------
    model : name of a shipped model or folder; None is the shipped one that suits the sensors.
    config : settings of the adaptation, see :func:`kinertia.learning.adaptation.settings`.
    method : ``pretrained`` estimates with the weights as they are, ``adapted`` trains on from them first.

    Raises
    ------
    ValueError : the model cannot be loaded, or does not fit the configuration.
    """
    if model is None:

        def with_suited(recordings: Sequence[Recording]) -> list[Estimate]:
            complete = all(LOWER_BODY.covered_by(recording.sensors) for recording in recordings)
            return from_model(shipped.suited(complete), config, method, show)(recordings)

        return with_suited
    loaded = shipped.load(model)
    if method == "pretrained":
        return partial(estimate_each, model=loaded, method=method)
    chosen = with_seed(adaptation.settings(loaded.config, config), config.training.seed)
    return partial(adapt_and_estimate, model=loaded, config=chosen, method=method, show=show)


def estimate_each(recordings: Sequence[Recording], model: Model, method: str) -> list[Estimate]:
    """Estimate each recording with a model as it is, without training."""
    return [estimate(model, recording, method) for recording in recordings]


def adapt_and_estimate(
    recordings: Sequence[Recording], model: Model, config: Config, method: str, show: ShowProgress = silent
) -> list[Estimate]:
    """Adapt a model, without labels, to each wearer's recordings, and estimate them.

    Parameters
    ----------
    recordings : truth in them is not read. Those of one session, as they state person and sensor places
        (:func:`kinertia.recording.wearer.same_wearer`), are adapted to together.
    model : to start from, for every session anew.
    config : of :func:`kinertia.learning.adaptation.settings`.
    method : name to write into the estimates.
    show : given the number of steps, a context that yields a progress function.
    """
    sessions: dict[str, list[int]] = {}
    for index, recording in enumerate(recordings):
        sessions.setdefault(wearer_of(recording) or f"recording {index}", []).append(index)
    found: dict[int, Estimate] = {}
    for session in sessions.values():
        sequences = [to_sequence(recordings[index], config) for index in session]
        with show(config.training.steps) as progress:
            adapted = adapt(model, sequences, config, progress=progress).model
        found |= {index: estimate(adapted, recordings[index], method) for index in session}
    return [found[index] for index in range(len(recordings))]

"""Learned methods as benchmarks call them: train on the recordings' signals, then estimate each recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kinertia.benchmark.progress import ShowProgress, silent
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.estimator import estimate
from kinertia.learning.config import Cell, Config
from kinertia.learning.prepare import to_sequence
from kinertia.learning.training import train
from kinertia.recording import Recording


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

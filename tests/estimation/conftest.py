"""Untrained networks and signals of any kind: what is tested here does not depend on what was learned."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from kinertia.bodies import SKELETONS
from kinertia.learning.checkpoint import Model
from kinertia.learning.config import Cell, Config, Formulation, NetworkConfig
from kinertia.learning.network import Network
from kinertia.recording import LOWER_BODY, Recording, Sensor, Subject


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def make_model() -> Callable[..., Model]:
    def make(cell: Cell = "lstm", formulation: Formulation = "derivative", layers: int = 2) -> Model:
        config = Config(network=NetworkConfig(cell=cell, hidden=16, layers=layers, dense=16, formulation=formulation))
        torch.manual_seed(0)
        network = Network(config.network, SKELETONS[config.body])
        return Model(network.requires_grad_(False).eval(), config, ())

    return make


@pytest.fixture
def walk() -> Recording:
    """Three seconds of swinging sensors with noise."""
    rng = np.random.default_rng(5)
    samples = 300
    phase = 2 * np.pi * 0.9 * np.arange(samples)[:, None, None] / 100.0 + rng.uniform(0, 6, size=(1, 7, 3))
    return Recording(
        name="walk",
        rate_hz=100.0,
        sensors=tuple(Sensor(segment, segment, (0.02, -0.1, 0.0)) for segment in LOWER_BODY.segments),
        acc=np.array([0.0, 9.81, 0.0]) + 2 * np.sin(phase) + rng.normal(scale=0.3, size=(samples, 7, 3)),
        gyro=2 * np.cos(phase) + rng.normal(scale=0.1, size=(samples, 7, 3)),
        subject=Subject(68.0, 1.71),
    )

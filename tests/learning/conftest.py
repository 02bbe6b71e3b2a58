"""Small recordings, and a configuration that trains in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from swinging import swinging_cycle

from kinertia.learning.config import Config, NetworkConfig, TrainingConfig
from kinertia.learning.prepare import to_sequence
from kinertia.learning.sequence import Sequence
from kinertia.recording import Recording

TINY = Config(
    network=NetworkConfig(hidden=12, layers=1, dense=12),
    training=TrainingConfig(steps=40, batch=2, window=64, warm_up=16, seed=3),
)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny() -> Config:
    return TINY


@pytest.fixture
def cycle() -> Recording:
    return swinging_cycle()


@pytest.fixture(scope="session")
def sequences(tiny: Config) -> list[Sequence]:
    """Two people."""
    slower = replace(swinging_cycle("P02_swing", mass=85.0), rate_hz=90.0)
    return [to_sequence(recording, tiny) for recording in (swinging_cycle(), slower)]

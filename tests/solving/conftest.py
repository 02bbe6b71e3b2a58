"""Recordings and solutions that several tests look at."""

from __future__ import annotations

import pytest

from experiments import walks
from experiments.walks import record
from kinertia.recording import Recording
from kinertia.solving.mean_cycle import mean_cycle


@pytest.fixture(scope="session")
def walk() -> Recording:
    """A simulated person's walk, without truth."""
    return record(walks.fit(72.0, 1.78), "walk", seconds=6.0).without_truth()


@pytest.fixture(scope="session")
def stride(walk: Recording) -> Recording:
    """Its mean stride."""
    return mean_cycle(walk)

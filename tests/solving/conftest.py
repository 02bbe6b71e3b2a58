"""Recordings and solutions that several tests look at."""

from __future__ import annotations

import pytest

from kinertia.recording import Recording
from kinertia.recording.crop import crop
from kinertia.simulation import people
from kinertia.solving.mean_cycle import mean_cycle
from kinertia.solving.settings import Settings

COARSE = Settings(rate_hz=50.0)


@pytest.fixture(scope="session")
def walk() -> Recording:
    """A simulated person's walk, without truth."""
    return crop(people.walk(seconds=6.0)[0], 0, 600).without_truth()


@pytest.fixture(scope="session")
def stride(walk: Recording) -> Recording:
    """Its mean stride."""
    return mean_cycle(walk)

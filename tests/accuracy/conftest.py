"""Recordings that the guards look at, each read once."""

from __future__ import annotations

from pathlib import Path

import pytest

import kinertia as ki
from kinertia.recording import Recording

FROZEN = Path(__file__).parent / "frozen"


@pytest.fixture(scope="session")
def cycles(shared_data: Path) -> list[Recording]:
    """Averaged gait cycles of one real person, running and walking, with angles, moments, forces and speed measured."""
    return ki.read_all(shared_data / "imu_cycles_biomac")


@pytest.fixture(scope="session")
def walk() -> Recording:
    """Ten seconds of a simulated person who walks, with typical sensors and exact truth."""
    return ki.read(FROZEN / "walk.parquet")


@pytest.fixture(scope="session")
def stride() -> Recording:
    """One stride of the same person with sensors that err in nothing, and exact truth."""
    return ki.read(FROZEN / "exact_stride.csv")

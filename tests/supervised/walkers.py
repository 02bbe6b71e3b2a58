"""Made-up walkers with truth, and sizes that train in seconds."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from experiments import walks
from kinertia.recording import Recording
from kinertia.supervised.config import (
    AdaptationConfig,
    Augmentation,
    FitConfig,
    InputConfig,
    NetworkConfig,
    TrainingConfig,
)

SECONDS = 10.0
QUICK = TrainingConfig(epochs=3, patience=3, batch=16, learning_rate=3e-3, seed=1)
WINDOWS = FitConfig(
    inputs=InputConfig(most_windows=12),
    network=NetworkConfig(cell="lstm", width=8, layers=1),
    training=QUICK,
    adaptation=AdaptationConfig(epochs=2, batch=8),
)
CYCLES = FitConfig(
    inputs=InputConfig(reading="cycles", averaged=3, most_cycles=2),
    network=NetworkConfig(cell="cycle", width=8, layers=2, skip=False),
    training=QUICK,
    augmentation=Augmentation(5.0, 15.0, 5.0, 0.02, 0.5, 0.1, 0.02, 0.01, 0.05),
)


@cache
def _walk() -> walks.Walk:
    return walks.fit(72.0, 1.78)


@cache
def recording(person: int, name: str = "walk_1", seconds: float = SECONDS) -> Recording:
    """A walker with sensors of their own; moments and ground reaction are made up from the angles."""
    made = walks.record(_walk(), name, seconds, seed=person)
    truth = made.truth
    assert truth is not None
    angles = truth.angles
    grf = {}
    for side in "rl":
        load = np.maximum(np.sin(3.0 * angles[f"hip_flexion_{side}"]), 0.0)
        grf |= {f"grf_y_{side}": load, f"grf_x_{side}": 0.1 * load}
    return replace(
        made,
        truth=replace(truth, moments={name: 30.0 * np.cos(4.0 * angle) for name, angle in angles.items()}, grf=grf),
    )

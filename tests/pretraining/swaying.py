"""Made-up recordings in which signals and truth follow one phase, and sizes that train in seconds."""

from __future__ import annotations

import numpy as np

from experiments.encoders.config import PretrainingConfig, ResNetConfig, TransformerConfig
from experiments.few_labels.downstream import DownstreamConfig
from kinertia.recording import LOWER_BODY, Recording, Sensor, Subject, Truth

RATE_HZ = 100.0
QUICK = DownstreamConfig(batch=8, probe_steps=20, short_steps=10, most_steps=40, check_every=10, patience=2)


def recording(
    name: str, seed: int, samples: int = 900, truth: bool = True, sensors: tuple[str, ...] = LOWER_BODY.segments
) -> Recording:
    """Somebody who sways with a period of about a second."""
    draws = np.random.default_rng(seed)
    phase = 2 * np.pi * np.arange(samples) / RATE_HZ / draws.uniform(0.9, 1.1)
    size = draws.uniform(0.8, 1.2)
    shift = np.arange(len(sensors))[:, None] + np.arange(3) / 3.0
    wave = np.sin(phase[:, None, None] + shift)
    stance = np.maximum(np.sin(phase), 0.0)
    return Recording(
        name=name,
        rate_hz=RATE_HZ,
        sensors=tuple(Sensor(segment, segment) for segment in sensors),
        acc=6.0 * size * wave + np.array([0.0, 9.81, 0.0]) + draws.normal(0.0, 0.2, wave.shape),
        gyro=2.0 * size * np.roll(wave, 5, axis=0) + draws.normal(0.0, 0.05, wave.shape),
        subject=Subject(60.0 + seed, 1.7),
        truth=Truth(
            grf={"grf_x_r": 0.2 * stance * np.cos(phase), "grf_y_r": 1.1 * size * stance},
            moments={"knee_angle_r": 40.0 * size * np.sin(phase)},
        )
        if truth
        else None,
    )


def sizes(method: str, steps: int = 60) -> PretrainingConfig:
    """A tiny encoder."""
    return PretrainingConfig(
        method=method,  # pyright: ignore[reportArgumentType]
        steps=steps,
        batch=16,
        learning_rate=3e-3,
        resnet=ResNetConfig(stem_kernel=9, kernel=3, widths=(4, 4, 8, 8), projection=8),
        transformer=TransformerConfig(patch=8, width=16, layers=1, heads=2, feed_forward=16),
        seed=3,
    )

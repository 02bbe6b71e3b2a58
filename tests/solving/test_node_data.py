"""What nodes are told about the signals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinertia.recording import LOWER_BODY, Recording, Sensor
from kinertia.solving.settings import Settings
from kinertia.solving.tracking import node_data, to_sequence


def cycle() -> Recording:
    generator = np.random.default_rng(0)
    acc, gyro = generator.normal(size=(2, 50, 7, 3))
    return Recording("cycle", 50.0, tuple(Sensor(s, s) for s in LOWER_BODY.segments), acc * 5.0, gyro * 2.0, periodic=True)


def weights(recording: Recording) -> np.ndarray:
    return node_data(to_sequence(recording, Settings()), recording)[:, 21:].reshape(-1, 7, 3)


def test_weight_is_one_over_the_variance_of_the_channel() -> None:
    found = weights(cycle())
    np.testing.assert_allclose(found[:, 2, 2], 1.0 / cycle().gyro[:, 2, 2].var(), rtol=1e-5)


def test_samples_at_which_trials_differ_count_less() -> None:
    plain = cycle()
    spread = np.ones_like(plain.acc)
    spread[10] = 51.0  # a mean of 2
    found = weights(replace(plain, acc_var=spread))[:, 3, 0] / weights(plain)[:, 3, 0]
    np.testing.assert_allclose(found[10], 1.0 / (0.5 + 0.5 * 51.0 / 2.0))
    np.testing.assert_allclose(found[11], 1.0 / (0.5 + 0.5 / 2.0))
    np.testing.assert_allclose(weights(replace(plain, acc_var=spread))[:, 3, 2], weights(plain)[:, 3, 2])

"""Impact ringing: its spectrum, decay, size and what it leaves behind."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from kinertia.recording import LOWER_BODY
from kinertia.sensing.ringing import Ringing, RingingRanges, draw, impacts, ring

RATE = 1000.0


def _one(frequency: float = 30.0, damping: float = 0.1) -> Ringing:
    """One sensor that rings along x, without variation."""
    gain = np.array([[1.0, 0.0, 0.0]])
    return Ringing(np.array([frequency]), np.array([damping]), gain, 0.01 * gain, {"r": np.ones(1), "l": np.array([0.2])}, 0.0)


def _step(samples: int = 1000, at: int = 200, rise: int = 20, height: float = 1.0) -> np.ndarray:
    force = np.zeros(samples)
    force[at:] = height
    force[at : at + rise] = np.linspace(0, height, rise, endpoint=False)
    return force


def _ring(force: np.ndarray, ringing: Ringing, side: str = "r", seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    zero = np.zeros((*force.shape, ringing.damping.shape[0], 3))
    return ring(zero, zero, RATE, {side: force}, ringing, np.random.default_rng(seed))


def test_frequency_and_decay_are_as_stated() -> None:
    acc, gyro = _ring(_step(), _one())
    start = int(np.flatnonzero(acc[:, 0, 0])[0])
    assert 200 <= start <= 203  # once the force has passed the threshold
    signal = acc[start:, 0, 0]
    w = 2 * math.pi * 30.0
    # zero crossings half a period of the damped frequency apart
    crossings = np.flatnonzero(np.diff(np.sign(signal[:150])))
    assert np.mean(np.diff(crossings)) / RATE == pytest.approx(math.pi / (w * math.sqrt(1 - 0.01)), rel=0.03)
    # energy falls by exp(-2 d w T) in T, here one period of the damped oscillation
    period = 2 * math.pi / (w * math.sqrt(1 - 0.01))
    fine = np.arange(0.0, period, 1 / RATE)
    first, second = (np.sum(np.interp(shift + fine, np.arange(len(signal)) / RATE, signal) ** 2) for shift in (0.0, period))
    assert second / first == pytest.approx(math.exp(-2 * 0.1 * w * period), rel=0.05)
    np.testing.assert_allclose(gyro, 0.01 * acc)


def test_the_spectrum_peaks_at_the_stated_frequency() -> None:
    acc, _ = _ring(_step(), _one(damping=0.05))
    spectrum = np.abs(np.fft.rfft(acc[:, 0, 0]))
    assert np.fft.rfftfreq(1000, 1 / RATE)[spectrum.argmax()] == pytest.approx(30.0, abs=1.0)


def test_impacts_leave_no_velocity_and_no_angle_behind() -> None:
    acc, gyro = _ring(_step(samples=3000), _one())
    size = np.abs(acc[:, 0, 0]).max()
    # the integral of one half wave alone would be about size / (2 pi 30) * 2
    assert abs(acc[:, 0, 0].sum() / RATE) < 0.05 * size / (math.pi * 30)
    assert abs(gyro[:, 0, 0].sum() / RATE) < 0.05 * np.abs(gyro).max() / (math.pi * 30)


def test_size_grows_with_the_rate_of_loading() -> None:
    slow, fast = (_ring(_step(rise=rise), _one())[0] for rise in (40, 20))
    assert np.abs(fast).max() == pytest.approx(2 * np.abs(slow).max(), rel=0.01)
    # 1 BW in 20 ms is 50 BW/s, and y(0) = A cos psi = A sqrt(1 - d^2)
    assert np.abs(fast).max() == pytest.approx(50.0 * math.sqrt(1 - 0.01), rel=0.01)


def test_each_contact_rings_once_and_the_other_leg_less() -> None:
    force = np.maximum(np.sin(2 * np.pi * np.arange(4000) / RATE - 0.3), 0.0)
    strikes = impacts(force, RATE)
    np.testing.assert_allclose(np.diff(np.flatnonzero(strikes)), 1000)
    np.testing.assert_allclose(strikes[strikes > 0], 2 * math.pi, rtol=0.01)
    own, other = _ring(force, _one(), "r")[0], _ring(force, _one(), "l")[0]
    np.testing.assert_allclose(other, 0.2 * own)
    chattering = force + 0.06 * (np.arange(4000, dtype=float) % 2) * (force < 0.2) * (force > 0)
    assert (impacts(chattering, RATE) > 0).sum() == 4


def test_standing_and_flight_do_not_ring() -> None:
    for force in (np.ones(500), np.zeros(500)):
        acc, gyro = _ring(force, _one())
        assert not acc.any()
        assert not gyro.any()


def test_foot_and_shank_ring_more_than_thigh_and_pelvis() -> None:
    sizes = []
    for seed in range(40):
        drawn = draw(LOWER_BODY.segments, RingingRanges(), np.random.default_rng(seed))
        sizes.append(np.linalg.norm(drawn.acc_gain, axis=-1))
    mean: dict[str, float] = dict(zip(LOWER_BODY.segments, np.mean(sizes, axis=0), strict=True))
    for side in "rl":
        assert mean[f"foot_{side}"] > mean[f"tibia_{side}"] > mean[f"femur_{side}"] > mean["pelvis"]
    drawn = draw(LOWER_BODY.segments, RingingRanges(), np.random.default_rng(0))
    np.testing.assert_array_equal(drawn.reach["r"], [1, 1, 1, 1, 0.2, 0.2, 0.2])
    np.testing.assert_array_equal(drawn.reach["l"], [1, 0.2, 0.2, 0.2, 1, 1, 1])


def test_the_seed_repeats_and_impacts_vary() -> None:
    force = np.maximum(np.sin(2 * np.pi * np.arange(20_000) / RATE), 0.0)
    varied = replace(_one(), variation=0.25)
    first, again, other = (_ring(force, varied, seed=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    start = np.flatnonzero(impacts(force, RATE))
    assert 0.1 < np.log(np.abs(first[start, 0, 0])).std() < 0.45


def test_batches_and_refused_shapes() -> None:
    force = np.stack([_step(), _step(at=400)])
    acc, _ = _ring(force, _one())
    np.testing.assert_allclose(acc[1, 200:], acc[0, :-200], atol=1e-12)
    with pytest.raises(ValueError, match="force of side"):
        ring(np.zeros((10, 1, 3)), np.zeros((10, 1, 3)), RATE, {"r": np.zeros(9)}, _one(), np.random.default_rng(0))
    with pytest.raises(ValueError, match="do not belong"):
        ring(np.zeros((10, 2, 3)), np.zeros((10, 2, 3)), RATE, {}, _one(), np.random.default_rng(0))
    with pytest.raises(ValueError, match="no ringing"):
        draw(["hand_r"], RingingRanges(), np.random.default_rng(0))

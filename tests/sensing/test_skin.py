"""Sensors on soft tissue against the closed form of a damped mass on a spring."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from kinertia.recording import LOWER_BODY
from kinertia.sensing.skin import Skin, SkinRanges, Tissue, draw, muscle_angles, ride

RATE = 1000.0
SKIN = Skin(
    frequency_hz=np.array([[12.0, 15.0]]),
    damping=np.array([[0.2, 0.35]]),
    turn_frequency_hz=np.array([18.0]),
    turn_damping=np.array([0.3]),
    lean=np.array([0.0]),
    bulge=np.array([0.0]),
)


def _transfer(frequency: float, natural: float, damping: float) -> complex:
    """Moving sensor over moving base, (2 d w p + w^2) / (p^2 + 2 d w p + w^2) at p = 2 pi i f.

    The tone is given by samples with straight lines between them, which makes it smaller by sinc^2(f / rate).
    """
    ratio = frequency / natural
    return np.sinc(frequency / RATE) ** 2 * (1 + 2j * damping * ratio) / (1 - ratio**2 + 2j * damping * ratio)


def _amplitude(values: np.ndarray, frequency: float) -> complex:
    """Complex amplitude of a settled tone over whole periods."""
    time = np.arange(len(values)) / RATE
    last = round(RATE)
    return 2 * complex(np.mean((values * np.exp(-2j * np.pi * frequency * time))[-last:]))


def _displacement(acc: np.ndarray, axis: int) -> np.ndarray:
    """(T,) the riding sensor's place u against the bone, from what it reads: springs and damper alone hold it."""
    w, d = 2 * math.pi * SKIN.frequency_hz[0, axis], SKIN.damping[0, axis]
    # 2 d w u' + w^2 u = -(s + u''), which is what it reads
    pull = -ride(acc, np.zeros_like(acc), RATE, SKIN).acc[:, 0, axis]
    u = np.empty(len(pull))
    u[0] = -acc[0, 0, axis] / w**2
    decay = math.exp(-w / (2 * d) / RATE)
    for k in range(1, len(u)):  # u' = -w / (2 d) u + pull / (2 d w), exact for a pull that runs straight between samples
        slope = (pull[k] - pull[k - 1]) / w**2
        u[k] = decay * (u[k - 1] - pull[k - 1] / w**2 + slope * RATE * 2 * d / w) + pull[k] / w**2 - slope * RATE * 2 * d / w
    return u


def _still(samples: int = 200) -> tuple[np.ndarray, np.ndarray]:
    acc, gyro = np.zeros((2, samples, 1, 3))
    acc[..., 1] = 9.81
    return acc, gyro


@pytest.mark.parametrize("frequency", [1.0, 8.0, 12.0, 15.0, 30.0])
@pytest.mark.parametrize("axis", [0, 1])
def test_tones_follow_the_closed_form_transfer_function(frequency: float, axis: int) -> None:
    acc, gyro = _still(4000)
    acc[:, 0, axis] += np.cos(2 * np.pi * frequency * np.arange(4000) / RATE)
    found = ride(acc, gyro, RATE, SKIN)
    natural, damping = SKIN.frequency_hz[0, axis], SKIN.damping[0, axis]
    expected = _transfer(frequency, natural, damping)
    assert _amplitude(found.acc[:, 0, axis], frequency) == pytest.approx(expected, rel=1e-3)
    # the sensor's own motion: (H - 1) s = u'', so u = (1 - H) / (2 pi f)^2
    moved = (1 - expected) / (2 * np.pi * frequency) ** 2
    assert _amplitude(_displacement(acc, axis), frequency) == pytest.approx(moved, rel=2e-2)


@pytest.mark.parametrize("frequency", [2.0, 18.0, 40.0])
def test_turning_tones_follow_the_closed_form(frequency: float) -> None:
    acc, gyro = _still(4000)
    gyro[:, 0, 2] = 0.1 * np.cos(2 * np.pi * frequency * np.arange(4000) / RATE)
    found = ride(acc, gyro, RATE, SKIN)
    assert _amplitude(found.gyro[:, 0, 2], frequency) == pytest.approx(0.1 * _transfer(frequency, 18.0, 0.3), rel=1e-3)


def test_any_course_agrees_with_numerical_integration() -> None:
    rng = np.random.default_rng(1)
    time = np.arange(600) / RATE
    acc, gyro = _still(600)
    knots = np.linspace(0, 0.6, 15)
    acc[:, 0, 1] += np.interp(time, knots, np.concatenate([[0.0], rng.normal(0, 20, 14)]))
    w, d = 2 * math.pi * 15.0, 0.35

    def course(t: float, state: np.ndarray) -> list[float]:
        return [state[1], -2 * d * w * state[1] - w * w * state[0] - float(np.interp(t, time, acc[:, 0, 1]))]

    found = solve_ivp(course, (0, 0.599), [-9.81 / w**2, 0.0], t_eval=time, rtol=1e-9, atol=1e-12, max_step=1e-3)
    riding = ride(acc, gyro, RATE, SKIN)
    np.testing.assert_allclose(_displacement(acc, 1), found.y[0], atol=4e-6)
    np.testing.assert_allclose(riding.acc[:, 0, 1], -2 * d * w * found.y[1] - w * w * found.y[0], atol=2e-3)


def test_at_rest_gravity_is_read_and_the_sensor_sags() -> None:
    acc, gyro = _still()
    found = ride(acc, gyro, RATE, replace(SKIN, lean=np.array([0.003])))
    np.testing.assert_allclose(found.acc, acc, atol=1e-9)
    np.testing.assert_allclose(found.gyro, 0.0, atol=1e-12)
    # it hangs by g over w squared
    np.testing.assert_allclose(_displacement(acc, 1), -9.81 / (2 * math.pi * 15.0) ** 2)


def test_an_inclined_sensor_leans_and_still_reads_the_size_of_gravity() -> None:
    acc, gyro = _still()
    acc[:, 0, :2] = 9.81 * np.array([math.sin(0.5), math.cos(0.5)])
    found = ride(acc, gyro, RATE, replace(SKIN, lean=np.array([0.003])))
    np.testing.assert_allclose(np.linalg.norm(found.acc, axis=-1), 9.81)
    np.testing.assert_allclose(found.turn, -0.003 * 9.81 * math.sin(0.5))
    np.testing.assert_allclose(np.arctan2(found.acc[..., 0], found.acc[..., 1]), 0.5 + found.turn)


def test_angular_rate_is_that_of_segment_and_sensor_together() -> None:
    rng = np.random.default_rng(2)
    samples = 3000
    acc, gyro = _still(samples)
    smooth = np.convolve(rng.normal(size=samples), np.hanning(60), mode="same")
    acc[:, 0, 0], gyro[:, 0, 2] = smooth, 0.2 * np.roll(smooth, 100)
    muscle = 0.5 * np.sin(2 * np.pi * np.arange(samples)[:, None] / RATE)
    found = ride(acc, gyro, RATE, replace(SKIN, lean=np.array([0.003]), bulge=np.array([0.06])), muscle)
    own = found.gyro[:, 0, 2] - gyro[:, 0, 2]
    turned = np.cumsum(0.5 * (own[1:] + own[:-1])) / RATE
    np.testing.assert_allclose(found.turn[1:, 0] - found.turn[0, 0], turned, atol=2e-4)


def test_a_bulging_muscle_turns_the_sensor_in_proportion() -> None:
    acc, gyro = _still(3000)
    muscle = 0.5 * (1 - np.cos(np.pi * np.linspace(0, 1, 3000)))[:, None]
    found = ride(acc, gyro, RATE, replace(SKIN, bulge=np.array([0.06])), muscle)
    np.testing.assert_allclose(found.turn, 0.06 * muscle, atol=2e-3)
    # a sensor turned forward sees gravity behind
    assert found.acc[-1, 0, 0] == pytest.approx(9.81 * math.sin(0.06), rel=0.02)


def test_motion_before_it_happens_is_not_felt() -> None:
    acc, gyro = _still(400)
    later, later_gyro = acc.copy(), gyro.copy()
    later[200:, 0, 0] += 5.0
    later_gyro[200:, 0, 2] += 1.0
    first, second = ride(acc, gyro, RATE, SKIN), ride(later, later_gyro, RATE, SKIN)
    np.testing.assert_allclose(first.acc[:200], second.acc[:200], atol=1e-9)
    np.testing.assert_allclose(first.gyro[:200], second.gyro[:200], atol=1e-9)


def test_batches_are_computed_one_by_one() -> None:
    rng = np.random.default_rng(3)
    acc, gyro = rng.normal(size=(2, 3, 100, 1, 3))
    muscle = rng.normal(size=(3, 100, 1))
    skin = replace(SKIN, lean=np.array([0.002]), bulge=np.array([0.05]))
    together = ride(acc, gyro, RATE, skin, muscle)
    for i in range(3):
        alone = ride(acc[i], gyro[i], RATE, skin, muscle[i])
        np.testing.assert_allclose(together.acc[i], alone.acc, atol=1e-9)
        np.testing.assert_allclose(together.gyro[i], alone.gyro, atol=1e-9)


def test_drawn_tissue_lies_in_its_ranges_and_repeats() -> None:
    ranges = SkinRanges()
    for seed in range(20):
        skin = draw(LOWER_BODY.segments, ranges, np.random.default_rng(seed))
        for k, segment in enumerate(LOWER_BODY.segments):
            tissue = ranges.kinds[segment.split("_")[0]]
            for name in ("frequency_hz", "damping", "turn_frequency_hz", "turn_damping", "lean", "bulge"):
                low, high = getattr(tissue, name)
                assert np.all((getattr(skin, name)[k] >= low) & (getattr(skin, name)[k] <= high))
        np.testing.assert_array_equal(skin.lean, draw(LOWER_BODY.segments, ranges, np.random.default_rng(seed)).lean)
        # millimetres, at most a few degrees at 10 m/s^2 and at a knee bent by 60 degrees
        assert (9.81 / (2 * math.pi * skin.frequency_hz) ** 2).max() < 0.004  # sag, g / w^2
        assert math.degrees(skin.lean.max() * 10) < 2.0
        assert math.degrees(abs(skin.bulge).max()) * math.radians(60) < 5.0


def test_muscles_of_thigh_and_shank_follow_knee_and_ankle() -> None:
    angles = {"knee_angle_r": np.array([-1.0]), "ankle_angle_r": np.array([0.2])}
    np.testing.assert_array_equal(muscle_angles(["pelvis", "femur_r", "tibia_r", "foot_r"], angles), [[0.0, 1.0, -0.2, 0.0]])


def test_what_is_refused() -> None:
    acc, gyro = _still()
    with pytest.raises(ValueError, match="do not belong"):
        ride(acc, gyro[1:], RATE, SKIN)
    with pytest.raises(ValueError, match="muscle has shape"):
        ride(acc, gyro, RATE, SKIN, np.zeros(3))
    acc[3, 0, 0] = np.nan
    with pytest.raises(ValueError, match="missing samples"):
        ride(acc, gyro, RATE, SKIN)
    with pytest.raises(ValueError, match="no tissue"):
        draw(["humerus_r"], SkinRanges(), np.random.default_rng(0))
    with pytest.raises(ValueError, match="frequency_hz"):
        Tissue((12.0, 9.0), (0.2, 0.3), (10.0, 20.0), (0.2, 0.3))
    with pytest.raises(ValueError, match="turn_damping"):
        Tissue((9.0, 12.0), (0.2, 0.3), (10.0, 20.0), (0.2, 1.3))

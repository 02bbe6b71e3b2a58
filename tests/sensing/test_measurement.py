"""The whole chain from true motion to readings."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinertia.recording import LOWER_BODY
from kinertia.sensing.errors import NO_ERRORS, Spread
from kinertia.sensing.measurement import IDEAL, TYPICAL, Clock, Measured, Realism, measure, strap_on
from kinertia.sensing.ringing import RingingRanges
from kinertia.sensing.skin import SkinRanges

RATE, SAMPLES = 100.0, 500
STATED: dict[str, tuple[float, float, float]] = dict.fromkeys(LOWER_BODY.segments, (0.05, -0.2, 0.03))


def _motion(moving: bool = True) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Acceleration, angular rate, force, angles; smooth, still at both ends."""
    time = np.arange(SAMPLES) / RATE
    swing = np.sin(2 * np.pi * time) * np.sin(np.pi * time / 5.0) ** 2 * moving
    acc, gyro = np.zeros((2, SAMPLES, len(LOWER_BODY), 3))
    acc[..., 0], acc[..., 1], gyro[..., 2] = 6.0 * swing[:, None], 9.81 + 3.0 * swing[:, None], 2.0 * swing[:, None]
    load = {"r": np.clip(0.5 + swing, 0, None), "l": np.clip(0.5 - swing, 0, None)}
    angles = {f"{joint}_{side}": 0.4 * swing for joint in ("knee_angle", "ankle_angle") for side in "rl"}
    return acc, gyro, load, angles


def _measure(realism: Realism, seed: int = 0, *, moving: bool = True, output: float | None = None) -> Measured:
    acc, gyro, load, angles = _motion(moving)
    generator = np.random.default_rng(seed)
    worn = strap_on(STATED, realism, generator)
    return measure(acc, gyro, RATE, worn, realism, generator, force=load, angles=angles, output_rate_hz=output)


def test_ideal_sensors_read_what_is_there() -> None:
    acc, gyro, *_ = _motion()
    found = _measure(IDEAL)
    np.testing.assert_allclose(found.acc, acc, atol=1e-11)
    np.testing.assert_allclose(found.gyro, gyro, atol=1e-11)
    np.testing.assert_allclose(found.time_s, np.repeat(np.arange(SAMPLES)[:, None] / RATE, len(LOWER_BODY), axis=1))


def test_typical_sensors_repeat_with_the_seed() -> None:
    first, again, other = (_measure(TYPICAL, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.acc, again.acc)
    np.testing.assert_array_equal(first.gyro, again.gyro)
    assert not np.array_equal(first.acc, other.acc)


def test_typical_errors_have_the_size_of_real_ones() -> None:
    """In segment axes, with the mounting undone: tenths of a g and rad/s, neither nothing nor everything."""
    acc, gyro, load, angles = _motion()
    generator = np.random.default_rng(5)
    worn = strap_on(STATED, TYPICAL, generator)
    found = measure(acc, gyro, RATE, worn, TYPICAL, generator, force=load, angles=angles)
    back = np.einsum("kij,tkj->tki", worn.rotation, found.acc)
    assert 0.1 < np.sqrt(np.mean((back - acc) ** 2)) < 3.0
    assert 0.01 < np.sqrt(np.mean((np.einsum("kij,tkj->tki", worn.rotation, found.gyro) - gyro) ** 2)) < 0.5


@pytest.mark.parametrize(
    "part",
    [
        {"spread": Spread()},
        {"skin": SkinRanges()},
        {"ringing": RingingRanges()},
        {"clock": Clock()},
        {"spread": Spread(), "skin": SkinRanges(), "ringing": RingingRanges(), "clock": Clock()},
    ],
    ids=lambda part: "+".join(part),
)
def test_at_rest_gravity_keeps_its_size(part: dict) -> None:
    found = _measure(replace(IDEAL, **part), moving=False)
    np.testing.assert_allclose(np.linalg.norm(found.acc, axis=-1), 9.81, rtol=1e-6)
    np.testing.assert_allclose(found.gyro, 0.0, atol=1e-9)


@pytest.mark.parametrize(
    "part", [{"spread": Spread()}, {"skin": SkinRanges()}, {"ringing": RingingRanges()}, {"clock": Clock()}], ids=str
)
def test_each_part_has_an_effect_of_its_own(part: dict) -> None:
    acc, gyro, *_ = _motion()
    found = _measure(replace(IDEAL, **part))
    assert np.abs(found.acc - acc).max() > 0.01
    assert np.abs(found.gyro - gyro).max() > 0.001


def test_switching_one_effect_off_leaves_the_others() -> None:
    generator = np.random.default_rng
    whole, partial = strap_on(STATED, TYPICAL, generator(1)), strap_on(STATED, replace(TYPICAL, skin=None), generator(1))
    assert whole.poses == partial.poses
    assert whole.ringing is not None
    assert partial.ringing is not None
    np.testing.assert_array_equal(whole.ringing.acc_gain, partial.ringing.acc_gain)


def test_the_mounting_angle_of_the_truth_is_the_one_in_the_signals() -> None:
    only_turned = replace(IDEAL, spread=Spread(inclination_rad=math.radians(6.0), twist_rad=0.0))
    generator = np.random.default_rng(4)
    worn = strap_on(STATED, only_turned, generator)
    acc, gyro, *_ = _motion(moving=False)
    found = measure(acc, gyro, RATE, worn, only_turned, generator)
    # gravity along y of the segment; a sensor turned by a sees it turned by -a
    seen = np.arctan2(found.acc[0, :, 0], found.acc[0, :, 1])
    np.testing.assert_allclose(seen, [pose.angle_rad for pose in worn.poses.values()], atol=1e-9)
    np.testing.assert_array_equal(worn.position_m, [pose.position_m for pose in worn.poses.values()])


def test_rotation_of_the_truth_brings_signals_back() -> None:
    generator = np.random.default_rng(4)
    realism = replace(IDEAL, spread=Spread())
    worn = strap_on(STATED, realism, generator)
    acc, gyro, *_ = _motion()
    found = measure(acc, gyro, RATE, worn, realism, generator)
    for k, pose in enumerate(worn.poses.values()):
        turn = Rotation.from_quat(pose.orientation, scalar_first=True)
        np.testing.assert_allclose(turn.apply(found.acc[:, k]), acc[:, k], atol=1e-9)
        np.testing.assert_allclose(turn.apply(found.gyro[:, k]), gyro[:, k], atol=1e-9)


def test_another_output_rate_keeps_the_time() -> None:
    acc, *_ = _motion()
    found = _measure(IDEAL, output=50.0)
    assert found.rate_hz == 50.0
    assert found.acc.shape == (SAMPLES // 2, len(LOWER_BODY), 3)
    np.testing.assert_allclose(found.acc, acc[::2], atol=5e-3)


def test_readings_come_in_steps_and_end_at_the_range() -> None:
    coarse = replace(NO_ERRORS, acc_step=0.5, gyro_step=0.25, acc_range=10.0, gyro_range=1.0)
    found = _measure(replace(IDEAL, electronics=coarse))
    np.testing.assert_allclose(found.acc / 0.5, np.round(found.acc / 0.5), atol=1e-12)
    assert np.abs(found.acc).max() == 10.0
    assert np.abs(found.gyro).max() == 1.0


def test_batches_have_leading_dimensions() -> None:
    acc, gyro, load, angles = _motion()
    silent = replace(TYPICAL, electronics=NO_ERRORS, ringing=None)
    worn = strap_on(STATED, silent, np.random.default_rng(0))
    forces, turns = ({name: np.stack([values, values]) for name, values in of.items()} for of in (load, angles))
    acc2, gyro2, generator = np.stack([acc, acc]), np.stack([gyro, gyro]), np.random.default_rng(1)
    found = measure(acc2, gyro2, RATE, worn, silent, generator, force=forces, angles=turns)
    alone = measure(acc, gyro, RATE, worn, silent, np.random.default_rng(1), force=load, angles=angles)
    assert found.acc.shape == (2, *acc.shape)
    for i in range(2):
        np.testing.assert_allclose(found.acc[i], alone.acc, atol=1e-9)


def test_what_does_not_belong_together_is_refused() -> None:
    acc, gyro, *_ = _motion()
    worn = strap_on(STATED, IDEAL, np.random.default_rng(0))
    with pytest.raises(ValueError, match="do not belong"):
        measure(acc[:, :3], gyro[:, :3], RATE, worn, IDEAL, np.random.default_rng(0))
    with pytest.raises(ValueError, match="rates must be positive"):
        measure(acc, gyro, RATE, worn, IDEAL, np.random.default_rng(0), output_rate_hz=0.0)

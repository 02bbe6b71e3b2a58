"""Segment, side, axes and place of sensors, whatever their order and however they are turned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.place_faults import rotation
from kinertia.io.read import read
from kinertia.numerics import rotations
from kinertia.placement.inference import SIDES_NOTE, place
from kinertia.recording import LOWER_BODY, Array, Frame, Recording
from kinertia.transport import walker


def _turned(recording: Recording, turns: Array, order: list[int]) -> Recording:
    acc, gyro = (np.einsum("kij,tkj->tki", turns, s[:, order]) for s in (recording.acc, recording.gyro))
    return replace(recording, acc=acc, gyro=gyro)


def _mirrored(names: list[str]) -> list[str]:
    return [name[:-2] + {"_r": "_l", "_l": "_r"}.get(name[-2:], name[-2:]) for name in names]


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    order=st.permutations(list(range(7))),
    choice=st.lists(st.integers(0, 23), min_size=7, max_size=7),
)
def test_any_order_and_any_axes(unaligned: Recording, seed: int, order: list[int], choice: list[int]) -> None:
    generator = np.random.default_rng(seed)
    turns = np.stack([rotations.right_angled()[c] @ rotation(generator, 0.0, np.deg2rad(30.0)) for c in choice])
    found = place(_turned(unaligned, turns, order))
    names, truth = [placed.segment for placed in found.sensors], [LOWER_BODY.segments[k] for k in order]
    assert truth in (names, _mirrored(names))
    assert SIDES_NOTE in found.notes
    positions = walker.load().sensor_position_m
    for placed, turn, true in zip(found.sensors, turns, truth, strict=True):
        assert placed.rotation is not None
        assert placed.position_m is not None
        assert placed.confidence > 0.9
        assert np.linalg.det(placed.rotation) > 0.999
        # legs within what people stand and walk alike, and the pelvis, which hardly turns, a little more
        assert np.rad2deg(rotations.angle(turn @ placed.rotation)) < 12.0
        limit = 0.07 if true == "pelvis" else 0.04
        assert np.hypot(placed.position_m[0] - positions[true][0], placed.position_m[1] - positions[true][1]) < limit


def test_start_does_not_matter(walk: Recording) -> None:
    ends = []
    for part in (0.2, 0.8):
        start = np.array([(0.0, -part * 0.42 if name[:5] in ("femur", "tibia") else 0.0) for name in LOWER_BODY.segments])
        ends.append(np.array([placed.position_m for placed in place(walk, start=start).sensors]))
    np.testing.assert_allclose(ends[0], ends[1], atol=1e-4)


def test_few_sensors(unaligned: Recording) -> None:
    for names in (("femur_r", "foot_r", "femur_l", "foot_l"), ("tibia_r", "tibia_l"), ("pelvis", "tibia_r")):
        keep = [LOWER_BODY.index(name) for name in names]
        part = replace(
            unaligned,
            sensors=tuple(unaligned.sensors[k] for k in keep),
            acc=unaligned.acc[:, keep],
            gyro=unaligned.gyro[:, keep],
        )
        found = [placed.segment for placed in place(part).sensors]
        assert found in (list(names), _mirrored(list(names)))


def test_without_gait_nothing_is_claimed(walk: Recording) -> None:
    still = replace(walk, acc=walk.acc[:300], gyro=walk.gyro[:300], truth=None)
    found = place(still)
    assert not found.faults
    assert all(placed.rotation is None and np.isnan(placed.confidence) for placed in found.sensors)
    assert "not judged" in found.notes[0]


@given(seed=st.integers(0, 2**31), choice=st.integers(0, 23))
def test_nearest_right_angles(seed: int, choice: int) -> None:
    exact = rotations.right_angled()[choice]
    off = rotation(np.random.default_rng(seed), 0.0, np.deg2rad(40.0))
    best, rest = rotations.nearest(exact @ off)
    np.testing.assert_array_equal(best, exact)
    assert rest == float(np.clip(rest, 0.0, np.deg2rad(40.0) + 1e-6))
    assert abs(rest - rotations.angle(off)) < 1e-6


def test_words() -> None:
    assert rotations.words(np.eye(3)) == "x forward, y up, z right"
    assert rotations.words(np.diag([-1.0, 1.0, -1.0])) == "x backward, y up, z left"


@pytest.mark.data
def test_pelvis_sensor_worn_in_front(shared_data: Path) -> None:
    run = read(shared_data / "imu_cycles_biomac" / "P01_normrunning.csv").without_truth()
    k = run.sensor_index("pelvis")
    assert k is not None
    rate, ahead = run.gyro[:, k], np.array([0.2, 0.0, 0.0])
    acc, gyro = run.acc.copy(), run.gyro.copy()
    # a' = a + dw/dt x r + w x (w x r), and the sensor faces the other way
    acc[:, k] += np.cross(np.gradient(rate, 1.0 / run.rate_hz, axis=0), ahead) + np.cross(rate, np.cross(rate, ahead))
    turn = np.diag([-1.0, 1.0, -1.0])
    acc[:, k], gyro[:, k] = acc[:, k] @ turn, gyro[:, k] @ turn
    for recording, way, wanted in ((run, 1.0, np.eye(3)), (replace(run, acc=acc, gyro=gyro), -1.0, turn)):
        found = place(replace(recording, frame=Frame.SENSOR)).sensors[k]
        assert found.rotation is not None
        assert found.position_m is not None
        np.testing.assert_allclose(found.rotation, wanted, atol=0.25)
        assert way * found.position_m[0] < 0

"""Sensors mounted in any way come out in segment frames."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from walker import Gait, mount, remount, walk

from kinertia.checks.chain import examine
from kinertia.io import gaittoolbox
from kinertia.io.read import read
from kinertia.recording import LOWER_BODY, Array, Cause, Frame, Recording, Sensor, Severity
from kinertia.recording.errors import RecordingError
from kinertia.recording.selection import crop
from kinertia.recording.standing import standing_periods
from kinertia.sensing import orientation
from kinertia.sensing.alignment import Alignment, align
from kinertia.simulation.norms import RUNNING, WALKING

GAIT = Gait(WALKING.angle, 1.15, 1.2)
RUN = Gait(RUNNING.angle, 0.72, 3.3)


@pytest.fixture(scope="module")
def walker() -> Recording:
    return walk(GAIT, turn_s=1.5)


def errors(alignment: Alignment, turn: Array) -> tuple[Array, Array]:
    """Sagittal tilt and angle between found and true mediolateral axis of each sensor [deg]."""
    left = alignment.rotation @ turn
    return np.degrees(np.arctan2(left[:, 1, 0], left[:, 1, 1])), np.degrees(np.arccos(np.clip(left[:, 2, 2], -1, 1)))


def only(recording: Recording, segments: tuple[str, ...]) -> Recording:
    keep = [LOWER_BODY.index(s) for s in segments]
    return replace(
        recording, sensors=tuple(recording.sensors[k] for k in keep), acc=recording.acc[:, keep], gyro=recording.gyro[:, keep]
    )


def test_frames_are_found_through_a_turn(walker: Recording) -> None:
    mounted, turn = mount(walker, 1)
    aligned, found = align(mounted)
    tilt, sideways = errors(found, turn)
    assert np.abs(tilt).max() < 1.0
    assert sideways.max() < 8.0
    assert aligned.frame is Frame.SEGMENT
    assert found.standing is not None
    np.testing.assert_allclose(np.linalg.det(found.rotation), 1.0)
    assert np.abs(aligned.gyro[slice(*found.standing)].mean(axis=0)).max() < 1e-9  # bias is gone
    assert all(q.score > 0.5 for q in found.quality)
    assert found.warnings == ()
    assert walker.truth is not None
    estimate = orientation.solve(aligned)
    for name, curve in walker.truth.angles.items():
        assert np.degrees(np.sqrt(np.mean((estimate.coordinates[name] - curve) ** 2))) < 2.5


@given(seed=st.integers(0, 2**31 - 1))
@settings(max_examples=15, deadline=None)
def test_mounting_makes_no_difference(seed: int) -> None:
    walker = walk(GAIT, walking_s=6.0)
    straight, reference = align(remount(walker, np.tile(np.eye(3), (7, 1, 1))))
    mounted, turn = mount(walker, seed)
    aligned, found = align(mounted)
    np.testing.assert_allclose(aligned.acc, straight.acc, atol=1e-8)
    np.testing.assert_allclose(aligned.gyro, straight.gyro, atol=1e-8)
    np.testing.assert_allclose(found.rotation @ turn, reference.rotation, atol=1e-8)
    np.testing.assert_allclose([q.score for q in found.quality], [q.score for q in reference.quality], atol=1e-6)


@pytest.mark.parametrize(
    "segments",
    [
        ("femur_r", "tibia_r"),
        ("tibia_l",),
        ("foot_r",),
        ("foot_r", "foot_l"),
        ("femur_r", "foot_r", "femur_l", "foot_l"),
        ("pelvis", "foot_r"),
        ("pelvis",),
    ],
)
def test_any_subset_of_sensors(walker: Recording, segments: tuple[str, ...]) -> None:
    mounted, turn = mount(only(walker, segments), 5)
    _, found = align(mounted)
    tilt, sideways = errors(found, turn)
    assert np.abs(tilt).max() < 1.0
    assert sideways.max() < 12.0  # a wrong sign would be near 180


@pytest.mark.parametrize("gait", [GAIT, RUN])
def test_without_standing_gravity_serves(gait: Gait) -> None:
    mounted, turn = mount(walk(gait, standing_s=0.0), 2)
    _, found = align(mounted)
    tilt, sideways = errors(found, turn)
    assert found.standing is None
    assert np.abs(tilt).max() < found.quality[0].up_uncertainty_deg
    assert sideways.max() < 15.0
    assert any("no quiet standing" in w for w in found.warnings)
    assert all(q.score < 0.6 for q in found.quality)


@pytest.mark.data
def test_recorded_walks_from_any_mounting(recorded_walks: list[Recording]) -> None:
    for seed, cycle in enumerate(recorded_walks):
        assert cycle.truth is not None
        angles = cycle.truth.angles
        n = cycle.samples

        def angle(joint: str, phase: Array, angles=angles, n=n) -> Array:
            return np.interp(phase * n, np.arange(n + 1), np.append(angles[f"{joint}_r"], angles[f"{joint}_r"][0]))

        mounted, turn = mount(walk(Gait(angle, n / cycle.rate_hz, 1.25), seed=seed), seed)
        tilt, sideways = errors(align(mounted)[1], turn)
        assert np.abs(tilt).max() < 1.0
        assert sideways.max() < 8.0
        # the measured cycle alone, in the plane, without standing
        mounted, turn = mount(cycle, seed)
        tilt, sideways = errors(align(mounted)[1], turn)
        assert np.abs(tilt).max() < 15.0  # pelvis and foot of the recorded model are not zero when level
        assert sideways.max() < 1.0 + 1e-6 or "pelvis" in mounted.sensors[int(np.argmax(sideways))].segment


def test_gaps_stay_gaps_and_do_not_disturb(walker: Recording) -> None:
    mounted, _ = mount(walker, 3)
    acc, gyro = mounted.acc.copy(), mounted.gyro.copy()
    acc[600:604, 2], gyro[600:604, 2] = np.nan, np.nan
    aligned, found = align(replace(mounted, acc=acc, gyro=gyro))
    assert np.isnan(aligned.acc[600:604, 2]).all()
    assert np.isnan(aligned.acc).sum() == 12
    np.testing.assert_allclose(found.rotation, align(mounted)[1].rotation, atol=0.02)


@pytest.mark.parametrize("name", ["pelvis", "femur_l", "tibia_r", "foot_r"])
@pytest.mark.parametrize("frozen", [False, True])
def test_a_sensor_that_dies_decides_nothing_for_the_others(walker: Recording, name: str, frozen: bool) -> None:
    mounted, turn = mount(walker, seed=4)
    k, at = LOWER_BODY.index(name), round(0.55 * walker.samples)
    acc, gyro = mounted.acc.copy(), mounted.gyro.copy()
    acc[at:, k], gyro[at:, k] = (acc[at, k], gyro[at, k]) if frozen else (np.nan, np.nan)
    examined = examine(replace(mounted, acc=acc, gyro=gyro))
    assert [(f.cause, f.sensors) for f in examined.findings if f.severity is not Severity.INFO] == [(Cause.DEAD, (name,))]
    rest = [i for i in range(len(LOWER_BODY)) if i != k]
    absent = only(mounted, tuple(LOWER_BODY.segments[i] for i in rest))
    np.testing.assert_allclose(align(examined)[1].rotation[rest], align(absent)[1].rotation, atol=0.02)
    left = align(examined)[1].rotation[k] @ turn[k]
    assert np.trace(left) > 2.8  # not reversed either


def test_standing_is_found_from_sensors_that_live(walker: Recording) -> None:
    mounted, _ = mount(walker, 4)
    dead = LOWER_BODY.index("foot_l")
    acc, gyro = mounted.acc.copy(), mounted.gyro.copy()
    acc[20:, dead], gyro[20:, dead] = np.nan, np.nan
    early = replace(mounted, acc=acc, gyro=gyro)
    assert standing_periods(early) == standing_periods(mounted)
    aligned, found = align(early)
    assert "foot_l" not in found.segments
    assert any("is not used" in said for said in aligned.warnings)
    assert found.standing == align(mounted)[1].standing


def test_one_sensor_alone_does_not_turn_the_others_round(walker: Recording) -> None:
    mounted, _ = mount(walker, 4)
    k, end = LOWER_BODY.index("tibia_r"), round(0.42 * walker.samples)
    rows = np.r_[:end, end // 2 : walker.samples]  # all walk for a while, then one goes on for longer
    acc, gyro = mounted.acc[rows], mounted.gyro[rows]
    others = np.arange(len(LOWER_BODY)) != k
    acc[end:, others], gyro[end:, others] = np.nan, np.nan
    half = replace(mounted, acc=acc, gyro=gyro)
    np.testing.assert_allclose(align(half)[1].rotation, align(crop(mounted, 0, end))[1].rotation, atol=0.1)
    gyro = gyro.copy()
    gyro[end:, k] *= -1.0  # as if it walked backward
    with pytest.raises(RecordingError, match=r"tibia_r.*alone would decide which way is forward.*leave this sensor out"):
        align(replace(half, gyro=gyro))


def test_other_sensors_are_left_out_with_a_word(walker: Recording) -> None:
    mounted, _ = mount(walker, 3)
    gyro = mounted.gyro.copy()
    gyro[:, 3] = np.nan
    sensors = (*mounted.sensors[:6], Sensor("S9", "sternum"))
    aligned, found = align(replace(mounted, sensors=sensors, gyro=gyro))
    assert found.segments == ("pelvis", "femur_r", "tibia_r", "femur_l", "tibia_l")
    assert any("S9 (sternum)" in w for w in aligned.warnings)
    assert any("foot_r is not used: it lacks" in w for w in aligned.warnings)


def test_what_cannot_be_aligned_is_refused(walker: Recording) -> None:
    mounted, _ = mount(walker, 3)
    with pytest.raises(RecordingError, match="no 2 strides of straight walking"):
        align(crop(mounted, 0, 290))
    with pytest.raises(RecordingError, match="no sensor can be aligned"):
        align(replace(mounted, gyro=np.full_like(mounted.gyro, np.nan)))


def test_segment_frames_are_left_alone(walker: Recording) -> None:
    aligned, found = align(walker)
    assert aligned is walker
    np.testing.assert_array_equal(found.rotation, np.tile(np.eye(3), (7, 1, 1)))


def test_a_wrong_scale_is_noticed(walker: Recording) -> None:
    mounted, _ = mount(walker, 4)
    acc = mounted.acc.copy()
    acc[:, 1] *= 1.1
    assert any("check the unit" in w for w in align(replace(mounted, acc=acc))[1].warnings)


@pytest.mark.data
def test_xsens_recording(shared_data: Path) -> None:
    recording = gaittoolbox.read(shared_data / "imu_mocap_gaittoolbox", truth=False)
    aligned, found = align(recording)
    assert found.segments == LOWER_BODY.segments
    assert found.standing is not None
    assert found.standing[1] < 1100  # before the first step
    for rotation, name in zip(found.rotation[1:], LOWER_BODY.segments[1:], strict=True):
        assert rotation[2, 1] > 0.85, name  # the mediolateral axis is mostly +y of all leg sensors
    coordinates = orientation.solve(aligned).coordinates
    for side in "rl":
        knee = np.degrees(coordinates[f"knee_angle_{side}"][1119:2074])
        assert -80 < knee.min() < -50
        assert knee.max() < 10
    # without the standing start
    _, walking = align(crop(recording, 1119, 2074))
    assert walking.standing is None
    between = np.degrees(
        [Rotation.from_matrix(a @ b.T).magnitude() for a, b in zip(walking.rotation, found.rotation, strict=True)]
    )
    assert between.max() < 15


@pytest.mark.data
@pytest.mark.parametrize("person", ["01_00", "10_00-Test", "16_00"])
def test_unknown_mountings_of_hugadb(shared_data: Path, person: str) -> None:
    aligned, found = align(read(shared_data / "imu_hugadb" / f"HuGaDB_v1_walking_{person}.txt"))
    assert all(q.axis_share > 0.85 and q.direction_margin > 0.5 for q in found.quality)
    coordinates = orientation.solve(aligned).coordinates
    for side in "rl":
        low, high = np.degrees(np.quantile(coordinates[f"knee_angle_{side}"], (0.02, 0.98)))
        assert -70 < low < -45
        assert -12 < high < 8


def test_orientation_refuses_a_cycle(walker: Recording) -> None:
    with pytest.raises(RecordingError, match="averaged cycle"):
        orientation.solve(replace(walker, periodic=True))
    with pytest.raises(RecordingError, match="no joint"):
        orientation.solve(only(walker, ("tibia_r", "tibia_l")))

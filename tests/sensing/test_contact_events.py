from dataclasses import replace

import numpy as np
import pytest

from kinertia.recording import Frame, Recording
from kinertia.recording.errors import RecordingError
from kinertia.sensing import contact_events


def contact_edges(recording: Recording, side: str) -> tuple[int, int]:
    """First sample with and first without more than 5 % body weight on a leg."""
    assert recording.truth is not None
    on = recording.truth.grf[f"grf_y_{side}"] > 0.05
    return int(np.flatnonzero(on & ~np.roll(on, 1))[0]), int(np.flatnonzero(~on & np.roll(on, 1))[0])


def circular_ms(found: float, true: int, recording: Recording) -> float:
    half = recording.samples / 2
    return 1000 * ((found - true + half) % recording.samples - half) / recording.rate_hz


@pytest.mark.data
def test_close_to_the_force_plate(recorded_walks: list[Recording], recorded_runs: list[Recording]) -> None:
    for recording in [*recorded_walks, *recorded_runs]:
        events = contact_events.locate(recording.without_truth())
        for side in "rl":
            strike, lift = contact_edges(recording, side)
            assert events[f"heel_strike_{side}"].size == events[f"toe_off_{side}"].size == 1
            assert abs(circular_ms(events[f"heel_strike_{side}"][0], strike, recording)) < 30, (recording.name, side)
            assert abs(circular_ms(events[f"toe_off_{side}"][0], lift, recording)) < 40, (recording.name, side)


@pytest.mark.data
def test_duty_factor_tells_walking_from_running(recorded_walks: list[Recording], recorded_runs: list[Recording]) -> None:
    walking = [contact_events.duty_factor(r, contact_events.locate(r)) for r in recorded_walks]
    running = [contact_events.duty_factor(r, contact_events.locate(r)) for r in recorded_runs]
    assert min(walking) > 0.55
    assert max(running) < 0.5


@pytest.mark.data
def test_rotating_a_cycle_moves_its_events(recorded_walks: list[Recording]) -> None:
    walk = recorded_walks[0]
    moved = replace(walk, acc=np.roll(walk.acc, 60, axis=0), gyro=np.roll(walk.gyro, 60, axis=0))
    for name, at in contact_events.locate(walk).items():
        there = contact_events.locate(moved)[name]
        assert abs(circular_ms(there[0] - 60, at[0], walk)) < 1.0


@pytest.mark.data
def test_continuous_recording_finds_every_stride(recorded_walks: list[Recording]) -> None:
    walk, strides, still = recorded_walks[1], 8, 600
    tile = (strides, 1, 1)
    standing = np.zeros((still, 7, 3))
    long = replace(
        walk,
        acc=np.concatenate([standing + np.array([0.0, 9.81, 0.0]), np.tile(walk.acc, tile)]),
        gyro=np.concatenate([standing, np.tile(walk.gyro, tile)]),
        periodic=False,
        truth=None,
    )
    events = contact_events.detect(long)
    for side in "rl":
        strikes, lifts = events[f"heel_strike_{side}"], events[f"toe_off_{side}"]
        assert strikes.dtype.kind == lifts.dtype.kind == "i"
        assert strikes.min() > still
        assert strides - 1 <= strikes.size <= strides
        assert strides - 1 <= lifts.size <= strides
        np.testing.assert_allclose(np.diff(strikes), walk.samples, atol=2)
    assert contact_events.duty_factor(long, contact_events.locate(long)) == pytest.approx(0.62, abs=0.04)


@pytest.mark.data
@pytest.mark.parametrize("missing", ["tibia", "foot"])
def test_one_sensor_of_foot_and_shank_is_enough(recorded_walks: list[Recording], missing: str) -> None:
    for walk in recorded_walks:
        gyro = walk.gyro.copy()
        gyro[:, [k for k, sensor in enumerate(walk.sensors) if sensor.segment.startswith(missing)]] = np.nan
        events = contact_events.locate(replace(walk, gyro=gyro))
        for side in "rl":
            assert abs(circular_ms(events[f"heel_strike_{side}"][0], contact_edges(walk, side)[0], walk)) < 40


def test_standing_has_no_events_and_no_duty_factor(simple_gait: Recording) -> None:
    still = replace(simple_gait, gyro=np.zeros_like(simple_gait.gyro), periodic=False)
    events = contact_events.detect(still)
    assert all(at.size == 0 for at in events.values())
    with pytest.raises(RecordingError, match="no complete stride"):
        contact_events.duty_factor(still, contact_events.locate(still))


def test_leg_without_gyroscopes_is_left_out(simple_gait: Recording) -> None:
    gyro = simple_gait.gyro.copy()
    gyro[:, [k for k, sensor in enumerate(simple_gait.sensors) if sensor.segment in ("tibia_l", "foot_l")]] = np.nan
    assert set(contact_events.detect(replace(simple_gait, gyro=gyro))) == {"heel_strike_r", "toe_off_r"}


def test_unaligned_recording_is_refused(simple_gait: Recording) -> None:
    with pytest.raises(RecordingError, match="align"):
        contact_events.detect(replace(simple_gait, frame=Frame.SENSOR))

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kinertia.io import cycles
from kinertia.recording import Frame, Recording
from kinertia.recording.errors import RecordingError
from kinertia.sensing import strapdown

# hip, knee, ankle, as it is and bias-free [deg]: closed-form integration measured on these cycles by others
PUBLISHED = {
    "P01_normwalking": ((3.8, 11.5, 2.7), (1.7, 2.9, 2.2)),
    "P01_normrunning": ((6.6, 11.8, 8.9), (4.9, 7.1, 3.2)),
}


def continuous(cycle: Recording, repeats: int) -> Recording:
    """The cycle repeated as one long recording."""
    tile = (repeats, 1, 1)
    assert cycle.truth is not None
    truth = replace(cycle.truth, angles={name: np.tile(angle, repeats) for name, angle in cycle.truth.angles.items()})
    return replace(cycle, acc=np.tile(cycle.acc, tile), gyro=np.tile(cycle.gyro, tile), periodic=False, truth=truth)


def error_deg(recording: Recording, skip: int = 0) -> float:
    assert recording.truth is not None
    angles = strapdown.solve(recording).coordinates
    assert set(angles) == set(recording.truth.angles)
    inner = slice(skip, recording.samples - skip)
    return max(float(np.degrees(np.abs(angles[n] - a)[inner]).max()) for n, a in recording.truth.angles.items())


def test_periodic_cycle_is_exact(simple_gait: Recording) -> None:
    assert error_deg(simple_gait) < 1e-3


def test_periodic_cycle_ignores_gyroscope_bias(simple_gait: Recording) -> None:
    biased = replace(simple_gait, gyro=simple_gait.gyro + 0.05)
    for name, angle in strapdown.solve(simple_gait).coordinates.items():
        np.testing.assert_allclose(strapdown.solve(biased).coordinates[name], angle, atol=1e-12)


def test_continuous_recording_does_not_drift(simple_gait: Recording) -> None:
    recording = continuous(simple_gait, 60)
    drifting = replace(recording, gyro=recording.gyro + 0.01)  # 38 degrees in this minute, if it were integrated
    assert error_deg(drifting, skip=3 * simple_gait.samples) < 1.0
    assert error_deg(drifting) < 6.0


def test_short_continuous_recording(simple_gait: Recording) -> None:
    assert error_deg(continuous(simple_gait, 1)) < 10.0


def test_missing_sensor_leaves_out_its_joints(simple_gait: Recording) -> None:
    gyro = simple_gait.gyro.copy()
    gyro[:, simple_gait.sensor_index("foot_l")] = np.nan
    angles = strapdown.solve(replace(simple_gait, gyro=gyro)).coordinates
    assert "ankle_angle_l" not in angles
    assert "knee_angle_l" in angles


def test_gap_is_named(simple_gait: Recording) -> None:
    acc = simple_gait.acc.copy()
    acc[17, simple_gait.sensor_index("tibia_r")] = np.nan
    with pytest.raises(RecordingError, match=r"sensor tibia_r, sample 17.*Fix"):
        strapdown.solve(replace(simple_gait, acc=acc))


def test_unaligned_and_too_few_sensors_are_refused(simple_gait: Recording) -> None:
    with pytest.raises(RecordingError, match="align"):
        strapdown.solve(replace(simple_gait, frame=Frame.SENSOR))
    alone = replace(simple_gait, sensors=simple_gait.sensors[:1], acc=simple_gait.acc[:, :1], gyro=simple_gait.gyro[:, :1])
    with pytest.raises(RecordingError, match="neighbouring"):
        strapdown.solve(alone)


@pytest.mark.data
@pytest.mark.parametrize("name", PUBLISHED)
def test_reproduces_the_closed_form_figures(name: str, shared_data: Path) -> None:
    recording = cycles.read(shared_data / "imu_cycles_biomac" / f"{name}.csv")
    assert recording.truth is not None
    angles = strapdown.solve(recording.without_truth()).coordinates
    errors = [
        np.degrees(angles[f"{j}_r"] - recording.truth.angles[f"{j}_r"]) for j in ("hip_flexion", "knee_angle", "ankle_angle")
    ]
    as_it_is, unbiased = PUBLISHED[name]
    np.testing.assert_allclose([np.sqrt(np.mean(e**2)) for e in errors], as_it_is, atol=0.1)
    np.testing.assert_allclose([np.std(e) for e in errors], unbiased, atol=0.1)

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import Activity, Bands, Estimate
from kinertia.io import read, write_table
from kinertia.recording import RecordingError, Subject

SAMPLES = 30


@pytest.fixture
def estimate() -> Estimate:
    t = np.arange(SAMPLES) / 100.0
    return Estimate(
        name="trial",
        method="test",
        rate_hz=100.0,
        subject=Subject(60.0, 1.7),
        coordinates={"pelvis_tx": 1.3 * t, "knee_angle_r": -np.sin(t)},
        moments={"knee_angle_r": 5.0 * np.cos(t)},
        grf={"grf_y_r": np.cos(t)},
        cop_x={"r": np.where(t < 0.1, 0.2, np.nan)},
        speed=1.3 + 0.0 * t,
        points={"hip": np.stack([t, 0.9 + t], axis=-1)},
        root_residual=np.stack([t, 2 * t, 3 * t], axis=-1),
        imu_measured=np.arange(SAMPLES * 6.0).reshape(SAMPLES, 2, 3),
        imu_virtual=np.zeros((SAMPLES, 2, 3)),
        sensor_segments=("pelvis", "femur_r"),
        muscle_forces={"soleus_r": t},
        events={"heel_strike_r": np.array([4, 20])},
        bands=Bands(0.9, {"knee_angle_r": 0.1 + t}, {"knee_angle_r": 2 * t}, {"grf_y_r": 3 * t}, 4 * t),
        doubts={"residual": t < 0.05, "disagreement": t > 0.2},
        settled=t > 0.065,
        activity=np.where(t < 0.1, Activity.STANDING, Activity.WALKING).astype(np.int8),
    )


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_read_back(estimate, tmp_path, ending):
    path = write_table.write(tmp_path / f"table{ending}", estimate)
    table = pl.read_parquet(path) if ending == ".parquet" else pl.read_csv(path)
    np.testing.assert_allclose(table["time [s]"], estimate.time_s)
    np.testing.assert_allclose(table["pelvis_tx [m]"], estimate.coordinates["pelvis_tx"])
    np.testing.assert_allclose(np.radians(table["knee_flexion_r [deg]"]), -estimate.coordinates["knee_angle_r"])
    np.testing.assert_allclose(table["knee_flexion_r_moment [N m]"], -estimate.moments["knee_angle_r"])
    np.testing.assert_allclose(table["grf_y_r [BW]"], estimate.grf["grf_y_r"])
    np.testing.assert_allclose(table["root_residual_moment [BWBH]"], estimate.root_residual[:, 2])
    np.testing.assert_allclose(table["hip_y [m]"], estimate.points["hip"][:, 1])
    np.testing.assert_allclose(table["femur_r_gyro_z_measured [rad/s]"], estimate.imu_measured[:, 1, 2])
    np.testing.assert_allclose(table["pelvis_acc_y_virtual [m/s^2]"], 0.0)
    np.testing.assert_allclose(table["knee_flexion_r_band_90 [deg]"], np.degrees(0.1 + estimate.time_s))
    np.testing.assert_allclose(table["knee_flexion_r_moment_band_90 [N m]"], 2 * estimate.time_s)
    np.testing.assert_allclose(table["grf_y_r_band_90 [BW]"], 3 * estimate.time_s)
    np.testing.assert_allclose(table["speed_band_90 [m/s]"], 4 * estimate.time_s)
    assert np.flatnonzero(table["trusted [0/1]"]).tolist() == list(range(7, 21))
    assert np.flatnonzero(table["settled [0/1]"]).tolist() == list(range(7, SAMPLES))
    assert table["activity [0 other, 1 standing, 2 walking, 3 running]"].to_list() == [1] * 10 + [2] * 20
    assert table["cop_x_r [m]"].null_count() == 20
    assert np.flatnonzero(table["heel_strike_r [0/1]"]).tolist() == [4, 20]
    assert {"speed [m/s]", "root_residual_x [BW]", "soleus_r_force [N]"} <= set(table.columns)


def test_name_of_the_knee_says_its_sign(estimate):
    kept = write_table.columns(estimate, Knee.OPENSIM)
    np.testing.assert_allclose(np.radians(kept["knee_angle_r [deg]"]), estimate.coordinates["knee_angle_r"])
    np.testing.assert_allclose(kept["knee_angle_r_moment [N m]"], estimate.moments["knee_angle_r"])
    assert not any("knee_flexion" in name for name in kept)
    assert not any("knee_angle" in name for name in write_table.columns(estimate))


def test_every_column_names_its_unit(estimate):
    assert all(name.endswith("]") and " [" in name for name in write_table.columns(estimate))


def test_unknown_ending(estimate, tmp_path):
    with pytest.raises(ValueError, match=r"\.parquet or \.csv"):
        write_table.write(tmp_path / "table.xlsx", estimate)
    assert not list(tmp_path.iterdir())


def test_is_no_recording(estimate: Estimate, tmp_path: Path) -> None:
    path = write_table.write(tmp_path / "walk_estimate.csv", estimate)
    with pytest.raises(RecordingError, match=r"walk_estimate\.csv: is an estimate, not a recording.*name what it was"):
        read.read(path)

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest

from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import Estimate
from kinertia.io import write_opensim
from kinertia.recording import Subject
from kinertia.recording.errors import RecordingError

SAMPLES = 40
WEIGHT_N = 60.0 * 9.81


@pytest.fixture
def estimate() -> Estimate:
    t = np.arange(SAMPLES) / 50.0
    stance = (t < 0.4).astype(float)
    return Estimate(
        name="trial",
        method="test",
        rate_hz=50.0,
        subject=Subject(60.0, 1.7),
        coordinates={
            "pelvis_tx": 1.3 * t,
            "pelvis_ty": np.full(SAMPLES, 0.9),
            "knee_angle_r": -np.pi / 3 * np.sin(t) ** 2,
            "hip_adduction_l": 0.1 * np.cos(t),
        },
        moments={"hip_flexion_r": 12.0 * np.sin(t), "knee_angle_r": 5.0 * np.cos(t)},
        grf={"grf_x_r": 0.1 * stance, "grf_y_r": 1.0 * stance, "grf_x_l": 0.0 * t, "grf_y_l": 0.0 * t},
        cop_x={"r": np.where(stance > 0, 0.2 + 0.1 * t, np.nan), "l": np.full(SAMPLES, np.nan)},
    )


def written(folder: Path, ending: str, estimate: Estimate, knee: Knee = Knee.OPENSIM) -> tuple[list[str], pl.DataFrame]:
    """Header lines and values of one of the files."""
    write_opensim.write(folder, estimate, knee=knee)
    return read(folder / f"trial_{ending}")


def read(path: Path) -> tuple[list[str], pl.DataFrame]:
    """Header lines and values of a storage file."""
    header, body = path.read_text().split("endheader\n")
    return header.splitlines(), pl.read_csv(body.encode(), separator="\t")


def test_coordinates_in_degrees_and_metres(estimate, tmp_path):
    header, table = written(tmp_path, "coordinates.mot", estimate)
    assert header[:5] == ["Coordinates", "version=1", "nRows=40", "nColumns=5", "inDegrees=yes"]
    assert table.columns == ["time", *estimate.coordinates]
    np.testing.assert_allclose(table["time"], estimate.time_s, atol=1e-8)
    np.testing.assert_allclose(table["pelvis_tx"], estimate.coordinates["pelvis_tx"], atol=1e-8)
    for name in ("knee_angle_r", "hip_adduction_l"):
        np.testing.assert_allclose(np.radians(table[name]), estimate.coordinates[name], atol=1e-8)


def test_knee_sign_can_follow_the_model(estimate, tmp_path):
    _, table = written(tmp_path, "coordinates.mot", estimate, Knee.FLEXION)
    np.testing.assert_allclose(np.radians(table["knee_angle_r"]), -estimate.coordinates["knee_angle_r"], atol=1e-8)
    np.testing.assert_allclose(np.radians(table["hip_adduction_l"]), estimate.coordinates["hip_adduction_l"], atol=1e-8)
    _, table = written(tmp_path, "moments.sto", estimate, Knee.FLEXION)
    np.testing.assert_allclose(table["knee_angle_r_moment"], -estimate.moments["knee_angle_r"], atol=1e-8)
    np.testing.assert_allclose(table["hip_flexion_r_moment"], estimate.moments["hip_flexion_r"], atol=1e-8)


def test_moments_in_newton_metres(estimate, tmp_path):
    header, table = written(tmp_path, "moments.sto", estimate)
    assert "inDegrees=no" in header
    assert table.columns == ["time", "hip_flexion_r_moment", "knee_angle_r_moment"]
    np.testing.assert_allclose(table["hip_flexion_r_moment"], estimate.moments["hip_flexion_r"], atol=1e-8)


def test_ground_reaction_layout(estimate, tmp_path):
    header, table = written(tmp_path, "grf.mot", estimate)
    assert "nColumns=19" in header
    assert table.columns == [
        "time",
        *[f"ground_force_{s}_{kind}{axis}" for s in "rl" for kind in "vp" for axis in "xyz"],
        *[f"ground_torque_{s}_{axis}" for s in "rl" for axis in "xyz"],
    ]
    np.testing.assert_allclose(table["ground_force_r_vy"], WEIGHT_N * estimate.grf["grf_y_r"], atol=1e-6)
    np.testing.assert_allclose(table["ground_force_r_vx"], WEIGHT_N * estimate.grf["grf_x_r"], atol=1e-6)
    assert table["ground_force_r_vz"].abs().max() == 0.0
    # In swing the point stays where the foot left the ground; a foot that never lands has its point at zero.
    np.testing.assert_allclose(table["ground_force_r_px"][:20], estimate.cop_x["r"][:20], atol=1e-8)
    np.testing.assert_allclose(table["ground_force_r_px"][20:], estimate.cop_x["r"][19], atol=1e-8)
    assert table["ground_force_l_px"].abs().max() == 0.0


def test_external_loads_name_columns_that_exist(estimate, tmp_path):
    write_opensim.write(tmp_path, estimate)
    loads = ElementTree.parse(tmp_path / "trial_external_loads.xml").getroot().find("ExternalLoads")
    assert loads is not None
    _, table = read(tmp_path / (loads.findtext("datafile") or ""))
    forces = loads.findall("objects/ExternalForce")
    assert [force.findtext("applied_to_body") for force in forces] == ["calcn_r", "calcn_l"]
    for force in forces:
        for tag in ("force_identifier", "point_identifier", "torque_identifier"):
            assert {f"{force.findtext(tag)}{axis}" for axis in "xyz"} <= set(table.columns)


def test_only_what_the_estimate_has_is_written(estimate, tmp_path):
    kinematic = replace(estimate, moments={}, grf={}, cop_x={})
    assert [path.name for path in write_opensim.write(tmp_path / "a", kinematic)] == ["trial_coordinates.mot"]
    rising = np.arange(SAMPLES) * 1.0
    muscles = {"muscle_forces": {"soleus_r": rising}, "muscle_activations": {"soleus_r": 0.01 * rising}}
    full = replace(estimate, **muscles, muscle_reserves={"knee_angle_r": -rising})
    names = [path.name for path in write_opensim.write(tmp_path / "b", full)]
    assert names == [
        f"trial_{end}"
        for end in (
            *("coordinates.mot", "grf.mot", "external_loads.xml", "moments.sto"),
            *("muscle_forces.sto", "muscle_activations.sto"),
        )
    ]
    _, table = read(tmp_path / "b" / "trial_muscle_forces.sto")
    np.testing.assert_allclose(table["soleus_r"], rising)
    np.testing.assert_allclose(table["knee_angle_r_reserve"], -rising)
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == sorted(names)


def test_one_leg(estimate, tmp_path):
    right = replace(estimate, grf={n: v for n, v in estimate.grf.items() if n.endswith("r")}, cop_x={"r": estimate.cop_x["r"]})
    _, table = written(tmp_path, "grf.mot", right)
    assert not [name for name in table.columns if "_l_" in name]


def test_forces_without_points_are_left_out(estimate, tmp_path):
    names = [path.name for path in write_opensim.write(tmp_path, replace(estimate, cop_x={}))]
    assert names == ["trial_coordinates.mot", "trial_moments.sto"]


def test_missing_values_are_refused(estimate, tmp_path):
    estimate.coordinates["knee_angle_r"][3] = np.nan
    with pytest.raises(RecordingError, match=r"trial_coordinates\.mot, sensor knee_angle_r, sample 3.*Fix"):
        write_opensim.write(tmp_path, estimate)
    assert not list(tmp_path.iterdir())

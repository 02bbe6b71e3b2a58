import json
from dataclasses import replace

import numpy as np
import pytest

from kinertia.estimation.estimate import Estimate
from kinertia.metrics.scoring import mean_over_joints, score, summarise
from kinertia.recording import Recording, Sensor, Subject, Truth

SAMPLES, RATE = 100, 100.0
PHASE = 2 * np.pi * np.arange(SAMPLES) / SAMPLES
SUBJECT = Subject(mass_kg=80.0, height_m=1.80)
UNIT_MOMENT = 80.0 * 9.81 * 1.80 / 100  # 1 BWBH% [N m]
JOINTS = ("hip_flexion_r", "knee_angle_r", "ankle_angle_r")


def recording(truth: Truth | None) -> Recording:
    signals = np.zeros((SAMPLES, 1, 3))
    return Recording("P09_walk", RATE, (Sensor("s", "pelvis"),), signals, signals, SUBJECT, periodic=True, truth=truth)


def truth() -> Truth:
    return Truth(
        angles={joint: 0.5 * np.sin(PHASE + k) for k, joint in enumerate(JOINTS)},
        moments={joint: UNIT_MOMENT * 3 * np.cos(PHASE + k) for k, joint in enumerate(JOINTS)},
        grf={"grf_x_r": 0.2 * np.sin(PHASE), "grf_y_r": 0.6 + 0.5 * np.cos(PHASE)},
        speed=1.3,
    )


def estimate(delay_samples: int = 0, *, angle_deg: float = 0.0, moment: float = 0.0, force: float = 0.0) -> Estimate:
    t = truth()

    def late(x: np.ndarray) -> np.ndarray:
        return np.roll(x, delay_samples)

    return Estimate(
        "P09_walk",
        "test",
        RATE,
        SUBJECT,
        coordinates={"pelvis_tilt": np.zeros(SAMPLES)} | {n: late(a) + np.radians(angle_deg) for n, a in t.angles.items()},
        moments={n: late(m) + moment * UNIT_MOMENT for n, m in t.moments.items()},
        grf={n: late(f) + force / 100 for n, f in t.grf.items()},
        speed=np.full(SAMPLES, 1.1),
    )


def test_figures_have_the_stated_units_and_signs() -> None:
    trial = score(estimate(angle_deg=2.0, moment=-1.5, force=3.0), recording(truth()), 0.0)
    for joint in JOINTS:
        assert trial["angle_rmsd_deg"][joint] == pytest.approx(2.0)
        assert trial["angle_bias_deg"][joint] == pytest.approx(2.0)
        assert trial["angle_rmsd_unbiased_deg"][joint] == pytest.approx(0.0, abs=1e-9)
        assert trial["angle_r"][joint] == pytest.approx(1.0)
        assert trial["moment_rmsd_bwbh"][joint] == pytest.approx(1.5)
        assert trial["moment_bias_bwbh"][joint] == pytest.approx(-1.5)
        # range 6 BWBH%
        assert trial["moment_nrmse_percent"][joint] == pytest.approx(25.0, rel=2e-3)
        assert trial["trivial"]["zero_moment"]["moment_rmsd_bwbh"][joint] == pytest.approx(3 / np.sqrt(2))
        assert trial["trivial"]["mean_angle"]["angle_rmsd_deg"][joint] == pytest.approx(np.degrees(0.5) / np.sqrt(2))
    assert trial["grf_rmsd_bw"] == pytest.approx({"grf_x_r": 3.0, "grf_y_r": 3.0})
    assert trial["trivial"]["zero_grf"]["grf_rmsd_bw"]["grf_x_r"] == pytest.approx(20 / np.sqrt(2))
    assert trial["speed_error"] == pytest.approx(0.2)
    assert trial["trivial"]["normative"] is None


def test_synced_figures_undo_a_delay() -> None:
    trial = score(estimate(delay_samples=2, angle_deg=1.0), recording(truth()), 0.02, normative=estimate(delay_samples=2))
    assert trial["sync_shift_s"] == 0.02
    assert trial["angle_rmsd_unbiased_deg"]["knee_angle_r"] > 2.0
    assert trial["synced"]["angle_rmsd_deg"]["knee_angle_r"] == pytest.approx(1.0)
    assert trial["synced"]["moment_rmsd_bwbh"]["hip_flexion_r"] == pytest.approx(0.0, abs=1e-9)
    assert trial["synced"]["grf_rmsd_bw"]["grf_y_r"] == pytest.approx(0.0, abs=1e-9)
    rival = trial["trivial"]["normative"]
    assert rival["grf_rmsd_bw"]["grf_y_r"] > 1.0
    assert rival["synced"]["grf_rmsd_bw"]["grf_y_r"] == pytest.approx(0.0, abs=1e-9)


def test_kinematic_method_gets_null_moments() -> None:
    kinematic = replace(estimate(), moments={}, grf={}, speed=None)
    trial = score(kinematic, recording(truth()), 0.0)
    assert trial["moment_rmsd_bwbh"] == dict.fromkeys(JOINTS)
    assert trial["grf_rmsd_bw"] == {"grf_x_r": None, "grf_y_r": None}
    assert trial["speed_error"] is None
    summary = summarise({"P09_walk": trial})
    assert summary["mean"]["moment_rmsd_bwbh"] is None
    assert summary["mean"]["angle_rmsd_deg"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("missing", [None, Truth(angles={"knee_angle_r": np.full(SAMPLES, np.nan)}, speed=float("nan"))])
def test_no_truth_gives_nulls_and_strict_json(missing: Truth | None) -> None:
    trial = score(estimate(), recording(missing), None, estimate())
    assert trial["angle_rmsd_deg"] == dict.fromkeys(JOINTS)
    assert trial["synced"]["grf_r"] == {"grf_x_r": None, "grf_y_r": None}
    assert trial["sync_shift_s"] is None
    assert json.loads(json.dumps(trial, allow_nan=False)) == trial
    assert summarise({"P09_walk": trial})["mean"]["angle_rmsd_deg"] is None


def test_gaps_in_the_reference_are_left_out() -> None:
    t = truth()
    knee = t.angles["knee_angle_r"].copy()
    knee[5:30] = np.nan
    trial = score(estimate(angle_deg=2.0), recording(replace(t, angles={**t.angles, "knee_angle_r": knee})), 0.01)
    assert trial["angle_rmsd_deg"]["knee_angle_r"] == pytest.approx(2.0)


def test_gaps_in_the_estimate_are_refused() -> None:
    holed = estimate()
    holed.moments["knee_angle_r"][7] = np.nan
    with pytest.raises(ValueError, match="knee_angle_r is not finite at sample 7"):
        score(holed, recording(truth()), 0.0)


def test_other_samples_or_rate_are_refused() -> None:
    with pytest.raises(ValueError, match="resample"):
        score(replace(estimate(), rate_hz=50.0), recording(truth()), 0.0)
    short = replace(estimate(), coordinates={n: x[:-1] for n, x in estimate().coordinates.items()})
    with pytest.raises(ValueError, match="99 samples"):
        score(short, recording(truth()), 0.0)


def test_mean_is_over_trials_of_the_mean_over_joints() -> None:
    one = score(estimate(angle_deg=1.0, force=2.0), recording(truth()), 0.0)
    two = score(estimate(angle_deg=3.0, force=4.0), recording(truth()), 0.0)
    means = summarise({"a": one, "b": two})
    assert means["mean"] == pytest.approx(
        {"angle_rmsd_deg": 2.0, "moment_rmsd_bwbh": 0.0, "grf_rmsd_bw": 3.0, "speed_error": 0.2}, abs=1e-9
    )
    assert means["mean_synced"] == pytest.approx(means["mean"], abs=1e-9)


def test_leaving_out_a_joint_does_not_improve_the_mean() -> None:
    without_knee = replace(estimate(), coordinates={n: x for n, x in estimate().coordinates.items() if n != "knee_angle_r"})
    assert mean_over_joints(score(without_knee, recording(truth()), 0.0), "angle_rmsd_deg") is None


def test_speed_over_time_is_compared_sample_by_sample() -> None:
    wave = 1.3 + 0.4 * np.sin(PHASE)
    with_curve = recording(replace(truth(), speed_curve=wave))
    late = replace(estimate(), speed=np.roll(wave, 2) + 0.1)
    trial = score(late, with_curve, 0.02)
    assert trial["speed_error"] == pytest.approx(0.1)
    assert trial["synced"]["speed_rmsd"] == pytest.approx(0.1)
    assert trial["speed_rmsd"] > 0.1
    assert score(late, recording(truth()), 0.02)["speed_rmsd"] is None


def test_muscles_are_compared_where_both_have_them() -> None:
    weight = SUBJECT.mass_kg * 9.81
    force, activation = {"soleus_r": weight * (1.0 + np.sin(PHASE))}, {"soleus_r": 0.5 + 0.4 * np.sin(PHASE)}
    known = replace(truth(), muscle_forces=force, muscle_activations=activation)
    assert "muscle_r" not in score(estimate(), recording(known), 0.0)
    more = {name: curve + 0.1 * weight for name, curve in force.items()}
    found = score(replace(estimate(), muscle_forces=more, muscle_activations=activation), recording(known), 0.0)
    assert found["muscle_rmsd_bw"]["soleus_r"] == pytest.approx(10.0)
    assert found["activation_rmsd_percent"]["soleus_r"] == pytest.approx(0.0, abs=1e-9)
    assert found["muscle_r"]["soleus_r"] == pytest.approx(1.0)

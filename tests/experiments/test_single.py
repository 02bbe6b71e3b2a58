"""A continuous recording with exact truth of both legs gets every figure, and means over the legs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments import walks
from experiments.walks import record
from kinertia.estimation.estimate import Estimate
from kinertia.io import write_recording
from kinertia.io.read import read
from kinertia.metrics.scoring import mean_over_joints, score_single
from kinertia.recording import Recording

JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")
SIDES = "rl"
FORCES = ("grf_x_r", "grf_y_r", "grf_x_l", "grf_y_l")


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A simulated walk with invented moments and forces, as read from disk."""
    made = record(walks.fit(72.0, 1.78), "walk", seconds=8.0)
    assert made.truth is not None
    wave = np.sin(2 * np.pi * made.time_s)
    truth = replace(
        made.truth,
        moments={f"{joint}_{side}": 50.0 * wave for joint in JOINTS for side in SIDES},
        grf=dict.fromkeys(FORCES, 0.5 + 0.4 * wave),
        contact={side: (wave > 0).astype(float) for side in SIDES},
        speed=1.4,
        speed_curve=1.4 + 0.1 * wave,
    )
    return read(write_recording.write(tmp_path_factory.mktemp("people") / "walk.parquet", replace(made, truth=truth)))


def test_every_figure_of_both_legs(walk: Recording) -> None:
    truth = walk.truth
    assert truth is not None
    assert truth.speed_curve is not None
    unit = walk.subject.mass_kg * 9.81 * walk.subject.height_m / 100  # 1 BWBH% [N m]
    off = {f"{joint}_{side}": float(1 + k + 10 * (side == "l")) for k, joint in enumerate(JOINTS) for side in SIDES}
    found = Estimate(
        walk.name,
        "test",
        walk.rate_hz,
        walk.subject,
        {name: curve + np.radians(off[name]) for name, curve in truth.angles.items()},
        moments={name: curve + 0.1 * off[name] * unit for name, curve in truth.moments.items()},
        grf={name: curve + 0.05 for name, curve in truth.grf.items()},
        speed=truth.speed_curve + 0.2,
    )
    trial = score_single(found, walk)
    assert trial is not None
    assert trial["sync_shift_s"] == pytest.approx(0.0, abs=0.005)
    assert trial["angle_rmsd_deg"] == pytest.approx(off)
    assert trial["moment_rmsd_bwbh"] == pytest.approx({name: 0.1 * value for name, value in off.items()})
    assert trial["grf_rmsd_bw"] == pytest.approx(dict.fromkeys(FORCES, 5.0))
    assert trial["speed_error"] == pytest.approx(0.2)
    assert trial["speed_rmsd"] == pytest.approx(0.2)
    # right legs are off by 1 to 3 degrees, left legs by 11 to 13
    assert mean_over_joints(trial, "angle_rmsd_deg") == pytest.approx(7.0)
    assert mean_over_joints(trial, "moment_rmsd_bwbh") == pytest.approx(0.7)
    assert mean_over_joints(trial, "grf_rmsd_bw") == pytest.approx(5.0)
    assert trial["trivial"]["normative"]["angle_rmsd_deg"]["knee_angle_l"] > 0.0


def test_no_truth_no_figures(walk: Recording) -> None:
    truth = walk.truth
    assert truth is not None
    assert score_single(Estimate(walk.name, "test", walk.rate_hz, walk.subject, truth.angles), walk.without_truth()) is None

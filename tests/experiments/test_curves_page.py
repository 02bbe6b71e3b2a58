from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from experiments import curves
from experiments.curves import Trial
from experiments.results import Scored
from kinertia.estimation.estimate import Estimate
from kinertia.io import cycles, write_recording
from kinertia.metrics.scoring import score
from kinertia.recording import Recording, Sensor, Subject, Truth

SAMPLES = 50
PHASE = 2 * np.pi * np.arange(SAMPLES) / SAMPLES


def trial(shift: float | None = 0.01, spread: dict[str, np.ndarray] | None = None) -> Trial:
    angle = {"knee_angle_r": -0.5 + 0.4 * np.sin(PHASE), "knee_angle_l": -0.5 - 0.4 * np.sin(PHASE)}
    truth = Truth(
        angle,
        {"knee_angle_r": 40.0 * np.cos(PHASE)},
        {"grf_x_r": 0.1 * np.sin(PHASE), "grf_y_r": 0.5 + 0.5 * np.cos(PHASE)},
        1.2,
        "made <up>",
        spread=spread or {},
    )
    empty = np.zeros((SAMPLES, 1, 3))
    recording = Recording(
        "one_walk", 50.0, (Sensor("s", "pelvis"),), empty, empty, Subject(70, 1.7), periodic=True, truth=truth
    )
    estimate = Estimate(
        "one_walk",
        "guess",
        50.0,
        recording.subject,
        {name: curve + np.deg2rad(3.0) for name, curve in angle.items()},
        grf={name: curve + 0.05 for name, curve in truth.grf.items()},
        speed=np.full(SAMPLES, 1.3),
    )
    return Trial(recording, estimate, score(estimate, recording, shift))


def drawings(page: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]


def test_one_chart_per_curve_with_its_error(tmp_path: Path) -> None:
    one = trial()
    (said,) = curves.write(
        tmp_path / "new", Scored({"method": "guess", "trials": {"one_walk": one.scores}}, [one.recording], [one.estimate])
    )
    assert said == f"curves: {tmp_path / 'new' / 'curves.html'}"
    assert curves.write(None, Scored({}, [], [])) == ()
    page = (tmp_path / "new" / "curves.html").read_text()
    labels = [svg.get("aria-label", "") for svg in drawings(page)]
    titles = [label.split(".")[0] for label in labels]
    assert titles == ["Knee, right", "Knee, left", "Knee, right", "Vertical force, right", "Fore-aft force, right"]
    assert "RMSD 3.00" in page
    assert "no estimate" in page
    assert "made &lt;up&gt;" in page
    assert "Synced by +10 ms" in page
    assert "src=" not in page
    assert "http" not in page.split("</style>")[1]
    # reference, estimate, synced
    assert [label.count(": from") for label in labels] == [3, 3, 1, 3, 3]


def test_values_are_scaled_as_in_the_figures() -> None:
    page = curves.render("guess", [trial(None)])
    labels = [svg.get("aria-label", "") for svg in drawings(page)]
    assert "Angle [deg]" in labels[0]
    # 40 N m of a person of 70 kg and 1.7 m
    assert f"to {100 * 40 / (70 * 9.81 * 1.7):.4g}" in labels[2]
    assert "estimate: from 5 to 105" in labels[3]
    assert "Synced" not in page
    assert "synced <" not in page


def test_band_of_the_reference() -> None:
    plain, banded = (
        curves.render("guess", [one]) for one in (trial(), trial(spread={"angle.knee_angle_r": np.full(SAMPLES, 0.1)}))
    )
    assert plain.count('class="band') == 0
    assert banded.count('class="band both"') == 1


def test_several_trials_and_recordings_over_time() -> None:
    over_time = trial()
    over_time = Trial(replace(over_time.recording, periodic=False), over_time.estimate, over_time.scores)
    page = curves.render("guess", [trial(), over_time])
    labels = [svg.get("aria-label", "") for svg in drawings(page)]
    assert sum("Gait cycle" in label for label in labels) == 5
    assert sum("Time [s]" in label for label in labels) == 5


@pytest.mark.data
def test_spread_of_real_cycles(shared_data: Path, tmp_path: Path) -> None:
    for recording in cycles.read_folder(shared_data / "imu_cycles_biomac"):
        assert recording.truth is not None
        assert {"angle.knee_angle_r", "moment.ankle_angle_r", "grf.grf_y_r"} <= recording.truth.spread.keys()
        assert 0.5 < np.degrees(recording.truth.spread["angle.knee_angle_r"]).mean() < 5
        assert 0.001 < recording.truth.spread["grf.grf_y_r"].mean() < 0.2
        again = cycles.read(write_recording.write(tmp_path / f"{recording.name}.csv", recording)).truth
        assert again is not None
        assert again.spread.keys() == recording.truth.spread.keys()
        for name, curve in again.spread.items():
            np.testing.assert_allclose(curve, recording.truth.spread[name], atol=1e-12)

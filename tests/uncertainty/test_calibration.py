"""From a calibration to bands around an estimate; files; which weights a calibration belongs to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import made_up
import numpy as np
import pytest

from experiments import bands
from experiments.calibration import errors as band_samples
from experiments.calibration import files
from experiments.calibration import people as band_people
from experiments.calibration.fit import Samples, fit, times
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.io import write_recording
from kinertia.recording import LOWER_BODY, Recording
from kinertia.uncertainty import store
from kinertia.uncertainty.calibration import FORMAT, Calibration, Uncalibrated, Use
from kinertia.uncertainty.features import NAMES, circumstances, features
from kinertia.uncertainty.half_width import Scale
from kinertia.uncertainty.outputs import KINDS, Output, outputs


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    scale = fit({"angle.knee_angle": made_up.errors(12, 200)}, 0.9)["angle.knee_angle"].scale
    keys = ("angle.knee_angle", "angle.pelvis_tilt", "moment.knee_angle", "grf.grf_y", "speed.speed")
    held: dict[str, tuple[float | None, ...]] = dict.fromkeys(KINDS, (0.9, 0.91, 0.92, 0.93, 0.94))
    scales: dict[str, dict[str, Scale]] = {
        "walking": dict.fromkeys(keys, scale),
        "running": dict.fromkeys(keys, times(scale, 3.0)),
    }
    coverage = {"walking": held, "running": held}
    use = Use("10 made-up people", scales, coverage, {"walking": {"angle": (0.87, *held["angle"][1:])}})
    adapted = replace(use, scales={"walking": dict.fromkeys(keys, times(scale, 0.5))})
    return Calibration(FORMAT, "0", "weights", 0.9, {"shipped": use, "adapted": adapted})


def test_bands_of_an_estimate(calibration: Calibration) -> None:
    estimate, recording = made_up.walk()
    found = calibration.bands(estimate, recording)
    assert found.level == 0.9
    assert found.coordinates.keys() == {"knee_angle_r", "knee_angle_l", "pelvis_tilt"}  # hips have not been calibrated
    assert found.moments.keys() == estimate.moments.keys()
    assert found.grf.keys() == estimate.grf.keys()
    assert found.speed is not None
    for values in (*found.coordinates.values(), *found.moments.values(), *found.grf.values(), found.speed):
        assert values.shape == (estimate.samples,)
        assert (values > 0).all()
    assert "calibrated for the model as it is, on 10 made-up people" in found.about
    assert "Simulated people, walking with all sensors: angles 90 %, moments 90 %" in found.about
    assert "Virtual sensors on measured motion, walking with all sensors: angles 87 %" in found.about
    assert "running" not in found.about
    # moments are compared per body weight and height, and told in N m
    moments = {name: 2.0 * values for name, values in estimate.moments.items()}
    heavier = replace(estimate, subject=replace(estimate.subject, mass_kg=120.0), moments=moments)
    again = calibration.bands(heavier, recording).moments["knee_angle_r"]
    np.testing.assert_allclose(again, 2.0 * found.moments["knee_angle_r"])


def test_an_adapted_model_has_bands_of_adapted_models(calibration: Calibration) -> None:
    estimate, recording = made_up.walk()
    before, after = (one.bands(estimate, recording) for one in (calibration, calibration.after_training()))
    np.testing.assert_allclose(after.coordinates["knee_angle_r"], 0.5 * before.coordinates["knee_angle_r"], rtol=1e-4)
    assert "calibrated for models adapted to the recording" in after.about
    without = replace(calibration, uses={"shipped": calibration.uses["shipped"]}).after_training().bands(estimate, recording)
    assert (without.level, without.coordinates) == (0.0, {})
    assert without.about == "no band: none was calibrated for models adapted to the recording"


def test_each_gait_has_its_own_band_and_other_movements_have_none(calibration: Calibration) -> None:
    estimate, recording = made_up.walk()
    walking = calibration.bands(estimate, recording).coordinates["knee_angle_r"]
    does = np.full(estimate.samples, Activity.WALKING, dtype=np.int8)
    does[:100], does[100:200] = Activity.STANDING, Activity.RUNNING
    settled = np.arange(estimate.samples) < 350
    found = calibration.bands(replace(estimate, activity=does, settled=settled), recording)
    for values in (found.coordinates["knee_angle_r"], found.speed, found.grf["grf_y_l"]):
        assert values is not None
        assert np.isnan(values[:100]).all()
        assert np.isnan(values[350:]).all()
        assert np.isfinite(values[100:350]).all()
    np.testing.assert_allclose(found.coordinates["knee_angle_r"][100:200], 3.0 * walking[100:200], rtol=1e-4)
    np.testing.assert_allclose(found.coordinates["knee_angle_r"][200:350], walking[200:350])
    assert "running with all sensors" in found.about
    standing = replace(estimate, activity=np.full(estimate.samples, Activity.STANDING, dtype=np.int8))
    nothing = calibration.bands(standing, recording)
    assert (nothing.level, nothing.coordinates) == (0.0, {})
    assert nothing.about == "no band: they are calibrated for walking and running, which this recording does not show"


def test_fewer_sensors_wider_bands(calibration: Calibration) -> None:
    widths = []
    for name in ("all", "FST", "FT", "F", "P"):
        found = calibration.bands(*made_up.fewer(*made_up.walk(), name))
        widths.append(float(found.coordinates["knee_angle_r"].mean()))
    assert (np.diff(widths) > 0).all()


def test_speed_has_no_band_with_a_sensor_on_the_pelvis_alone(calibration: Calibration) -> None:
    found = calibration.bands(*made_up.fewer(*made_up.walk(), "P"))
    assert found.speed is not None
    assert np.isnan(found.speed).all()
    assert np.isfinite(found.coordinates["knee_angle_r"]).any()
    assert "The speed has no band" in found.about


def test_sides_are_treated_alike(calibration: Calibration) -> None:
    estimate, recording = made_up.walk(periodic=True)
    right, left = (calibration.bands(*made_up.fewer(estimate, recording, name)) for name in ("PTrFr", "PTlFl"))
    assert right.coordinates["knee_angle_r"].mean() == pytest.approx(left.coordinates["knee_angle_l"].mean(), rel=0.02)
    assert right.coordinates["knee_angle_l"].mean() == pytest.approx(left.coordinates["knee_angle_r"].mean(), rel=0.02)


def test_features_see_gaps_and_what_was_not_stated() -> None:
    estimate, recording = made_up.walk()
    assert estimate.imu_measured is not None
    measured = estimate.imu_measured.copy()
    measured[100:200, 1] = np.nan
    unknown = replace(
        recording, sensors=tuple(replace(sensor, position_m=None) for sensor in recording.sensors[:3]) + recording.sensors[3:]
    )
    assumed = replace(estimate.subject, assumed=("height_m",))
    found = features(
        Output("angle", "knee_angle_r", "r"), circumstances(replace(estimate, imu_measured=measured, subject=assumed), unknown)
    )
    assert found.own[:100].tolist() == [7] * 100
    assert found.own[100:200].tolist() == [6] * 100
    assert found.count[150] == 6
    assert found.values.shape == (400, len(NAMES))
    assert np.isfinite(found.values).all()
    at = {name: found.values[:, k] for k, name in enumerate(NAMES)}
    assert at["height"][0] == 1.0
    assert at["place"][0] == pytest.approx(3 / 7)
    assert at["start"][0] == 1.0
    assert at["start"][-1] < 1e-3
    np.testing.assert_allclose(at["speed"], 1.3)


def test_a_cycle_has_no_ends(calibration: Calibration) -> None:
    estimate, recording = made_up.walk(100, periodic=True)
    turned = {name: np.roll(values, 30) for name, values in estimate.coordinates.items()}
    later = replace(
        estimate,
        coordinates=turned,
        grf={name: np.roll(values, 30) for name, values in estimate.grf.items()},
        imu_measured=np.roll(np.asarray(estimate.imu_measured), 30, axis=0),
        imu_virtual=np.roll(np.asarray(estimate.imu_virtual), 30, axis=0),
    )
    first, second = (calibration.bands(one, recording).coordinates["knee_angle_l"] for one in (estimate, later))
    np.testing.assert_allclose(np.roll(first, 30), second, rtol=1e-9)


def test_errors_and_coverage(calibration: Calibration) -> None:
    estimate, recording = made_up.walk()
    index = np.arange(0, 400, 7)
    found = dict[str, list[float]]()
    for key, table in band_samples.errors(estimate, recording, index):
        found.setdefault(key, []).append(float(table[:, -1].max()))
    assert found["angle.knee_angle"] == pytest.approx([0.04, 0.04], rel=0.01)
    assert found["moment.knee_angle"] == pytest.approx([5.0 / (60 * 9.81 * 1.7)] * 2, rel=0.01)
    assert found["speed.speed"] == pytest.approx([0.1])
    assert {output.key for output in outputs(estimate)} == found.keys()


def test_errors_of_finished_people_are_kept(tmp_path: Path) -> None:
    estimate, recording = made_up.walk()
    for name in ("a", "b"):
        write_recording.write(tmp_path / "people" / name / "walk.csv", recording)
    calls = list[str]()

    def method(given: Recording) -> Estimate:
        calls.append(given.name)
        if len(calls) == 6:
            raise KeyboardInterrupt
        index = [LOWER_BODY.index(sensor.segment) for sensor in given.sensors]
        used = tuple(sensor.segment for sensor in given.sensors)
        signals = [np.asarray(part)[:, index] for part in (estimate.imu_measured, estimate.imu_virtual)]
        return replace(estimate, sensor_segments=used, imu_measured=signals[0], imu_virtual=signals[1], subject=given.subject)

    def collect(mark: str = "weights") -> dict[str, Samples]:
        everyone = band_people.people([tmp_path / "people"])
        found = band_samples.collect(everyone, method, band_samples.MANY_SETS, tmp_path / "parts", mark)
        assert found.keys() == {"walking"}
        return found["walking"]

    with pytest.raises(KeyboardInterrupt):
        collect()
    found = collect()
    assert len(calls) == 6 + 5  # the five sets of the first person were not estimated again
    again = collect()
    assert len(calls) == 11
    assert found.keys() == again.keys() >= {"angle.knee_angle", "moment.knee_angle", "grf.grf_y", "speed.speed"}
    for key, part in found.items():
        np.testing.assert_array_equal(part.error, again[key].error)
        np.testing.assert_array_equal(part.features.values, again[key].features.values)
        assert set(part.person.tolist()) == {0, 1}
        assert not part.measured.any()
        assert {7, 1} <= set(part.features.count.tolist())
    collect("other weights")
    assert len(calls) == 21


def test_reference_without_truth_is_refused() -> None:
    estimate, recording = made_up.walk()
    with pytest.raises(ValueError, match="has no truth"):
        list(band_samples.errors(estimate, recording.without_truth(), np.arange(5)))


def test_kept_beside_the_weights(calibration: Calibration, tmp_path: Path) -> None:
    reason = store.find(tmp_path, "weights")
    assert isinstance(reason, Uncalibrated)
    assert "has not been calibrated" in reason.bands(*made_up.walk()).about
    files.write(tmp_path / store.FILE, calibration)
    assert store.find(tmp_path, "weights") == calibration
    assert store.find(tmp_path, "others", "weights") == calibration.after_training()
    foreign = store.find(tmp_path, "others", "unknown")
    assert isinstance(foreign, Uncalibrated)
    assert "bands.json belongs to other weights" in foreign.reason
    assert foreign.bands(*made_up.walk()).level == 0.0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"format": 3', '"format": 9', "format 9, this version reads 3"),
        ('"level": 0.9', '"level": 1.9', "damaged"),
        ('"factors": [', '"factors": [1.0, ', r"damaged \(angle.knee_angle"),
        ("{", "", "damaged"),
    ],
)
def test_damaged_files_are_refused(calibration: Calibration, tmp_path: Path, old: str, new: str, said: str) -> None:
    path = files.write(tmp_path / store.FILE, calibration)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ValueError, match=f"bands.json: .*{said}"):
        store.find(tmp_path, "weights")


def test_benchmark_counts(calibration: Calibration, tmp_path: Path) -> None:
    estimate, recording = made_up.walk()
    (tmp_path / "person001").mkdir()
    write_recording.write(tmp_path / "person001" / "walk.csv", recording)

    def method(recordings: list[Recording]) -> list[Estimate]:
        assert all(one.truth is None for one in recordings)
        return [replace(estimate, bands=calibration.bands(estimate, one)) for one in recordings]

    everyone = band_people.people([tmp_path])
    found = bands.compare(everyone, ["all"], method)["simulated"]["walking"]["all"]
    widths = calibration.bands(estimate, recording).coordinates
    knees = ("knee_angle_r", "knee_angle_l")
    inside = [float(np.mean(0.1 * np.abs(estimate.coordinates[name]) <= widths[name])) for name in knees]
    assert found["outputs"]["angle.knee_angle"]["coverage"] == pytest.approx(np.mean(inside), abs=1e-3)
    expected = np.degrees(np.mean([widths["knee_angle_r"].mean(), widths["knee_angle_l"].mean()]))
    assert found["outputs"]["angle.knee_angle"]["half_width"] == pytest.approx(expected, abs=1e-3)
    assert found["trusted"] == 1.0
    assert list(found["people"]["speed"].values()) == [found["coverage"]["speed"]]
    with pytest.raises(ValueError, match="gives no bands"):
        bands.compare(everyone, ["all"], lambda recordings: [estimate for _ in recordings])


def test_a_way_that_was_not_calibrated_says_so(calibration: Calibration) -> None:
    found = replace(calibration, use="solve").bands(*made_up.walk())
    assert found.about == "no band: none was calibrated for trajectory optimisation"


def test_trajectory_optimisation_has_bands_of_its_own() -> None:
    found = store.of_method("solve")
    assert isinstance(found, Calibration)
    assert set(found.uses["solve"].scales) == {"walking", "running"}
    bands = found.bands(*made_up.walk(periodic=True))
    assert np.isfinite(bands.coordinates["knee_angle_r"]).all()
    assert bands.about.startswith("calibrated for trajectory optimisation")

"""An estimate comes back from its files as it was."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import Activity, Bands, Estimate
from kinertia.io import stored, write_table
from kinertia.io.stored import Session, Stored
from kinertia.recording import Cause, Finding, RecordingError, Severity
from kinertia.reporting import page
from kinertia.reporting.shown import Shown

sys.path.append(str(Path(__file__).parents[1] / "report"))
import walking


@pytest.fixture
def whole() -> Stored:
    estimate, recording, _ = walking.make(6.0)
    t = np.linspace(0.0, 1.0, estimate.samples)
    full = replace(
        estimate,
        bands=Bands(0.9, {"knee_angle_r": t}, {"knee_angle_r": 2 * t}, {"grf_y_r": 3 * t}, 4 * t, "made up"),
        doubts={"residual": (t > 0.2) & (t < 0.4) | (t > 0.9)},
        settled=t > 0.1,
        activity=np.where(t < 0.5, Activity.STANDING, Activity.WALKING).astype(np.int8),
        begin_s=3.0,
        muscle_forces={"soleus_r": t},
        muscle_activations={"soleus_r": 0.5 * t},
        muscle_reserves={"knee_angle_r": t - 0.5},
        contact_forces={"knee_r": np.stack([t, -2.0 * t], -1)},
    )
    found = Finding(Cause.CLIPPED, Severity.WARNING, "is cut off", "record with a larger range", ("imu3",), 4)
    return Stored(full, recording.with_findings(found), Session("Second visit", "left knee taped"), Knee.FLEXION)


@pytest.mark.parametrize(("ending", "knee"), [(".parquet", Knee.FLEXION), (".csv", Knee.OPENSIM)])
def test_comes_back(whole: Stored, tmp_path: Path, ending: str, knee: Knee) -> None:
    whole = replace(whole, knee=knee)
    table = write_table.write(tmp_path / f"walk_estimate{ending}", whole.estimate, knee)
    about = stored.write(tmp_path / "walk_estimate.json", whole)
    for named in (table, about, tmp_path):
        assert stored.is_stored(named)
        found = stored.read(named)
    assert (found.session, found.knee) == (whole.session, knee)
    assert found.recording.remarks == whole.recording.remarks
    assert found.recording.sensors == whole.recording.sensors
    same(found.estimate, whole.estimate)
    # the whole report follows from what is stored
    assert page.render(Shown(found.estimate, found.recording)) == page.render(Shown(whole.estimate, whole.recording))


def same(found: Estimate, made: Estimate) -> None:
    for name, value in vars(made).items():
        other = getattr(found, name)
        if isinstance(value, dict):
            assert list(other) == list(value), name
            for key, values in value.items():
                np.testing.assert_allclose(other[key], values, atol=1e-12, err_msg=f"{name} {key}")
        elif isinstance(value, np.ndarray):
            np.testing.assert_allclose(other, value, atol=1e-12, err_msg=name)
        elif not isinstance(value, Bands):
            assert other == value, name


def test_what_is_missing_is_named(whole: Stored, tmp_path: Path) -> None:
    stored.write(tmp_path / "walk_estimate.json", whole)
    with pytest.raises(RecordingError, match=r"walk_estimate\.parquet: is missing"):
        stored.read(tmp_path)
    write_table.write(tmp_path / "walk_estimate.csv", replace(whole.estimate, speed=None, grf={}))
    with pytest.raises(RecordingError, match=r"column 'grf_y_r \[BW\]' is missing"):
        stored.read(tmp_path)
    (tmp_path / "walk_estimate.json").write_text("{}")
    with pytest.raises(RecordingError, match="estimate again"):
        stored.read(tmp_path)
    stored.write(tmp_path / "run_estimate.json", whole)
    with pytest.raises(RecordingError, match=r"holds 2 estimates, such as run_estimate\.json"):
        stored.read(tmp_path)
    assert not stored.is_stored(tmp_path / "walk.csv")

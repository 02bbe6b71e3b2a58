"""Full-body recordings in MATLAB files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.io import savemat

from kinertia.io import full_body
from kinertia.io.read import read
from kinertia.recording import Frame, RecordingError

SAMPLES = 20


def fields(seed: int = 0, rate_hz: float = 100.0) -> dict[str, Any]:
    draws = np.random.default_rng(seed)

    def segment() -> dict[str, Any]:
        quaternion = draws.normal(size=(SAMPLES, 4))
        return {
            "acc": draws.normal(size=(SAMPLES, 3)),
            "gyr": draws.normal(size=(SAMPLES, 3)),
            "quat": quaternion / np.linalg.norm(quaternion, axis=1, keepdims=True),
        }

    time = 40.0 + np.arange(SAMPLES) / rate_hz
    return {"t": time, "hip": segment(), "lower_leg_left": segment(), "head": segment()}


@pytest.mark.data
def test_the_shared_recording(shared_data: Path) -> None:
    found = read(shared_data / "imu_fullbody_qmt" / "full_body_example_data.mat")
    assert (found.samples, len(found.sensors), found.rate_hz) == (10_000, 16, 100.0)
    assert found.frame is Frame.SENSOR
    assert {sensor.segment for sensor in found.sensors} >= set(full_body.SEGMENTS.values())
    assert np.median(np.linalg.norm(found.acc, axis=2), axis=0) == pytest.approx(9.81, rel=0.1)
    assert found.subject.assumed == ("mass_kg", "height_m")


@given(seed=st.integers(0, 1000), rate_hz=st.sampled_from([50.0, 100.0, 128.0, 400.0]))
@settings(max_examples=10, deadline=None)
def test_signals_come_back(tmp_path_factory: pytest.TempPathFactory, seed: int, rate_hz: float) -> None:
    path = tmp_path_factory.mktemp("full") / "body.mat"
    given_fields = fields(seed, rate_hz)
    savemat(path, given_fields)
    found = full_body.read(path)
    assert found.rate_hz == pytest.approx(rate_hz)
    assert [sensor.segment for sensor in found.sensors] == ["pelvis", "tibia_l", "head"]
    np.testing.assert_array_equal(found.acc[:, 1], given_fields["lower_leg_left"]["acc"])
    np.testing.assert_array_equal(found.gyro[:, 0], given_fields["hip"]["gyr"])


def test_orientation_may_be_absent(tmp_path: Path) -> None:
    given_fields = fields()
    for segment in ("hip", "lower_leg_left", "head"):
        del given_fields[segment]["quat"]
    savemat(tmp_path / "body.mat", given_fields)
    assert full_body.read(tmp_path / "body.mat").orientation is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda x: x.pop("t"), "no time t"),
        (lambda x: [x.pop(name) for name in ("hip", "lower_leg_left", "head")], "segments with acc and gyr"),
        (lambda x: x["hip"].update(acc=np.zeros((3, 3))), "shape"),
        (lambda x: x.update(t=np.zeros(SAMPLES)), "does not rise"),
        (lambda x: x.update(t=np.r_[x["t"][:10], x["t"][10:] + 1.0]), "not even"),
    ],
)
def test_damaged_files(tmp_path: Path, change: Any, said: str) -> None:
    given_fields = fields()
    change(given_fields)
    savemat(tmp_path / "body.mat", given_fields)
    with pytest.raises(RecordingError, match=said):
        full_body.read(tmp_path / "body.mat")


def test_no_matlab_file(tmp_path: Path) -> None:
    path = tmp_path / "body.mat"
    path.write_bytes(b"MATLAB 5.0 but not really")
    with pytest.raises(RecordingError, match="cannot be read as a MATLAB file"):
        full_body.read(path)
    path.write_bytes(b"nothing")
    with pytest.raises(RecordingError, match="in no known format"):
        read(path)

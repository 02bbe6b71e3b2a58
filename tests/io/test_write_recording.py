"""Recordings written as self-explaining tables are read back as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kinertia.io import write_recording
from kinertia.io.read import read
from kinertia.recording import Frame, Recording, Sensor, Subject, Truth


def _recording(*, periodic: bool) -> Recording:
    rng = np.random.default_rng(0)
    samples = 50
    acc, gyro = rng.normal(size=(2, samples, 2, 3))
    return Recording(
        name="walk",
        rate_hz=80.0,
        sensors=(Sensor("tibia_r", "tibia_r", (0.02, -0.2, 0.05)), Sensor("foot_r", "foot_r")),
        acc=acc,
        gyro=gyro,
        subject=Subject(70.0, 1.75),
        periodic=periodic,
        truth=Truth({"knee_angle_r": rng.normal(size=samples)}, {}, {"grf_y_r": rng.uniform(size=samples)}, 1.3),
    )


@pytest.mark.parametrize("periodic", [True, False])
def test_round_trip(tmp_path: Path, periodic: bool) -> None:
    original = _recording(periodic=periodic)
    found = read(write_recording.write(tmp_path / "walk.csv", original))
    assert found.name == "walk"
    assert found.periodic is periodic
    assert found.rate_hz == pytest.approx(80.0)
    assert found.subject == original.subject
    assert [(s.segment, s.position_m) for s in found.sensors] == [(s.segment, s.position_m) for s in original.sensors]
    np.testing.assert_array_equal(found.acc, original.acc)
    np.testing.assert_array_equal(found.gyro, original.gyro)
    if periodic:
        assert found.truth is not None
        assert original.truth is not None
        np.testing.assert_allclose(found.truth.angles["knee_angle_r"], original.truth.angles["knee_angle_r"])
        np.testing.assert_allclose(found.truth.grf["grf_y_r"], original.truth.grf["grf_y_r"])
        assert found.truth.speed == 1.3
    else:
        assert found.truth is None


def test_assumed_quantities_are_not_written(tmp_path: Path) -> None:
    original = replace(_recording(periodic=False), subject=Subject(assumed=("mass_kg", "height_m")))
    assert set(read(write_recording.write(tmp_path / "walk.csv", original)).subject.assumed) == {"mass_kg", "height_m"}


def test_what_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"written as \.csv"):
        write_recording.write(tmp_path / "walk.txt", _recording(periodic=False))
    with pytest.raises(ValueError, match="align it"):
        write_recording.write(tmp_path / "walk.csv", replace(_recording(periodic=False), frame=Frame.SENSOR))

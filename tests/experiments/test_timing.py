"""Lags of made-up curves, which are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments import timing
from kinertia.estimation.estimate import Estimate
from kinertia.recording import Recording, Sensor, Subject, Truth

RATE_HZ = 100.0


def force(late_s: float, longer_s: float, samples: int) -> np.ndarray:
    """Trapezes of a second each whose ramps are straight, so that events between samples are exact."""
    time = (np.arange(samples) / RATE_HZ - late_s) % 1.0
    return np.interp(time, [0.2, 0.3, 0.7 + longer_s, 0.8 + longer_s, 1.0], [0.0, 1.0, 1.0, 0.0, 0.0])


@pytest.mark.parametrize(("samples", "periodic"), [(100, True), (500, False)])
def test_lags_are_those_that_were_put_in(samples: int, periodic: bool) -> None:
    sensor, still = Sensor("foot_r", "foot_r", (0.1, 0.0, 0.0)), np.zeros((samples, 1, 3))
    knee = np.sin(2.0 * np.pi * np.arange(samples) / RATE_HZ)
    truth = Truth({"knee_angle_r": knee}, {}, {"grf_y_r": force(0.0, 0.0, samples)}, 1.0)
    recording = Recording("walk", RATE_HZ, (sensor,), still, still, Subject(70.0, 1.75), periodic=periodic, truth=truth)
    later = 0.1 + np.sin(2.0 * np.pi * (np.arange(samples) / RATE_HZ - 0.012))
    grf = {"grf_y_r": force(0.013, 0.02, samples)}
    estimate = Estimate("walk", "made", RATE_HZ, recording.subject, {"knee_angle_r": later}, grf=grf, output_delay_s=0.02)
    found = timing.lags(estimate, recording)
    assert found["heel_strike"] == pytest.approx(0.013, abs=1e-6)
    assert found["toe_off"] == pytest.approx(0.033, abs=1e-6)
    assert 0.013 < found["force"] < 0.033
    assert found["knee"] == pytest.approx(0.012, abs=1e-3)
    assert found["delay"] == 0.02


def test_judges_are_refused() -> None:
    with pytest.raises(ValueError, match="mixed_opencap: kept for judging"):
        timing.timing(Path(), "pretrained", sets=("mixed_opencap",))

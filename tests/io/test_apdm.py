"""APDM Opal exports: blocks of fourteen columns, labels that say segments, stamps in us."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinertia.io.read import read
from kinertia.recording import Frame, RecordingError

LABELS = ("Right Ankle", "Lumbar", "Left Foot")


def write(path: Path, first: str = "Format=7") -> np.ndarray:
    values = np.random.default_rng(4).normal(size=(50, len(LABELS), 14)).round(6)
    kinds = "Accelerometer,,,Gyroscope,,,Magnetometer,,,Barometer,Orientation,,,"
    lines = [
        ",".join([first, *(f"{1000 + k},,,{label}" + "," * 10 for k, label in enumerate(LABELS))]),
        ",".join(["Time", *[kinds] * len(LABELS)]),
        ",".join(["", *["X,Y,Z,X,Y,Z,X,Y,Z,,S,X,Y,Z"] * len(LABELS)]),
    ]
    times = 1550879504438281 + np.round(np.arange(50) * 1e6 / 128).astype(int)
    rows = [f"{t}," + ",".join(f"{v:.6f}" for v in row.ravel()) for t, row in zip(times, values, strict=True)]
    path.write_text("\n".join([*lines, *rows]) + "\n")
    return values


def test_all_sensors_are_read(tmp_path: Path) -> None:
    values = write(tmp_path / "opal.csv")
    recording = read(tmp_path / "opal.csv")
    assert recording.frame is Frame.SENSOR
    assert [(s.name, s.segment) for s in recording.sensors] == [
        ("Lumbar", "pelvis"),
        ("Right Ankle", "tibia_r"),
        ("Left Foot", "foot_l"),
    ]
    assert recording.rate_hz == pytest.approx(128, rel=1e-4)
    np.testing.assert_allclose(recording.acc, values[:, [1, 0, 2], :3])
    np.testing.assert_allclose(recording.gyro, values[:, [1, 0, 2], 3:6])


def test_another_format_is_named(tmp_path: Path) -> None:
    write(tmp_path / "opal.csv", "Format=5")
    with pytest.raises(RecordingError, match="APDM Opal export of Format=5"):
        read(tmp_path / "opal.csv")

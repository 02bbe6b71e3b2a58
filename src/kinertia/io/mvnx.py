"""Xsens MVN recordings (.mvnx): the sensors of a suit; segments and joint angles, which MVN computes, are left out.

Frames of the file (MVN User Manual, "MVNX"): files of MVN Studio up to 4.2 hold ``sensorAcceleration`` [m/s^2] and
``sensorAngularVelocity`` [rad/s] in the sensor's axes. Later ones hold ``sensorFreeAcceleration``, without gravity and in the
global frame (z up), and no angular rate. ``sensorOrientation`` is sensor to global, wxyz.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from kinertia.io import streams, table, xsens
from kinertia.io.columns import ColumnMap
from kinertia.io.streams import Part
from kinertia.io.units import STANDARD_GRAVITY
from kinertia.numerics import rotations
from kinertia.recording import Array, Cause, Finding, Recording, RecordingError, Severity

_SIGNALS = {"sensorAcceleration": 3, "sensorAngularVelocity": 3, "sensorFreeAcceleration": 3, "sensorOrientation": 4}
_LONGEST = 100  # frames that the index may count for each that is there
_SAID = "acceleration is put together of free acceleration, orientation and gravity, as this version of MVN leaves it out"


def is_mvnx(path: Path) -> bool:
    """Whether ``path`` is a recording of MVN, by its ending."""
    return path.suffix.lower() == ".mvnx" and path.is_file()


def read(
    path: str | Path,
    *,
    placement: Mapping[str, Any] | str | Path | None = None,
    gyro_from_orientation: bool = False,
) -> Recording:
    """Read one recording, in sensor frames.

    RecordingError: damaged XML, no sensors, no acceleration, no orientation where gravity has to be put back, no rate.

    Parameters
    ----------
    path : the file.
    placement : sensor as MVN labels it to segment, or a file that says so; by default as labels say.
    gyro_from_orientation : differentiate the orientation where the file has no angular rate (smoother than a gyroscope).

    Returns
    -------
    Recording of all sensors; frames that are missing by their index are NaN.
    """
    path = Path(path)
    file = str(path)
    labels, rate_hz, index, values = _frames(path)
    if not labels:
        raise RecordingError("is an MVNX file that names no sensors", file=file, fix="export it from MVN with sensor data")
    sensors = len(labels)
    signals = {name: _signal(found, _SIGNALS[name], sensors, file, name) for name, found in values.items() if found}
    free = signals.get("sensorFreeAcceleration")
    acc = signals.get("sensorAcceleration")
    orientation = signals.get("sensorOrientation")
    if acc is None and (free is None or orientation is None):
        lacking = "acceleration of sensors" if free is None else "orientation of sensors, without which gravity is not known"
        fix = "export it from MVN with sensor data: free acceleration and orientation"
        raise RecordingError(f"is an MVNX file without {lacking}", file=file, fix=fix, cause=Cause.LAYOUT)
    rows = index - index[0]
    earth = None
    if orientation is not None:
        flat = xsens.to_earth(orientation.reshape(-1, 4), rotations.normalised, file, labels[0])
        earth = flat.reshape(orientation.shape)
    findings = []
    if acc is None:
        assert free is not None
        assert orientation is not None
        acc = _turned_back(orientation, free + np.array([0.0, 0.0, STANDARD_GRAVITY]))  # f_S = R_GS^T (a_G + g z)
        findings.append(Finding(Cause.FREE_ACCELERATION, Severity.INFO, _SAID, mended=True))
    gyro = signals.get("sensorAngularVelocity")
    parts = [
        Part(
            label,
            None,
            _spread(acc[:, k], rows),
            None if gyro is None else _spread(gyro[:, k], rows),
            None if earth is None else _spread(earth[:, k], rows),
        )
        for k, label in enumerate(labels)
    ]
    cells, entries, _ = streams.gather(parts, file, findings)
    meaning = ColumnMap(entries, rate_hz=rate_hz, acc_unit="m/s^2", gyro_unit="rad/s")
    recording = table.placed_build(cells, path, meaning, placement=placement)
    return xsens.with_angular_rate(recording) if gyro_from_orientation else recording


def _frames(path: Path) -> tuple[list[str], float, np.ndarray, dict[str, list[str]]]:
    """Labels of sensors, the rate [Hz], indices (T,) of normal frames, and text of the signals that every frame has."""
    labels: list[str] = []
    rate, file = 0.0, str(path)
    index: list[int] = []
    values: dict[str, list[str]] = {name: [] for name in _SIGNALS}
    frame: Any = None
    try:
        for event, element in ElementTree.iterparse(path, events=("start", "end")):
            tag = element.tag.rpartition("}")[2]
            if event == "start":
                frame = element.attrib if tag == "frame" else frame
                rate = float(element.get("frameRate", rate)) if tag == "subject" else rate
                continue
            if tag == "sensor":
                labels.append(element.get("label", f"sensor {len(labels) + 1}"))
            elif frame is not None and tag in values and frame.get("type", "normal") == "normal":
                values[tag].append(element.text or "")
            elif tag == "frame":
                if frame is not None and frame.get("type", "normal") == "normal":
                    index.append(int(frame.get("index", len(index))))
                element.clear()
    except (ElementTree.ParseError, ValueError, OverflowError, LookupError) as error:
        message, fix = f"cannot be read as MVNX ({error})", "the file is damaged or cut off; export it from MVN again"
        raise RecordingError(message, file=file, fix=fix, cause=Cause.LAYOUT) from error
    except OSError as error:
        raise RecordingError(f"cannot be read ({error.strerror})", file=file, fix="check the path") from error
    numbers = np.array(index, dtype=object)
    if not len(numbers) or not 1.0 < rate < 10_000.0:
        lacking = "frames" if not len(numbers) else "a frame rate"
        raise RecordingError(
            f"is an MVNX file without {lacking}", file=file, fix="export it from MVN again", cause=Cause.LAYOUT
        )
    steps = np.diff(numbers)
    if (steps <= 0).any() or numbers[-1] - numbers[0] > _LONGEST * len(numbers):
        message, fix = "index of frames does not rise by steps of one", "export it from MVN again"
        raise RecordingError(message, file=file, sample=int(np.argmax(steps <= 0)) + 1, fix=fix, cause=Cause.TIME_STAMPS)
    for name, found in values.items():
        if found and len(found) != len(index):
            message = f"{len(found)} of {len(index)} frames have {name}"
            raise RecordingError(message, file=file, fix="export it from MVN again", cause=Cause.LAYOUT)
    return labels, rate, numbers.astype(np.int64), values


def _signal(found: list[str], width: int, sensors: int, file: str, name: str) -> Array:
    """(T, sensors, width) numbers of the texts of all frames."""
    rows = np.empty((len(found), sensors * width))
    for k, text in enumerate(found):
        try:
            row = np.array(text.split(), dtype=float)
        except ValueError as error:
            raise RecordingError(f"{name}: {error}", file=file, sample=k, fix="export it from MVN again") from error
        if len(row) != sensors * width:
            message = f"{name} has {len(row)} numbers, {sensors} sensors have {sensors * width}"
            raise RecordingError(message, file=file, sample=k, fix="export it from MVN again", cause=Cause.LAYOUT)
        rows[k] = row
    rows[~np.isfinite(rows)] = np.nan
    return rows.reshape(len(found), sensors, width)


def _turned_back(orientation: Array, vector: Array) -> Array:
    """(..., 3) vector in the sensor's axes, of one in global axes, by (..., 4) quaternions sensor to global."""
    unit = orientation / np.linalg.norm(orientation, axis=-1, keepdims=True)
    axis = -unit[..., 1:]  # of the inverse rotation
    across = np.cross(axis, vector)
    return vector + 2.0 * (unit[..., :1] * across + np.cross(axis, across))  # v + 2 (w r x v + r x (r x v))


def _spread(values: Array, rows: np.ndarray) -> Array:
    """(frames, C) values with NaN where the index leaves frames out."""
    spread = np.full((int(rows[-1]) + 1, values.shape[1]), np.nan)
    spread[rows] = values
    return spread

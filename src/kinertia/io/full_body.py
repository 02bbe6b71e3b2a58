"""Full-body recordings in MATLAB files: one struct per segment with ``acc``, ``gyr`` and ``quat``, and the time ``t``.

The layout of the example data of the qmt toolbox: SI units, quaternions wxyz from sensor to world, no truth, no mass or height.
Segments that the sagittal model has no place for (arms, back, head) are kept under their own names.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kinertia.io import extra, facts
from kinertia.io.text import begins
from kinertia.recording import Array, Frame, Recording, RecordingError, Sensor

SEGMENTS: Mapping[str, str] = {  # struct to segment
    "hip": "pelvis",
    "upper_leg_right": "femur_r",
    "lower_leg_right": "tibia_r",
    "foot_right": "foot_r",
    "upper_leg_left": "femur_l",
    "lower_leg_left": "tibia_l",
    "foot_left": "foot_l",
}
_SIGNALS = {"acc": 3, "gyr": 3, "quat": 4}


def is_full_body(path: Path) -> bool:
    """Whether ``path`` is a MATLAB file (of level 5)."""
    return begins(path, ".mat", b"MATLAB 5.0")


def read(path: str | Path) -> Recording:
    """Read one recording, in sensor frames (axes to be found).

    RecordingError: no MATLAB file, no segment with acceleration and angular rate, signals of other lengths than the time or a
    time that does not run evenly, or scipy is not installed.
    """
    path = Path(path)
    file = str(path)
    matlab = extra.load("scipy.io", file=file, purpose="reading a full-body recording (MATLAB)")
    try:
        fields: dict[str, Any] = matlab.loadmat(path, simplify_cells=True)
    except (
        OSError,
        ValueError,
        NotImplementedError,
        TypeError,
        IndexError,
        ArithmeticError,
        MemoryError,
        matlab.matlab.MatReadError,
    ) as error:
        raise RecordingError(f"cannot be read as a MATLAB file ({error})", file=file, fix="check the file") from error
    names = [name for name, value in fields.items() if isinstance(value, dict) and {"acc", "gyr"} <= value.keys()]
    if not names or "t" not in fields:
        fix = "give a full-body recording as docs/formats.md says"
        raise RecordingError("holds no time t and segments with acc and gyr", file=file, fix=fix)
    time = np.asarray(fields["t"], dtype=float).reshape(-1)
    rate_hz = _rate(time, file)
    signals = {
        kind: np.stack([_values(fields[name], kind, len(time), file, name) for name in names], axis=1) for kind in _SIGNALS
    }
    subject, assumed, _ = facts.subject({}, file=file)
    quaternion = signals["quat"]
    return Recording(
        name=path.stem,
        rate_hz=rate_hz,
        sensors=tuple(Sensor(name, SEGMENTS.get(name, name)) for name in names),
        acc=signals["acc"],
        gyro=signals["gyr"],
        subject=subject,
        frame=Frame.SENSOR,
        orientation=None if np.isnan(quaternion).all() else quaternion,
        source=file,
        warnings=tuple(assumed),
    )


def _values(segment: Mapping[str, Any], kind: str, samples: int, file: str, name: str) -> Array:
    """(T, 3 or 4) values of one signal; NaN where a segment has no orientation."""
    width = _SIGNALS[kind]
    if kind not in segment:
        return np.full((samples, width), np.nan)
    values = np.asarray(segment[kind], dtype=float)
    if values.shape != (samples, width):
        fix = "check the file"
        raise RecordingError(f"{kind} has shape {values.shape}, expected {(samples, width)}", file=file, sensor=name, fix=fix)
    return values


def _rate(time: Array, file: str) -> float:
    steps = np.diff(time)
    if len(steps) < 1 or not np.isfinite(steps).all() or steps.min() <= 0.0:
        raise RecordingError("time t does not rise", file=file, fix="check the file")
    step = float(np.median(steps))
    uneven = np.abs(steps - step) > 0.1 * step
    if uneven.any():
        message = f"time t is not even: {steps[uneven][0]:.4f} s in place of {step:.4f} s"
        raise RecordingError(message, file=file, sample=int(np.argmax(uneven)), fix="resample the recording to an even rate")
    return round(1.0 / step, 6)

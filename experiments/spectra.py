"""Spectral content of IMU signals: how much of each sensor's signal lies in which band, whatever its axes are."""

from __future__ import annotations

import numpy as np
from scipy.signal import welch

from kinertia.recording import Array, Recording

BANDS_HZ = ((0.5, 3.0), (3.0, 6.0), (6.0, 12.0), (12.0, 25.0))
"""Up to what the slowest of the recordings compared can hold."""
PARTS = ("pelvis", "femur", "tibia", "foot")
WINDOW_S = 4.0
Levels = dict[str, dict[str, list[float]]]


def levels(recording: Recording, acc_range: float | None = None) -> Levels:
    """Root mean square of acceleration [m/s^2] and angular rate [rad/s] per band.

    Parameters
    ----------
    recording : of steady movement, in any axes. The sum over three axes of the power does not depend on them.
    acc_range : range that every axis is clipped to, as that of other sensors [m/s^2]; None for none.

    Returns
    -------
    Part of the leg, both sides together, to ``acc`` and ``gyro``, one level per band; parts without signals are left out.
    """
    found: Levels = {}
    for part in PARTS:
        columns = [k for k, sensor in enumerate(recording.sensors) if sensor.segment.partition("_")[0] == part]
        acc = recording.acc[:, columns] if acc_range is None else np.clip(recording.acc[:, columns], -acc_range, acc_range)
        both = {"acc": acc, "gyro": recording.gyro[:, columns]}
        if columns and all(np.isfinite(values).all() for values in both.values()):
            found[part] = {kind: _levels(values, recording.rate_hz) for kind, values in both.items()}
    return found


def mean(found: list[Levels]) -> Levels:
    """Mean over recordings, of those that have the part."""
    out: Levels = {}
    for part in PARTS:
        having = [levels[part] for levels in found if part in levels]
        if having:
            out[part] = {kind: np.mean([levels[kind] for levels in having], axis=0).tolist() for kind in ("acc", "gyro")}
    return out


def _levels(values: Array, rate_hz: float) -> list[float]:
    window = min(round(WINDOW_S * rate_hz), len(values))
    frequency, power = welch(values, rate_hz, nperseg=window, axis=0)
    # power of the vector, mean over sensors
    total = power.sum(axis=-1).mean(axis=-1)
    step = frequency[1] - frequency[0]
    return [float(np.sqrt(total[(frequency >= low) & (frequency < high)].sum() * step)) for low, high in BANDS_HZ]

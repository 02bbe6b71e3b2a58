"""Missing samples: finding them, filling the short ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinertia.numerics.spline import MonotoneCubic
from kinertia.recording.recording import Array, Recording

MAX_FILL_S = 0.05  # longest gap that is filled: a fiftieth of a stride of shape is lost at most


SIGNALS = frozenset({"acc", "gyro", "orientation"})  # in which gaps are looked for


@dataclass(frozen=True)
class Gap:
    """Samples ``start`` to ``stop`` (exclusive) of ``signal`` (acc, gyro, orientation) missing at sensor index ``sensor``."""

    sensor: int
    signal: str
    start: int
    stop: int

    @property
    def samples(self) -> int:
        return self.stop - self.start


def runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """Stretches of True in a (T,) mask as (start, stop), stop exclusive."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def find(recording: Recording) -> list[Gap]:
    """All gaps in acceleration, angular rate and orientation, by sensor; a sensor without a signal at all is no gap."""
    gaps, arrays = [], recording.arrays
    for signal in SIGNALS & arrays.keys():
        for k in range(len(recording.sensors)):
            missing = np.asarray(np.isnan(arrays[signal][:, k]).any(axis=1))
            if not missing.all():
                gaps.extend(Gap(k, signal, start, stop) for start, stop in runs(missing))
    return sorted(gaps, key=lambda gap: (gap.sensor, gap.signal, gap.start))


def fill(recording: Recording) -> Recording:
    """Copy with gaps of up to :data:`MAX_FILL_S` in ``acc``, ``gyro`` and ``orientation`` filled; truth is left as it is.

    A monotone cubic through the four nearest samples cannot overshoot a peak. One periodic cycle is filled across its end; gaps
    at either end of any other recording stay NaN.
    """
    limit = int(np.floor(MAX_FILL_S * recording.rate_hz + 1e-9))
    arrays = {name: array.copy() for name, array in recording.arrays.items() if name in SIGNALS}
    for k in range(len(recording.sensors)):
        for name, array in arrays.items():
            if np.isnan(array[:, k]).any() and not np.isnan(array[:, k]).any(axis=1).all():
                array[:, k] = _fill_signal(array[:, k], limit, recording.periodic, name == "orientation")
    return replace(recording, **arrays)


def _fill_signal(values: Array, limit: int, periodic: bool, rotation: bool) -> Array:
    """The (T, C) signal with its short gaps filled."""
    samples = len(values)
    offset = samples if periodic else 0
    signal = np.concatenate([values] * 3) if periodic else values.copy()
    missing = np.asarray(np.isnan(signal).any(axis=1))
    good = np.flatnonzero(~missing)
    known = continuous_signs(signal[good]) if rotation else signal[good]
    gaps = runs(missing)
    short = [(a, b) for a, b in gaps if b - a <= limit and a > 0 and b < len(signal)]
    at = np.concatenate([np.arange(a, b) for a, b in short]) if short else np.zeros(0, dtype=int)
    if len(at):
        signal[at] = MonotoneCubic(good, known)(at)
        if rotation:
            signal[at] /= np.linalg.norm(signal[at], axis=1, keepdims=True)
    return signal[offset : offset + samples]


def continuous_signs(quaternions: Array) -> Array:
    """Quaternions with signs chosen so that neighbours lie on one side (q and -q are the same rotation)."""
    flip = np.where(np.einsum("ij,ij->i", quaternions[1:], quaternions[:-1]) < 0, -1.0, 1.0)
    return quaternions * np.concatenate([[1.0], np.cumprod(flip)])[:, None]

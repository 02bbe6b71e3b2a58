"""From sensor axes to the sagittal signals of segment frames: one matrix for all sensors."""

from __future__ import annotations

import numpy as np

from kinertia.recording import SEGMENTS, Array, Sensor

ROWS = len(SEGMENTS)


class Align:
    """Turns a grid point.

    Parameters
    ----------
    sensors : K sensors; of several on one segment the first counts, those on other bodies do not.
    rotations : (K, 3, 3) sensor to segment axes.
    bias : (K, 3) gyroscope offset in sensor axes [rad/s]; None for zero.

    Attributes
    ----------
    expected : (7,) segments that carry a sensor.
    """

    def __init__(self, sensors: tuple[Sensor, ...], rotations: Array, bias: Array | None = None) -> None:
        count = len(sensors)
        names = [sensor.segment for sensor in sensors]
        self.expected = np.array([segment in names for segment in SEGMENTS])
        self._on = np.array([names.index(segment) if segment in names else 0 for segment in SEGMENTS])
        matrix = np.zeros((ROWS, 3, count, 6))
        for row in np.flatnonzero(self.expected):
            k = self._on[row]
            matrix[row, :2, k, :3], matrix[row, 2, k, 3:] = rotations[k][:2], rotations[k][2]
        offset = np.zeros((count, 6))
        offset[:, 3:] = 0.0 if bias is None else bias
        upright = np.zeros((count, 6))
        for row in np.flatnonzero(self.expected):
            k = self._on[row]
            upright[k, 3:] = rotations[k][1] / max(int(self.expected.sum()), 1)
        self._upright, self._turning = upright.ravel(), float((upright * offset).sum())
        self._matrix = matrix.reshape(3 * ROWS, 6 * count)
        self._uses = (self._matrix != 0.0).astype(np.float64)
        # rows without a sensor become NaN at no cost
        self._shift = np.where(self.expected.repeat(3), self._matrix @ offset.ravel(), np.nan)

    def turn(self, raw: Array) -> Array:
        """(7, 3) signals from (K, 6) raw values without missing ones; NaN where a segment has no sensor."""
        return (self._matrix.dot(raw.ravel()) - self._shift).reshape(ROWS, 3)

    def turn_some(self, raw: Array) -> Array:
        """The same from values of which some are NaN: a signal is missing where a channel that it needs is."""
        missing = np.isnan(raw)
        signals = self.turn(np.where(missing, 0.0, raw))
        signals[self._uses.dot(missing.ravel()).reshape(ROWS, 3) > 0.0] = np.nan
        return signals

    def yaw(self, raw: Array) -> float:
        """Rate of turning about the segments' long axes, mean over the sensors; NaN where a value is missing [rad/s]."""
        return float(self._upright.dot(raw.ravel())) - self._turning

    def per_segment(self, flags: np.ndarray) -> np.ndarray:
        """(7,) flags of segments from (K,) flags of sensors; False without a sensor."""
        return flags[self._on] & self.expected

"""From sensor axes to the channels of a sensor set in segment frames: one matrix for all sensors."""

from __future__ import annotations

import numpy as np

from kinertia.recording import LOWER_BODY, Array, SensorSet
from kinertia.streaming.sample import Session


class SegmentSignals:
    """Signals of a session's grid points in segment frames; ``expected`` are the (S,) wanted segments that carry a sensor.

    Of several sensors on one segment the first counts, those on other bodies do not.
    """

    def __init__(self, session: Session, wanted: SensorSet = LOWER_BODY) -> None:
        assert session.rotations is not None
        sensors, rotations, bias = session.sensors, session.rotations, session.bias
        count, self._shape = len(sensors), wanted.shape
        positions = wanted.positions(sensors)
        self.expected = np.array([k is not None for k in positions])
        self._on = np.array([k or 0 for k in positions])
        matrix, offset, upright = np.zeros((*wanted.shape, count, 6)), np.zeros((count, 6)), np.zeros((count, 6))
        offset[:, 3:] = 0.0 if bias is None else bias
        for row in np.flatnonzero(self.expected):
            k = self._on[row]
            both = np.kron(np.eye(2), rotations[k])  # specific force and angular rate turn alike
            matrix[row, :, k] = both[list(wanted.axes)]
            upright[k, 3:] = rotations[k][1] / self.expected.sum()
        self._upright, self._turning = upright.ravel(), float((upright * offset).sum())
        self._matrix = matrix.reshape(wanted.size, 6 * count)
        self._uses = (self._matrix != 0.0).astype(np.float64)
        # rows without a sensor become NaN at no cost
        self._shift = np.where(self.expected.repeat(len(wanted.channels)), self._matrix @ offset.ravel(), np.nan)

    def turn(self, raw: Array) -> Array:
        """(S, C) signals from (K, 6) raw values without missing ones; NaN where a segment has no sensor."""
        return (self._matrix.dot(raw.ravel()) - self._shift).reshape(self._shape)

    def turn_some(self, raw: Array) -> Array:
        """The same from values of which some are NaN: a signal is missing where a channel that it needs is."""
        missing = np.isnan(raw)
        signals = self.turn(np.where(missing, 0.0, raw))
        signals[self._uses.dot(missing.ravel()).reshape(self._shape) > 0.0] = np.nan
        return signals

    def yaw(self, raw: Array) -> float:
        """Rate of turning about the segments' long axes, mean over the sensors; NaN where a value is missing [rad/s]."""
        return float(self._upright.dot(raw.ravel())) - self._turning

    def per_segment(self, flags: np.ndarray) -> np.ndarray:
        """(S,) flags of segments from (K,) flags of sensors; False without a sensor."""
        return flags[self._on] & self.expected

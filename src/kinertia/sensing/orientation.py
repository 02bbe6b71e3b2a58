"""Inclination of segments in continuous recordings by an orientation filter in space.

Turning, swaying and out-of-plane rotation do not leak into the inclination, as they do when one rate is integrated in a plane.
Without a magnetometer the heading is unknown, and not needed. The filter is the offline VQF (forward and backward in time):
D. Laidig and T. Seel, Information Fusion 91:187 (2023).
"""

from __future__ import annotations

import numpy as np
import vqf

from kinertia.estimation.estimate import Estimate
from kinertia.recording import Array, Recording
from kinertia.sensing import sagittal


def solve(recording: Recording) -> Estimate:
    """:func:`kinertia.sensing.sagittal.joint_angles` of a continuous recording without gaps.

    RecordingError: signals not in segment frames, a sample missing, one periodic cycle, or no joint with two sensors.
    """
    if recording.periodic:
        raise recording.error("one averaged cycle has no consistent signals in space", "use the strapdown baseline")
    return sagittal.joint_angles(recording, "orientation", inclination)


def inclination(recording: Recording, segment: str) -> Array:
    """(T,) inclination of one segment about its right-pointing axis, zero when upright, positive leaning back [rad]."""
    index = recording.sensor_index(segment)
    sagittal.angular_rate(recording, segment)  # checks frame, sensor and gaps
    sagittal.specific_force(recording, segment)
    assert index is not None
    rate, force = (np.ascontiguousarray(signal[:, index]) for signal in (recording.gyro, recording.acc))
    w, x, y, z = vqf.offlineVQF(rate, force, None, 1.0 / recording.rate_hz)["quat6D"].T
    # up in segment axes: third row of R(q)
    up_x, up_y = 2.0 * (x * z - w * y), 2.0 * (y * z + w * x)
    # u = R(theta)^T (0, 1) = (sin theta, cos theta)
    return np.unwrap(np.arctan2(up_x, up_y))

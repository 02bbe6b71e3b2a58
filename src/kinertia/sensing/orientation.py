"""Inclination of segments in continuous recordings by an orientation filter in space.

Turning, swaying and out-of-plane rotation do not leak into the inclination, as they do when one rate is integrated in a plane.
Without a magnetometer the heading is unknown, and not needed. The filter is the offline VQF (forward and backward in time):
D. Laidig and T. Seel, Information Fusion 91:187 (2023).
"""

from __future__ import annotations

import time

import numpy as np
import vqf

from kinertia.estimation.estimate import Estimate
from kinertia.recording import Array, Recording
from kinertia.recording.errors import RecordingError
from kinertia.sensing import sagittal

_JOINTS = {"hip_flexion": ("femur", "pelvis"), "knee_angle": ("tibia", "femur"), "ankle_angle": ("foot", "tibia")}


def solve(recording: Recording) -> Estimate:
    """Joint angles as differences of inclinations.

    Parameters
    ----------
    recording : continuous, in segment frames, without gaps.

    Returns
    -------
    Estimate with ``pelvis_tilt`` and the hip, knee and ankle angles of both sides, as far as there are sensors [rad]; no
    moments, ground reaction or speed.

    Raises
    ------
    RecordingError : signals not in segment frames, a sample missing, one periodic cycle, or no joint with two sensors.
    """
    start = time.perf_counter()
    if recording.periodic:
        raise RecordingError(
            "one averaged cycle has no consistent signals in space",
            file=recording.source or recording.name,
            fix="use the strapdown baseline",
        )
    segments = dict.fromkeys(
        part if part == "pelvis" else f"{part}_{side}" for pair in _JOINTS.values() for part in pair for side in "rl"
    )
    angle = {s: inclination(recording, s) for s in segments if sagittal.has_gyro(recording, s)}
    joints: dict[str, Array] = {}
    for side in "rl":
        for joint, (distal, proximal) in _JOINTS.items():
            pair = f"{distal}_{side}", proximal if proximal == "pelvis" else f"{proximal}_{side}"
            if all(segment in angle for segment in pair):
                # q = theta_distal - theta_proximal, -pi..pi
                joints[f"{joint}_{side}"] = np.unwrap(angle[pair[0]] - angle[pair[1]])
    if not joints:
        raise RecordingError(
            "no joint has sensors with gyroscopes on both of its segments",
            file=recording.source or recording.name,
            fix="put sensors on neighbouring segments, such as thigh and shank",
        )
    tilt = {"pelvis_tilt": angle["pelvis"]} if "pelvis" in angle else {}
    return Estimate(
        name=recording.name,
        method="orientation",
        rate_hz=recording.rate_hz,
        subject=recording.subject,
        coordinates=tilt | joints,
        seconds=time.perf_counter() - start,
    )


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

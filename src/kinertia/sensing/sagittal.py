"""Sagittal signals of a recording in segment frames, checked before use, and joint angles as differences of inclinations."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from kinertia.estimation.estimate import Estimate
from kinertia.recording import Array, Frame, Recording
from kinertia.recording.errors import RecordingError

JOINTS = {
    f"{joint}_{side}": (distal.format(side), proximal.format(side))
    for side in "rl"
    for joint, distal, proximal in (
        ("hip_flexion", "femur_{}", "pelvis"),
        ("knee_angle", "tibia_{}", "femur_{}"),
        ("ankle_angle", "foot_{}", "tibia_{}"),
    )
}
"""Coordinate to distal and proximal segment."""


def specific_force(recording: Recording, segment: str) -> Array:
    """(T, 2) forward and upward specific force of the sensor on ``segment`` [m/s^2]; errors as of :func:`angular_rate`."""
    return _checked(recording, segment, recording.acc, "acceleration")[:, :2]


def angular_rate(recording: Recording, segment: str) -> Array:
    """(T,) angular rate of ``segment`` about its right-pointing axis z [rad/s].

    RecordingError: no such sensor, signals not in segment frames, or a sample is missing.
    """
    return _checked(recording, segment, recording.gyro, "angular rate")[:, 2]


def has_gyro(recording: Recording, segment: str) -> bool:
    """Whether there is a sensor with a gyroscope on ``segment``."""
    index = recording.sensor_index(segment)
    return index is not None and not bool(np.isnan(recording.gyro[:, index]).all())


def joint_angles(recording: Recording, method: str, inclination: Callable[[Recording, str], Array]) -> Estimate:
    """Pelvis tilt and joint angles [rad] of a recording in segment frames, as far as there are sensors; nothing else.

    ``method`` is the name to write into it; ``inclination`` gives the (T,) inclination of a segment, continuous in time,
    positive leaning back [rad]. RecordingError: no joint with a sensor on either side of it, or as ``inclination``.
    """
    start = time.perf_counter()
    segments = [s for s in dict.fromkeys(name for pair in JOINTS.values() for name in pair) if has_gyro(recording, s)]
    angle = {segment: inclination(recording, segment) for segment in segments}
    # joint angle q: inclination of the distal segment minus that of the proximal one
    joints = {q: angle[a] - angle[b] for q, (a, b) in JOINTS.items() if a in angle and b in angle}
    if not joints:
        fix = "put sensors on neighbouring segments, such as thigh and shank"
        raise recording.error("no joint has sensors with gyroscopes on both of its segments", fix)
    coordinates = ({"pelvis_tilt": angle["pelvis"]} if "pelvis" in angle else {}) | joints
    seconds = time.perf_counter() - start
    return Estimate(recording.name, method, recording.rate_hz, recording.subject, coordinates, seconds=seconds)


def _checked(recording: Recording, segment: str, signals: Array, what: str) -> Array:
    file = recording.source or recording.name
    if recording.frame is not Frame.SEGMENT:
        message, fix = "signals are in sensor axes, segment axes are needed", "align sensors to segments first"
        raise RecordingError(message, file=file, fix=fix)
    index = recording.sensor_index(segment)
    if index is None:
        raise RecordingError(f"has no sensor on {segment}", file=file, fix="add this sensor or use a method that needs fewer")
    values = signals[:, index]
    bad = ~np.isfinite(values).all(axis=-1)
    if bad.any():
        raise RecordingError(
            f"{what} is missing",
            file=file,
            sensor=recording.sensors[index].name,
            sample=int(np.argmax(bad)),
            fix="fill short gaps, or cut the recording so that it has none",
        )
    return values

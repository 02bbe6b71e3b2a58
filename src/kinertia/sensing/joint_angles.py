"""Joint angles as differences of the inclinations of neighbouring segments."""

from __future__ import annotations

import time
from collections.abc import Callable

from kinertia.estimation.estimate import Estimate
from kinertia.recording import Array, Recording
from kinertia.recording.errors import RecordingError
from kinertia.sensing import sagittal

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


def from_inclinations(recording: Recording, method: str, inclination: Callable[[Recording, str], Array]) -> Estimate:
    """Pelvis tilt and joint angles, as far as there are sensors.

    Parameters
    ----------
    recording : in segment frames.
    method : name to write into the estimate.
    inclination : (T,) inclination of a segment of the recording, continuous in time, positive leaning back [rad].

    Raises
    ------
    RecordingError : no joint with a sensor on either side of it, or as ``inclination``.
    """
    start = time.perf_counter()
    segments = [s for s in dict.fromkeys(name for pair in JOINTS.values() for name in pair) if sagittal.has_gyro(recording, s)]
    angle = {segment: inclination(recording, segment) for segment in segments}
    # joint angle q: inclination of the distal segment minus that of the proximal one
    joints = {q: angle[a] - angle[b] for q, (a, b) in JOINTS.items() if a in angle and b in angle}
    if not joints:
        raise RecordingError(
            "no joint has sensors with gyroscopes on both of its segments",
            file=recording.source or recording.name,
            fix="put sensors on neighbouring segments, such as thigh and shank",
        )
    tilt = {"pelvis_tilt": angle["pelvis"]} if "pelvis" in angle else {}
    return Estimate(
        name=recording.name,
        method=method,
        rate_hz=recording.rate_hz,
        subject=recording.subject,
        coordinates=tilt | joints,
        seconds=time.perf_counter() - start,
    )

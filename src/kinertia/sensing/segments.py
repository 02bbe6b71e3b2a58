"""From a recording as it was read to signals in segment frames."""

from __future__ import annotations

from kinertia.recording import LOWER_BODY, Frame, Recording, gaps
from kinertia.sensing.alignment import align


def to_segments(recording: Recording) -> Recording:
    """The recording without its truth, in segment frames, short gaps filled; findings are added to its warnings.

    Raises
    ------
    RecordingError
        If a recording in sensor frames cannot be aligned.
    """
    blind = recording.without_truth()
    if blind.frame is not Frame.SEGMENT:
        blind, _ = align(blind)
    absent = [segment for segment in LOWER_BODY.segments if blind.sensor_index(segment) is None]
    remark = (
        f"no sensor on {', '.join(absent)}: movement there follows from the other sensors and the equations of motion alone"
    )
    if absent and remark not in blind.warnings:
        blind = blind.with_warnings(remark)
    return gaps.fill(blind)

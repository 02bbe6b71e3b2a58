"""From a recording as it was read to the sequence that networks learn from."""

from __future__ import annotations

import numpy as np

from kinertia.body import SKELETONS
from kinertia.learning import sequence
from kinertia.learning.config import Config
from kinertia.learning.sequence import Sequence
from kinertia.recording import SEGMENTS, Frame, Recording, gaps
from kinertia.recording.resampling import resample
from kinertia.sensing.alignment import align

TILE_S = 30.0
LEAD_CYCLES_S = 3.0


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
    absent = [segment for segment in SEGMENTS if blind.sensor_index(segment) is None]
    remark = (
        f"no sensor on {', '.join(absent)}: movement there follows from the other sensors and the equations of motion alone"
    )
    if absent and remark not in blind.warnings:
        blind = blind.with_warnings(remark)
    return gaps.fill(blind)


def to_sequence(recording: Recording, config: Config, tile_s: float = TILE_S) -> Sequence:
    """Signals at the model's rate; a periodic cycle is repeated for ``tile_s`` seconds.

    Raises
    ------
    RecordingError
        If no known segment carries a sensor, or the signals cannot be aligned or resampled.
    """
    skeleton = SKELETONS[config.body]
    ready = to_segments(recording)
    if ready.periodic:
        signals, present = sequence.sagittal(ready)
        # a channel with a hole in its cycle has no Fourier series: it counts as missing
        whole = present.min(axis=0)
        tiled = sequence.tile_cycle(signals * whole, ready.rate_hz, config.rate_hz, tile_s)
        return sequence.from_arrays(ready, tiled, np.broadcast_to(whole, tiled.shape), config.rate_hz, skeleton)
    if ready.rate_hz != config.rate_hz:
        ready = resample(ready, config.rate_hz, keep_gaps=True)
    signals, present = sequence.sagittal(ready)
    return sequence.from_arrays(ready, signals, present, config.rate_hz, skeleton)


def lead_cycles(period_s: float) -> int:
    """Complete cycles that a network sees before the one that is reported."""
    return int(np.ceil(LEAD_CYCLES_S / period_s))

"""From a recording as it was read to the sequence that networks learn from."""

from __future__ import annotations

import numpy as np

from kinertia.body import SKELETONS
from kinertia.learning import sequence
from kinertia.learning.config import Config
from kinertia.learning.sequence import Sequence
from kinertia.recording import Frame, Recording, gaps
from kinertia.recording.resampling import resample
from kinertia.sensing.alignment import align

TILE_S = 30.0
LEAD_CYCLES_S = 3.0


def to_segments(recording: Recording) -> Recording:
    """The recording without its truth, in segment frames, aligned if need be; findings are added to its warnings."""
    blind = recording.without_truth()
    if blind.frame is Frame.SEGMENT:
        return blind
    aligned, _ = align(blind)
    return aligned


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
        tiled = sequence.tile_cycle(signals, ready.rate_hz, config.rate_hz, tile_s)
        everywhere = np.broadcast_to(present.min(axis=0), tiled.shape)
        return sequence.from_arrays(ready, tiled * everywhere, everywhere, config.rate_hz, skeleton)
    filled = gaps.fill(ready)
    if filled.rate_hz != config.rate_hz:
        filled = resample(filled, config.rate_hz, keep_gaps=True)
    signals, present = sequence.sagittal(filled)
    return sequence.from_arrays(filled, signals, present, config.rate_hz, skeleton)


def lead_cycles(period_s: float) -> int:
    """Complete cycles that a network sees before the one that is reported."""
    return int(np.ceil(LEAD_CYCLES_S / period_s))

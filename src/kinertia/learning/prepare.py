"""From a recording as it was read to the sequence that networks learn from."""

from __future__ import annotations

from dataclasses import replace

from kinertia.bodies import SKELETONS
from kinertia.learning import inclination, sequence
from kinertia.learning.config import Config
from kinertia.learning.sequence import Sequence
from kinertia.recording import Recording, channels, periodic
from kinertia.sensing.alignment import to_segments


def to_sequence(recording: Recording, config: Config, tile_s: float = periodic.TILE_S) -> Sequence:
    """Signals at the model's rate; a periodic cycle is repeated for ``tile_s`` seconds.

    RecordingError if none of the configuration's sensors is there, or the signals cannot be aligned or resampled.
    """
    ready = to_segments(recording)
    signals, present = channels.at_rate(ready, config.rate_hz, tile_s, config.sensors)
    prepared = sequence.from_arrays(ready, signals, present, config.rate_hz, SKELETONS[config.body], config.sensors)
    return replace(prepared, placed=inclination.from_gait(ready, config.sensors)) if config.training.placed else prepared

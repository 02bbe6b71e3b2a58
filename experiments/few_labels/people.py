"""Labelled windows of a folder with one folder per person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from experiments.encoders.windows import Track, cut, to_track
from experiments.few_labels import targets
from experiments.few_labels.targets import Labelled
from kinertia.io.read import read
from kinertia.recording import RecordingError

Show = Callable[[str], None]


def labelled(files: list[tuple[str, Path]], window: int, rate_hz: float, show: Show | None = None) -> Labelled:
    """Windows of recordings with their labels.

    Raises
    ------
    RecordingError
        If a recording cannot be used or has no truth.
    ValueError
        If no window is left, or nothing is known about any.
    """
    tracks: list[Track] = []
    curves = []
    for person, path in files:
        if show is not None:
            show(f"{person} {path.stem}")
        recording = read(path)
        curve = targets.curves_of(recording, rate_hz)
        track = to_track(recording, rate_hz, person)
        if len(curve) != len(track.signals):
            raise RecordingError(
                f"has {len(curve)} samples of reference for {len(track.signals)} of signals",
                file=str(path),
                fix="write it again",
            )
        tracks.append(replace(track, name=f"{person}_{recording.name}"))
        curves.append(curve)
    return targets.label(cut(tracks, window), curves, rate_hz)

"""What is learned of a recording's truth: that there is one, and peaks of ground reaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kinertia.recording import Array, Recording, Truth

LOADED = 2.0  # the foot is on the ground above this vertical force [BW %]
SHORTEST_STANCE_S = 0.1  # shorter contacts are noise of the force plate
IMPACT_SHARE = 0.13
"""Share of stance at which the first peak is taken to be where the force has none before that of pushing off."""
LATEST_IMPACT = 0.3  # share of stance in which that first peak may come


def truth_of(recording: Recording, fix: str = "give recordings with truth") -> Truth:
    """The truth of a recording; RecordingError, with what to do, where it has none."""
    if recording.truth is None:
        raise recording.error("holds no reference to learn from", fix)
    return recording.truth


def columns(curves: Mapping[str, Array], names: Sequence[str], samples: int) -> Array:
    """(T, names) curves side by side; NaN throughout where there is none."""
    return np.stack([curves.get(name, np.full(samples, np.nan)) for name in names], axis=-1)


def stances(vertical: Array, rate_hz: float) -> list[tuple[int, int]]:
    """First sample and the one after the last of every stance that is there from its beginning to its end."""
    loaded = np.concatenate([[False], vertical > LOADED, [False]])
    begin, end = np.flatnonzero(loaded[1:] & ~loaded[:-1]), np.flatnonzero(~loaded[1:] & loaded[:-1])
    shortest = SHORTEST_STANCE_S * rate_hz
    return [
        (int(a), int(b))
        for a, b in zip(begin, end, strict=True)
        if a > 0 and b < len(vertical) and b - a >= shortest and np.isfinite(vertical[a - 1 : b + 1]).all()
    ]


def loading_rate(vertical: Array, rate_hz: float) -> float:
    """Mean rise of the vertical force of one stance between 20 and 80 % of the time to its first peak [BW/s].

    ``vertical`` (T,) is the force from contact to lift-off [BW %].

    Notes
    -----
    Where no peak comes in the first 30 % of stance, 13 % of stance stands for it, as is usual for runs without an impact peak.
    """
    latest = max(int(LATEST_IMPACT * len(vertical)), 2)
    early = vertical[: latest + 1]
    peaks = np.flatnonzero((early[1:-1] > early[:-2]) & (early[1:-1] >= early[2:])) + 1
    end = float(peaks[0]) if len(peaks) else max(IMPACT_SHARE * len(vertical), 1.0)
    low, high = np.interp([0.2 * end, 0.8 * end], np.arange(len(vertical)), vertical)
    return float((high - low) / 100.0 / (0.6 * end) * rate_hz)

"""Stretches of an estimate that are flagged as not to be trusted, in seconds and with their reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinertia.estimation import trust
from kinertia.estimation.estimate import Estimate

JOIN_S = 0.5
"""Stretches that are closer than this are told as one."""
SHOWN = 8  # stretches that a sentence names

Stretch = tuple[float, float]


@dataclass(frozen=True)
class Doubt:
    """One reason."""

    words: str  # the reason
    share: float  # part of what counts
    stretches: tuple[Stretch, ...]  # (start, stop) [s] of the longest ones, in order of time
    more: int  # how many more there are


def find(estimate: Estimate) -> list[Doubt]:
    """The reasons for which some part of an estimate is flagged."""
    result = []
    for reason, everywhere in estimate.doubts.items():
        flagged = everywhere & estimate.counted
        if flagged.any():
            everything = stretches(flagged, estimate)
            longest = _longest(everything, SHOWN)
            share = float(flagged.sum() / estimate.counted.sum())
            result.append(Doubt(trust.WORDS[reason], share, tuple(longest), len(everything) - len(longest)))
    return result


def spans(estimate: Estimate) -> tuple[Stretch, ...]:
    """Stretches flagged for any reason."""
    return tuple(stretches(estimate.counted & estimate.doubted, estimate))


def stretches(flagged: np.ndarray, estimate: Estimate) -> list[Stretch]:
    """(start, stop) [s] of the stretches in which (T,) ``flagged`` is True, close ones joined."""
    begin_s, rate_hz = float(estimate.time_s[0]), estimate.rate_hz
    edges = begin_s + np.flatnonzero(np.diff(np.concatenate([[False], flagged, [False]]).astype(int))) / rate_hz
    result: list[Stretch] = []
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if result and start - result[-1][1] < JOIN_S:
            result[-1] = (result[-1][0], stop)
        else:
            result.append((start, stop))
    return result


def listed(stretches: Sequence[Stretch], most: int) -> str:
    """Stretches in words, the longest of them where there are more than ``most``."""
    shown = [(f"{start:.1f}", f"{stop:.1f}") for start, stop in _longest(stretches, most)]
    words = [f"{start} s" if start == stop else f"{start}\u2013{stop} s" for start, stop in shown]
    return in_words(words + [""] * (len(stretches) - len(words)), most)


def _longest(stretches: Sequence[Stretch], most: int) -> list[Stretch]:
    return sorted(sorted(stretches, key=lambda s: s[0] - s[1])[:most])


def in_words(words: Sequence[str], most: int) -> str:
    """``a, b and c``; no more than ``most`` of them, and how many more there are."""
    shown, more = list(words[:most]), len(words) - most
    last = f"{more} more" if more > 0 else shown.pop()
    return f"{', '.join(shown)} and {last}" if shown else last

"""What is predicted of labelled windows: ground reaction and knee moment over time, and their peaks, of the right leg."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from kinertia.metrics import units
from kinertia.pretraining.windows import Windows, at_rate
from kinertia.recording import Array, Recording, RecordingError
from kinertia.recording.resampling import resample

CURVES = ("grf_x_r", "grf_y_r", "knee_moment_r")
"""Ground reaction while the foot is loaded [BW %], knee extension moment throughout [BWBH %]."""
PEAKS = ("peak_grf_y_r", "peak_knee_moment_r", "loading_rate_r")
"""Of whole stances: highest vertical force [BW %], highest knee extension moment [BWBH %], vertical loading rate [BW/s]."""
VERTICAL, KNEE = CURVES.index("grf_y_r"), CURVES.index("knee_moment_r")
LOADED = 2.0
"""The foot is on the ground above this vertical force [BW %]."""
SHORTEST_STANCE_S = 0.1
IMPACT_SHARE = 0.13
"""Share of stance at which the first peak is taken to be where the force has none before that of pushing off."""
LATEST_IMPACT = 0.3  # of the stance: the peak of loading comes before


@dataclass(frozen=True)
class Labels:
    """Of N windows; NaN where not known or not asked for.

    Attributes
    ----------
    curves : (N, L, 3) in the order of :data:`CURVES`.
    peaks : (N, 3) in the order of :data:`PEAKS`.
    """

    curves: Tensor
    peaks: Tensor

    def select(self, index: Tensor) -> Labels:
        """Those of some windows."""
        return Labels(self.curves[index], self.peaks[index])


@dataclass(frozen=True)
class Labelled:
    """Windows with what is predicted of them."""

    windows: Windows
    labels: Labels

    def select(self, index: Tensor) -> Labelled:
        """Some of the windows."""
        return Labelled(self.windows.select(index), self.labels.select(index))


def curves_of(recording: Recording, rate_hz: float) -> Array:
    """(T, 3) curves of a recording's truth at a rate, in the order of :data:`CURVES`; NaN where not known.

    Raises
    ------
    RecordingError
        If the recording has no truth.
    """
    if recording.truth is None:
        raise RecordingError(
            "holds no reference to learn from", file=recording.source or recording.name, fix="give recordings with truth"
        )
    if not recording.periodic and recording.rate_hz != rate_hz:
        recording = resample(recording, rate_hz, keep_gaps=True)
    truth = recording.truth
    assert truth is not None
    unknown = np.full(recording.samples, np.nan)
    knee = truth.moments.get("knee_angle_r", unknown)
    found = [units.bw_percent(truth.grf.get(name, unknown)) for name in CURVES[:KNEE]]
    return at_rate(np.stack([*found, units.bwbh_percent(knee, recording.subject)], axis=-1), recording, rate_hz)


def label(windows: Windows, curves: Sequence[Array], rate_hz: float) -> Labelled:
    """Labels of windows from the curves of their recordings; windows about which nothing is known are left out.

    Raises
    ------
    ValueError
        If nothing is known about any.
    """
    pieces, peaks = [], []
    for i, start in zip(windows.track.tolist(), windows.start.tolist(), strict=True):
        piece = curves[i][start : start + windows.length].copy()
        peaks.append(peaks_of(piece, rate_hz))
        loaded = piece[:, VERTICAL] > LOADED
        piece[:, :KNEE] = np.where(loaded[:, None], piece[:, :KNEE], np.nan)
        pieces.append(piece)
    labels = Labels(torch.tensor(np.array(pieces), dtype=torch.float32), torch.tensor(np.array(peaks), dtype=torch.float32))
    known = torch.isfinite(labels.curves).any(-1).any(-1)
    if not bool(known.any()):
        raise ValueError("the reference has neither ground reaction of the right foot nor moment of the right knee")
    index = torch.nonzero(known)[:, 0]
    return Labelled(windows.select(index), labels.select(index))


def peaks_of(curves: Array, rate_hz: float) -> Array:
    """(3,) means over the whole stances in a window of (T, 3) curves; NaN without one."""
    found = [
        (vertical.max(), curves[a:b, KNEE].max(), loading_rate(vertical, rate_hz))
        for a, b in stances(curves[:, VERTICAL], rate_hz)
        for vertical in [curves[a:b, VERTICAL]]
    ]
    return np.mean(found, axis=0) if found else np.full(len(PEAKS), np.nan)


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

    Parameters
    ----------
    vertical : (T,) from contact to lift-off [BW %].
    rate_hz : sampling rate [Hz].

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

"""What is predicted of labelled windows: ground reaction and knee moment over time, and their peaks, of the right leg."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from experiments.encoders.windows import Windows
from kinertia.metrics import errors
from kinertia.recording import Array, Recording
from kinertia.train import windows
from kinertia.train.targets import LOADED, columns, loading_rate, stances, truth_of

CURVES = ("grf_x_r", "grf_y_r", "knee_moment_r")
"""Ground reaction while the foot is loaded [BW %], knee extension moment throughout [BWBH %]."""
PEAKS = ("peak_grf_y_r", "peak_knee_moment_r", "loading_rate_r")
"""Of whole stances: highest vertical force [BW %], highest knee extension moment [BWBH %], vertical loading rate [BW/s]."""
VERTICAL, KNEE = CURVES.index("grf_y_r"), CURVES.index("knee_moment_r")


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
    truth_of(recording)
    ready = windows.resampled(recording, rate_hz)
    truth = truth_of(ready)
    force = errors.bw_percent(columns(truth.grf, CURVES[:KNEE], ready.samples))
    knee = errors.bwbh_percent(columns(truth.moments, ("knee_angle_r",), ready.samples), ready.subject)
    return windows.repeated(np.concatenate([force, knee], axis=-1), ready, rate_hz)


def label(found: Windows, curves: Sequence[Array], rate_hz: float) -> Labelled:
    """Labels of windows from the curves of their recordings; windows about which nothing is known are left out.

    Raises
    ------
    ValueError
        If nothing is known about any.
    """
    pieces, peaks = [], []
    for i, start in zip(found.track.tolist(), found.start.tolist(), strict=True):
        piece = curves[i][start : start + found.length].copy()
        peaks.append(peaks_of(piece, rate_hz))
        loaded = piece[:, VERTICAL] > LOADED
        piece[:, :KNEE] = np.where(loaded[:, None], piece[:, :KNEE], np.nan)
        pieces.append(piece)
    labels = Labels(torch.tensor(np.array(pieces), dtype=torch.float32), torch.tensor(np.array(peaks), dtype=torch.float32))
    known = torch.isfinite(labels.curves).any(-1).any(-1)
    if not bool(known.any()):
        raise ValueError("the reference has neither ground reaction of the right foot nor moment of the right knee")
    index = torch.nonzero(known)[:, 0]
    return Labelled(found.select(index), labels.select(index))


def peaks_of(curves: Array, rate_hz: float) -> Array:
    """(3,) means over the whole stances in a window of (T, 3) curves; NaN without one."""
    found = [
        (vertical.max(), curves[a:b, KNEE].max(), loading_rate(vertical, rate_hz))
        for a, b in stances(curves[:, VERTICAL], rate_hz)
        for vertical in [curves[a:b, VERTICAL]]
    ]
    return np.mean(found, axis=0) if found else np.full(len(PEAKS), np.nan)

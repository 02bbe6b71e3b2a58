"""Data of the animated stick figure: few numbers, drawn by the script in the page."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinertia.estimation.estimate import Estimate
from kinertia.recording import Array

MAX_FRAME_RATE_HZ = 50.0  # of the animation; more is not seen
_TRUNK = (("head", "hip"),)
_LEG = (("hip", "knee_{}"), ("knee_{}", "ankle_{}"), ("ankle_{}", "heel_{}"), ("heel_{}", "toe_{}"), ("toe_{}", "ankle_{}"))


def frames(estimate: Estimate, window: slice, *, periodic: bool) -> dict[str, Any] | None:
    """What the script needs to draw: points, bones and ground reaction of the shown samples.

    Parameters
    ----------
    estimate : with landmark positions; the forces are drawn where their point of application is known.
    window : samples to show.
    periodic : the movement repeats after its last frame without a jump.

    Returns
    -------
    ``rate`` [Hz], ``start`` [s], ``count``; ``points`` name to x and y lists [mm]; ``bones`` with side; ``forces`` side to
    ``x``, ``y`` [% BW] and ``at`` [mm]; ``speed`` [cm/s] or None. None when there is no hip or no bone to draw.
    """
    bones = _bones(estimate)
    if not bones or "hip" not in estimate.points:
        return None
    step = max(1, int(np.ceil(estimate.rate_hz / MAX_FRAME_RATE_HZ)))
    shown = slice(window.start, window.stop, step)
    used = sorted({name for bone in bones for name in bone[:2]})
    return {
        "rate": round(estimate.rate_hz / step, 4),
        "start": round(estimate.begin_s + window.start / estimate.rate_hz, 3),
        "count": len(range(*shown.indices(estimate.samples))),
        "periodic": periodic,
        "points": {
            name: {axis: _rounded(1000.0 * estimate.points[name][shown, i]) for i, axis in enumerate("xy")} for name in used
        },
        "bones": bones,
        "forces": {
            side: {
                "x": _rounded(100.0 * estimate.grf[f"grf_x_{side}"][shown]),
                "y": _rounded(100.0 * estimate.grf[f"grf_y_{side}"][shown]),
                "at": _rounded(1000.0 * estimate.cop_x[side][shown]),
            }
            for side in "rl"
            if {f"grf_x_{side}", f"grf_y_{side}"} <= estimate.grf.keys() and side in estimate.cop_x
        },
        "speed": None if estimate.speed is None else _rounded(100.0 * estimate.speed[shown]),
    }


def _bones(estimate: Estimate) -> list[tuple[str, str, str]]:
    """Pairs of known points with their side; the left leg first, so that the near leg is drawn over it."""
    pairs = [(a.format(side), b.format(side), side) for side in "l" for a, b in _LEG]
    pairs += [(a, b, "") for a, b in _TRUNK]
    pairs += [(a.format("r"), b.format("r"), "r") for a, b in _LEG]
    return [pair for pair in pairs if pair[0] in estimate.points and pair[1] in estimate.points]


def _rounded(values: Array) -> list[int | None]:
    return [int(v) if np.isfinite(v) else None for v in np.round(values)]

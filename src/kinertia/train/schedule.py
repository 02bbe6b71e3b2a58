"""Learning-rate and weight schedules as pure functions of the step, so that resuming needs no state."""

from __future__ import annotations

import math


def fade(step: int, steps: int, share: float) -> float:
    """Factor that falls linearly from 1 to 0 over ``share`` of the steps."""
    return max(1.0 - step / (share * steps), 0.0) if share > 0.0 else 0.0


def one_cycle(step: int, steps: int, peak: float, rise: float = 0.15, start: float = 0.04, end: float = 1e-4) -> float:
    """Learning rate: cosine from ``start * peak`` up to ``peak`` over ``rise`` of the steps, then down to ``end * peak``.

    Notes
    -----
    Smith & Topin (2019), Super-convergence.
    """
    turn = max(rise * steps, 1.0)

    def ramp(a: float, b: float, part: float) -> float:
        return b + 0.5 * (a - b) * (1.0 + math.cos(math.pi * min(max(part, 0.0), 1.0)))

    if step < turn:
        return peak * ramp(start, 1.0, step / turn)
    return peak * ramp(1.0, end, (step - turn) / max(steps - turn, 1.0))

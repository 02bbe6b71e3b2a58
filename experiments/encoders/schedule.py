"""Learning rate of encoders as a pure function of the step."""

from __future__ import annotations

import math


def cosine(step: int, steps: int, peak: float, rise: float) -> float:
    """Learning rate: linear from zero to ``peak`` over ``rise`` of the steps, then a cosine to zero."""
    turn = rise * steps
    if step < turn:
        return peak * (step + 1) / (turn + 1)
    return 0.5 * peak * (1.0 + math.cos(math.pi * (step - turn) / max(steps - turn, 1.0)))

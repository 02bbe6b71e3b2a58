"""The part of a long recording that is shown over time."""

from __future__ import annotations

import numpy as np

from kinertia.estimation.estimate import Estimate
from kinertia.io.write_opensim import is_translation

CURVE_SECONDS = 5.0  # of the curves, four or five strides
FIGURE_SECONDS = 10.0  # of the stick figure


def busiest(estimate: Estimate, seconds: float) -> slice:
    """Samples of the stretch of ``seconds`` in which the joints move most in what counts; all of them when there are fewer."""
    length = max(2, round(seconds * estimate.rate_hz))
    if estimate.samples <= length:
        return slice(0, estimate.samples)
    angles = [values for name, values in estimate.coordinates.items() if not is_translation(name)]
    movement = np.zeros(estimate.samples)
    for values in angles:
        movement[1:] += np.where(estimate.counted[1:], np.nan_to_num(np.abs(np.diff(values))), 0.0)
    total = np.concatenate([[0.0], np.cumsum(movement)])
    start = int(np.argmax(total[length:] - total[:-length]))
    return slice(start, start + length)

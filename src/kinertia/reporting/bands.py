"""How wide the bands around an estimate are, in words."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from kinertia.estimation.estimate import Estimate
from kinertia.metrics import units
from kinertia.recording import Array

WIDE_DEG = 10.0
"""Twice the error from which gait angles mislead (McGinley et al., Gait & Posture 29:360, 2009: 5 deg)."""


def mean_half_widths(estimate: Estimate) -> list[str]:
    """``angles ± 5.2 deg`` and so on, over all samples that count and outputs of a kind; empty without bands."""
    bands = estimate.bands
    kinds: tuple[tuple[str, str, int, Iterable[Array]], ...] = (
        ("angles", "deg", 1, map(np.degrees, bands.coordinates.values())),
        ("moments", "BWBH %", 2, (units.bwbh_percent(values, estimate.subject) for values in bands.moments.values())),
        ("ground reaction", "BW %", 1, map(units.bw_percent, bands.grf.values())),
        ("speed", "m/s", 2, [] if bands.speed is None else [bands.speed]),
    )
    said = []
    for word, unit, digits, series in kinds:
        mean = _mean(estimate, series)
        if mean is not None:
            said.append(f"{word} \u00b1\u00a0{mean:.{digits}f} {unit}")
    return said


def wide(estimate: Estimate) -> bool:
    """Whether the bands of angles are so wide that single degrees say nothing."""
    mean = _mean(estimate, map(np.degrees, estimate.bands.coordinates.values()))
    return mean is not None and mean > WIDE_DEG


def _mean(estimate: Estimate, series: Iterable[Array]) -> float | None:
    known = np.concatenate([np.empty(0), *(values[estimate.counted & np.isfinite(values)] for values in series)])
    return float(known.mean()) if known.size else None

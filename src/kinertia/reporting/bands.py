"""How wide the bands around an estimate are, in words."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from kinertia.estimation.estimate import Estimate
from kinertia.metrics import units
from kinertia.recording import Array


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
        known = np.concatenate([np.empty(0), *(values[estimate.counted & np.isfinite(values)] for values in series)])
        if known.size:
            said.append(f"{word} \u00b1\u00a0{known.mean():.{digits}f} {unit}")
    return said

"""Statistics over people: mean and spread, paired t-tests corrected for their number, effect sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kinertia.recording import Array

Values = Sequence[float] | Array


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation (n - 1; None for one person) over people."""

    mean: float
    sd: float | None
    people: int


@dataclass(frozen=True)
class Comparison:
    """Two methods on the same people."""

    difference: float  # mean over people of first minus second, in the unit of the values
    sd: float  # of the differences
    effect: float | None  # Cohen's d_z; None where all differences are equal and not zero
    p: float  # two-sided, of one comparison by itself
    p_holm: float  # corrected for all comparisons that were made together
    test: str  # ``t``, the paired t-test
    people: int


def spread(values: Values) -> Spread:
    """Mean and standard deviation over people; ValueError without values, or where one is not finite."""
    x = _finite(values)
    return Spread(float(x.mean()), float(x.std(ddof=1)) if len(x) > 1 else None, len(x))


def compare(first: Values, second: Values) -> Comparison:
    """Paired comparison of two methods on the same people, in the same order: (n,) one figure per person.

    ValueError: the lengths differ, there are fewer than two people, or a value is not finite.
    """
    a, b = _finite(first), _finite(second)
    if len(a) != len(b):
        raise ValueError(f"{len(a)} people against {len(b)}: a paired test needs the same people in both")
    if len(a) < 2:
        raise ValueError("a paired test needs at least two people")
    difference = a - b
    p, sd = _p_value(difference), float(difference.std(ddof=1))
    return Comparison(float(difference.mean()), sd, effect_size(difference), p, p, "t", len(a))


def compare_all(pairs: Mapping[str, tuple[Values, Values]]) -> dict[str, Comparison]:
    """:func:`compare` for several pairs at once, with p values corrected by Holm's method."""
    result = {name: compare(first, second) for name, (first, second) in pairs.items()}
    corrected = holm([comparison.p for comparison in result.values()])
    return {name: replace(result[name], p_holm=p) for name, p in zip(result, corrected, strict=True)}


def holm(p: Sequence[float]) -> list[float]:
    """Holm's step-down correction of p values, in their order."""
    order = sorted(range(len(p)), key=lambda i: p[i])
    corrected, highest = [0.0] * len(p), 0.0
    for rank, i in enumerate(order):
        # the k-th smallest of m times m - k + 1, none smaller than the one before it, none larger than 1
        highest = max(highest, min((len(p) - rank) * p[i], 1.0))
        corrected[i] = highest
    return corrected


def effect_size(difference: Values) -> float | None:
    """Cohen's d_z of paired differences; 0 where all are zero, None where all are equal and not zero."""
    x = np.asarray(difference, dtype=float)
    if not x.any():
        return 0.0
    return None if _constant(x) else float(x.mean() / x.std(ddof=1))


def _p_value(difference: Array) -> float:
    if not difference.any():
        return 1.0
    if _constant(difference):
        return 0.0
    from scipy import stats  # of the train extra, which reading figures does without

    return float(np.asarray(stats.ttest_1samp(difference, 0.0))[1])  # statistic, p


def _constant(x: Array) -> bool:
    """Whether all values are the same but for rounding."""
    return bool(np.ptp(x) <= 1e-12 * np.abs(x).max())


def _finite(values: Values) -> Array:
    x = np.asarray(values, dtype=float)
    if x.ndim != 1 or not len(x):
        raise ValueError("statistics need one figure per person, and at least one person")
    if not np.isfinite(x).all():
        raise ValueError(
            f"the figure of person {int(np.argmax(~np.isfinite(x))) + 1} is not a number; leave people without one out"
        )
    return x

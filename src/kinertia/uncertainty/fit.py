"""Fitting bands to errors, so that they hold on people whose errors were not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinertia.recording import Array
from kinertia.uncertainty import quantile
from kinertia.uncertainty.features import Features
from kinertia.uncertainty.outputs import SMALLEST
from kinertia.uncertainty.scale import GROUPS, Scale, design, group

FOLDS = 5
FEWEST_PEOPLE = 10
"""With fewer, the 90 % quantile rests on a single person."""
RANGE = (0.002, 0.998)
"""Quantiles of a feature between which it counts."""


@dataclass(frozen=True)
class Samples:
    """Errors of one output.

    Attributes
    ----------
    person : (N,) number of the person.
    error : (N,) size of the error, in the unit of :class:`kinertia.uncertainty.outputs.Output`.
    features : of the same samples.
    """

    person: NDArray[np.int_]
    error: Array
    features: Features


@dataclass(frozen=True)
class Fitted:
    """Of one output.

    Attributes
    ----------
    scale : its errors' size.
    coverage : per group, the part of the samples within bands that were fitted to other people.
    samples : per group, their number.
    """

    scale: Scale
    coverage: tuple[float, ...]
    samples: tuple[int, ...]


def fit(samples: Mapping[str, Samples], level: float, show: Callable[[], None] | None = None) -> dict[str, Fitted]:
    """Bands for each output.

    Parameters
    ----------
    samples : key of an output to its errors.
    level : part of the samples in which the truth shall lie within the band.
    show : called when an output is done.

    Notes
    -----
    Weights come from quantile regression of the logarithm of the errors. The people are split into five parts, and the errors
    of each part are compared with bands that were fitted to the other four; by a factor per number of sensors, these
    bands then hold in ``level`` of the samples of further people (split conformal prediction with people, not samples, as
    the exchangeable units: a person's samples are wrong together). The level is not raised for the one person to come, as a
    guarantee would want: where errors differ little between people, the bands would be too wide by that.

    Raises
    ------
    ValueError
        If there are too few people.
    """
    found: dict[str, Fitted] = {}
    for key, given in samples.items():
        found[key] = _fit(given, SMALLEST[key.partition(".")[0]], level)
        if show is not None:
            show()
    return found


def _fit(samples: Samples, smallest: float, level: float) -> Fitted:
    people = np.unique(samples.person)
    index = group(samples.features)
    for g, words in enumerate(GROUPS):
        if (count := len(np.unique(samples.person[index == g]))) < FEWEST_PEOPLE:
            raise ValueError(
                f"bands need the errors of {FEWEST_PEOPLE} people or more, not of {count} ({words}); give more people"
            )
    low, high = np.quantile(samples.features.values, RANGE, axis=0)
    columns, target = design(samples.features, low, high), np.log(np.maximum(samples.error, smallest))
    weights = quantile.fit(columns, target, level)
    part = np.searchsorted(people, samples.person) % FOLDS
    score = np.empty(len(target))
    for k in range(FOLDS):
        here = part == k
        score[here] = target[here] - columns[here] @ quantile.fit(columns[~here], target[~here], level, weights)
    factors = _factors(score, samples.person, index, level)
    inside = np.empty(len(target), dtype=bool)
    for k in range(FOLDS):
        others = _factors(score[part != k], samples.person[part != k], index[part != k], level)
        inside[part == k] = score[part == k] <= others[index[part == k]]
    sizes = tuple(int(np.count_nonzero(index == g)) for g in range(len(GROUPS)))
    shares = tuple(float(inside[index == g].mean()) for g in range(len(GROUPS)))
    return Fitted(Scale(_numbers(low), _numbers(high), _numbers(weights), _numbers(np.exp(factors))), shares, sizes)


def _factors(score: Array, person: NDArray[np.int_], index: NDArray[np.int_], level: float) -> Array:
    """(G,) logarithm of what bands have to be multiplied with; people count the same whatever their number of samples."""
    found = np.zeros(len(GROUPS))
    for g in range(len(GROUPS)):
        here = index == g
        _, number, counts = np.unique(person[here], return_inverse=True, return_counts=True)
        found[g] = quantile.weighted(score[here], 1.0 / counts[number], level)
    return found


def _numbers(values: Array) -> tuple[float, ...]:
    return tuple(float(f"{value:.5g}") for value in values)

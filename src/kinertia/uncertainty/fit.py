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
FEWEST_FOR_A_FACTOR = 5
"""One factor rests on less than a model does."""
SEVERAL = 2
"""Where fewer people whose motion was measured show how another way errs, its bands are not made narrower."""
FEWEST_IN_GROUP = 6
"""Sensor sets that were seen on fewer people have the factor of all sets together."""
Shares = tuple[float | None, ...]
"""One per group of :data:`kinertia.uncertainty.scale.GROUPS`; None where there was nobody."""
RANGE = (0.002, 0.998)
"""Quantiles of a feature between which it counts."""


@dataclass(frozen=True)
class Samples:
    """Errors of one output in one gait.

    Attributes
    ----------
    person : (N,) number of the person.
    measured : (N,) True for a person whose motion was measured, False for a simulated one.
    error : (N,) size of the error, in the unit of :class:`kinertia.uncertainty.outputs.Output`.
    features : of the same samples.
    """

    person: NDArray[np.int_]
    measured: NDArray[np.bool_]
    error: Array
    features: Features

    def at(self, index: NDArray[np.bool_] | NDArray[np.int_]) -> Samples:
        """Some of the samples."""
        return Samples(self.person[index], self.measured[index], self.error[index], self.features.at(index))

    def share(self, index: NDArray[np.bool_]) -> Array:
        """(M,) how much each of the chosen samples counts.

        People count the same whatever their number of samples, and those whose motion was measured, together, as much as those
        who are simulated: there are few of them, and they are what real people are like.
        """
        _, number, samples = np.unique(self.person[index], return_inverse=True, return_counts=True)
        one, measured = 1.0 / samples[number], self.measured[index]
        for kind in (measured, ~measured):
            one[kind] /= max(one[kind].sum(), 1e-12)
        return one


@dataclass(frozen=True)
class Fitted:
    """Of one output in one gait.

    Attributes
    ----------
    scale : its errors' size.
    simulated, measured : per group, the part of the samples within bands that were fitted to other people, over simulated
        people and over those whose motion was measured; None where there were none.
    """

    scale: Scale
    simulated: Shares
    measured: Shares


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


def rescale(samples: Mapping[str, Samples], level: float, scales: Mapping[str, Scale]) -> dict[str, Fitted]:
    """Bands for each output of a method that there are few errors of: those of another method, wider or narrower throughout.

    Parameters
    ----------
    samples, level : as for :func:`fit`.
    scales : key to the size of errors of the other method.

    Raises
    ------
    ValueError
        If there are too few people.
    """
    found: dict[str, Fitted] = {}
    for key, given in samples.items():
        if key in scales:
            _require(given, FEWEST_FOR_A_FACTOR)
            smallest = SMALLEST[key.partition(".")[0]]
            score = np.log(np.maximum(given.error, smallest) / scales[key].half_width(given.features))
            factors, inside = _conformal(score, given, np.zeros(len(score), dtype=np.int_), level)
            factor = float(np.exp(factors[0]))
            if len(np.unique(given.person[given.measured])) < SEVERAL:
                factor = max(factor, 1.0)
            found[key] = Fitted(scales[key].times(factor), *_coverage(inside, given))
    return found


def _fit(samples: Samples, smallest: float, level: float) -> Fitted:
    _require(samples, FEWEST_PEOPLE)
    index = group(samples.features)
    low, high = np.quantile(samples.features.values, RANGE, axis=0)
    columns, target = design(samples.features, low, high), np.log(np.maximum(samples.error, smallest))
    everyone = np.ones(len(target), dtype=bool)
    weights = quantile.fit(columns, target, samples.share(everyone), level)
    part, score = _parts(samples), np.empty(len(target))
    for k in range(FOLDS):
        here, others = part == k, part != k
        if here.any():
            without = quantile.fit(columns[others], target[others], samples.share(others), level, weights)
            score[here] = target[here] - columns[here] @ without
    factors, inside = _conformal(score, samples, index, level)
    scale = Scale(_numbers(low), _numbers(high), _numbers(weights), _numbers(np.exp(factors)))
    return Fitted(scale, *_coverage(inside, samples))


def _require(samples: Samples, fewest: int) -> None:
    if (count := len(np.unique(samples.person))) < fewest:
        raise ValueError(f"bands need the errors of {fewest} people or more in each gait, not of {count}; give more people")


def _parts(samples: Samples) -> NDArray[np.int_]:
    """(N,) which of the parts each sample's person is in; simulated and measured people are spread over all."""
    part = np.empty(len(samples.person), dtype=np.int_)
    for kind in (samples.measured, ~samples.measured):
        people = np.unique(samples.person[kind])
        part[kind] = np.searchsorted(people, samples.person[kind]) % FOLDS
    return part


def _conformal(score: Array, samples: Samples, index: NDArray[np.int_], level: float) -> tuple[Array, Array]:
    """(G,) logarithm of what bands have to be multiplied with, and (N,) 1 where a sample lies within bands of other people.

    NaN where no others show.
    """
    part, inside = _parts(samples), np.full(len(score), np.nan)
    for k in range(FOLDS):
        others = _factors(score, samples, index, level, part != k)
        inside[part == k] = score[part == k] <= others[index[part == k]]
    for kind in (samples.measured, ~samples.measured):
        if len(np.unique(samples.person[kind])) == 1:  # the others do not show what its kind is like
            inside[kind] = np.nan
    return _factors(score, samples, index, level, np.ones(len(score), dtype=bool)), inside


def _factors(score: Array, samples: Samples, index: NDArray[np.int_], level: float, chosen: NDArray[np.bool_]) -> Array:
    found = np.empty(len(GROUPS))
    for g in range(len(GROUPS)):
        here = chosen & (index == g)
        if len(np.unique(samples.person[here])) < FEWEST_IN_GROUP:
            here = chosen
        found[g] = quantile.weighted(score[here], samples.share(here), level)
    return found


def _coverage(inside: Array, samples: Samples) -> tuple[Shares, Shares]:
    """Per group, part of the samples within the bands, of simulated people and of measured motion."""
    index = group(samples.features)
    simulated, measured = (
        tuple(_mean(inside[kind & (index == g)]) for g in range(len(GROUPS))) for kind in (~samples.measured, samples.measured)
    )
    return simulated, measured


def _mean(values: Array) -> float | None:
    return float(values.mean()) if np.isfinite(values).any() else None


def _numbers(values: Array) -> tuple[float, ...]:
    return tuple(float(f"{value:.5g}") for value in values)

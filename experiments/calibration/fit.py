"""Fitting bands to errors, so that they hold on people whose errors were not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from experiments.calibration import quantile
from kinertia.recording import Array
from kinertia.uncertainty.features import Features
from kinertia.uncertainty.half_width import GROUPS, LOOKS_COLUMNS, Scale, Shares, appearance, blend, design, group, likeness
from kinertia.uncertainty.outputs import SMALLEST

FOLDS = 5
FEWEST_PEOPLE = 10
"""With fewer, the 90 % quantile rests on a single person."""
FEWEST_FOR_A_FACTOR = 5
"""One factor rests on less than a model does."""
SEVERAL = 2
"""Where there are fewer people whose motion was measured, they have no part in weights and make no band narrower."""
FEWEST_IN_GROUP = 6
"""Sensor sets that were seen on fewer people have the factor of all sets together."""
RANGE = (0.002, 0.998)
"""Quantiles of a feature between which it counts."""


@dataclass(frozen=True)
class Samples:
    """Errors of one output in one gait."""

    person: NDArray[np.int_]  # (N,) number of the person
    measured: NDArray[np.bool_]  # (N,) True for a person whose motion was measured, False for a simulated one
    error: Array  # (N,) size of the error, in the unit of :class:`kinertia.uncertainty.outputs.Output`
    features: Features  # of the same samples

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
    """Of one output in one gait."""

    scale: Scale  # its errors' size
    # simulated, measured: per group, the part of the samples within bands that were fitted to other people, over
    # simulated people and over those whose motion was measured; None where there were none
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
    of each part are compared with bands that were fitted to the other four; by a factor per number of sensors, one for
    simulated people and one for those whose motion was measured, these bands then hold in ``level`` of the samples of further
    people (split conformal prediction with people, not samples, as the exchangeable units: a person's samples are wrong
    together). Which factor counts, and how much, follows from how far the estimate is from the sensors, by logistic
    regression. The level is not raised for the one person to come, as a guarantee would want: where errors differ little
    between people, the bands would be too wide by that.

    Raises
    ------
    ValueError : if there are too few people.
    """
    result: dict[str, Fitted] = {}
    for key, given in samples.items():
        result[key] = _fit(given, SMALLEST[key.partition(".")[0]], level)
        if show is not None:
            show()
    return result


def rescale(samples: Mapping[str, Samples], level: float, scales: Mapping[str, Scale]) -> dict[str, Fitted]:
    """Bands for each output of a method that there are few errors of: those of another method, wider or narrower throughout.

    Such methods fit their motion to the sensors, so that how far they are from them does not tell measured from simulated
    motion: the wider band counts for both.

    Parameters
    ----------
    samples, level : as for :func:`fit`.
    scales : key to the size of errors of the other method.

    Raises
    ------
    ValueError : if there are too few people.
    """
    factors: dict[str, Array] = {}
    left: dict[str, Array] = {}
    for key, given in samples.items():
        if key in scales:
            _require(given, FEWEST_FOR_A_FACTOR)
            target = np.log(np.maximum(given.error, SMALLEST[key.partition(".")[0]]))
            beyond = target[:, None] - scales[key].sizes(given.features)
            factors[key], _, left[key] = _conformal(beyond, given, np.zeros(len(target), dtype=np.int_), level, apart=False)
    result: dict[str, Fitted] = {}
    for key, given in ((key, samples[key]) for key in factors):
        alike = [other for other in factors if other.startswith(f"{key.partition('.')[0]}.")]
        more = max(_more({k: samples[k] for k in alike}, left, level, measured=measured) for measured in (False, True))
        simulated, measured = (float(one) for one in np.exp(factors[key][0] + more))
        if len(np.unique(given.person[given.measured])) < SEVERAL:
            measured = max(measured, simulated, 1.0)
        inside = np.where(np.isfinite(left[key]), left[key] <= more, np.nan)
        result[key] = Fitted(widest(times(scales[key], simulated, measured)), *_coverage(inside, given))
    return result


def times(scale: Scale, factor: float, measured: float | None = None) -> Scale:
    """As many times as wide with every set of sensors, of simulated and (default: the same) of measured motion."""
    measured = factor if measured is None else measured
    return replace(
        scale,
        factors=tuple(float(f"{factor * one:.5g}") for one in scale.factors),
        measured=tuple(float(f"{measured * one:.5g}") for one in scale.measured),
    )


def widest(scale: Scale) -> Scale:
    """Simulated and measured motion alike have the wider band of the two."""
    wider = tuple(map(max, scale.factors, scale.measured))
    return replace(scale, factors=wider, measured=wider)


def _more(samples: Mapping[str, Samples], left: Mapping[str, Array], level: float, *, measured: bool) -> float:
    """How much wider [log] bands from few people have to be, so that each of them is covered by those of the others.

    Few people differ from one another more than their factors show; of all outputs of a kind together, because of one alone
    they say little.
    """
    known = {key: np.isfinite(left[key]) & (one.measured == measured) for key, one in samples.items()}
    score = np.concatenate([left[key][at] for key, at in known.items()])
    if not len(score):
        return 0.0
    share = np.concatenate([samples[key].share(at) for key, at in known.items()])
    return max(quantile.weighted(score, share, level), 0.0)


def _fit(samples: Samples, smallest: float, level: float) -> Fitted:
    _require(samples, FEWEST_PEOPLE)
    index = group(samples.features)
    low, high = np.quantile(samples.features.values, RANGE, axis=0)
    columns, target = design(samples.features, low, high), np.log(np.maximum(samples.error, smallest))
    # weights that bent to a single measured person would count what is special about it twice: in them and in its factor
    several = len(np.unique(samples.person[samples.measured])) >= SEVERAL
    among = ~samples.measured if not several and (~samples.measured).any() else np.ones(len(target), dtype=bool)
    weights = quantile.fit(columns[among], target[among], samples.share(among), level)
    part, score = _parts(samples), np.empty(len(target))
    for k in range(FOLDS):
        here, others = part == k, (part != k) & among
        if here.any():
            without = quantile.fit(columns[others], target[others], samples.share(others), level, weights)
            score[here] = target[here] - columns[here] @ without
    factors, looks, left = _conformal(np.column_stack([score, score]), samples, index, level)
    simulated, measured = (_numbers(one) for one in np.exp(factors).T)
    scale = Scale(_numbers(low), _numbers(high), _numbers(weights), simulated, measured, _numbers(looks))
    return Fitted(scale, *_coverage(np.where(np.isfinite(left), left <= 0.0, np.nan), samples))


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


def _conformal(
    beyond: Array, samples: Samples, index: NDArray[np.int_], level: float, *, apart: bool = True
) -> tuple[Array, Array, Array]:
    """What bands have to be multiplied with.

    ``beyond`` (N, 2) is the logarithm of the errors over what is to be multiplied, of simulated and of measured motion,
    ``index`` (N,) the group of each sample; where the two kinds of motion are not told ``apart``, the wider band counts.

    Returns
    -------
    (G, 2) logarithms of the factors, the weights that tell measured from simulated motion, and (N,) logarithm of the errors
    over the bands of other people, NaN where no others show.
    """
    part, left = _parts(samples), np.full(len(beyond), np.nan)
    for k in range(FOLDS):
        here, others = part == k, part != k
        if here.any() and others.any():
            factors, measured = _factors(beyond, samples, index, level, others), _looks(samples, others)
            over = beyond[here] - factors[index[here]]
            left[here] = blend(over, likeness(samples.features.at(here), measured)) if apart else over.min(axis=1)
    for kind in (samples.measured, ~samples.measured):
        if len(np.unique(samples.person[kind])) == 1:  # the others do not show what its kind is like
            left[kind] = np.nan
    everyone = np.ones(len(beyond), dtype=bool)
    return _factors(beyond, samples, index, level, everyone), _looks(samples, everyone), left


def _looks(samples: Samples, chosen: NDArray[np.bool_]) -> Array:
    """Weights of :func:`kinertia.uncertainty.half_width.appearance`; zero where there is one kind of people only."""
    measured = samples.measured[chosen]
    if measured.all() or not measured.any():
        return np.zeros(LOOKS_COLUMNS)
    return quantile.tell(appearance(samples.features.at(chosen)), measured.astype(np.float64), samples.share(chosen))


def _factors(beyond: Array, samples: Samples, index: NDArray[np.int_], level: float, chosen: NDArray[np.bool_]) -> Array:
    """(G, 2) of the chosen samples; a kind of people that is not among them has the factors of the other kind."""
    result = np.full((len(GROUPS), 2), np.nan)
    for column, kind in enumerate((~samples.measured, samples.measured)):
        among = chosen & kind
        fewest = min(FEWEST_IN_GROUP, len(np.unique(samples.person[among])))
        for g in range(len(GROUPS)) if among.any() else ():
            here = among & (index == g)
            if len(np.unique(samples.person[here])) < fewest:
                here = among
            result[g, column] = quantile.weighted(beyond[here, column], samples.share(here), level)
    if len(np.unique(samples.person[chosen & samples.measured])) == 1:
        result[:, 1] = np.fmax(result[:, 1], result[:, 0])
    return np.where(np.isnan(result), result[:, ::-1], result)


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

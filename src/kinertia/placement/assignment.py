"""Which sensor is on which segment: the likeliest of all assignments.

All sensors are compared with the gait model at once, because a single one says little about its side: left is right half a
stride later, and turning a sensor's mediolateral axis round changes the sign of two of its three curves. One common instant,
one gait and a sign per sensor are found along with the segments. The mirror image of the whole set, half a stride later, is
exactly as likely: gravity and a sagittal motion cannot tell left from right of the whole set.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import permutations

import numpy as np

from kinertia.placement import harmonics
from kinertia.placement.harmonics import GAITS, PARTS, Shapes
from kinertia.recording import LOWER_BODY, Array

INSTANTS = 60
BELIEF = 0.15  # weight of the log-likelihood: harmonics of one curve and curves of one sensor are no independent evidence
_TURNED = np.array([-1.0, 1.0, -1.0])  # signs of the curves rate, up, forward when a mediolateral axis is turned round
_MIRRORED = np.array([-1.0, 1.0, 1.0])  # the same when the axes are left-handed, or the angular rate has the wrong sign
MIRROR_COST = 60.0  # squared distance that such a sensor costs: it is rare
_NEVER = 1e6
PELVIS_MIRROR_COST = 40.0
"""How a pelvis tilts differs too much between people to tell, but of one that then moves as the model in everything else."""
PELVIS_MISFIT = 1.1
"""Root mean square distance in spreads up to which it does. Mirrored ones of simulated people come to 1.0 and gain 35 to 214 in
squared distance by the other sign; of 13 sound real people one comes to 0.96 and would gain 25, the others to 1.4 or more."""


@dataclass(frozen=True)
class Assignment:
    """The likeliest assignment of K sensors."""

    segments: tuple[str, ...]  # K segment names; of the two mirror images the one that agrees with more stated names
    sign: Array  # (K,) factor that turns a sensor's mediolateral axis to the right
    confidence: Array  # (K,) probability of the segment and its side, up to the mirror image of the whole set
    running: bool  # whether it is running
    misfit: Array  # (K,) root mean square distance from the model in spreads, 1 for a typical person
    # (K,) by how much the squared distance would fall if the angular rate had the other sign; negative for right-handed axes
    mirror_gain: Array
    log_likelihood: float  # of the whole
    log_stated: float  # the same with the stated segments; NaN where these cannot be (two sensors on one segment)


def assign(leg: Shapes, pelvis: Shapes, stride_hz: float, stated: tuple[str, ...]) -> Assignment:
    """Assign K sensors, at most 7, to segments, from their shapes under either guess of the mediolateral axes.

    ``stated`` are K names of segments that they are said to be on, anything for an unknown one.
    """
    sensors = np.arange(len(leg.up))
    orders = _orders(len(sensors))  # (N, K) indices of segments
    distances, totals = [], []
    for gait in range(len(GAITS)):
        distance, constant = _distances(leg, pelvis, float(np.log(stride_hz)), gait)
        table = -BELIEF * (0.5 * distance.min(axis=0) + constant)  # (instants, K, 7)
        distances.append(distance)
        totals.append(sum(table[:, k, orders[:, k]] for k in sensors) + _log_pace(stride_hz, gait))
    gait = int(np.argmax([total.max() for total in totals]))
    instant, order = np.unravel_index(int(np.argmax(totals[gait])), totals[gait].shape)
    chosen = orders[order]
    patterns = distances[gait][:, instant, sensors, chosen]  # (4, K)
    # forward and mediolateral axis turn together
    sign = np.array([1.0, -1.0, 1.0, -1.0])[patterns.argmin(axis=0)]
    gain = patterns[:2].min(axis=0) - (patterns[2:].min(axis=0) - MIRROR_COST)
    everything = np.max([total.max(axis=0) for total in totals], axis=0)  # (N,)
    names = tuple(LOWER_BODY.segments[i] for i in chosen)
    as_is, as_mirrored = (sum(a == b for a, b in zip(image, stated, strict=True)) for image in (names, mirrored(names)))
    wanted = [LOWER_BODY.index(name) if name in LOWER_BODY.segments else -1 for name in stated]
    same = np.flatnonzero((orders == wanted).all(axis=1))
    return Assignment(
        mirrored(names) if as_mirrored > as_is else names,
        sign,
        _confidence(everything, orders, chosen),
        GAITS[gait] == "running",
        _misfit(patterns.min(axis=0), leg),
        gain,
        float(totals[gait][instant, order]),
        float(everything[same[0]]) if len(same) else float("nan"),
    )


def _misfit(distance: Array, leg: Shapes) -> Array:
    """(K,) root mean squares, in spreads, of squared distances of all curves and sizes."""
    return np.sqrt(np.maximum(distance, 0.0) / _numbers(leg))


def _numbers(leg: Shapes) -> int:
    """What a sensor is compared in: real and imaginary parts of curves, and sizes."""
    return 2 * leg.curves[0].size + leg.sizes.shape[1]


@dataclass(frozen=True)
class Lags:
    """Sensors taken to sit where they are stated to, with clocks that may be wrong."""

    strides: Array  # (K,) by how much each one alone would be late, -0.5 to 0.5
    gain: Array  # (K,) log-likelihood that this explains
    rival: float  # log-likelihood that the best other assignment explains, without a late sensor
    misfit: Array  # (K,) root mean square distance from the model without a lag, as in :class:`Assignment`


def lags(leg: Shapes, pelvis: Shapes, stride_hz: float, stated: tuple[str, ...]) -> Lags:
    """By how many strides each sensor is late if it sits where it is stated to and only its clock is wrong.

    Parameters are those of :func:`assign`; the stated segments are all different.
    """
    places = [LOWER_BODY.index(name) for name in stated]
    sensors = range(len(places))
    best = (-np.inf, np.zeros(0))
    for gait in range(len(GAITS)):
        distance, constant = _distances(leg, pelvis, float(np.log(stride_hz)), gait)
        there = distance.min(axis=0)[:, sensors, places]  # (instants, K)
        value = -BELIEF * (0.5 * there.sum(axis=1).min() + constant[places].sum()) + _log_pace(stride_hz, gait)
        best = max(best, (value, there), key=lambda pair: pair[0])
    value, there = best
    together = there.sum(axis=1)
    strides, gains = np.zeros(len(places)), np.zeros(len(places))
    for k in sensors:
        others = together - there[:, k]
        total = np.array([(others + np.roll(there[:, k], -shift)).min() for shift in range(INSTANTS)])
        shift = int(np.argmin(total))
        before, at, after = total[shift - 1], total[shift], total[(shift + 1) % INSTANTS]
        fine = shift + 0.5 * (before - after) / max(before - 2.0 * at + after, 1e-9)
        strides[k] = (fine / INSTANTS + 0.5) % 1.0 - 0.5
        gains[k] = 0.5 * BELIEF * (total[0] - at)
    rival = assign(leg, pelvis, stride_hz, stated).log_likelihood - value
    return Lags(strides, gains, rival, _misfit(there[int(np.argmin(together))], leg))


def mirrored(names: tuple[str, ...]) -> tuple[str, ...]:
    """The segments of a mirror image: left for right."""
    swap = {"_r": "_l", "_l": "_r"}
    return tuple(name[:-2] + swap.get(name[-2:], name[-2:]) for name in names)


@cache
def _orders(count: int) -> np.ndarray:
    return np.array(list(permutations(range(len(LOWER_BODY)), count)))


def _distances(leg: Shapes, pelvis: Shapes, log_pace: float, gait: int) -> tuple[Array, Array]:
    """(4, INSTANTS, K, S) squared distances in spreads under four patterns of signs; (S,) logarithms of the spreads.

    The patterns: as it is, mediolateral axis turned round, and both with mirrored axes.
    """
    model = harmonics.load()
    curves, sizes = model.at(gait, log_pace)
    instants = np.arange(INSTANTS) / INSTANTS
    patterns = ((np.ones(3), 0.0), (_TURNED, 0.0), (_MIRRORED, 1.0), (_MIRRORED * _TURNED, 1.0))
    distances, constants = [], []
    for name in LOWER_BODY.segments:
        part = PARTS.index(name.split("_")[0])
        seen = pelvis if name == "pelvis" else leg
        delay = instants + (0.5 if name.endswith("_l") else 0.0)
        moved = harmonics.later(seen.curves[None], delay[:, None, None])  # (I, K, 3, H)
        spread = model.curve_spread[gait, part]
        size = (((seen.sizes - sizes[part]) / model.size_spread[gait, part]) ** 2).sum(axis=-1)
        # |m s - c|^2 = |m|^2 + |c|^2 - 2 s Re(m* c), s = -1 or 1
        alone = (np.abs(seen.curves / spread) ** 2).sum(axis=(-2, -1)) + (np.abs(curves[part] / spread) ** 2).sum()
        common = np.real(np.conj(moved) * curves[part] / spread**2).sum(axis=-1)  # (I, K, 3)
        apart = np.stack([alone + size - 2.0 * common @ signs for signs, _ in patterns])
        if name == "pelvis":
            usual = PELVIS_MISFIT**2 * _numbers(leg)
            rare = np.where(apart < usual, PELVIS_MIRROR_COST, _NEVER)
        else:
            rare = np.full_like(apart, MIRROR_COST)
        distances.append(apart + rare * np.array([mirrored for _, mirrored in patterns])[:, None, None])
        constants.append(2.0 * np.log(spread).sum() + np.log(model.size_spread[gait, part]).sum())
    return np.stack(distances, axis=-1), np.array(constants)


def _log_pace(stride_hz: float, gait: int) -> float:
    mean, spread = harmonics.load().pace[gait]
    return -0.5 * ((np.log(stride_hz) - mean) / (1.5 * spread)) ** 2


def _confidence(value: Array, orders: np.ndarray, chosen: np.ndarray) -> Array:
    """(K,) probability of each sensor's segment up to the mirror image: sides relative to the first leg sensor."""
    weight = np.exp(value - value.max())
    weight /= weight.sum()
    mirror = np.array([LOWER_BODY.index(name) for name in mirrored(LOWER_BODY.segments)])
    same = orders == chosen
    as_mirrored = orders == mirror[chosen]
    # an assignment counts for the image it agrees with more
    image = np.where((same.sum(axis=1) >= as_mirrored.sum(axis=1))[:, None], same, as_mirrored)
    return (weight[:, None] * image).sum(axis=0)

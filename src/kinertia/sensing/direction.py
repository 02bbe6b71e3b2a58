"""Which way is forward: the sign of each mediolateral axis.

A mirror image cannot be told from the axes alone, but a person walks forwards. Three facts of gait are used:

- thigh, shank and foot of one leg incline together, those of the other leg against them (pairs, from integrated rates);
- between two instants of rest a foot travels forwards (double integration of its acceleration over each swing);
- a shank swings forward faster than it goes back (third moment of its rate), a thigh a little so.

For the pelvis: while the right leg swings, the left leg carries the body and pushes it to the right; and in walking the body
slows while it rises, in running it speeds up. If the two disagree, left and right sensors may be swapped.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from kinertia.numerics.moving_mean import moving_mean
from kinertia.numerics.peaks import find_peaks
from kinertia.recording import Array

SKEW_WEIGHT = {"femur": 0.3, "tibia": 1.0, "foot": 0.0}
"""How far the third moment of a segment's rate is believed; in running that of the thigh is about zero."""
_REST_S = 0.1  # over which rest is looked for


@dataclass(frozen=True)
class Directions:
    """Signs that turn axes to the right."""

    sign: dict[str, float]  # segment to +1 or -1
    # segment to how much the evidence falls when this sign alone is turned, per number of pieces of evidence (0..2)
    margin: dict[str, float]


def of_legs(
    rates: dict[str, Array], acc_x: dict[str, Array], acc_y: dict[str, Array], stride: int, rate_hz: float
) -> Directions:
    """Signs of thigh, shank and foot axes that agree best with the facts above, all sensors together.

    Parameters
    ----------
    rates : segment to (T,) rate about the axis of unknown sign while walking straight [rad/s].
    acc_x : segment to (T,) specific force along (up x axis of unknown sign) [m/s^2]: forward if the sign is right.
    acc_y : segment to (T,) specific force up along the segment [m/s^2].
    stride : samples of a stride.
    rate_hz : sampling rate [Hz].
    """
    names = list(rates)
    inclination = {name: incline(rates[name], stride, rate_hz) for name in names}
    pair = np.zeros((len(names), len(names)))
    for i, a in enumerate(names):
        for j, b in enumerate(names[:i]):
            same_leg = 1.0 if a[-2:] == b[-2:] else -1.0
            pair[i, j] = same_leg * np.corrcoef(inclination[a], inclination[b])[0, 1]
    own = np.array([_own_evidence(name, rates[name], acc_x[name], acc_y[name], stride, rate_hz) for name in names])
    pieces = np.maximum((np.abs(pair + pair.T) > 0).sum(axis=1) + (own != 0), 1)

    def evidence(signs: Array) -> float:
        return float(signs @ pair @ signs + own @ signs)

    best = max((np.array(signs) for signs in product((1.0, -1.0), repeat=len(names))), key=evidence)
    highest = evidence(best)
    flips = 1.0 - 2.0 * np.eye(len(names))
    margin = [(highest - evidence(best * flip)) / n for flip, n in zip(flips, pieces, strict=True)]
    return Directions(dict(zip(names, best.tolist(), strict=True)), dict(zip(names, margin, strict=True)))


@dataclass(frozen=True)
class PelvisEvidence:
    """Two independent hints at the sign of the pelvis axis, each -1..1, positive for the sign as it is."""

    sideways: float  # correlation of sideways force with right-leg minus left-leg swing; 0 without leg sensors
    pendulum: float  # in walking the body slows while it rises (inverted pendulum), in running it speeds up (spring)

    @property
    def total(self) -> float:
        return self.sideways + self.pendulum


def of_pelvis(
    force: Array, swing_r: Array | None, swing_l: Array | None, stride: int, rate_hz: float, *, running: bool
) -> PelvisEvidence:
    """Evidence that the pelvis axis points right.

    Parameters
    ----------
    force : (T, 3) specific force along x, y, z, where the sign of x and z is in question [m/s^2].
    swing_r, swing_l : (T,) rate of a segment of that leg, forward swing positive [rad/s]; None where there is no sensor.
    stride : samples of a stride.
    rate_hz : sampling rate [Hz].
    running : whether there are flight phases.
    """
    rising = incline(force[:, 1], stride, rate_hz)
    pendulum = float(np.corrcoef(force[:, 0], rising)[0, 1]) * (1.0 if running else -1.0)
    swing = (0.0 if swing_r is None else swing_r) - (0.0 if swing_l is None else swing_l)
    known = swing_r is not None or swing_l is not None
    return PelvisEvidence(float(np.corrcoef(force[:, 2], swing)[0, 1]) if known else 0.0, pendulum)


def incline(rate: Array, stride: int, rate_hz: float) -> Array:
    """(T,) integral of a rate, less its moving mean over a stride: a segment's inclination about its mean [rad]."""
    angle = np.cumsum(rate - rate.mean()) / rate_hz
    return angle - moving_mean(angle, stride, beyond="nearest")


def _own_evidence(name: str, rate: Array, acc_x: Array, acc_y: Array, stride: int, rate_hz: float) -> float:
    part = name.split("_")[0]
    if part == "foot":
        return _advance(rate, acc_x, acc_y, stride, rate_hz)
    skew = float(np.mean(rate**3) / np.mean(rate**2) ** 1.5)
    return SKEW_WEIGHT[part] * float(np.clip(skew, -1.0, 1.0))


def _advance(rate: Array, acc_x: Array, acc_y: Array, stride: int, rate_hz: float) -> float:
    """Net part of the way a foot travels along its x axis between instants of rest, -1..1; 0 when there are no two."""
    motion = moving_mean(rate**2, max(1, round(_REST_S * rate_hz)), beyond="nearest")
    rests = find_peaks(-motion, distance=max(1, round(0.7 * stride)))
    way = np.zeros(max(len(rests) - 1, 0))
    for i, (begin, end) in enumerate(pairwise(rests)):
        if end - begin > 1.5 * stride:
            continue  # not one swing
        part = slice(begin, end + 1)
        angle = _level(np.cumsum(rate[part]) / rate_hz)  # flat at rest
        speed = _level(np.cumsum(np.cos(angle) * acc_x[part] - np.sin(angle) * acc_y[part]) / rate_hz)  # and standing
        way[i] = speed.sum()
    total = np.abs(way).sum()
    return float(way.sum() / total) if total > 0 else 0.0


def _level(curve: Array) -> Array:
    """The curve less the line through its ends."""
    return curve - np.linspace(curve[0], curve[-1], len(curve))

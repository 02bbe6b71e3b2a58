"""Which way is forward: the sign of each mediolateral axis, of all sensors together.

A mirror image cannot be told from the axes alone, but a person walks forwards. Three facts of gait are used:

- thigh, shank and foot of one leg incline together, those of the other leg against them (pairs, from integrated rates);
- between two instants of rest a foot travels forwards (double integration of its acceleration over each swing);
- a shank swings forward faster than it goes back (third moment of its rate), a thigh a little so.

For the pelvis: while the right leg swings, the left leg carries the body and pushes it to the right; and in walking the body
slows while it rises, in running it speeds up. If the two disagree, left and right sensors may be swapped.

A sensor that dies decides nothing for the others: these are told over the whole walk, and the one that died follows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from kinertia.numerics.signals import find_peaks, moving_mean
from kinertia.recording import Array, Cause, RecordingError
from kinertia.sensing import gait_phase

LASTING = 0.8  # part of the walk in which a sensor has to give readings for it to decide for others
SKEW_WEIGHT = {"femur": 0.3, "tibia": 1.0, "foot": 0.0}
"""How far the third moment of a segment's rate is believed; in running that of the thigh is about zero."""
_REST_S = 0.1  # over which rest is looked for


@dataclass(frozen=True)
class Walk:
    """Signals of K sensors, in frames whose x and z are right or the opposite."""

    names: tuple[str, ...]  # K segments
    frames: Array  # (K, 3, 3) sensor axes to those frames
    # acc, rates: (T, K, 3) in sensor axes, gaps bridged, rates less bias [m/s^2, rad/s]
    acc: Array
    rates: Array
    walking: np.ndarray  # (T,) walking straight ahead
    available: np.ndarray  # (T, K) whether a sensor gives readings
    stride: int  # samples of a stride
    rate_hz: float  # sampling rate [Hz]
    running: bool  # whether there are flight phases
    file: str = ""  # for errors


def signs(walk: Walk) -> tuple[Array, Array]:
    """(K,) signs of the mediolateral axes, and by how much the evidence falls when one sign alone is turned (0..2).

    RecordingError: the only sensor with readings throughout the walk contradicts all sensors together.
    """
    everyone = np.arange(len(walk.names))
    sign, margin, pelvis = _together(walk, everyone)
    lasting = np.flatnonzero(walk.available[walk.walking].mean(axis=0) >= LASTING)
    if len(lasting) in (0, len(everyone)):
        return sign, margin
    firm, firm_margin, _ = _together(walk, lasting)
    legs = np.array([name != "pelvis" for name in walk.names])
    turned = -1.0 if (firm * sign[lasting])[legs[lasting]].sum() < 0 else 1.0
    if len(lasting) == 1:
        if turned > 0:
            return sign, margin
        raise RecordingError(
            "it alone would decide which way is forward: the other sensors end early, and until then all say the opposite",
            file=walk.file,
            sensor=walk.names[lasting[0]],
            fix="leave this sensor out, or cut the recording where the others end",
            cause=Cause.DEAD,
        )
    if pelvis is not None and turned < 0:
        # what the swing of the legs says turns with them, what rise and fall say does not
        sideways, pendulum = pelvis
        sign[~legs] = turned * (1.0 if pendulum - sideways >= 0 else -1.0)
    sign *= turned
    sign[lasting], margin[lasting] = firm, firm_margin
    return sign, margin


def _together(walk: Walk, chosen: np.ndarray) -> tuple[Array, Array, tuple[float, float] | None]:
    """Signs and margins of some sensors over the longest stretch where all of them live; evidence of the pelvis."""
    part = gait_phase.longest(walk.walking & walk.available[:, chosen].all(axis=1), walk.rate_hz)
    force, rate = (np.einsum("kij,tkj->tki", walk.frames[chosen], x[part][:, chosen]) for x in (walk.acc, walk.rates))
    names = [walk.names[k] for k in chosen]
    legs = [k for k, name in enumerate(names) if name != "pelvis"]
    sign, margin = np.ones(len(names)), np.zeros(len(names))
    sign[legs], margin[legs] = _of_legs([names[k] for k in legs], rate[:, legs, 2], force[:, legs], walk.stride, walk.rate_hz)
    if "pelvis" not in names:
        return sign, margin, None
    swings = [np.zeros(len(rate)) for _ in "rl"]
    for side, swing in zip("rl", swings, strict=True):
        best = next((names.index(s) for part in ("tibia", "femur", "foot") if (s := f"{part}_{side}") in names), None)
        if best is not None:
            swing += sign[best] * rate[:, best, 2]
    k = names.index("pelvis")
    swing = swings[0] - swings[1] if legs else None
    pelvis = _of_pelvis(force[:, k], swing, walk.stride, walk.rate_hz, running=walk.running)
    sign[k], margin[k] = (1.0 if sum(pelvis) >= 0 else -1.0), abs(sum(pelvis))
    return sign, margin, pelvis


def _of_legs(names: list[str], rate: Array, force: Array, stride: int, rate_hz: float) -> tuple[Array, Array]:
    """Signs and margins of L leg axes that agree best with the facts above, from (T, L) rates and (T, L, 3) forces."""
    inclination = [_incline(signal, stride, rate_hz) for signal in rate.T]
    pair = np.zeros((len(names), len(names)))
    for i, a in enumerate(names):
        for j, b in enumerate(names[:i]):
            same_leg = 1.0 if a[-2:] == b[-2:] else -1.0
            pair[i, j] = same_leg * np.corrcoef(inclination[i], inclination[j])[0, 1]
    alone = np.array([_own_evidence(name, rate[:, k], force[:, k], stride, rate_hz) for k, name in enumerate(names)])
    pieces = np.maximum((np.abs(pair + pair.T) > 0).sum(axis=1) + (alone != 0), 1)

    def evidence(signs: Array) -> float:
        return float(signs @ pair @ signs + alone @ signs)

    best = max((np.array(signs) for signs in product((1.0, -1.0), repeat=len(names))), key=evidence)
    flips = 1.0 - 2.0 * np.eye(len(names))
    margin = [(evidence(best) - evidence(best * flip)) / n for flip, n in zip(flips, pieces, strict=True)]
    return best, np.array(margin)


def _of_pelvis(force: Array, swing: Array | None, stride: int, rate_hz: float, *, running: bool) -> tuple[float, float]:
    """Two independent hints at the sign of the pelvis axis, each -1..1, positive for the sign as it is.

    The first correlates sideways force with the swing of the right leg less that of the left; 0 without leg sensors. The second
    is that in walking the body slows while it rises (inverted pendulum), in running it speeds up (spring).
    """
    rising = _incline(force[:, 1], stride, rate_hz)
    pendulum = float(np.corrcoef(force[:, 0], rising)[0, 1]) * (1.0 if running else -1.0)
    return 0.0 if swing is None else float(np.corrcoef(force[:, 2], swing)[0, 1]), pendulum


def _incline(rate: Array, stride: int, rate_hz: float) -> Array:
    """(T,) integral of a rate, less its moving mean over a stride: a segment's inclination about its mean [rad]."""
    angle = np.cumsum(rate - rate.mean()) / rate_hz
    return angle - moving_mean(angle, stride, beyond="nearest")


def _own_evidence(name: str, rate: Array, force: Array, stride: int, rate_hz: float) -> float:
    part = name.split("_")[0]
    if part == "foot":
        return _advance(rate, force, stride, rate_hz)
    skew = float(np.mean(rate**3) / np.mean(rate**2) ** 1.5)
    return SKEW_WEIGHT[part] * float(np.clip(skew, -1.0, 1.0))


def _advance(rate: Array, force: Array, stride: int, rate_hz: float) -> float:
    """Net part of the way a foot travels along its x axis between instants of rest, -1..1; 0 when there are no two."""
    motion = moving_mean(rate**2, max(1, round(_REST_S * rate_hz)), beyond="nearest")
    rests = find_peaks(-motion, distance=max(1, round(0.7 * stride)))
    way = np.zeros(max(len(rests) - 1, 0))
    for i, (begin, end) in enumerate(pairwise(rests)):
        if end - begin > 1.5 * stride:
            continue  # not one swing
        part = slice(begin, end + 1)
        angle = _level(np.cumsum(rate[part]) / rate_hz)  # flat at rest
        speed = _level(np.cumsum(np.cos(angle) * force[part, 0] - np.sin(angle) * force[part, 1]) / rate_hz)  # and standing
        way[i] = speed.sum()
    total = np.abs(way).sum()
    return float(way.sum() / total) if total > 0 else 0.0


def _level(curve: Array) -> Array:
    """The curve less the line through its ends."""
    return curve - np.linspace(curve[0], curve[-1], len(curve))

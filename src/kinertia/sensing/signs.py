"""Forward and backward of all sensors together, on samples where they live.

A sensor that dies decides nothing for the others: these are told over the whole walk, and the one that died follows them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.recording import Array, Cause, RecordingError
from kinertia.sensing import direction, gait_phase
from kinertia.sensing.direction import PelvisEvidence

LASTING = 0.8
"""Part of the walk in which a sensor has to give readings for it to decide for others."""


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


def find(walk: Walk) -> tuple[Array, Array]:
    """(K,) signs of the mediolateral axes, and how clear they are; there is some stretch where all live.

    Raises
    ------
    RecordingError : the only sensor with readings throughout the walk contradicts all sensors together.
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
        sign[~legs] = turned * (1.0 if pelvis.pendulum - pelvis.sideways >= 0 else -1.0)
    sign *= turned
    sign[lasting], margin[lasting] = firm, firm_margin
    return sign, margin


def _together(walk: Walk, chosen: np.ndarray) -> tuple[Array, Array, PelvisEvidence | None]:
    """Signs and margins of some sensors over the longest stretch where all of them live."""
    part = gait_phase.longest(walk.walking & walk.available[:, chosen].all(axis=1), walk.rate_hz)
    force, rate = (np.einsum("kij,tkj->tki", walk.frames[chosen], x[part][:, chosen]) for x in (walk.acc, walk.rates))
    names = [walk.names[k] for k in chosen]
    legs = {name: k for k, name in enumerate(names) if name != "pelvis"}
    sign, margin = np.ones(len(names)), np.zeros(len(names))
    result = direction.of_legs(
        {name: rate[:, k, 2] for name, k in legs.items()},
        {name: force[:, k, 0] for name, k in legs.items()},
        {name: force[:, k, 1] for name, k in legs.items()},
        walk.stride,
        walk.rate_hz,
    )
    for name, k in legs.items():
        sign[k], margin[k] = result.sign[name], result.margin[name]
    if "pelvis" not in names:
        return sign, margin, None
    swings = {}
    for side in "rl":
        best = next((legs[s] for part in ("tibia", "femur", "foot") if (s := f"{part}_{side}") in legs), None)
        swings[side] = None if best is None else sign[best] * rate[:, best, 2]
    k = names.index("pelvis")
    pelvis = direction.of_pelvis(force[:, k], swings["r"], swings["l"], walk.stride, walk.rate_hz, running=walk.running)
    sign[k], margin[k] = (1.0 if pelvis.total >= 0 else -1.0), abs(pelvis.total)
    return sign, margin, pelvis

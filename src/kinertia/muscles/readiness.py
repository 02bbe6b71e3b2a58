"""Readiness of a leg for loads to come: muscles on both sides of a joint pull while the ground takes over the body's weight.

Activations of least effort for one moment never pull against each other, and people do, most when the foot is loaded. Here
muscles are chosen for the moments as they may be a reflex later: for each way in which the coming load may act on the foot,
activations of least effort, and of these the mean, which still gives the moment of now. Effort under uncertainty explains that
muscles pull against each other (Koelewijn & van den Bogert 2022, PeerJ 10:e13085); where the load acts is stated here.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
REFLEX_S = 0.1
"""Within which muscles cannot answer: latency of functional stretch responses; Nashner (1976), Exp. Brain Res. 26:59-72."""
REACH = 0.076
"""How far before and behind a load may act, over body height: half the length of a foot; Winter."""
SLOPE = 0.17
"""How far from the vertical it may act: the friction that walking uses; Redfern et al. (2001), Ergonomics 44:1138-1166."""
HEIGHTS = {"hip_flexion": 0.530, "knee_angle": 0.285, "ankle_angle": 0.039}
"""Of the joints, over body height; Winter."""
MOST_BW = 0.7
"""Most that muscles are made ready for [body weights]: walking at 1.0 to 1.3 m/s reaches 0.67, running three times that."""
FADE_S = 0.05
"""Time constant with which readiness comes and fades; docs/muscles.md says what others give."""


@lru_cache(maxsize=64)
def ways(coordinates: tuple[str, ...], height: float) -> Array:
    """(4, J) moments about the joints of a load of 1 N [N m], for four ways in which it may act.

    Parameters
    ----------
    coordinates : of a leg; those that do not turn about the lateral axis are left alone.
    height : of the person [m].
    """
    reach = np.array([REACH * height if name in HEIGHTS else 0.0 for name in coordinates])
    slope = np.array([SLOPE * HEIGHTS.get(name, 0.0) * height for name in coordinates])
    # before and leaning, behind and leaning: moment = reach F_y + height F_x, about +z as the angles are
    result = np.stack([reach + slope, reach - slope, -reach - slope, slope - reach])
    result.setflags(write=False)
    return result


class ComingLoad:
    """The load that may come within a reflex, sample by sample.

    Parameters
    ----------
    rate_hz : of the samples.
    """

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._share = -np.expm1(-1.0 / (rate_hz * FADE_S))
        self._last: Array | None = None
        self._ready: Array | float = 0.0

    def __call__(self, load: Array) -> Array:
        """(...,) what may come [N], from the vertical ground reaction of the leg (...,) [N] now."""
        rate = (load - (load if self._last is None else self._last)) * self._rate_hz
        self._last = load
        # y' = (x - y) / T of x = F' times the reflex, where the load grows
        self._ready = self._ready + self._share * (REFLEX_S * np.maximum(rate, 0.0) - self._ready)
        return np.asarray(self._ready)


def coming(load: Array, rate_hz: float) -> Array:
    """(T, ...) what may come [N], at each sample of the vertical ground reaction (T, ...) [N]."""
    each = ComingLoad(rate_hz)
    return np.array([each(now) for now in load])

"""Hill curves as tables: active and passive force-length, force-velocity and tendon, of the models of the field.

A table is a cubic on each of equal steps, straight beyond its ends, one row per muscle. So one evaluation serves every model,
on numpy and torch; how far a table is from its equation is tested (1e-3; 1e-4 where the curve is smooth).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kinertia.muscles.arrays import Given, functions, like, positive, whole
from kinertia.numerics.spline import cubic_spline

Array = NDArray[np.float64]
Curve = Callable[[Given], Given]
"""Values of a curve of each muscle at (..., M)."""
STEPS = 256
"""Of a table; an even number, so that a range around zero has a step that ends there."""
MILLARD = {
    # defaults of OpenSim's curves, Millard et al. (2013), J. Biomech. Eng. 135:021005
    "min_norm_active_fiber_length": 0.4441,
    "transition_norm_fiber_length": 0.73,
    "max_norm_active_fiber_length": 1.8123,
    "shallow_ascending_slope": 0.8616,
    "concentric_slope_at_vmax": 0.0,
    "concentric_slope_near_vmax": 0.25,
    "isometric_slope": 5.0,
    "eccentric_slope_at_vmax": 0.0,
    "eccentric_slope_near_vmax": 0.15,
    "max_eccentric_velocity_force_multiplier": 1.4,
    "strain_at_zero_force": 0.0,
    "strain_at_one_norm_force": 0.7,
    "strain_at_one_norm_force_tendon": 0.049,
}
GAIT2D_STRAIN = 0.05  # of the tendon at the maximal force
THELEN = {
    # Thelen (2003), J. Biomech. Eng. 125:70-77, with OpenSim's defaults
    "FmaxTendonStrain": 0.04,
    "FmaxMuscleStrain": 0.6,
    "KshapeActive": 0.45,
    "KshapePassive": 5.0,
    "Af": 0.25,
    "Flen": 1.4,
}


@dataclass(frozen=True)
class Table:
    """A curve of each muscle.

    Attributes
    ----------
    start, step : where the first of K pieces begins, and how long each is; one number, or (C, 1).
    coefficients : (M, K + 2, 4), or (C, M, K + 2, 4) for C curves at once, of each piece, lowest power first, of the distance
        from its beginning in steps; the first and last are the straight ones beyond the ends. M may be 1.
    """

    start: float | Array
    step: float | Array
    coefficients: Array

    def __call__(self, x: Given) -> Given:
        """Values at (..., M), or (..., C, M)."""
        at = (x - self.start) / self.step + 1.0
        last = self.coefficients.shape[-2] - 1
        if isinstance(x, np.ndarray):
            piece = np.minimum(np.maximum(whole(at), 0), last)
            c = self.coefficients[(*self._rows, piece)]
        else:
            piece = functions(x).clip(whole(at), 0, last)
            c = like(self.coefficients, x)[functions(x).arange(len(self.coefficients), device=x.device), piece]
        s = at - piece
        # y = c0 + s (c1 + s (c2 + s c3))
        return c[..., 0] + s * (c[..., 1] + s * (c[..., 2] + s * c[..., 3]))

    @cached_property
    def _rows(self) -> tuple[NDArray[np.intp], ...]:
        return np.ix_(*(np.arange(count) for count in self.coefficients.shape[:-2]))


@dataclass(frozen=True)
class Curves:
    """Curves of M muscles, in maximal isometric forces; :meth:`of_fibres` has the first three at once.

    Attributes
    ----------
    active, passive : of the fibre length in optimal lengths.
    velocity : of the fibre's speed in maximal speeds, shortening negative, at full activation.
    tendon : of the tendon's strain.
    damping : force of a fibre at its maximal speed, one number or (M,).
    """

    active: Curve
    passive: Curve
    velocity: Curve
    tendon: Curve
    damping: float | Array = 0.0

    def of_fibres(self, length: Given, speed: Given) -> tuple[Given, Given, Given]:
        """Active, passive and velocity curves at lengths and speeds (..., M)."""
        table = self._of_fibres if isinstance(length, np.ndarray) else None
        if table is None:
            return self.active(length), self.passive(length), self.velocity(speed)
        # one table of all: what takes time for a sample are the calls
        values = table(np.stack((length, length, speed), -2))
        return values[..., 0, :], values[..., 1, :], values[..., 2, :]

    @cached_property
    def _of_fibres(self) -> Table | None:
        tables = [curve for curve in (self.active, self.passive, self.velocity) if isinstance(curve, Table)]
        if len(tables) < 3:
            return None
        start, step = (np.array([[getattr(t, name)] for t in tables]) for name in ("start", "step"))
        return Table(start, step, np.stack(np.broadcast_arrays(*(t.coefficients for t in tables))))


def tabulate(function: Callable[[Array], Array], low: float, high: float) -> Table:
    """Table of a function that takes (K,) and gives (K,) or (M, K)."""
    x = np.linspace(low, high, STEPS + 1)
    rows, step = [], x[1] - x[0]
    for y in np.atleast_2d(function(x)):
        pieces = cubic_spline(x, y).coefficients[1:-1] * step ** np.arange(4)
        first, last = pieces[0, 1], pieces[-1, 1:] @ [1.0, 2.0, 3.0]
        rows.append(np.vstack([[y[0] - first, first, 0.0, 0.0], pieces, [y[-1], last, 0.0, 0.0]]))
    return Table(low, float(step), np.array(rows))


def gait2d_equations(width: Array, passive_slack: Array) -> Curves:
    """Curves of the gait2d models as equations, which can be traced, with the tendon's strain :data:`GAIT2D_STRAIN`.

    Width and slack of the parallel element are (M,) in optimal lengths; van den Bogert et al. (2011), Proc. Inst. Mech. Eng. P
    225; the csu-hmc/gait2d models.
    """
    shorten, lengthen = 0.25, 1.5  # Hill's A, and the eccentric plateau
    c3 = shorten * (lengthen - 1.0) / (shorten + 1.0)

    def velocity(v: Given) -> Given:
        # concentric (1 + v) / (1 - v / A), eccentric (G v + c3) / (v + c3); none beyond the maximal speed
        left, fast = positive(1.0 - positive(-v)), positive(v)
        return left / (1.0 + (1.0 - left) / shorten) + (lengthen * fast + c3) / (fast + c3) - 1.0

    return Curves(
        # a bell, e to the power -((l - 1) / W)^2
        active=lambda x: functions(x).exp(-(((x - 1.0) / like(width, x)) ** 2)),
        # k (l - slack)^2, in maximal forces
        passive=lambda x: positive(x - like(passive_slack, x)) ** 2,
        velocity=velocity,
        tendon=lambda e: (positive(e) / GAIT2D_STRAIN) ** 2,
    )


def gait2d(width: Array, passive_slack: Array) -> Curves:
    """Tables of :func:`gait2d_equations`."""
    exact = gait2d_equations(width, passive_slack)
    return Curves(
        active=tabulate(lambda x: exact.active(x[:, None]).T, 0.0, 2.5),
        passive=tabulate(lambda x: exact.passive(x[:, None]).T, 0.0, 2.5),
        velocity=tabulate(exact.velocity, -1.5, 1.5),
        tendon=tabulate(exact.tendon, -0.1, 0.1),
    )


def thelen(given: Mapping[str, float]) -> Curves:
    """Curves of Thelen2003Muscle from what a file says of them; equations of Thelen (2003), 3 to 8."""
    p = THELEN | {name: value for name, value in given.items() if name in THELEN}
    af, flen = p["Af"], p["Flen"]
    bend = 2.0 + 2.0 / af
    toe, toe_force, toe_shape, stiff = 0.609 * p["FmaxTendonStrain"], 0.33, 3.0, 1.712 / p["FmaxTendonStrain"]

    def velocity(v: Array) -> Array:
        slow, fast = np.clip(v, -1.0, 0.0), np.maximum(v, 0.0)
        eccentric = (bend * fast * flen + flen - 1.0) / (bend * fast + flen - 1.0)
        return np.where(v < 0.0, (1.0 + slow) / (1.0 - slow / af), eccentric)

    def tendon(e: Array) -> Array:
        low = toe_force * np.expm1(toe_shape * np.clip(e, 0.0, toe) / toe) / np.expm1(toe_shape)
        return np.where(e > toe, stiff * (e - toe) + toe_force, low)

    def passive(x: Array) -> Array:
        bent = np.expm1(p["KshapePassive"] * np.maximum(x - 1.0, 0.0) / p["FmaxMuscleStrain"])
        return bent / np.expm1(p["KshapePassive"])

    return Curves(
        active=tabulate(lambda x: np.exp(-((x - 1.0) ** 2) / p["KshapeActive"]), 0.0, 2.5),
        passive=tabulate(passive, 0.5, 2.0),
        velocity=tabulate(velocity, -1.5, 1.5),
        tendon=tabulate(tendon, -0.1, 0.1),
    )


def millard(given: Mapping[str, float], damping: float = 0.1) -> Curves:
    """Curves of Millard2012EquilibriumMuscle, with a damped fibre, from what a file says of them.

    Chains of quintic Bezier curves through corners: appendix of Millard et al. (2013), with OpenSim's places of the corners.
    """
    p = MILLARD | {name: value for name, value in given.items() if name in MILLARD}
    active, passive, velocity, tendon = _active(p), _passive(p), _velocity(p), _tendon(p)
    return Curves(
        active=tabulate(lambda x: _chain(x, active, (1.0,) * 5), 0.0, 2.5),
        passive=tabulate(lambda x: _chain(x, passive, (0.75,) * 2), 0.5, 2.5),
        velocity=tabulate(lambda v: _chain(v, velocity, (0.6, 0.6, 0.9, 0.9)), -1.5, 1.5),
        tendon=tabulate(lambda e: _chain(e, tendon, (0.5,) * 2), -0.1, 0.1),
        damping=damping,
    )


Nodes = list[tuple[float, float, float]]
"""Place, value and slope of where the pieces of a chain meet."""


def _active(p: Mapping[str, float]) -> Nodes:
    low, bend, high = (
        p[name] for name in ("min_norm_active_fiber_length", "transition_norm_fiber_length", "max_norm_active_fiber_length")
    )
    slope, plateau = p["shallow_ascending_slope"], 0.05  # half the width of the plateau
    at_bend = 1.0 - slope * (1.0 - plateau - bend)
    return [
        (low, 0.0, 0.0),
        (0.5 * (low + bend), 0.5 * at_bend, 1.25 * at_bend / (bend - low)),
        (0.5 * (bend + 1.0 - plateau), 0.5 * (at_bend + 1.0), slope),
        (1.0, 1.0, 0.0),
        (0.5 * (1.0 + plateau + high), 0.5, -1.0 / (high - 1.0 - 2.0 * plateau)),
        (high, 0.0, 0.0),
    ]


def _passive(p: Mapping[str, float]) -> Nodes:
    zero, one = 1.0 + p["strain_at_zero_force"], 1.0 + p["strain_at_one_norm_force"]
    slow, stiff = 0.2, 2.0 / (one - zero)  # slopes of the toe and at the maximal force
    toe = min(0.1 / stiff, 0.1 * (one - zero))
    return [(zero, 0.0, 0.0), (zero + toe, 0.5 * slow * toe, slow), (one, 1.0, stiff)]


def _velocity(p: Mapping[str, float]) -> Nodes:
    near, most = 0.9, p["max_eccentric_velocity_force_multiplier"]  # near the maximal speed, in maximal speeds
    concentric, eccentric = p["concentric_slope_near_vmax"], p["eccentric_slope_near_vmax"]
    at_most, at_least = p["eccentric_slope_at_vmax"], p["concentric_slope_at_vmax"]
    return [
        (-1.0, 0.0, at_least),
        (-near, 0.5 * (1.0 - near) * (concentric + at_least), concentric),
        (0.0, 1.0, p["isometric_slope"]),
        (near, most - 0.5 * (1.0 - near) * (eccentric + at_most), eccentric),
        (1.0, most, at_most),
    ]


def _tendon(p: Mapping[str, float]) -> Nodes:
    strain = p["strain_at_one_norm_force_tendon"]
    stiff, toe_force = 1.375 / strain, 2.0 / 3.0  # slope at the maximal force, and force where the toe ends
    toe = (toe_force - 1.0) / stiff + strain
    foot, corner = 0.1 * toe, (0.5 * toe_force - 1.0) / stiff + strain
    mean = 0.5 * toe_force / (corner - foot)
    middle = 0.5 * (foot + corner)
    return [(0.0, 0.0, 0.0), (middle, mean * (middle - foot), mean), (toe, toe_force, stiff)]


def _chain(x: Array, nodes: Nodes, curviness: tuple[float, ...]) -> Array:
    """Values of a chain of quintic Bezier curves, straight beyond its ends."""
    u = np.linspace(0.0, 1.0, 2001)
    places, values = [], []
    for (x0, y0, s0), (x1, y1, s1), bent in zip(nodes[:-1], nodes[1:], curviness, strict=True):
        # tangents of both ends meet in the corner, which pulls the curve by 0.1 to 0.9
        corner = (y1 - y0 - x1 * s1 + x0 * s0) / (s0 - s1)
        pull = 0.1 + 0.8 * bent
        before, after = x0 + pull * (corner - x0), x1 + pull * (corner - x1)
        places.append(_quintic(u, x0, before, after, x1))
        values.append(_quintic(u, y0, y0 + s0 * (before - x0), y1 + s1 * (after - x1), y1))
    inside = np.interp(x, np.concatenate(places), np.concatenate(values))
    (low, _, first), (high, _, last) = nodes[0], nodes[-1]
    return inside + first * np.minimum(x - low, 0.0) + last * np.maximum(x - high, 0.0)


def _quintic(u: Array, first: float, second: float, third: float, last: float) -> Array:
    """Quintic Bezier curve whose second and third, and fourth and fifth points are one."""
    v = 1.0 - u
    start, end = 5.0 * v**4 * u + 10.0 * v**3 * u**2, 10.0 * v**2 * u**3 + 5.0 * v * u**4
    return v**5 * first + start * second + end * third + u**5 * last

"""Muscles of an imported model as a set of :mod:`kinertia.muscles`: paths fitted, curves of the file's kind."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from kinertia.muscles import curves
from kinertia.muscles.curves import Array, Curves, Table
from kinertia.muscles.muscle_set import MuscleSet
from kinertia.muscles.paths import fit
from kinertia.opensim.model import MusclePath
from kinertia.opensim.muscle_paths import lengths
from kinertia.opensim.tree import Imported
from kinertia.recording.errors import RecordingError

GAIT_RANGE_DEG = {
    # of walking and running: Winter, Biomechanics and Motor Control; Novacheck (1998), Gait Posture 7:77; 10 deg to spare
    "hip_flexion": (-35.0, 75.0),
    "hip_adduction": (-25.0, 25.0),
    "hip_rotation": (-25.0, 25.0),
    "knee_angle": (-120.0, 10.0),
    "ankle_angle": (-45.0, 35.0),
    "subtalar_angle": (-25.0, 25.0),
}
SAMPLES = 1000
"""States at which paths are sampled; more change the figures by less than a hundredth of a millimetre."""
FEW = 8  # states that tell which coordinates a muscle moves
STEP = 1e-5  # of differences [rad]
NOTHING = 1e-6  # m, an arm that is none
KNOWN = ("Thelen2003Muscle", "Millard2012EquilibriumMuscle")


def muscle_set(imported: Imported, side: Literal["r", "l"] = "r", height: float = 1.75) -> MuscleSet:
    """The muscles of a leg of an imported model, which move coordinates of this leg and no others.

    Parameters
    ----------
    imported : result of :func:`kinertia.opensim.load`.
    side : which leg.
    height : of the person [m], which the file does not say; only scaling to other people needs it.

    Returns
    -------
    MuscleSet with the model's parameters; lengths are polynomials fitted over ``GAIT_RANGE_DEG`` of each coordinate. Toes stay
    straight: no moment about them is known, and muscles of toes move the ankle as well.

    Raises
    ------
    RecordingError
        If the model has no such muscles, or one of them wraps over a surface or is of a kind without counterpart.
    """
    names = imported.coupling.independent
    moved = [k for k, name in enumerate(names) if name.removesuffix(f"_{side}") in GAIT_RANGE_DEG and name.endswith(f"_{side}")]
    toes = [k for k, name in enumerate(names) if name == f"mtp_angle_{side}"]
    given = [m for m in imported.model.muscles if m.name.endswith(f"_{side}")]
    _check(imported, given)
    q = np.zeros((SAMPLES, len(names)))
    q[:, moved] = _samples([_range(imported, names[k]) for k in moved])
    own = np.abs(_sampled(imported, given, q[:FEW], range(len(names)))[1]).max(0) > NOTHING  # (M, m)
    given = [m for m, moves in zip(given, own, strict=True) if moves[moved].any() and not np.delete(moves, moved + toes).any()]
    if not given:
        raise RecordingError(f"has no muscles of the leg {side}", file=imported.model.source, fix="name them like soleus_r")

    def each(value: str, default: float) -> Array:
        return np.array([m.shape.get(value, default) for m in given])

    length, slope = _sampled(imported, given, q, moved)
    across: NDArray[np.bool_] = np.abs(slope).max((0, 1)) > NOTHING
    crossed = [k for k, moves in zip(moved, across, strict=True) if moves]
    return MuscleSet(
        name=imported.model.name,
        names=tuple(m.name.removesuffix(f"_{side}") for m in given),
        coordinates=tuple(names[k].removesuffix(f"_{side}") for k in crossed),
        max_force=np.array([m.max_force for m in given]),
        optimal_length=np.array([m.optimal_fibre_length for m in given]),
        slack_length=np.array([m.tendon_slack_length for m in given]),
        pennation=np.array([m.pennation for m in given]),
        # OpenSim's defaults where the file does not say
        max_speed=each("max_contraction_velocity", 10.0),
        activation_time=each("activation_time_constant", 0.010),
        deactivation_time=each("deactivation_time_constant", 0.040),
        paths=fit(q[:, crossed], length, slope[..., across]),
        curves=_curves(given),
        mass=float(imported.body.total_mass),
        height=height,
    )


def _check(imported: Imported, given: Sequence[MusclePath]) -> None:
    strange = sorted({m.kind for m in given} - {*KNOWN})
    if strange:
        said = f"has muscles of kinds without counterpart: {', '.join(strange)}"
        raise RecordingError(said, file=imported.model.source, fix=f"use {' or '.join(KNOWN)}")
    wrapped = [m.name for m in given if m.wraps]
    if wrapped:
        said = f"has muscles that wrap over surfaces: {', '.join(wrapped)}"
        raise RecordingError(said, file=imported.model.source, fix="give them path points in place of the surfaces")


def _range(imported: Imported, name: str) -> tuple[float, float]:
    """Range to fit over [rad]: that of gait, within the file's; a knee that flexes to positive angles is turned round."""
    low, high = (math.radians(x) for x in GAIT_RANGE_DEG[name[:-2]])
    first, last = next(c.range for c in imported.model.coordinates if c.name == name)
    if name.startswith("knee") and first + last > 0.0:
        low, high = -high, -low
    return max(low, first), min(high, last)


def _samples(ranges: Sequence[tuple[float, float]]) -> Array:
    """(SAMPLES, J) spread evenly over a box: additive recurrence with the roots of x^(J + 1) = x + 1.

    Roberts (2018), The unreasonable effectiveness of quasirandom sequences.
    """
    root = 2.0
    for _ in range(50):
        root = (1.0 + root) ** (1.0 / (len(ranges) + 1))
    steps = root ** -np.arange(1.0, len(ranges) + 1)
    low, high = np.array(ranges).T
    return low + (high - low) * (np.arange(SAMPLES)[:, None] * steps % 1.0)


def _sampled(imported: Imported, muscles: Sequence[MusclePath], q: Array, by: Sequence[int]) -> tuple[Array, Array]:
    """Lengths (N, M) and their derivatives (N, M, K) by some of the coordinates."""
    at = torch.as_tensor(q)
    # central differences of this step are right to 1e-9 m, and much faster than gradients of many muscles
    steps = STEP * torch.eye(q.shape[1], dtype=at.dtype)[list(by)]
    slopes = [(lengths(imported, muscles, at + s) - lengths(imported, muscles, at - s)) / (2.0 * STEP) for s in steps]
    return lengths(imported, muscles, at).numpy(), torch.stack(slopes, -1).numpy()


def _curves(given: Sequence[MusclePath]) -> Curves:
    """Curves of all muscles, one row where they are the same."""
    made = [_curve(m.kind, tuple(sorted(m.shape.items()))) for m in given]
    if all(one is made[0] for one in made):
        return made[0]

    def together(name: str) -> Table:
        tables: list[Table] = [getattr(one, name) for one in made]
        return replace(tables[0], coefficients=np.concatenate([t.coefficients for t in tables]))

    damping = np.array([one.damping for one in made])
    return Curves(together("active"), together("passive"), together("velocity"), together("tendon"), damping)


def _curve(kind: str, shape: tuple[tuple[str, float], ...]) -> Curves:
    names = {*curves.MILLARD, *curves.THELEN, "fiber_damping"}
    return _made(kind, tuple((name, value) for name, value in shape if name in names))


@cache
def _made(kind: str, shape: tuple[tuple[str, float], ...]) -> Curves:
    given: Mapping[str, float] = dict(shape)
    if kind == "Thelen2003Muscle":
        return curves.thelen(given)
    return curves.millard(given, given.get("fiber_damping", 0.1))

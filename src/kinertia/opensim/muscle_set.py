"""Muscles of an imported model as a set of :mod:`kinertia.muscles`: paths fitted, curves of the file's kind."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
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
from kinertia.opensim.wrapping import Wrapping
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
SAME = 1e-6  # m, between lengths along points here and in OpenSim
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
    straight: no moment about them is known, and muscles of toes move the ankle as well. Knees flex to negative angles,
    whatever the file's sign. Ways over surfaces are OpenSim's, which takes ten seconds.

    Raises
    ------
    RecordingError
        If the model has no such muscles, one is of a kind without counterpart, or wraps over a surface and OpenSim is not
        installed.
    """
    names = imported.coupling.independent
    moved = [k for k, name in enumerate(names) if name.removesuffix(f"_{side}") in GAIT_RANGE_DEG and name.endswith(f"_{side}")]
    toes = [k for k, name in enumerate(names) if name == f"mtp_angle_{side}"]
    given = [m for m in imported.model.muscles if m.name.endswith(f"_{side}")]
    _check(imported, given)
    q = np.zeros((SAMPLES, len(names)))
    q[:, moved] = _samples([_range(imported, names[k]) for k in moved])
    measure = _measure(imported, given)
    own = np.abs(_sampled(measure, given, q[:FEW], range(len(names)))[1]).max(0) > NOTHING  # (M, m)
    given = [m for m, moves in zip(given, own, strict=True) if moves[moved].any() and not np.delete(moves, moved + toes).any()]
    if not given:
        raise RecordingError(f"has no muscles of the leg {side}", file=imported.model.source, fix="name them like soleus_r")

    def each(value: str, default: float) -> Array:
        return np.array([m.shape.get(value, default) for m in given])

    length, slope = _sampled(measure, given, q, moved)
    across: NDArray[np.bool_] = np.abs(slope).max((0, 1)) > NOTHING
    crossed = [k for k, moves in zip(moved, across, strict=True) if moves]
    sign = np.array([-1.0 if _flexes_positive(imported, names[k]) else 1.0 for k in crossed])
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
        paths=fit(sign * q[:, crossed], length, sign * slope[..., across]),
        curves=_curves(given),
        mass=float(imported.body.total_mass),
        height=height,
    )


def _check(imported: Imported, given: Sequence[MusclePath]) -> None:
    strange = sorted({m.kind for m in given} - {*KNOWN})
    if strange:
        said = f"has muscles of kinds without counterpart: {', '.join(strange)}"
        raise RecordingError(said, file=imported.model.source, fix=f"use {' or '.join(KNOWN)}")


def _flexes_positive(imported: Imported, name: str) -> bool:
    """Whether this is a knee that flexes to positive angles in the file."""
    low, high = next(c.range for c in imported.model.coordinates if c.name == name)
    return name.startswith("knee") and low + high > 0.0


def _range(imported: Imported, name: str) -> tuple[float, float]:
    """Range to fit over [rad]: that of gait, within the file's; a knee that flexes to positive angles is turned round."""
    low, high = (math.radians(x) for x in GAIT_RANGE_DEG[name[:-2]])
    first, last = next(c.range for c in imported.model.coordinates if c.name == name)
    if _flexes_positive(imported, name):
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


Measure = Callable[[Sequence[MusclePath], Array], Array]
"""Lengths (N, M) [m] of muscles at independent coordinates (N, m)."""


def _measure(imported: Imported, given: Sequence[MusclePath]) -> Measure:
    """Along the points of paths; by OpenSim where a path wraps over surfaces."""

    def along_points(muscles: Sequence[MusclePath], q: Array) -> Array:
        return lengths(imported, muscles, torch.as_tensor(q)).numpy()

    if not any(m.wraps for m in given):
        return along_points
    measure = Wrapping(imported.model, imported.coupling.independent).lengths
    straight, standing = [m for m in given if not m.wraps], np.zeros((1, len(imported.coupling.independent)))
    if not np.allclose(measure(straight, standing), along_points(straight, standing), atol=SAME):
        said = "is another size than in memory, and muscles that wrap over surfaces are measured in the file"
        raise RecordingError(said, file=imported.model.source, fix="load a file of this size, scaled by OpenSim")
    return measure


def _sampled(measure: Measure, muscles: Sequence[MusclePath], q: Array, by: Sequence[int]) -> tuple[Array, Array]:
    """Lengths (N, M) and their derivatives (N, M, K) by some of the coordinates."""
    # central differences of this step are right to a thousandth of a millimetre, and much faster than gradients
    steps = STEP * np.eye(q.shape[1])[list(by)]
    slopes = [(measure(muscles, q + s) - measure(muscles, q - s)) / (2.0 * STEP) for s in steps]
    return measure(muscles, q), np.stack(slopes, -1)


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

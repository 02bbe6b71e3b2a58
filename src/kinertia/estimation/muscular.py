"""Muscle forces of an estimate: which muscles give its moments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinertia.estimation.contact_force import contact_forces
from kinertia.estimation.estimate import TOLD_BWBH, Estimate
from kinertia.estimation.series import SIDES
from kinertia.muscles import MuscleSet, coming, leg, solve_muscles, speeds
from kinertia.recording import GRAVITY, Array, RecordingError

BLOCK = 5000
"""Samples that are solved at once, 60 MB."""


def with_muscles(estimate: Estimate) -> Estimate:
    """The estimate with forces and activations of eight muscles a leg, and with the moments that no muscle gives.

    Parameters
    ----------
    estimate : with sagittal angles and moments of both legs; where a value is missing, so are those of the muscles.

    Raises
    ------
    RecordingError : it has no moments.
    """
    muscles = leg().scaled(estimate.subject.mass_kg, estimate.subject.height_m)
    force, activation = (np.full((estimate.samples, len(SIDES), len(muscles.names)), np.nan) for _ in range(2))
    reserve = np.full((estimate.samples, len(SIDES), len(muscles.coordinates)), np.nan)
    for s, side in enumerate(SIDES):
        names = [f"{name}_{side}" for name in muscles.coordinates]
        if missing := [name for name in names if name not in estimate.moments]:
            said = f"the method {estimate.method!r} gives no moment {missing[0]}, which muscles would have to give"
            raise RecordingError(said, file=estimate.name, fix="choose a model that gives moments, or leave muscles out")
        angles, moments = (
            np.stack([curves[name] for name in names], -1) for curves in (estimate.coordinates, estimate.moments)
        )
        velocities = speeds(angles, estimate.rate_hz)
        vertical = estimate.grf.get(f"grf_y_{side}", np.zeros(estimate.samples))
        given = np.isfinite(angles).all(-1) & np.isfinite(velocities).all(-1) & np.isfinite(moments).all(-1)
        load = coming(np.nan_to_num(vertical) * estimate.subject.mass_kg * GRAVITY, estimate.rate_hz)
        for at in np.array_split(np.flatnonzero(given), np.ceil(given.sum() / BLOCK) or 1):
            result = solve_muscles(muscles, angles[at], velocities[at], moments[at], load=load[at])
            force[at, s], activation[at, s], reserve[at, s] = result.force, result.activation, result.reserve
    return with_found(estimate, muscles, force, activation, reserve)


def with_found(estimate: Estimate, muscles: MuscleSet, force: Array, activation: Array, reserve: Array) -> Estimate:
    """The estimate with what muscles of both legs, right and left, were found to do.

    Parameters
    ----------
    muscles : of a leg; M of J coordinates.
    force, activation, reserve : (T, 2, M) [N], (T, 2, M), and (T, 2, J) moments that no muscle gives [N m].
    """

    def named(values: Array, names: tuple[str, ...]) -> dict[str, Array]:
        return {f"{name}_{side}": values[:, s, k] for s, side in enumerate(SIDES) for k, name in enumerate(names)}

    reserves = named(reserve, muscles.coordinates)
    return replace(
        estimate,
        muscle_forces=named(force, muscles.names),
        muscle_activations=named(activation, muscles.names),
        muscle_reserves=reserves,
        contact_forces=_contact_forces(estimate, muscles, force),
        warnings=(*estimate.warnings, *_told(reserves, estimate)),
    )


def _contact_forces(estimate: Estimate, muscles: MuscleSet, force: Array) -> dict[str, Array]:
    """Of the joints of both legs, where landmarks and ground reaction are known."""
    # a moment arm at any posture says that a muscle crosses a joint
    crosses = np.any(muscles.paths(np.array([[0.0, 0.0, 0.0], [0.5, -0.5, 0.2]]))[1] != 0.0, axis=0)
    weight, result = estimate.subject.mass_kg * GRAVITY, {}
    for s, side in enumerate(SIDES):
        ground = [estimate.grf.get(f"grf_{axis}_{side}") for axis in "xy"]
        if {"hip", f"toe_{side}"} <= estimate.points.keys() and all(x is not None for x in ground):
            given = weight * np.stack([x for x in ground if x is not None], -1)
            pulls = force[:, s] @ crosses.astype(float)
            result |= contact_forces(estimate.points, given, pulls, estimate.subject.mass_kg, estimate.rate_hz, side)
    return result


def _told(reserves: dict[str, Array], estimate: Estimate) -> tuple[str, ...]:
    """A sentence where muscles cannot give moments; none where they can."""
    sizes = {name: np.abs(np.nan_to_num(values[estimate.counted])) for name, values in reserves.items()}
    limit = TOLD_BWBH * estimate.subject.mass_kg * GRAVITY * estimate.subject.height_m
    beyond = np.any([size > limit for size in sizes.values()], axis=0)
    if not beyond.any():
        return ()
    worst = max(sizes, key=lambda name: float(sizes[name].max()))
    share, most = 100.0 * float(beyond.mean()), float(sizes[worst].max())
    said = f"muscles cannot give the moments at {share:.3g} % of the samples: up to {most:.0f} N m of {worst} are left over"
    return (f"{said} (columns that end in _reserve)",)

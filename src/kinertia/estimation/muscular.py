"""Muscle forces of an estimate: which muscles give its moments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinertia.estimation.estimate import Estimate
from kinertia.muscles import coming, leg, solve_muscles
from kinertia.recording import GRAVITY, Array, RecordingError

BLOCK = 5000
"""Samples that are solved at once, 60 MB."""
TOLD_BWBH = 0.005
"""Reserve moments above this are told: half of what networks err by at least."""


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
    forces, activations, reserves = {}, {}, {}
    for side in "rl":
        names = [f"{name}_{side}" for name in muscles.coordinates]
        if missing := [name for name in names if name not in estimate.moments]:
            said = f"the method {estimate.method!r} gives no moment {missing[0]}, which muscles would have to give"
            raise RecordingError(said, file=estimate.name, fix="choose a model that gives moments, or leave muscles out")
        angles, moments = (
            np.stack([curves[name] for name in names], -1) for curves in (estimate.coordinates, estimate.moments)
        )
        velocities = np.gradient(angles, 1.0 / estimate.rate_hz, axis=0)
        vertical = estimate.grf.get(f"grf_y_{side}", np.zeros(estimate.samples))
        given = np.isfinite(angles).all(-1) & np.isfinite(velocities).all(-1) & np.isfinite(moments).all(-1)
        load = coming(np.nan_to_num(vertical) * estimate.subject.mass_kg * GRAVITY, estimate.rate_hz)
        force, activation, reserve = (np.full((estimate.samples, k), np.nan) for k in (len(muscles.names),) * 2 + (len(names),))
        for at in np.array_split(np.flatnonzero(given), np.ceil(given.sum() / BLOCK) or 1):
            result = solve_muscles(muscles, angles[at], velocities[at], moments[at], load=load[at])
            force[at], activation[at], reserve[at] = result.force, result.activation, result.reserve
        forces |= {f"{name}_{side}": force[:, k] for k, name in enumerate(muscles.names)}
        activations |= {f"{name}_{side}": activation[:, k] for k, name in enumerate(muscles.names)}
        reserves |= {name: reserve[:, k] for k, name in enumerate(names)}
    return replace(
        estimate,
        muscle_forces=forces,
        muscle_activations=activations,
        muscle_reserves=reserves,
        warnings=(*estimate.warnings, *_told(reserves, estimate)),
    )


def _told(reserves: dict[str, Array], estimate: Estimate) -> tuple[str, ...]:
    """A sentence where muscles cannot give moments; none where they can."""
    sizes = {name: np.abs(np.nan_to_num(values[estimate.counted])) for name, values in reserves.items()}
    limit = TOLD_BWBH * estimate.subject.mass_kg * GRAVITY * estimate.subject.height_m
    beyond = np.any([size > limit for size in sizes.values()], axis=0)
    if not beyond.any():
        return ()
    worst = max(sizes, key=lambda name: float(sizes[name].max()))
    share, most = 100.0 * float(beyond.mean()), float(sizes[worst].max())
    said = f"muscles cannot give the moments at {share:.2g} % of the samples: up to {most:.0f} N m of {worst} are left over"
    return (f"{said} (columns that end in _reserve)",)

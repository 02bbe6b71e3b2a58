"""An imported body at another size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinertia.numerics.spline import polynomial
from kinertia.opensim.tree import Imported


def scaled(imported: Imported, length: float, mass_kg: float) -> Imported:
    """The body with every length times a factor and another mass, alike in proportions and density of its parts.

    Parameters
    ----------
    imported : result of :func:`kinertia.opensim.build`; its ``model`` stays as the file has it.
    length : factor of lengths.
    mass_kg : of the whole body [kg].
    """
    body, skeleton = imported.body, imported.body.skeleton
    heavier = mass_kg / float(body.total_mass)
    larger = polynomial(np.array([0.0, length]))
    slides = set(skeleton.slides)
    curves = tuple((*c, larger) if j in slides and c else c for j, c in enumerate(imported.coupling.curves))
    return replace(
        imported,
        body=replace(
            body,
            total_mass=body.total_mass * heavier,
            height=body.height * length,
            mass=body.mass * heavier,
            # I ~ m l^2
            inertia=body.inertia * heavier * length**2,
            com=body.com * length,
            joint_offset=body.joint_offset * length,
            contact_position=body.contact_position * length,
        ),
        coupling=replace(imported.coupling, curves=curves),
        radius=imported.radius * length,
        frames={name: (place * length, axes) for name, (place, axes) in imported.frames.items()},
    )

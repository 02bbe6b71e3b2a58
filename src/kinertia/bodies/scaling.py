"""Bodies of a person by mass and height, on any of the known skeletons."""

from __future__ import annotations

import torch
from torch import Tensor

from kinertia.bodies import gait2d, gait3d
from kinertia.bodies.body import Body, SegmentLengths
from kinertia.bodies.gait2d import GAIT2D, GAIT2D_SOLE, GAIT2D_TRUNK
from kinertia.bodies.gait3d import GAIT3D, Sex
from kinertia.bodies.skeleton import Skeleton

SKELETONS = {skeleton.name: skeleton for skeleton in (GAIT2D, GAIT2D_TRUNK, GAIT2D_SOLE, GAIT3D)}  # known skeletons by name


def build(
    mass: Tensor | float,
    height: Tensor | float,
    lengths: SegmentLengths | None = None,
    dtype: torch.dtype = torch.float64,
    skeleton: Skeleton = GAIT2D,
    sex: Sex | None = None,
) -> Body:
    """Scale the body to a person.

    ValueError: mass or height is not positive and finite, the skeleton is another one, or a planar body is given a width.

    Parameters
    ----------
    mass : (...,) body mass [kg].
    height : (...,) body height [m].
    lengths : measured segment lengths that replace the scaled ones.
    dtype : floating type of the parameters.
    skeleton : one of :data:`SKELETONS`.
    sex : whose distribution of mass a body in space has; None: the mean. Planar bodies have one for both.
    """
    if skeleton not in SKELETONS.values():
        raise ValueError(f"cannot scale skeleton {skeleton.name!r}; known: {', '.join(SKELETONS)}")
    given_mass, given_height = torch.as_tensor(mass, dtype=dtype), torch.as_tensor(height, dtype=dtype)
    total_mass, stature = torch.broadcast_tensors(given_mass, given_height)
    for name, value in (("mass", total_mass), ("height", stature)):
        if not bool((torch.isfinite(value) & (value > 0)).all()):
            raise ValueError(f"body {name} must be positive and finite, got {value.tolist()}")
    if skeleton is GAIT3D:
        return gait3d.scale(total_mass, stature, lengths, sex)
    if lengths is not None and lengths.hip_width is not None:
        raise ValueError(f"skeleton {skeleton.name!r} is planar: leave the width of the hips out")
    return gait2d.scale(total_mass, stature, skeleton, lengths)

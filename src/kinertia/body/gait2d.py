"""The 9-DoF sagittal walking and running body (gait2d family), scaled from mass and height.

Source: segment proportions of Winter, Biomechanics and Motor Control of Human Movement,
as used by the gait2d models (van den Bogert et al.; BioMAC-Sim-Toolbox gait2dc).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.body.body import Body
from kinertia.body.muscles import LEG_MUSCLES
from kinertia.body.skeleton import ContactPoint, Coordinate, Segment, Skeleton

X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def _leg(side: str) -> tuple[tuple[Segment, ...], tuple[Coordinate, ...], tuple[ContactPoint, ...]]:
    thigh, shank, foot = f"femur_{side}", f"tibia_{side}", f"foot_{side}"
    return (
        (Segment(thigh, "pelvis"), Segment(shank, thigh), Segment(foot, shank)),
        (
            Coordinate(f"hip_flexion_{side}", thigh, "rotation", Z),
            Coordinate(f"knee_angle_{side}", shank, "rotation", Z),
            Coordinate(f"ankle_angle_{side}", foot, "rotation", Z),
        ),
        (ContactPoint(f"heel_{side}", foot, side), ContactPoint(f"toe_{side}", foot, side)),
    )


_RIGHT, _LEFT = _leg("r"), _leg("l")

GAIT2D = Skeleton(
    name="gait2d",
    segments=(Segment("pelvis", None), *_RIGHT[0], *_LEFT[0]),
    coordinates=(
        Coordinate("pelvis_tx", "pelvis", "translation", X),
        Coordinate("pelvis_ty", "pelvis", "translation", Y),
        Coordinate("pelvis_tilt", "pelvis", "rotation", Z),
        *_RIGHT[1],
        *_LEFT[1],
    ),
    contacts=(*_RIGHT[2], *_LEFT[2]),
)


@dataclass(frozen=True)
class Proportions:
    """Winter's proportions of one segment: mass over body mass, length over height, gyration over length."""

    mass: float
    length: float
    gyration: float


HAT = Proportions(0.678, 0.28, 0.496)
THIGH = Proportions(0.100, 0.245, 0.323)
SHANK = Proportions(0.0465, 0.246, 0.302)
FOOT = Proportions(0.0145, 0.152, 0.475)
HAT_COM = 0.626
LEG_COM = -0.433
FOOT_COM_X_M = -0.06
FOOT_COM_Y_M = -0.0351
ANKLE_HEIGHT_M = 0.0702
HEEL_X_M = -0.06
TOE_PAD_M = 0.05
REFERENCE_HEIGHT_M = 1.8
LIMITS_DEG = {"hip_flexion": (-90.0, 160.0), "knee_angle": (-160.0, 0.0), "ankle_angle": (-60.0, 60.0)}


@dataclass(frozen=True)
class SegmentLengths:
    """Measured segment lengths [m], each (...,) or None for Winter's scaling."""

    thigh: Tensor | float | None = None
    shank: Tensor | float | None = None
    foot: Tensor | float | None = None


def _measured(value: Tensor | float | None, scaled: Tensor) -> Tensor:
    return scaled if value is None else torch.as_tensor(value, dtype=scaled.dtype).expand(scaled.shape)


def build(
    mass: Tensor | float,
    height: Tensor | float,
    lengths: SegmentLengths | None = None,
    dtype: torch.dtype = torch.float64,
) -> Body:
    """Scale the body to a person.

    Parameters
    ----------
    mass : (...,) body mass [kg].
    height : (...,) body height [m].
    lengths : measured segment lengths that replace the scaled ones.
    dtype : floating type of the parameters.

    Returns
    -------
    Body with batch shape of ``mass`` and ``height`` broadcast.

    Raises
    ------
    ValueError
        If mass or height is not positive and finite.
    """
    mass, height = torch.broadcast_tensors(torch.as_tensor(mass, dtype=dtype), torch.as_tensor(height, dtype=dtype))
    for name, value in (("mass", mass), ("height", height)):
        if not bool((torch.isfinite(value) & (value > 0)).all()):
            raise ValueError(f"body {name} must be positive and finite, got {value.tolist()}")
    given = lengths or SegmentLengths()
    hat = HAT.length * height
    thigh = _measured(given.thigh, THIGH.length * height)
    shank = _measured(given.shank, SHANK.length * height)
    foot = _measured(given.foot, FOOT.length * height)
    scale = height / REFERENCE_HEIGHT_M
    zero = torch.zeros_like(height)

    def vector(x: Tensor, y: Tensor) -> Tensor:
        return torch.stack([x, y], dim=-1)

    parts = ((HAT, hat), *((THIGH, thigh), (SHANK, shank), (FOOT, foot)) * 2)
    segment_mass = torch.stack([p.mass * mass for p, _ in parts], dim=-1)
    # I = m (k L)^2, the radius of gyration about the centre of mass.
    inertia = torch.stack([p.mass * mass * (p.gyration * length) ** 2 for p, length in parts], dim=-1)
    leg_com = [vector(zero, LEG_COM * thigh), vector(zero, LEG_COM * shank), vector(0.5 * foot + FOOT_COM_X_M, zero + FOOT_COM_Y_M)]
    leg_joint = [vector(zero, zero), vector(zero, -thigh), vector(zero, -shank)]
    ankle_height = ANKLE_HEIGHT_M * scale
    heel_x = HEEL_X_M * scale
    heel, toe = vector(heel_x, -ankle_height), vector(heel_x + foot - TOE_PAD_M, -ankle_height)
    low, high = torch.full((9,), -math.inf, dtype=dtype), torch.full((9,), math.inf, dtype=dtype)
    for j, name in enumerate(GAIT2D.coordinate_names):
        bounds = LIMITS_DEG.get(name.rsplit("_", 1)[0])
        if bounds is not None:
            low[j], high[j] = math.radians(bounds[0]), math.radians(bounds[1])
    batch = (*mass.shape, 9)
    return Body(
        skeleton=GAIT2D,
        muscles=LEG_MUSCLES,
        total_mass=mass,
        height=height,
        mass=segment_mass,
        inertia=inertia,
        com=torch.stack([vector(zero, HAT_COM * hat), *leg_com, *leg_com], dim=-2),
        joint_offset=torch.stack([vector(zero, zero), *leg_joint, *leg_joint], dim=-2),
        contact_position=torch.stack([heel, toe, heel, toe], dim=-2),
        coordinate_min=low.expand(batch),
        coordinate_max=high.expand(batch),
    )

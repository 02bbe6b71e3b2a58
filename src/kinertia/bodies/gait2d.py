"""Sagittal walking and running bodies (gait2d family), scaled from mass and height.

``GAIT2D`` is the 9-DoF body with one rigid head-arms-trunk segment. ``GAIT2D_TRUNK`` adds a
lumbar joint, so that the trunk need not follow the pelvis; in its zero pose it has the same mass
distribution.

Source: segment proportions of Winter, Biomechanics and Motor Control of Human Movement,
as used by the gait2d models (van den Bogert et al.; BioMAC-Sim-Toolbox gait2dc); pelvis mass of Dempster (1955).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.bodies.body import Body, SegmentLengths, measured
from kinertia.bodies.skeleton import ContactPoint, Coordinate, Segment, Skeleton

X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)  # axes


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

GAIT2D_TRUNK = Skeleton(
    name="gait2d_trunk",
    segments=(*GAIT2D.segments, Segment("torso", "pelvis")),
    coordinates=(*GAIT2D.coordinates, Coordinate("lumbar_extension", "torso", "rotation", Z)),
    contacts=GAIT2D.contacts,
)

GAIT2D_SOLE = Skeleton(
    name="gait2d_sole",
    segments=GAIT2D_TRUNK.segments,
    coordinates=GAIT2D_TRUNK.coordinates,
    contacts=tuple(
        ContactPoint(f"{point}_{side}", f"foot_{side}", side) for side in ("r", "l") for point in ("heel", "ball", "toe")
    ),
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
HAT_COM = 0.626  # of its length, above the hip; Winter
PELVIS_MASS = 0.142  # of body mass; Dempster (1955)
PELVIS_COM = 0.05  # of height, above the hip
PELVIS_GYRATION = 0.055  # of height
LUMBAR_JOINT = (-0.02, 0.099)  # of height, from the hip; walking_arnold's models have (-0.04, 0.178) m
LEG_COM = -0.433  # of thigh and shank length, from the proximal joint; Winter
FOOT_COM_X_M = -0.06  # gait2d, at the reference height
FOOT_COM_Y_M = -0.0351  # gait2d: half of the ankle's height
ANKLE_HEIGHT_M = 0.0702  # 0.039 of the reference height; Winter
HEEL_X_M = -0.06  # gait2d, at the reference height
TOE_PAD_M = 0.05  # of the length, in front of the contact point
SOLE_M = 0.07
"""Ankle above the sole, of a body of the reference height: 0.047 to 0.053 of walkers, 0.07 of a runner in shoes. A pelvis that
does not turn makes steps 3 % shorter; with 0.05 speed of measured walks comes out 0.04 m/s too low, with this 0.01 m/s."""
HEEL_CENTRE_M, HEEL_RADIUS_M = -0.017, 0.091
BALL_CENTRE_M, BALL_RADIUS_M = 0.135, 0.085
TOE_REACH_M = 0.082
"""Arcs of the sole and the strip under the toes, of the same body; fitted to seven measured movements (docs/bodies.md)."""
REFERENCE_HEIGHT_M = 1.8  # that lengths in metres are of
LIMITS_DEG = {
    "hip_flexion": (-90.0, 160.0),
    "knee_angle": (-160.0, 0.0),
    "ankle_angle": (-60.0, 60.0),
    "lumbar_extension": (-60.0, 45.0),
}


def _vector(x: Tensor, y: Tensor) -> Tensor:
    return torch.stack([x, y], dim=-1)


@dataclass(frozen=True)
class _Part:
    mass: Tensor
    inertia: Tensor
    com: Tensor
    joint: Tensor


def _one_trunk(mass: Tensor, length: Tensor) -> tuple[_Part, ...]:
    zero = torch.zeros_like(mass)
    hat_mass = HAT.mass * mass
    return (_Part(hat_mass, hat_mass * (HAT.gyration * length) ** 2, _vector(zero, HAT_COM * length), _vector(zero, zero)),)


def _pelvis_and_torso(mass: Tensor, height: Tensor, length: Tensor) -> tuple[_Part, ...]:
    """Split the head-arms-trunk segment at the lumbar joint, keeping its mass, centre of mass and inertia."""
    (hat,) = _one_trunk(mass, length)
    zero = torch.zeros_like(mass)
    pelvis_mass = PELVIS_MASS * mass
    torso_mass = hat.mass - pelvis_mass
    pelvis_y = PELVIS_COM * height
    hat_y = hat.com[..., 1]
    torso_y = (hat.mass * hat_y - pelvis_mass * pelvis_y) / torso_mass
    pelvis_inertia = pelvis_mass * (PELVIS_GYRATION * height) ** 2
    # parallel axes: I_hat = sum of I + m d^2 over both parts
    spread = pelvis_mass * (hat_y - pelvis_y) ** 2 + torso_mass * (torso_y - hat_y) ** 2
    lumbar = _vector(LUMBAR_JOINT[0] * height, LUMBAR_JOINT[1] * height)
    return (
        _Part(pelvis_mass, pelvis_inertia, _vector(zero, pelvis_y), _vector(zero, zero)),
        _Part(torso_mass, hat.inertia - pelvis_inertia - spread, _vector(zero, torso_y) - lumbar, lumbar),
    )


def limits(skeleton: Skeleton, degrees: dict[str, tuple[float, float]], dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Lower and upper end of every coordinate (n,) [rad] from ranges by name without side; infinite where none is given."""
    unlimited = (-math.inf, math.inf)
    bounds = [degrees.get(name.removesuffix("_r").removesuffix("_l"), unlimited) for name in skeleton.coordinate_names]
    low, high = (torch.tensor([math.radians(b[i]) for b in bounds], dtype=dtype) for i in (0, 1))
    return low, high


def scale(mass: Tensor, height: Tensor, skeleton: Skeleton, lengths: SegmentLengths | None = None) -> Body:
    """The body of people of ``mass`` (...,) [kg] and ``height`` (...,) [m] that are known to be good."""
    given = lengths or SegmentLengths()
    hat = HAT.length * height
    thigh = measured(given.thigh, THIGH.length * height)
    shank = measured(given.shank, SHANK.length * height)
    foot = measured(given.foot, FOOT.length * height)
    stature = height / REFERENCE_HEIGHT_M
    zero = torch.zeros_like(height)

    legs = ((THIGH, thigh), (SHANK, shank), (FOOT, foot)) * 2
    leg_mass = [p.mass * mass for p, _ in legs]
    # I = m (k L)^2, the radius of gyration about the centre of mass.
    leg_inertia = [p.mass * mass * (p.gyration * length) ** 2 for p, length in legs]
    upper = _one_trunk(mass, hat) if skeleton is GAIT2D else _pelvis_and_torso(mass, height, hat)
    leg_com = [
        _vector(zero, LEG_COM * thigh),
        _vector(zero, LEG_COM * shank),
        _vector(0.5 * foot + FOOT_COM_X_M, zero + FOOT_COM_Y_M),
    ]
    leg_joint = [_vector(zero, zero), _vector(zero, -thigh), _vector(zero, -shank)]
    ankle_height = ANKLE_HEIGHT_M * stature
    heel_x = HEEL_X_M * stature
    heel, toe = _vector(heel_x, -ankle_height), _vector(heel_x + foot - TOE_PAD_M, -ankle_height)
    contact, radius, reach = [heel, toe], None, None
    if skeleton is GAIT2D_SOLE:
        circles = ((HEEL_CENTRE_M, HEEL_RADIUS_M), (BALL_CENTRE_M, BALL_RADIUS_M))
        back, ball = (_vector(x * stature, (r - SOLE_M) * stature) for x, r in circles)
        contact = [back, ball, ball]
        radius = stature.unsqueeze(-1) * torch.tensor([HEEL_RADIUS_M, BALL_RADIUS_M, BALL_RADIUS_M] * 2, dtype=mass.dtype)
        reach = stature.unsqueeze(-1) * torch.tensor([0.0, 0.0, TOE_REACH_M] * 2, dtype=mass.dtype)
    low, high = limits(skeleton, LIMITS_DEG, mass.dtype)
    batch = (*mass.shape, len(low))
    return Body(
        skeleton=skeleton,
        total_mass=mass,
        height=height,
        mass=torch.stack([upper[0].mass, *leg_mass, *(u.mass for u in upper[1:])], dim=-1),
        inertia=torch.stack([upper[0].inertia, *leg_inertia, *(u.inertia for u in upper[1:])], dim=-1),
        com=torch.stack([upper[0].com, *leg_com, *leg_com, *(u.com for u in upper[1:])], dim=-2),
        joint_offset=torch.stack([upper[0].joint, *leg_joint, *leg_joint, *(u.joint for u in upper[1:])], dim=-2),
        contact_position=torch.stack([*contact, *contact], dim=-2),
        contact_radius=radius,
        contact_reach=reach,
        coordinate_min=low.expand(batch),
        coordinate_max=high.expand(batch),
    )

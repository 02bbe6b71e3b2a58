"""A body that walks and runs in space: pelvis, two legs of three segments, and a torso with head and arms.

``GAIT3D`` has 21 coordinates: the free pelvis (6), hips and lumbar joint of three axes, knees and ankles of one, subtalar
joints. Names, order of rotations and signs are those of the OpenSim models of the gait2392 family (Delp et al. 1990); in the
sagittal plane they are those of ``gait2d_trunk``.

Sources: masses, centres of mass and radii of gyration of de Leva (1996), J. Biomech. 29:1223-1230, table 4; lengths of legs
as in the planar bodies (Winter); axes of ankle and subtalar joint of Inman (1976) as in gait2392, through one point (there
they pass 4 mm from each other).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from kinertia.bodies import gait2d
from kinertia.bodies.body import Body, SegmentLengths, measured
from kinertia.bodies.gait2d import X, Y, Z
from kinertia.bodies.skeleton import Axis, ContactPoint, Coordinate, Segment, Skeleton

Sex: TypeAlias = Literal["female", "male"]


def _unit(x: float, y: float, z: float) -> Axis:
    length = math.hypot(x, y, z)
    return (x / length, y / length, z / length)


ANKLE = _unit(-0.10501355, -0.17402245, 0.97912632)
"""Axis of the right ankle in the shank's frame; of the left its mirror image."""
SUBTALAR = _unit(0.78717961, 0.60474746, -0.12094949)


def _leg(side: str) -> tuple[tuple[Segment, ...], tuple[Coordinate, ...], tuple[ContactPoint, ...]]:
    thigh, shank, foot = f"femur_{side}", f"tibia_{side}", f"foot_{side}"
    # adduction, inward rotation and inversion are positive on both sides: axes x and y are mirrored, z is not
    out = 1.0 if side == "r" else -1.0
    turns = (
        ("hip_flexion", thigh, Z),
        ("hip_adduction", thigh, (out, 0.0, 0.0)),
        ("hip_rotation", thigh, (0.0, out, 0.0)),
        ("knee_angle", shank, Z),
        ("ankle_angle", foot, (out * ANKLE[0], out * ANKLE[1], ANKLE[2])),
        ("subtalar_angle", foot, (out * SUBTALAR[0], out * SUBTALAR[1], SUBTALAR[2])),
    )
    return (
        (Segment(thigh, "pelvis"), Segment(shank, thigh), Segment(foot, shank)),
        tuple(Coordinate(f"{name}_{side}", segment, "rotation", axis) for name, segment, axis in turns),
        tuple(ContactPoint(f"{name}_{side}", foot, side) for name in ("heel", "toe_medial", "toe_lateral")),
    )


_RIGHT, _LEFT = _leg("r"), _leg("l")

GAIT3D = Skeleton(
    name="gait3d",
    segments=(Segment("pelvis", None), *_RIGHT[0], *_LEFT[0], Segment("torso", "pelvis")),
    coordinates=(
        *(Coordinate(f"pelvis_t{name}", "pelvis", "translation", axis) for name, axis in zip("xyz", (X, Y, Z), strict=True)),
        Coordinate("pelvis_tilt", "pelvis", "rotation", Z),
        Coordinate("pelvis_list", "pelvis", "rotation", X),
        Coordinate("pelvis_rotation", "pelvis", "rotation", Y),
        *_RIGHT[1],
        *_LEFT[1],
        Coordinate("lumbar_extension", "torso", "rotation", Z),
        Coordinate("lumbar_bending", "torso", "rotation", X),
        Coordinate("lumbar_rotation", "torso", "rotation", Y),
    ),
    contacts=(*_RIGHT[2], *_LEFT[2]),
)


@dataclass(frozen=True)
class Part:
    """One part of the body in de Leva's table, in that order."""

    mass: float  # over body mass [%]
    length: float  # over body height [%]; of thigh, shank and foot not used
    com: float  # centre of mass from the upper end (foot: from the heel), over length [%]
    # radii of gyration over length [%] about the sagittal (x), transverse (z) and longitudinal (y) axis
    gyration: tuple[float, float, float]


PARTS: dict[Sex, dict[str, Part]] = {
    # lengths [mm] over the mean heights of his groups, 1735 mm and 1741 mm
    "female": {
        "head": Part(6.68, 20.02 / 1.735, 58.94, (33.0, 35.9, 31.8)),
        "upper trunk": Part(15.45, 14.25 / 1.735, 20.77, (74.6, 50.2, 71.8)),
        "middle trunk": Part(14.65, 20.53 / 1.735, 45.12, (43.3, 35.4, 41.5)),
        "lower trunk": Part(12.47, 18.15 / 1.735, 49.20, (43.3, 40.2, 44.4)),
        "upper arm": Part(2.55, 27.51 / 1.735, 57.54, (27.8, 26.0, 14.8)),
        "forearm": Part(1.38, 26.43 / 1.735, 45.59, (26.1, 25.7, 9.4)),
        "hand": Part(0.56, 7.80 / 1.735, 74.74, (53.1, 45.4, 33.5)),
        "thigh": Part(14.78, 36.85 / 1.735, 36.12, (36.9, 36.4, 16.2)),
        "shank": Part(4.81, 43.23 / 1.735, 44.16, (27.1, 26.7, 9.3)),
        "foot": Part(1.29, 22.83 / 1.735, 40.14, (29.9, 27.9, 13.9)),
    },
    "male": {
        "head": Part(6.94, 20.33 / 1.741, 59.76, (36.2, 37.6, 31.2)),
        "upper trunk": Part(15.96, 17.07 / 1.741, 29.99, (71.6, 45.4, 65.9)),
        "middle trunk": Part(16.33, 21.55 / 1.741, 45.02, (48.2, 38.3, 46.8)),
        "lower trunk": Part(11.17, 14.57 / 1.741, 61.15, (61.5, 55.1, 58.7)),
        "upper arm": Part(2.71, 28.17 / 1.741, 57.72, (28.5, 26.9, 15.8)),
        "forearm": Part(1.62, 26.89 / 1.741, 45.74, (27.6, 26.5, 12.1)),
        "hand": Part(0.61, 8.62 / 1.741, 79.00, (62.8, 51.3, 40.1)),
        "thigh": Part(14.16, 42.22 / 1.741, 40.95, (32.9, 32.9, 14.9)),
        "shank": Part(4.33, 43.40 / 1.741, 44.59, (25.5, 24.9, 10.3)),
        "foot": Part(1.37, 25.81 / 1.741, 44.15, (25.7, 24.5, 12.4)),
    },
}
HIP_WIDTH = 0.167 / 1.8  # distance of the hip joints over height: gait2392, a man of 1.8 m
SHOULDER = (0.288, 0.129)  # height of the shoulder above the hips and distance from the midline, over height (Winter)
FOOT_BREADTH = 0.055  # breadth of the foot over height (Winter)
LIMITS_DEG = gait2d.LIMITS_DEG | {
    # Rajagopal et al. (2016), IEEE Trans. Biomed. Eng. 63:2068-2079
    "hip_adduction": (-50.0, 30.0),
    "hip_rotation": (-40.0, 40.0),
    "subtalar_angle": (-20.0, 20.0),
    "lumbar_bending": (-90.0, 90.0),
    "lumbar_rotation": (-90.0, 90.0),
}


@dataclass(frozen=True)
class _Mass:
    """Mass (...,), centre of mass (..., 3) and moments of inertia about it (..., 3, 3)."""

    mass: Tensor
    com: Tensor
    inertia: Tensor


def _vector(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    return torch.stack([x, y, z], -1)


def _solid(part: Part, mass: Tensor, length: Tensor, com: Tensor, lengthwise: str = "y") -> _Mass:
    """A part of ``length`` (...,) [m] along one of its axes, whose centre of mass is at ``com`` (..., 3)."""
    own = 0.01 * part.mass * mass
    sagittal, transverse, longitudinal = (own * (0.01 * r * length) ** 2 for r in part.gyration)
    # of the foot, whose length lies along x, the sagittal axis points up
    along = (sagittal, longitudinal, transverse) if lengthwise == "y" else (longitudinal, sagittal, transverse)
    return _Mass(own, com, torch.diag_embed(_vector(*along)))


def _together(parts: list[_Mass]) -> _Mass:
    """Parts that move as one."""
    mass = torch.stack([p.mass for p in parts]).sum(0)
    com = torch.stack([p.mass[..., None] * p.com for p in parts]).sum(0) / mass[..., None]
    total = torch.zeros_like(parts[0].inertia)
    for part in parts:
        d = part.com - com
        # parallel axes: I + m (d^2 - d d^T)
        spread = (
            d.square().sum(-1)[..., None, None] * torch.eye(3, dtype=d.dtype, device=d.device) - d[..., None] * d[..., None, :]
        )
        total = total + part.inertia + part.mass[..., None, None] * spread
    return _Mass(mass, com, total)


def _mean(sex: Sex | None) -> dict[str, Part]:
    """The table of one sex, or the mean of both, with masses of the whole body that add up to 100 %."""
    of = [PARTS[sex]] if sex is not None else list(PARTS.values())
    whole = [sum(p.mass * (1 if name == "head" or "trunk" in name else 2) for name, p in parts.items()) for parts in of]

    def middle(name: str) -> Part:
        rows = [
            (100.0 * parts[name].mass / total, parts[name].length, parts[name].com, *parts[name].gyration)
            for parts, total in zip(of, whole, strict=True)
        ]
        mass, length, com, x, z, y = (sum(column) / len(rows) for column in zip(*rows, strict=True))
        return Part(mass, length, com, (x, z, y))

    return {name: middle(name) for name in of[0]}


def _pelvis_and_torso(parts: dict[str, Part], mass: Tensor, height: Tensor, hips: Tensor) -> tuple[_Mass, _Mass]:
    """Lower trunk, and the rest of the trunk with head and hanging arms; places from the middle of the hips ``hips`` high."""
    zero = torch.zeros_like(height)

    def upright(name: str, top: Tensor, aside: Tensor) -> _Mass:
        length = 0.01 * parts[name].length * height
        return _solid(parts[name], mass, length, _vector(zero, top - 0.01 * parts[name].com * length, aside))

    top, trunk = zero, {}
    for name in ("lower trunk", "middle trunk", "upper trunk"):
        top = top + 0.01 * parts[name].length * height
        trunk[name] = upright(name, top, zero)
    torso = [trunk["middle trunk"], trunk["upper trunk"], upright("head", height - hips, zero)]
    for side in (1.0, -1.0):
        top = SHOULDER[0] * height
        for name in ("upper arm", "forearm", "hand"):
            torso.append(upright(name, top, side * SHOULDER[1] * height))
            top = top - 0.01 * parts[name].length * height
    return trunk["lower trunk"], _together(torso)


def scale(mass: Tensor, height: Tensor, lengths: SegmentLengths | None = None, sex: Sex | None = None) -> Body:
    """The body of people of ``mass`` (...,) [kg] and ``height`` (...,) [m] that are known to be good.

    The origin of the pelvis is the middle between the hips, its frame that of upright standing.
    """
    given, parts, zero = lengths or SegmentLengths(), _mean(sex), torch.zeros_like(height)
    thigh = measured(given.thigh, gait2d.THIGH.length * height)
    shank = measured(given.shank, gait2d.SHANK.length * height)
    foot = measured(given.foot, gait2d.FOOT.length * height)
    half = 0.5 * measured(given.hip_width, HIP_WIDTH * height)
    stature = height / gait2d.REFERENCE_HEIGHT_M
    ankle, heel = gait2d.ANKLE_HEIGHT_M * stature, gait2d.HEEL_X_M * stature
    pelvis, torso = _pelvis_and_torso(parts, mass, height, thigh + shank + ankle)
    lumbar = _vector(gait2d.LUMBAR_JOINT[0] * height, gait2d.LUMBAR_JOINT[1] * height, zero)
    leg = [
        _solid(parts["thigh"], mass, thigh, _vector(zero, -0.01 * parts["thigh"].com * thigh, zero)),
        _solid(parts["shank"], mass, shank, _vector(zero, -0.01 * parts["shank"].com * shank, zero)),
        # the foot's centre of mass lies half way between ankle and sole
        _solid(parts["foot"], mass, foot, _vector(heel + 0.01 * parts["foot"].com * foot, -0.5 * ankle, zero), lengthwise="x"),
    ]
    masses = [pelvis, *leg, *leg, _Mass(torso.mass, torso.com - lumbar, torso.inertia)]
    below = [_vector(zero, -thigh, zero), _vector(zero, -shank, zero)]
    toe, wide = heel + foot - gait2d.TOE_PAD_M, 0.5 * FOOT_BREADTH * height
    soles = [[(heel, zero), (toe, -out * wide), (toe, out * wide)] for out in (1.0, -1.0)]
    low, high = gait2d.limits(GAIT3D, LIMITS_DEG, mass.dtype)
    batch = (*mass.shape, len(low))
    return Body(
        skeleton=GAIT3D,
        total_mass=mass,
        height=height,
        mass=torch.stack([m.mass for m in masses], -1),
        inertia=torch.stack([m.inertia for m in masses], -3),
        com=torch.stack([m.com for m in masses], -2),
        joint_offset=torch.stack(
            [_vector(zero, zero, zero), _vector(zero, zero, half), *below, _vector(zero, zero, -half), *below, lumbar], -2
        ),
        contact_position=torch.stack([_vector(x, -ankle, z) for sole in soles for x, z in sole], -2),
        coordinate_min=low.expand(batch),
        coordinate_max=high.expand(batch),
    )

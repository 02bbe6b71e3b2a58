"""A walk on the ground, as close to the published mean angles as a person's body allows.

The mean curves of other people do not fit a body of other proportions: with them, the standing foot would slide and the trunk
would lurch. A least-squares fit finds the nearest angles with which loaded points of the sole rest on the ground and the body's
centre of mass accelerates as the published ground reaction asks.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.bodies import GAIT2D_TRUNK, Body, Skeleton, build
from kinertia.mechanics import dynamics
from kinertia.mechanics import kinematics as kin
from kinertia.simulation import periodic
from kinertia.simulation.norms import WALKING, Norm
from kinertia.simulation.walk import EVEN, HARMONICS, JOINTS, MIDDLE, Walk, motion

SAMPLES = 80
ITERATIONS = 12
HEEL_LEAVES = (0.25, 0.65)
"""Parts of stance between which the load moves from heel to toe."""
# One standard deviation of each thing the fit may give up.
ANGLE_RAD = 0.05
SWING_RAD = 0.08
TRUNK_RAD = 0.03
HEIGHT_M = 0.002
SLIDING_M_S = 0.03
FORCE_BW = 0.04
MOMENT_BWBH = 0.004
SPEED_CHANGE_M_S = 0.15
CLEARANCE_M = 0.01


@dataclass(frozen=True)
class Style:
    """How a person walks.

    Attributes
    ----------
    stride_s : duration of a stride [s].
    amplitude : size of the joints' movement relative to the mean curve.
    offset_rad : added to the mean of :data:`~kinertia.simulation.walk.JOINTS`.
    """

    stride_s: float = 1.12
    amplitude: float = 1.0
    offset_rad: tuple[float, float, float] = (0.0, 0.0, 0.0)


def fit(
    mass_kg: float, height_m: float, style: Style = Style(), norm: Norm = WALKING, skeleton: Skeleton = GAIT2D_TRUNK
) -> Walk:
    """Fit a walk to a person.

    Parameters
    ----------
    mass_kg, height_m : the person.
    style : pace and personal angles.
    norm : published mean angles and ground reaction.
    skeleton : with a lumbar joint.

    Returns
    -------
    Walk whose angles are a few degrees from the mean curves.

    Notes
    -----
    Gauss-Newton on the Fourier coefficients of angles, hip height and speed.
    """
    body = build(mass_kg, height_m, skeleton=skeleton)
    wanted = _published(norm, style)
    grid = torch.arange(SAMPLES, dtype=torch.float64) / SAMPLES
    target = periodic.basis(grid, HARMONICS) @ wanted.T
    load, share = _load(norm, grid)
    start = torch.zeros(len(MIDDLE), periodic.count(EVEN), dtype=torch.float64)
    start[MIDDLE.index("pelvis_ty"), 0] = 0.97 * _leg_length(body)
    start[MIDDLE.index("speed"), 0] = 0.7 * height_m / style.stride_s
    unknown = torch.cat([wanted.flatten(), start.flatten()])

    def walk(x: Tensor) -> Walk:
        leg, middle = x.split([wanted.numel(), start.numel()])
        return Walk(body, leg.view_as(wanted), middle.view_as(start), style.stride_s)

    def residual(x: Tensor) -> Tensor:
        return _residual(walk(x), grid, target, load, share)

    for _ in range(ITERATIONS):
        error = residual(unknown)
        jacobian = torch.func.jacfwd(residual)(unknown)
        unknown = unknown - torch.linalg.lstsq(jacobian, error[:, None]).solution[:, 0]
    return walk(unknown)


def _published(norm: Norm, style: Style) -> Tensor:
    """(3, 17) coefficients of the mean curves in this style."""
    rows = []
    for joint, offset in zip(JOINTS, style.offset_rad, strict=True):
        mean, *pairs = norm.angles[joint]
        rows.append([mean + offset, *(style.amplitude * p for p in pairs)])
    return torch.tensor(rows, dtype=torch.float64)


def _leg_length(body: Body) -> float:
    skeleton = body.skeleton
    shank, foot = skeleton.segment_index("tibia_r"), skeleton.segment_index("foot_r")
    return -float(body.joint_offset[shank, 1] + body.joint_offset[foot, 1] + body.contact_position[0, 1])


def _load(norm: Norm, grid: Tensor) -> tuple[Tensor, Tensor]:
    """Published ground reaction of the right leg (T, 2) [BW], on average half the weight; and its part on the heel (T,)."""
    phase = grid.numpy()
    force = torch.stack([torch.as_tensor(norm.force(name, phase)) for name in ("grf_x", "grf_y")], dim=-1)
    force[:, 1] = force[:, 1].clamp_min(0.0)
    force[:, 1] *= 0.5 / force[:, 1].mean()
    force[:, 0] -= force[:, 1] * (force[:, 0].mean() / force[:, 1].mean())
    early, late = HEEL_LEAVES
    part = ((grid / norm.stance - early) / (late - early)).clamp(0.0, 1.0)
    return force, 1.0 - part * part * (3.0 - 2.0 * part)


def _residual(walk: Walk, grid: Tensor, target: Tensor, load: Tensor, share: Tensor) -> Tensor:
    """Everything the walk should do, each in units of what may be given up."""
    body = walk.body.with_time_axis()
    step = motion(walk, grid)
    kinematics = kin.forward(body, step.q, step.qd, step.qdd)
    sole = kin.contact_points(body, kinematics)
    half = SAMPLES // 2
    heel, toe = load * share[:, None], load * (1.0 - share)[:, None]
    right = torch.stack([heel, toe], dim=1)
    force = torch.cat([right, right.roll(-half, 0)], dim=1)
    root = dynamics.inverse(body, kinematics, force * walk.body.weight, sole)[..., body.skeleton.root]
    names = walk.body.skeleton.coordinate_names
    leg = torch.stack([step.q[:, names.index(f"{joint}_r")] for joint in JOINTS], dim=-1)
    trunk = step.q[:, [names.index("pelvis_tilt"), names.index("lumbar_extension")]]
    loaded = right[..., 1].clamp_min(0.0).sqrt()
    in_air = (load[:, 1] <= 0.0).to(grid)[:, None]
    free = torch.where(in_air > 0, CLEARANCE_M, 0.0)
    points = slice(0, 2)
    parts = (
        (leg - target) / torch.where(in_air > 0, SWING_RAD, ANGLE_RAD),
        trunk / TRUNK_RAD,
        walk.middle[MIDDLE.index("speed"), 1:].expand(SAMPLES, -1) / SPEED_CHANGE_M_S,
        loaded * sole.position[:, points, 1] / HEIGHT_M,
        (free - sole.position[:, points, 1]).clamp_min(0.0) / HEIGHT_M,
        loaded * sole.velocity[:, points, 0] / SLIDING_M_S,
        loaded * sole.velocity[:, points, 1] / SLIDING_M_S,
        root[..., :2] / (FORCE_BW * walk.body.weight),
        root[..., 2:] / (MOMENT_BWBH * walk.body.moment_scale),
    )
    return torch.cat([part.flatten() for part in parts])

"""Forward kinematics: orientations, positions, velocities and accelerations of a kinematic tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics import plane, space
from kinertia.mechanics.layout import select, sum_scalars, sum_vectors

Frames = plane.Frames | space.Frames
"""Of a planar body, or of one in space."""


@dataclass(frozen=True)
class Kinematics:
    """Motion of every segment in the ground frame; vectors have D components, two in the plane and three in space.

    Attributes
    ----------
    frames : orientation of the segments, their angular velocities and accelerations.
    arm : (..., S, D) proximal joint relative to the root's origin [m].
    origin, origin_velocity, origin_acceleration : (..., S, D) proximal joint [m, m/s, m/s^2].
    gravity : magnitude of gravity, along -y [m/s^2].
    slide : (..., L, D) directions of the translations of joints other than the root's, None where there are none.
    """

    frames: Frames
    arm: Tensor
    origin: Tensor
    origin_velocity: Tensor
    origin_acceleration: Tensor
    gravity: float
    slide: Tensor | None = None

    @cached_property
    def specific(self) -> Tensor:
        """(..., S, D) specific force at the proximal joints, R^T (o'' - g), in the segments' frames [m/s^2]."""
        up = self.origin_acceleration.new_tensor([0.0, self.gravity, 0.0][: self.arm.shape[-1]])
        return self.frames.rotate_back(self.origin_acceleration + up)[0]


@dataclass(frozen=True)
class PointMotion:
    """Ground-frame position, velocity and acceleration of points, each (..., K, D)."""

    position: Tensor
    velocity: Tensor
    acceleration: Tensor


def forward(body: Body, q: Tensor, qd: Tensor, qdd: Tensor) -> Kinematics:
    """Propagate generalized coordinates, speeds and accelerations through the tree.

    Parameters
    ----------
    body : parameters broadcastable against the leading dimensions of ``q``.
    q, qd, qdd : (..., n) coordinates [m, rad] and their first and second time derivatives.

    Raises
    ------
    ValueError : the last dimension is not the number of coordinates of the skeleton.

    Notes
    -----
    Kane & Levinson (1985), ch. 2: velocities and accelerations of two points fixed on a rigid body.
    """
    skeleton = body.skeleton
    if q.shape[-1] != len(skeleton.coordinates):
        raise ValueError(f"expected {len(skeleton.coordinates)} coordinates of {skeleton.name!r}, got {q.shape[-1]}")
    frames = plane.frames(skeleton.rotation_path.to(q), q, qd, qdd) if skeleton.planar else space.frames(body, q, qd, qdd)
    parents = skeleton.parents[1:]
    # l, l' and l'': from the parent's joint to this segment's in the parent's frame; fixed where the joint does not slide
    place, slide, speed, push = body.joint_offset[..., 1:, :], None, None, None
    if skeleton.slides:
        held, axes, onto = _slides(body, q)
        along, speed, push = (sum_vectors(onto, axes * x[..., list(skeleton.slides), None]) for x in (q, qd, qdd))
        place, slide = place + along, frames.rotate(held, axes)[0]
    felt = frames.whirl(parents, place)
    # r = R l,  r' = w x r + R l',  r'' = R (w' x l + w x (w x l) + l'') + 2 w x R l'
    link, acceleration = frames.rotate(parents, place, felt if push is None else felt + push)
    velocity = frames.swing(parents, link)
    if speed is not None:
        (moved,) = frames.rotate(parents, speed)
        velocity, acceleration = velocity + moved, acceleration + 2.0 * frames.swing(parents, moved)
    # o = o_root + the sum of the links on the path; o' and o'' are the same sums over the links' derivatives
    reach = skeleton.path.to(q)[:, 1:]
    arm, arm_velocity, arm_acceleration = (sum_vectors(reach, each) for each in (link, velocity, acceleration))
    along_ground = root_axes(body).to(q)
    root, root_velocity, root_acceleration = (sum_scalars(along_ground, x).unsqueeze(-2) for x in (q, qd, qdd))
    return Kinematics(
        frames, arm, arm + root, arm_velocity + root_velocity, arm_acceleration + root_acceleration, body.gravity, slide
    )


def root_axes(body: Body) -> Tensor:
    """(D, n) axes of the root's translations in the ground frame, zero for other coordinates."""
    skeleton = body.skeleton
    axes = torch.zeros(body.com.shape[-1], len(skeleton.coordinates), dtype=torch.float64)
    for j in skeleton.translations:
        axes[:, j] = torch.tensor(skeleton.coordinates[j].axis[: len(axes)], dtype=torch.float64)
    return axes


def _slides(body: Body, like: Tensor) -> tuple[list[int], Tensor, Tensor]:
    """Parents of the L joints that slide, axes (..., L, D) in the parents' frames, and which joint each moves (S - 1, L)."""
    skeleton = body.skeleton
    on = [skeleton.segment_index(skeleton.coordinates[j].segment) for j in skeleton.slides]
    axes = like.new_tensor([skeleton.coordinates[j].axis[: body.com.shape[-1]] for j in skeleton.slides])
    if body.joint_rotation is not None:
        axes = (body.joint_rotation[..., on, :, :] @ axes.unsqueeze(-1)).squeeze(-1)
    onto = torch.eye(len(skeleton.segments), dtype=like.dtype, device=like.device)[1:, on]
    return [skeleton.parents[i] for i in on], axes, onto


def arms(kinematics: Kinematics, segments: Sequence[int], local: Tensor) -> Tensor:
    """Positions of points fixed on segments relative to the root's origin, (..., K, D) [m]; arguments as for :func:`points`."""
    # p - o_root = (o - o_root) + R l
    return select(kinematics.arm, segments) + kinematics.frames.rotate(segments, local)[0]


def positions(kinematics: Kinematics, segments: Sequence[int], local: Tensor) -> Tensor:
    """Ground-frame positions of points fixed on segments, (..., K, D) [m]; arguments as for :func:`points`."""
    # p = o + R l
    return select(kinematics.origin, segments) + kinematics.frames.rotate(segments, local)[0]


def points(kinematics: Kinematics, segments: Sequence[int], local: Tensor) -> PointMotion:
    """Motion of points fixed on K ``segments`` at ``local`` (..., K, D) in their frames, from their proximal joints [m]."""
    frames = kinematics.frames
    r, acceleration = frames.rotate(segments, local, frames.whirl(segments, local))
    return PointMotion(
        # p = o + r,  v = o' + w x r,  a = o'' + R (w' x l + w x (w x l)), with r = R l
        position=select(kinematics.origin, segments) + r,
        velocity=select(kinematics.origin_velocity, segments) + frames.swing(segments, r),
        acceleration=select(kinematics.origin_acceleration, segments) + acceleration,
    )


def centres_of_mass(body: Body, kinematics: Kinematics) -> PointMotion:
    """Motion of the segments' centres of mass, (..., S, D)."""
    return points(kinematics, tuple(range(len(body.skeleton.segments))), body.com)

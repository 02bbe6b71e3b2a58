"""Forward kinematics: orientations, positions, velocities and accelerations of a kinematic tree."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.body import Body
from kinertia.physics import plane
from kinertia.physics.plane import Rotation


@dataclass(frozen=True)
class Kinematics:
    """Motion of every segment in the ground frame.

    Attributes
    ----------
    rotation : orientation of the segment frames, each (..., S).
    angle : (..., S) absolute segment angle about z [rad].
    rate, acceleration : (..., S) angular velocity [rad/s] and acceleration [rad/s^2].
    origin, origin_velocity, origin_acceleration : (..., S, 2) proximal joint [m, m/s, m/s^2].
    """

    rotation: Rotation
    angle: Tensor
    rate: Tensor
    acceleration: Tensor
    origin: Tensor
    origin_velocity: Tensor
    origin_acceleration: Tensor


@dataclass(frozen=True)
class PointMotion:
    """Ground-frame position, velocity and acceleration of points, each (..., K, 2)."""

    position: Tensor
    velocity: Tensor
    acceleration: Tensor


def forward(body: Body, q: Tensor, qd: Tensor, qdd: Tensor) -> Kinematics:
    """Propagate generalized coordinates, speeds and accelerations through the tree.

    Parameters
    ----------
    body : parameters broadcastable against the leading dimensions of ``q``.
    q, qd, qdd : (..., n) coordinates [m, rad] and their first and second time derivatives.

    Returns
    -------
    Kinematics of all S segments.

    Raises
    ------
    ValueError
        If the last dimension is not the number of coordinates of the skeleton.

    Notes
    -----
    Kane & Levinson (1985), ch. 2: velocities and accelerations of two points fixed on a rigid body.
    """
    skeleton = body.skeleton
    if q.shape[-1] != len(skeleton.coordinates):
        raise ValueError(f"expected {len(skeleton.coordinates)} coordinates of {skeleton.name!r}, got {q.shape[-1]}")
    turn = skeleton.rotation_path.to(q)
    # theta_i = sum of the rotations on the path from the root (and so for its derivatives).
    angle, rate, acceleration = q @ turn.T, qd @ turn.T, qdd @ turn.T
    orientation = plane.rotation(angle)

    parent = [max(p, 0) for p in skeleton.parents]
    path = skeleton.path.to(q)
    # r_i: from the parent's origin to this segment's origin, turning with the parent.
    r = plane.rotate(orientation[..., parent], body.joint_offset)
    r_velocity = plane.cross_rate(rate[..., parent], r)
    # r'' = alpha x r + w x (w x r)
    r_acceleration = plane.point_acceleration(rate[..., parent], acceleration[..., parent], r)

    tx, ty = skeleton.translations

    def accumulate(root: Tensor, link: Tensor) -> Tensor:
        base = torch.stack([root[..., tx], root[..., ty]], dim=-1).unsqueeze(-2)
        return base + plane.path_sum(path, link)

    return Kinematics(
        rotation=orientation,
        angle=angle,
        rate=rate,
        acceleration=acceleration,
        origin=accumulate(q, r),
        origin_velocity=accumulate(qd, r_velocity),
        origin_acceleration=accumulate(qdd, r_acceleration),
    )


def points(kinematics: Kinematics, segments: tuple[int, ...] | list[int], local: Tensor) -> PointMotion:
    """Motion of points fixed on segments.

    Parameters
    ----------
    kinematics : result of :func:`forward`.
    segments : K segment indices.
    local : (..., K, 2) positions in the segments' frames, from their proximal joints [m].

    Returns
    -------
    PointMotion with (..., K, 2) arrays.
    """
    index = list(segments)
    r = plane.rotate(kinematics.rotation[..., index], local)
    rate = kinematics.rate[..., index]
    return PointMotion(
        # p = o + r,  v = v_o + w x r,  a = a_o + alpha x r + w x (w x r)
        position=kinematics.origin[..., index, :] + r,
        velocity=kinematics.origin_velocity[..., index, :] + plane.cross_rate(rate, r),
        acceleration=kinematics.origin_acceleration[..., index, :]
        + plane.point_acceleration(rate, kinematics.acceleration[..., index], r),
    )


def contact_points(body: Body, kinematics: Kinematics) -> PointMotion:
    """Motion of the body's contact points, (..., P, 2)."""
    return points(kinematics, body.skeleton.contact_segments, body.contact_position)


def centres_of_mass(body: Body, kinematics: Kinematics) -> PointMotion:
    """Motion of the segments' centres of mass, (..., S, 2)."""
    return points(kinematics, tuple(range(len(body.skeleton.segments))), body.com)

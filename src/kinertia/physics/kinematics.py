"""Forward kinematics: orientations, positions, velocities and accelerations of a kinematic tree."""

from __future__ import annotations

from collections.abc import Sequence
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
    rotation, rotation_rate, rotation_acceleration : orientation R of the segment frames and its time derivatives
        R' and R'', entries (..., S).
    angle : (..., S) absolute segment angle about z [rad].
    rate, acceleration : (..., S) angular velocity [rad/s] and acceleration [rad/s^2].
    arm : (..., S, 2) proximal joint relative to the root's origin [m].
    origin, origin_velocity, origin_acceleration : (..., S, 2) proximal joint [m, m/s, m/s^2].
    """

    rotation: Rotation
    rotation_rate: Rotation
    rotation_acceleration: Rotation
    angle: Tensor
    rate: Tensor
    acceleration: Tensor
    arm: Tensor
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
    angle, rate, acceleration = (plane.path_sum(turn, x) for x in (q, qd, qdd))
    rotation = plane.rotation(angle)
    rotation_rate = plane.rotation_rate(rotation, rate)
    rotation_acceleration = plane.rotation_acceleration(rotation, rotation_rate, rate, acceleration)

    parents = skeleton.parents[1:]
    path = skeleton.path[:, 1:].to(q)
    root = torch.eye(len(skeleton.coordinates), dtype=q.dtype, device=q.device)[list(skeleton.translations)]

    def from_root(orientation: Rotation) -> Tensor:
        # link r_i = R_parent l_i, from the parent's origin to this segment's; o_i - o_root = sum of the links on its path
        link = plane.rotate(plane.select_rotation(orientation, parents), body.joint_offset[..., 1:, :])
        return plane.path_sum_vectors(path, link)

    arm = from_root(rotation)
    return Kinematics(
        rotation=rotation,
        rotation_rate=rotation_rate,
        rotation_acceleration=rotation_acceleration,
        angle=angle,
        rate=rate,
        acceleration=acceleration,
        arm=arm,
        # o = o_root + sum of R l; o' and o'' are the same sums over R' l and R'' l
        origin=arm + plane.path_sum(root, q).unsqueeze(-2),
        origin_velocity=from_root(rotation_rate) + plane.path_sum(root, qd).unsqueeze(-2),
        origin_acceleration=from_root(rotation_acceleration) + plane.path_sum(root, qdd).unsqueeze(-2),
    )


def arms(kinematics: Kinematics, segments: Sequence[int], local: Tensor) -> Tensor:
    """Positions of points fixed on segments relative to the root's origin, (..., K, 2) [m]; arguments as for :func:`points`."""
    # p - o_root = (o - o_root) + R l
    return plane.select_vectors(kinematics.arm, segments) + plane.rotate(
        plane.select_rotation(kinematics.rotation, segments), local
    )


def positions(kinematics: Kinematics, segments: Sequence[int], local: Tensor) -> Tensor:
    """Ground-frame positions of points fixed on segments, (..., K, 2) [m]; arguments as for :func:`points`."""
    # p = o + R l
    return plane.select_vectors(kinematics.origin, segments) + plane.rotate(
        plane.select_rotation(kinematics.rotation, segments), local
    )


def velocities(kinematics: Kinematics, segments: Sequence[int], local: Tensor) -> Tensor:
    """Ground-frame velocities of points fixed on segments, (..., K, 2) [m/s]; arguments as for :func:`points`."""
    # v = o' + R' l = o' + w x r
    return plane.select_vectors(kinematics.origin_velocity, segments) + plane.rotate(
        plane.select_rotation(kinematics.rotation_rate, segments), local
    )


def accelerations(kinematics: Kinematics, segments: Sequence[int], local: Tensor) -> Tensor:
    """Ground-frame accelerations of points fixed on segments, (..., K, 2) [m/s^2]; arguments as for :func:`points`."""
    # a = o'' + R'' l = o'' + w' x r + w x (w x r)
    return plane.select_vectors(kinematics.origin_acceleration, segments) + plane.rotate(
        plane.select_rotation(kinematics.rotation_acceleration, segments), local
    )


def points(kinematics: Kinematics, segments: Sequence[int], local: Tensor) -> PointMotion:
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
    return PointMotion(
        position=positions(kinematics, segments, local),
        velocity=velocities(kinematics, segments, local),
        acceleration=accelerations(kinematics, segments, local),
    )


def contact_points(body: Body, kinematics: Kinematics) -> PointMotion:
    """Motion of the body's contact points, (..., P, 2)."""
    return points(kinematics, body.skeleton.contact_segments, body.contact_position)


def centres_of_mass(body: Body, kinematics: Kinematics) -> PointMotion:
    """Motion of the segments' centres of mass, (..., S, 2)."""
    return points(kinematics, tuple(range(len(body.skeleton.segments))), body.com)

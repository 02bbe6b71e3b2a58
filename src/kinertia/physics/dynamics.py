"""Equations of motion by Kane's method: residual, inverse dynamics, mass matrix."""

from __future__ import annotations

import torch
from torch import Tensor

from kinertia.body import Body
from kinertia.physics import kinematics as kin
from kinertia.physics import plane
from kinertia.physics.kinematics import Kinematics, PointMotion


def _project(body: Body, kinematics: Kinematics, force: Tensor, torque: Tensor) -> Tensor:
    """Project forces at the segments' origins and torques on segments onto the coordinates, (..., n).

    ``force`` is (..., S, 2) [N] and ``torque`` (..., S) [N m] about the root's origin. The partial
    velocity of a point p with respect to a rotation j is z x (p - o_j), so that
    Q_j = sum over descendants of [torque - o_j x force].
    """
    skeleton = body.skeleton
    below = skeleton.path.T.to(force)
    force_below = plane.path_sum(below, force)
    torque_below = torque @ below.T
    arm = kinematics.origin - kinematics.origin[..., :1, :]
    about_joint = torque_below - plane.moment(arm, force_below)
    columns: list[Tensor] = [force_below.new_zeros(())] * len(skeleton.coordinates)
    for axis, j in enumerate(skeleton.translations):
        columns[j] = force_below[..., 0, axis]
    for j, segment in zip(skeleton.rotations, skeleton.rotation_segments, strict=True):
        columns[j] = about_joint[..., segment]
    return torch.stack(columns, dim=-1)


def inertia_forces(body: Body, kinematics: Kinematics, com: PointMotion | None = None) -> Tensor:
    """Generalized forces that inertia and gravity ask for: M q'' + C(q, q') + G, (..., n) [N, N m]."""
    com = com or kin.centres_of_mass(body, kinematics)
    # F = m (a - g) with g = (0, -gravity)
    gravity = torch.tensor([0.0, body.gravity], dtype=com.acceleration.dtype, device=com.acceleration.device)
    force = body.mass.unsqueeze(-1) * (com.acceleration + gravity)
    # N = I alpha + (c - o_root) x F
    arm = com.position - kinematics.origin[..., :1, :]
    torque = body.inertia * kinematics.acceleration + plane.moment(arm, force)
    return _project(body, kinematics, force, torque)


def contact_forces(body: Body, kinematics: Kinematics, contact: PointMotion, force: Tensor) -> Tensor:
    """Generalized active forces J^T F of ground reaction at the contact points, (..., n).

    Parameters
    ----------
    contact : motion of the contact points.
    force : (..., P, 2) ground reaction on the body at the contact points [N].
    """
    skeleton = body.skeleton
    on_segment = torch.zeros(len(skeleton.segments), len(skeleton.contacts), dtype=force.dtype, device=force.device)
    for p, segment in enumerate(skeleton.contact_segments):
        on_segment[segment, p] = 1.0
    arm = contact.position - kinematics.origin[..., :1, :]
    torque = plane.moment(arm, force) @ on_segment.T
    return _project(body, kinematics, plane.path_sum(on_segment, force), torque)


def inverse(
    body: Body, kinematics: Kinematics, force: Tensor, contact: PointMotion | None = None
) -> Tensor:
    """Inverse dynamics: generalized forces that explain the motion under the given ground reaction.

    Parameters
    ----------
    body, kinematics : the body and its motion.
    force : (..., P, 2) ground reaction at the contact points [N].
    contact : motion of the contact points, computed when not given.

    Returns
    -------
    (..., n) [N, N m]. Entries of the root (translations and pelvis_tilt) are the residual that no joint
    can carry and vanish for a consistent motion; the others are net joint moments.

    Notes
    -----
    M(q) q'' + C(q, q') + G(q) - J(q)^T F = tau (Kane & Levinson 1985, ch. 6).
    """
    contact = contact or kin.contact_points(body, kinematics)
    return inertia_forces(body, kinematics) - contact_forces(body, kinematics, contact, force)


def kane_residual(
    body: Body, kinematics: Kinematics, force: Tensor, torque: Tensor, contact: PointMotion | None = None
) -> Tensor:
    """Kane's equations F_r + F_r*, zero for a motion that obeys the equations of motion.

    Parameters
    ----------
    force : (..., P, 2) ground reaction at the contact points [N].
    torque : (..., n) net generalized forces of the joints [N, N m]; zero for the root.

    Returns
    -------
    (..., n) [N, N m], one entry per degree of freedom.
    """
    # F_r = tau + J^T F - G and F_r* = -(M q'' + C)
    return torque - inverse(body, kinematics, force, contact)


def mass_matrix(body: Body, q: Tensor) -> Tensor:
    """Mass matrix M(q), (..., n, n), from partial velocities.

    Notes
    -----
    M_jk = sum_i m_i v_ij . v_ik + I_i w_ij w_ik (Kane & Levinson 1985, ch. 4 and 5).
    """
    skeleton = body.skeleton
    zero = torch.zeros_like(q)
    motion = kin.forward(body, q, zero, zero)
    com = kin.centres_of_mass(body, motion).position
    turn = skeleton.rotation_path.to(q)
    columns = []
    for j in range(len(skeleton.coordinates)):
        if j in skeleton.translations:
            direction = torch.zeros_like(com)
            direction[..., skeleton.translations.index(j)] = 1.0
            columns.append(direction)
        else:
            segment = skeleton.rotation_segments[skeleton.rotations.index(j)]
            arm = com - motion.origin[..., segment : segment + 1, :]
            # partial velocity of the centre of mass: z x (c_i - o_j) for segments that j turns
            columns.append(plane.cross_rate(turn[:, j], arm))
    partial = torch.stack(columns, dim=-1)
    linear = torch.einsum("...s,...sdj,...sdk->...jk", body.mass, partial, partial)
    angular = torch.einsum("...s,sj,sk->...jk", body.inertia, turn, turn)
    return linear + angular

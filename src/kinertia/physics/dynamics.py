"""Equations of motion by Kane's method: residual, inverse dynamics, mass matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.body import Body
from kinertia.physics import kinematics as kin
from kinertia.physics import plane
from kinertia.physics.kinematics import Kinematics, PointMotion


@dataclass(frozen=True)
class Wrench:
    """Force (..., S, 2) [N] and moment (..., S) [N m] about the root's origin."""

    force: Tensor
    moment: Tensor


def _wrench_below(body: Body, segments: Sequence[int], arm: Tensor, force: Tensor) -> Wrench:
    """Total force and moment about the root's origin that act on the segments distal to each joint.

    ``force`` (..., K, 2) [N] acts on ``segments`` at ``arm`` (..., K, 2) [m] from the root's origin.
    """
    below = body.skeleton.path.T[:, list(segments)].to(force)
    return Wrench(plane.path_sum_vectors(below, force), plane.path_sum(below, plane.moment(arm, force)))


def _onto_coordinates(body: Body, kinematics: Kinematics, below: Wrench) -> Tensor:
    """Generalized forces, (..., n), of the wrenches that act distal to each joint.

    The partial velocity of a point p with respect to a rotation j is z x (p - o_j), so that
    Q_j = sum over everything distal to j of [torque + (p - o_j) x F].
    """
    skeleton = body.skeleton
    about_joint = below.moment - plane.moment(kinematics.arm, below.force)
    # rows: the total force, for the root's translations, then the moment about each segment's proximal joint
    rows = plane.join(below.force[..., 0, :], about_joint)
    place = {j: axis for axis, j in enumerate(skeleton.translations)}
    place |= {j: 2 + segment for j, segment in zip(skeleton.rotations, skeleton.rotation_segments, strict=True)}
    return plane.select(rows, [place[j] for j in range(len(skeleton.coordinates))])


def _inertia_below(body: Body, kinematics: Kinematics, com: PointMotion | None = None) -> Wrench:
    """Wrench that inertia and gravity ask for, of everything distal to each joint."""
    segments = range(len(body.skeleton.segments))
    arm = com.position - kinematics.origin[..., :1, :] if com else kin.arms(kinematics, segments, body.com)
    acceleration = com.acceleration if com else kin.accelerations(kinematics, segments, body.com)
    # F = m (a - g) with g = (0, -gravity)
    force = (acceleration + acceleration.new_tensor([0.0, body.gravity])) * body.mass.unsqueeze(-1)
    linear = _wrench_below(body, segments, arm, force)
    # N = I w' + (c - o_root) x F
    spin = plane.path_sum(body.skeleton.path.T.to(force), kinematics.acceleration * body.inertia)
    return Wrench(linear.force, linear.moment + spin)


def inertia_forces(body: Body, kinematics: Kinematics, com: PointMotion | None = None) -> Tensor:
    """Generalized forces that inertia and gravity ask for: M q'' + C(q, q') + G, (..., n) [N, N m].

    Parameters
    ----------
    com : motion of the segments' centres of mass, computed when not given.
    """
    return _onto_coordinates(body, kinematics, _inertia_below(body, kinematics, com))


def external_forces(body: Body, kinematics: Kinematics, segments: Sequence[int], position: Tensor, force: Tensor) -> Tensor:
    """Generalized active forces J^T F of forces at any points of the ground frame, (..., n) [N, N m].

    Parameters
    ----------
    body, kinematics : the body and its motion.
    segments : K indices of the segments that the forces act on.
    position : (..., K, 2) points of application in the ground frame [m], e.g. measured centres of pressure.
    force : (..., K, 2) forces on the body [N].
    """
    arm = position - kinematics.origin[..., :1, :]
    return _onto_coordinates(body, kinematics, _wrench_below(body, segments, arm, force))


def contact_forces(body: Body, kinematics: Kinematics, contact: PointMotion, force: Tensor) -> Tensor:
    """Generalized active forces J^T F of ground reaction at the contact points, (..., n).

    Parameters
    ----------
    contact : motion of the contact points.
    force : (..., P, 2) ground reaction on the body at the contact points [N].
    """
    return external_forces(body, kinematics, body.skeleton.contact_segments, contact.position, force)


def inverse(body: Body, kinematics: Kinematics, force: Tensor, contact: PointMotion | None = None) -> Tensor:
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
    feet = body.skeleton.contact_segments
    arm = contact.position - kinematics.origin[..., :1, :] if contact else kin.arms(kinematics, feet, body.contact_position)
    inertia, ground = _inertia_below(body, kinematics), _wrench_below(body, feet, arm, force)
    return _onto_coordinates(body, kinematics, Wrench(inertia.force - ground.force, inertia.moment - ground.moment))


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

"""Equations of motion by Kane's method: residual, inverse dynamics, forces at points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics import sole
from kinertia.mechanics.kinematics import Kinematics
from kinertia.mechanics.layout import join, join_scalars, select, select_scalars, sum_scalars, sum_vectors
from kinertia.mechanics.sole import Touch


@dataclass(frozen=True)
class Load:
    """Forces (..., K, D) [N] on K segments, and their moments about the root's origin, (..., K) or (..., K, 3) [N m]."""

    segments: Sequence[int]
    force: Tensor
    moment: Tensor


def _load(kinematics: Kinematics, segments: Sequence[int], arm: Tensor, force: Tensor) -> Load:
    """``force`` (..., K, D) [N] on ``segments`` at ``arm`` (..., K, D) [m] from the root's origin."""
    return Load(segments, force, kinematics.frames.moment(arm, force))


def _generalized(body: Body, kinematics: Kinematics, *loads: Load) -> Tensor:
    """Generalized forces, (..., n), of loads on segments.

    The partial velocity of a point p with respect to a rotation j about the axis a is a x (p - o_j), so that
    Q_j = a . sum over everything distal to j of [torque + (p - o_j) x F]; with respect to a translation it is the axis.
    """
    skeleton, frames = body.skeleton, kinematics.frames
    distal = skeleton.path.T[:, [segment for load in loads for segment in load.segments]].to(loads[0].force)
    # total force and moment about the root's origin on everything distal to each joint
    force = sum_vectors(distal, join(*(load.force for load in loads)))
    moment = frames.sum_moments(distal, [load.moment for load in loads])
    about_joint = moment - frames.moment(kinematics.arm, force)
    rows = [
        sum_scalars(kin.root_axes(body).T[list(skeleton.translations)].to(force), force[..., 0, :]),
        frames.about_axes(skeleton.rotation_segments, about_joint),
    ]
    if kinematics.slide is not None:
        on = [skeleton.segment_index(skeleton.coordinates[j].segment) for j in skeleton.slides]
        rows.append((kinematics.slide * select(force, on)).sum(-1))
    given = [*skeleton.translations, *skeleton.rotations, *skeleton.slides]
    return select_scalars(join_scalars(*rows), [given.index(j) for j in range(len(given))])


def _inertia(body: Body, kinematics: Kinematics) -> Load:
    """What inertia and gravity of every segment ask for."""
    frames, segments = kinematics.frames, range(len(body.skeleton.segments))
    # in the segment's frame: F = m (a - g) at the centre of mass c
    force = (kinematics.specific + frames.whirl(segments, body.com)) * body.mass.unsqueeze(-1)
    # N = I w' + w x I w + c x F about the proximal joint
    moment = frames.spin(body.inertia) + frames.moment(body.com, force)
    force, moment = frames.to_ground(force, moment)
    return Load(segments, force, moment + frames.moment(kinematics.arm, force))


def inertia_forces(body: Body, kinematics: Kinematics) -> Tensor:
    """Generalized forces that inertia and gravity ask for: M q'' + C(q, q') + G, (..., n) [N, N m]."""
    return _generalized(body, kinematics, _inertia(body, kinematics))


def external_forces(body: Body, kinematics: Kinematics, segments: Sequence[int], position: Tensor, force: Tensor) -> Tensor:
    """Generalized active forces J^T F of forces at any points of the ground frame, (..., n) [N, N m].

    Forces (..., K, D) on the body [N] act on K ``segments`` at (..., K, D) points of the ground frame [m], such as measured
    centres of pressure.
    """
    arm = position - kinematics.origin[..., :1, :]
    return _generalized(body, kinematics, _load(kinematics, segments, arm, force))


def inverse(body: Body, kinematics: Kinematics, force: Tensor, contact: Touch | None = None) -> Tensor:
    """Inverse dynamics: generalized forces that explain the motion under the given ground reaction.

    Parameters
    ----------
    body, kinematics : the body and its motion.
    force : (..., P, D) ground reaction at the contact points [N].
    contact : motion of the contact points, computed when not given.

    Returns
    -------
    (..., n) [N, N m]. Entries of the root are the residual that no joint can carry; the others are net joint moments.

    Notes
    -----
    M(q) q'' + C(q, q') + G(q) - J(q)^T F = tau (Kane & Levinson 1985, ch. 6).
    """
    feet = body.skeleton.contact_segments
    touching = contact or sole.touch(body, kinematics)
    arm = touching.position - kinematics.origin[..., :1, :]
    return _generalized(body, kinematics, _inertia(body, kinematics), _load(kinematics, feet, arm, -force))


def kane_residual(body: Body, kinematics: Kinematics, force: Tensor, torque: Tensor, contact: Touch | None = None) -> Tensor:
    """Kane's equations F_r + F_r*, (..., n) [N, N m], zero for a motion that obeys the equations of motion.

    Parameters
    ----------
    force : (..., P, D) ground reaction at the contact points [N].
    torque : (..., n) net generalized forces of the joints [N, N m]; zero for the root.
    """
    # F_r = tau + J^T F - G and F_r* = -(M q'' + C)
    return torque - inverse(body, kinematics, force, contact)

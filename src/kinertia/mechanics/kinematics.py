"""Forward kinematics: orientations, positions, velocities and accelerations of a kinematic tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics import plane, space

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
    slide : (..., L, D) directions of the translations of joints other than the root's, None where there are none.
    """

    frames: Frames
    arm: Tensor
    origin: Tensor
    origin_velocity: Tensor
    origin_acceleration: Tensor
    slide: Tensor | None = None

    @property
    def angle(self) -> Tensor:
        """(..., S) absolute segment angles about z of a planar body [rad]."""
        return self.planar.angle

    @property
    def rate(self) -> Tensor:
        """Angular velocity of the segments [rad/s]: (..., S) about z, or (..., S, 3) in space."""
        return self.frames.rate

    @property
    def acceleration(self) -> Tensor:
        """Angular acceleration of the segments [rad/s^2], like :attr:`rate`."""
        return self.frames.acceleration

    @property
    def planar(self) -> plane.Frames:
        """The frames of a planar body; TypeError for one in space."""
        if not isinstance(self.frames, plane.Frames):
            raise TypeError("a body in space has no angles about z alone")
        return self.frames


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
    frames = plane.frames(skeleton.rotation_path.to(q), q, qd, qdd) if skeleton.planar else space.frames(body, q, qd, qdd)
    path = skeleton.path.to(q)
    parents = skeleton.parents[1:]
    # link r_i = R_parent l_i, from the parent's origin to this segment's; o_i - o_root = sum of the links on its path
    link = frames.rotate(parents, body.joint_offset[..., 1:, :])
    links = [link, frames.swing(parents, link), frames.whirl(parents, link)]
    reach = path[:, 1:]
    slide = None
    if skeleton.slides:
        on, held, direction = _slides(body, q)
        slide = frames.rotate(held, direction)
        along, speed, push = (slide * x[..., list(skeleton.slides)].unsqueeze(-1) for x in (q, qd, qdd))
        # r = a q, r' = a q' + w x r, r'' = a q'' + 2 w x a q' + w' x r + w x (w x r)
        moved = [along, speed + frames.swing(held, along), push + 2.0 * frames.swing(held, speed) + frames.whirl(held, along)]
        links = [side_by_side(pair) for pair in zip(links, moved, strict=True)]
        reach = torch.cat([reach, path[:, on]], 1)
    # o = o_root + the sum of links; o' and o'' are the same sums over the links' derivatives
    arm, arm_velocity, arm_acceleration = (path_sum(reach, each) for each in links)
    along = root_axes(body).to(q)
    root, root_velocity, root_acceleration = (plane.path_sum(along, x).unsqueeze(-2) for x in (q, qd, qdd))
    return Kinematics(frames, arm, arm + root, arm_velocity + root_velocity, arm_acceleration + root_acceleration, slide)


def side_by_side(parts: Sequence[Tensor]) -> Tensor:
    """Vectors side by side, (..., S1 + S2 + ..., D)."""
    return plane.join_vectors(*parts) if parts[0].shape[-1] == 2 else space.join(*parts)


def path_sum(path: Tensor, v: Tensor) -> Tensor:
    """sum_j path[i, j] v_j of vectors, (..., S, D) with (K, S) to (..., K, D)."""
    return plane.path_sum_vectors(path, v) if v.shape[-1] == 2 else space.path_sum(path, v)


def root_axes(body: Body) -> Tensor:
    """(D, n) axes of the root's translations in the ground frame, zero for other coordinates."""
    skeleton = body.skeleton
    axes = torch.zeros(body.com.shape[-1], len(skeleton.coordinates), dtype=torch.float64)
    for j in skeleton.translations:
        axes[:, j] = torch.tensor(skeleton.coordinates[j].axis[: len(axes)], dtype=torch.float64)
    return axes


def _slides(body: Body, like: Tensor) -> tuple[list[int], list[int], Tensor]:
    """Segments that slide against their parent, the parents, and the axes (..., L, D) in the parents' frames."""
    skeleton = body.skeleton
    on = [skeleton.segment_index(skeleton.coordinates[j].segment) for j in skeleton.slides]
    axes = like.new_tensor([skeleton.coordinates[j].axis[: body.com.shape[-1]] for j in skeleton.slides])
    if body.joint_rotation is not None:
        axes = (body.joint_rotation[..., on, :, :] @ axes.unsqueeze(-1)).squeeze(-1)
    return on, [skeleton.parents[i] for i in on], axes


def arms(kinematics: Kinematics, segments: Sequence[int], local: Tensor) -> Tensor:
    """Positions of points fixed on segments relative to the root's origin, (..., K, D) [m]; arguments as for :func:`points`."""
    # p - o_root = (o - o_root) + R l
    return select(kinematics.arm, segments) + kinematics.frames.rotate(segments, local)


def positions(kinematics: Kinematics, segments: Sequence[int], local: Tensor) -> Tensor:
    """Ground-frame positions of points fixed on segments, (..., K, D) [m]; arguments as for :func:`points`."""
    # p = o + R l
    return select(kinematics.origin, segments) + kinematics.frames.rotate(segments, local)


def accelerations(kinematics: Kinematics, segments: Sequence[int], local: Tensor) -> Tensor:
    """Ground-frame accelerations of points fixed on segments, (..., K, D) [m/s^2]; arguments as for :func:`points`."""
    # a = o'' + w' x r + w x (w x r), with r = R l
    frames = kinematics.frames
    return select(kinematics.origin_acceleration, segments) + frames.whirl(segments, frames.rotate(segments, local))


def select(v: Tensor, segments: Sequence[int]) -> Tensor:
    """Entries of the given segments of vectors, (..., S, D) to (..., K, D)."""
    return plane.select_vectors(v, segments) if v.shape[-1] == 2 else space.select(v, segments)


def points(kinematics: Kinematics, segments: Sequence[int], local: Tensor) -> PointMotion:
    """Motion of points fixed on segments.

    Parameters
    ----------
    kinematics : result of :func:`forward`.
    segments : K segment indices.
    local : (..., K, D) positions in the segments' frames, from their proximal joints [m].

    Returns
    -------
    PointMotion with (..., K, D) arrays.
    """
    frames = kinematics.frames
    r = frames.rotate(segments, local)
    return PointMotion(
        # p = o + r,  v = o' + w x r,  a = o'' + w' x r + w x (w x r), with r = R l
        position=select(kinematics.origin, segments) + r,
        velocity=select(kinematics.origin_velocity, segments) + frames.swing(segments, r),
        acceleration=select(kinematics.origin_acceleration, segments) + frames.whirl(segments, r),
    )


def contact_points(body: Body, kinematics: Kinematics) -> PointMotion:
    """Motion of the body's contact points, (..., P, D)."""
    return points(kinematics, body.skeleton.contact_segments, body.contact_position)


def centres_of_mass(body: Body, kinematics: Kinematics) -> PointMotion:
    """Motion of the segments' centres of mass, (..., S, D)."""
    return points(kinematics, tuple(range(len(body.skeleton.segments))), body.com)

"""Mass matrix of a body."""

from __future__ import annotations

import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics import kinematics as kin


def matrix(body: Body, q: Tensor) -> Tensor:
    """Mass matrix M(q), (..., n, n), from partial velocities.

    Notes
    -----
    M_jk = sum_i m_i v_ij . v_ik + w_ij . I_i w_ik (Kane & Levinson 1985, ch. 4 and 5).
    """
    skeleton = body.skeleton
    zero = torch.zeros_like(q)
    motion = kin.forward(body, q, zero, zero)
    frames, com = motion.frames, kin.centres_of_mass(body, motion).position
    turn = skeleton.rotation_path.to(q)
    velocities: list[Tensor] = []
    for j, coordinate in enumerate(skeleton.coordinates):
        segment = skeleton.segment_index(coordinate.segment)
        if j in skeleton.rotations:
            # partial velocity of the centre of mass: a x (c_i - o_j) for segments that j turns
            arm = com - motion.origin[..., segment : segment + 1, :]
            moved, partial = turn[:, j], frames.partial_velocity(skeleton.rotations.index(j), arm)
        else:
            moved = skeleton.path[:, segment].to(q)
            axis = (
                kin.root_axes(body)[:, j].to(q)
                if motion.slide is None or j in skeleton.translations
                else (motion.slide[..., skeleton.slides.index(j), :].unsqueeze(-2))
            )
            partial = axis.expand_as(com)
        velocities.append(moved.unsqueeze(-1) * partial)
    partial = torch.stack(velocities, dim=-1)
    linear = torch.einsum("...s,...sdj,...sdk->...jk", body.mass, partial, partial)
    rates = frames.partial_rates(turn[:, list(skeleton.rotations)])
    turning = torch.einsum("...sdj,...sdk->...jk", rates, frames.moments_of(body.inertia, rates))
    angular = torch.zeros_like(linear)
    chosen = torch.tensor(skeleton.rotations, device=q.device)
    angular[..., chosen[:, None], chosen] = turning
    return linear + angular

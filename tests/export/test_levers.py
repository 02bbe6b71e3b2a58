"""The body as linear maps against the recursion of the physics, which has judges of its own."""

from __future__ import annotations

import pytest
import torch

from kinertia.bodies import GAIT2D, GAIT2D_TRUNK, Skeleton, build
from kinertia.export import levers
from kinertia.mechanics import dynamics
from kinertia.mechanics import kinematics as kin


@pytest.mark.parametrize("skeleton", [GAIT2D, GAIT2D_TRUNK])
def test_points_and_their_accelerations(skeleton: Skeleton) -> None:
    body = build(70.0, 1.75, skeleton=skeleton)
    torch.manual_seed(0)
    q, qd, qdd = (torch.randn(len(skeleton.coordinates), dtype=torch.float64) for _ in range(3))
    motion = kin.forward(body, q, qd, qdd)
    segments = list(range(len(skeleton.segments)))
    local = torch.randn(len(segments), 2, dtype=torch.float64)
    x, y = levers.maps(levers.along_path(body, segments, local))
    z = torch.cat([motion.angle.cos(), motion.angle.sin()])
    w = torch.cat([motion.angle.sin(), -motion.angle.cos()])
    second = -(w * motion.acceleration.repeat(2) + z * motion.rate.repeat(2).square())
    expected = kin.points(motion, segments, local)
    root = torch.stack([q[:2], qdd[:2]])
    torch.testing.assert_close(torch.stack([z @ x, z @ y], dim=-1) + root[0], expected.position)
    torch.testing.assert_close(torch.stack([second @ x, second @ y], dim=-1) + root[1], expected.acceleration)


def test_forces_give_generalized_forces() -> None:
    body = build(70.0, 1.75, skeleton=GAIT2D_TRUNK)
    torch.manual_seed(1)
    n = len(GAIT2D_TRUNK.coordinates)
    motion = kin.forward(body, *(torch.randn(n, dtype=torch.float64) for _ in range(3)))
    contact = kin.contact_points(body, motion)
    force = torch.randn(4, 2, dtype=torch.float64)
    x, y = levers.maps(levers.along_path(body, GAIT2D_TRUNK.contact_segments, body.contact_position))
    # Q = (L^T F) dz/dtheta, summed over the segments that a coordinate turns
    pushed = (x @ force[:, 0] + y @ force[:, 1]) * torch.cat([-motion.angle.sin(), motion.angle.cos()])
    segments = pushed.unflatten(0, (2, -1)).sum(0)
    found = segments @ GAIT2D_TRUNK.rotation_path
    found[:2] = force.sum(0)
    torch.testing.assert_close(found, dynamics.contact_forces(body, motion, contact, force))

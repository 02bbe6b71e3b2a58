"""Bodies and random states that the judges of the physics share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from kinertia.body import GAIT2D_TRUNK, Body, SegmentLengths, build

RandomState = Callable[..., tuple[Tensor, Tensor, Tensor]]
RandomForces = Callable[..., Tensor]


def crooked(body: Body, seed: int = 0) -> Body:
    """Move every joint, centre of mass and contact point sideways, so that no term vanishes by symmetry."""
    generator = torch.Generator().manual_seed(seed)

    def shifted(t: Tensor) -> Tensor:
        return t + 0.03 * torch.randn(t.shape, generator=generator, dtype=t.dtype)

    joint = shifted(body.joint_offset)
    joint[..., 0, :] = 0.0
    return replace(body, com=shifted(body.com), joint_offset=joint, contact_position=shifted(body.contact_position))


PEOPLE = {
    "adult": build(75.0, 1.8),
    "child": build(24.0, 1.2),
    "tall": build(118.0, 2.05, SegmentLengths(thigh=0.52, shank=0.47, foot=0.3)),
    "crooked": crooked(build(61.0, 1.66)),
    "trunk": build(75.0, 1.8, skeleton=GAIT2D_TRUNK),
    "crooked_trunk": crooked(build(61.0, 1.66, skeleton=GAIT2D_TRUNK), seed=1),
}


@pytest.fixture(params=list(PEOPLE))
def body(request: pytest.FixtureRequest) -> Body:
    """Each person in turn."""
    return PEOPLE[request.param]


@pytest.fixture(scope="session")
def people() -> dict[str, Body]:
    """All people by name."""
    return PEOPLE


@pytest.fixture(scope="session")
def random_state() -> RandomState:
    """Function of body and shape: coordinates, speeds and accelerations of a vivid motion, each (*shape, n)."""

    def draw(body: Body, *shape: int, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
        generator = torch.Generator().manual_seed(seed)
        n = len(body.skeleton.coordinates)
        q, qd, qdd = (torch.randn(*shape, n, generator=generator, dtype=torch.float64) for _ in range(3))
        return q, 4.0 * qd, 40.0 * qdd

    return draw


@pytest.fixture(scope="session")
def random_forces() -> RandomForces:
    """Function of body and shape: ground reaction of about body weight at the contact points, (*shape, P, 2) [N]."""

    def draw(body: Body, *shape: int, seed: int = 0) -> Tensor:
        generator = torch.Generator().manual_seed(1000 + seed)
        return 700.0 * torch.randn(*shape, len(body.skeleton.contacts), 2, generator=generator, dtype=torch.float64)

    return draw

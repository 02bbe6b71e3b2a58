"""Bodies and random states that the judges of the physics share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

import shapes
from kinertia.bodies import GAIT2D_TRUNK, Body, ContactPoint, Coordinate, Segment, SegmentLengths, Skeleton, build
from kinertia.mechanics import contact, dynamics, energy, imu, kinematics, mass, passive
from kinertia.mechanics.imu import Mounting

shapes.check(contact, dynamics, energy, imu, kinematics, mass, passive)
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


@pytest.fixture(scope="session")
def random_tree() -> Callable[[int], tuple[Body, Mounting]]:
    """Function of a seed: a body in space with three contact points, and three sensors on it."""
    return _random_tree


def _random_tree(seed: int) -> tuple[Body, Mounting]:
    """A body in space: free root, joints of none to three rotations and at times slides, all axes, turned joint frames."""
    draw = np.random.default_rng(seed)

    def axis() -> tuple[float, float, float]:
        vector = draw.standard_normal(3) if draw.random() < 0.5 else np.eye(3)[draw.integers(3)]
        x, y, z = (vector / np.linalg.norm(vector)).tolist()
        return x, y, z

    def attitude() -> np.ndarray:
        matrix = np.linalg.qr(draw.standard_normal((3, 3)))[0]
        return matrix * np.linalg.det(matrix)

    count = int(draw.integers(3, 9))
    segments = [Segment("s0", None), *(Segment(f"s{i}", f"s{draw.integers(i)}") for i in range(1, count))]
    axes = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}
    root = [Coordinate(f"root_{a}", "s0", "translation", e) for a, e in axes.items()]
    root += [Coordinate(f"root_r{k}", "s0", "rotation", axis()) for k in range(3)]
    joints = [
        Coordinate(f"{kind}_{i}_{k}", f"s{i}", kind, axis())
        for i in range(1, count)
        for kind, most in (("translation", 2), ("rotation", 4))
        for k in range(int(draw.integers(most)))
    ]
    contacts = tuple(ContactPoint(f"c{k}", f"s{draw.integers(count)}", "r") for k in range(3))
    skeleton = Skeleton(f"tree {seed}", tuple(segments), (*root, *joints), contacts)
    n = len(skeleton.coordinates)
    lengths = [draw.uniform(0.1, 0.3, 3) for _ in range(count)]
    # a cuboid's moments of inertia, turned, which any solid could have
    turned = [attitude() for _ in range(count)]
    mass = draw.uniform(1.0, 9.0, count)
    inertia = [m * r @ np.diag((d @ d - d * d) / 12.0) @ r.T for m, r, d in zip(mass, turned, lengths, strict=True)]
    offset = 0.3 * draw.standard_normal((count, 3))
    offset[0] = 0.0
    wide = torch.full((n,), torch.inf, dtype=torch.float64)
    tensor = torch.as_tensor
    frames = None if seed % 3 == 0 else tensor(np.stack([np.eye(3), *(attitude() for _ in range(1, count))]))
    body = Body(
        skeleton, tensor(mass.sum()), tensor(1.8, dtype=torch.float64), tensor(mass), tensor(np.stack(inertia)),
        tensor(0.1 * draw.standard_normal((count, 3))), tensor(offset), tensor(0.2 * draw.standard_normal((3, 3))), -wide, wide,
        joint_rotation=frames,
    )  # fmt: skip
    worn = tuple(int(i) for i in draw.integers(count, size=3))
    return body, Mounting(worn, tensor(0.2 * draw.standard_normal((3, 3))), tensor(np.stack([attitude() for _ in worn])))

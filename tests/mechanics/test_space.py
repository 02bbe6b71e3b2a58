"""Bodies in space: against Kane's method of sympy, gradients against finite differences, and batches against loops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import sympy as sm
import torch
from sympy.physics import mechanics as me
from torch import Tensor
from torch.autograd import gradcheck

from kinertia.bodies import Body, Coordinate, Segment, Skeleton, stack
from kinertia.mechanics import dynamics, energy, kinematics, mass
from kinertia.mechanics.imu import Mounting, read

RandomTree = Callable[[int], tuple[Body, Mounting]]
RandomState = Callable[..., tuple[Tensor, Tensor, Tensor]]
PARAMETERS = ("mass", "inertia", "com", "joint_offset", "contact_position", "joint_rotation")
SKEW = (0.48, 0.6, 0.64)
CHAIN = Skeleton(
    "chain",
    (Segment("upper", None), Segment("lower", "upper")),
    (
        Coordinate("height", "upper", "translation", (0.0, 1.0, 0.0)),
        Coordinate("tilt", "upper", "rotation", (0.0, 0.0, 1.0)),
        Coordinate("reach", "lower", "translation", (0.0, 0.6, -0.8)),
        Coordinate("turn", "lower", "rotation", SKEW),
    ),
    (),
)


def _kane(body: Body) -> Callable[..., np.ndarray]:
    """Generalized forces that inertia and gravity of the chain ask for, by sympy."""
    q, u = me.dynamicsymbols("q:4"), me.dynamicsymbols("u:4")
    ground, fixed = me.ReferenceFrame("ground"), me.Point("fixed")
    fixed.set_vel(ground, 0)
    kinematic = [u[k] - q[k].diff() for k in range(4)]
    upper = ground.orientnew("upper", "Axis", (q[1], ground.z))
    lower = upper.orientnew("lower", "Axis", (q[3], upper.x * SKEW[0] + upper.y * SKEW[1] + upper.z * SKEW[2]))
    root = fixed.locatenew("root", q[0] * ground.y)
    offset = body.joint_offset[1].tolist()
    reach = [a + q[2] * b for a, b in zip(offset, (0.0, 0.6, -0.8), strict=True)]
    knee = root.locatenew("knee", reach[0] * upper.x + reach[1] * upper.y + reach[2] * upper.z)
    bodies, loads = [], []
    for i, (frame, joint) in enumerate(((upper, root), (lower, knee))):
        x, y, z = body.com[i].tolist()
        centre = joint.locatenew(f"c{i}", x * frame.x + y * frame.y + z * frame.z)
        centre.set_vel(ground, centre.pos_from(fixed).dt(ground).subs({q[k].diff(): u[k] for k in range(4)}))
        entries = body.inertia[i].numpy()[[0, 1, 2, 0, 1, 0], [0, 1, 2, 1, 2, 2]].tolist()
        dyad = me.inertia(frame, *entries)
        mass = body.mass[i].item()
        bodies.append(me.RigidBody(f"b{i}", centre, frame, mass, (dyad, centre)))
        loads.append((centre, -mass * body.gravity * ground.y))
    kane = me.KanesMethod(ground, q_ind=q, u_ind=u, kd_eqs=kinematic)
    applied, inertial = kane.kanes_equations(bodies, loads)
    rates = sm.symbols("a:4")
    assert applied is not None
    total = -(applied + inertial).subs({u[k].diff(): rates[k] for k in range(4)})
    plain = sm.symbols("x:4"), sm.symbols("v:4")
    named = {**dict(zip(u, plain[1], strict=True)), **dict(zip(q, plain[0], strict=True))}
    total = total.subs({q[k].diff(): u[k] for k in range(4)}).subs(named)
    return sm.lambdify([*plain[0], *plain[1], *rates], list(total), cse=True)


def _chain(seed: int) -> Body:
    draw = np.random.default_rng(seed)
    root = draw.standard_normal((2, 3, 3))
    wide = torch.full((4,), torch.inf, dtype=torch.float64)
    one = torch.tensor(1.0, dtype=torch.float64)
    offset = torch.as_tensor(draw.standard_normal((2, 3)))
    offset[0] = 0.0
    return Body(
        CHAIN, one, one, torch.as_tensor(draw.uniform(1.0, 5.0, 2)), torch.as_tensor(root @ root.mT + np.eye(3)),
        torch.as_tensor(draw.standard_normal((2, 3))), offset, torch.zeros(0, 3, dtype=torch.float64), -wide, wide,
    )  # fmt: skip


def test_a_chain_of_all_kinds_of_joints_agrees_with_kanes_method(random_state: RandomState) -> None:
    body = _chain(3)
    q, qd, qdd = random_state(body, 20)
    ours = dynamics.inertia_forces(body, kinematics.forward(body, q, qd, qdd)).numpy()
    judge = _kane(body)
    theirs = np.stack([judge(*q[k].tolist(), *qd[k].tolist(), *qdd[k].tolist()) for k in range(20)])
    assert np.abs(ours - theirs).max() <= 1e-9 * np.abs(theirs).max()


def _everything(body: Body, q: Tensor, qd: Tensor, qdd: Tensor, force: Tensor, mounting: Mounting) -> dict[str, Tensor]:
    motion = kinematics.forward(body, q, qd, qdd)
    touching = kinematics.points(motion, body.skeleton.contact_segments, body.contact_position)
    signals = read(motion, mounting)
    return {
        "inverse": dynamics.inverse(body, motion, force),
        "external": dynamics.external_forces(body, motion, body.skeleton.contact_segments, touching.position, force),
        "matrix": mass.matrix(body, q),
        "kinetic": energy.kinetic(body, motion), "potential": energy.potential(body, motion),
        "position": touching.position, "velocity": touching.velocity, "acceleration": touching.acceleration,
        "origin": motion.origin_velocity, "acc": signals.acc, "gyro": signals.gyro,
    }  # fmt: skip


def test_gradients_in_space_match_finite_differences(random_tree: RandomTree, random_state: RandomState) -> None:
    body, mounting = random_tree(4)
    q, qd, qdd = (scale * x for scale, x in zip((0.5, 0.25, 0.05), random_state(body, 1), strict=True))
    force = torch.full((1, 3, 3), 10.0, dtype=torch.float64)
    given = [t.clone().requires_grad_() for t in (q, qd, qdd, force, *(getattr(body, name) for name in PARAMETERS))]

    def evaluate(q: Tensor, qd: Tensor, qdd: Tensor, force: Tensor, *parameters: Tensor) -> tuple[Tensor, ...]:
        changed = replace(body, **dict(zip(PARAMETERS, parameters, strict=True)))
        return tuple(_everything(changed, q, qd, qdd, force, mounting).values())

    assert gradcheck(evaluate, given, eps=1e-6, atol=1e-5, rtol=1e-4, fast_mode=True)
    # forward derivatives pass through the elementary operations instead
    forward = torch.func.jacfwd(lambda q: dynamics.inertia_forces(body, kinematics.forward(body, q, qd, qdd)))(q)
    backward = torch.func.jacrev(lambda q: dynamics.inertia_forces(body, kinematics.forward(body, q, qd, qdd)))(q)
    assert torch.allclose(forward, backward, rtol=1e-10, atol=1e-9)


def test_looped_equals_batched_in_space(random_tree: RandomTree, random_state: RandomState) -> None:
    first, mounting = random_tree(1)
    second = replace(first.scaled(torch.tensor(1.1, dtype=torch.float64)), mass=1.2 * first.mass)
    bodies, samples = [first, second], 3
    q, qd, qdd = random_state(first, 2, samples)
    force = 100.0 * torch.randn(2, samples, 3, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    both = Mounting(mounting.segments, mounting.position.expand(2, -1, -1), mounting.angle.expand(2, -1, -1, -1))
    together = _everything(stack(bodies).with_time_axis(), q, qd, qdd, force, both.with_time_axis())
    for b, body in enumerate(bodies):
        for t in range(samples):
            for name, value in _everything(body, q[b, t], qd[b, t], qdd[b, t], force[b, t], mounting).items():
                assert torch.allclose(value, together[name][b, t], rtol=1e-10, atol=1e-9), name


def test_a_planar_body_with_its_numbers_in_space_moves_alike(people: dict[str, Body], random_state: RandomState) -> None:
    flat = people["crooked_trunk"]
    skeleton = flat.skeleton
    # a turn about y that stays at zero makes the skeleton spatial
    held = Coordinate("held", "pelvis", "rotation", (0.0, 1.0, 0.0))
    root = skeleton.coordinates[skeleton.root]
    spatial = replace(skeleton, name="raised", coordinates=(*root, held, *skeleton.coordinates[skeleton.joints]))
    kept = [j for j in range(len(spatial.coordinates)) if j != len(root)]

    def raised(v: Tensor) -> Tensor:
        return torch.cat([v, torch.zeros_like(v[..., :1])], -1)

    def with_held(x: Tensor) -> Tensor:
        return torch.cat([x[..., skeleton.root], torch.zeros_like(x[..., :1]), x[..., skeleton.joints]], -1)

    changes = {name: raised(getattr(flat, name)) for name in ("com", "joint_offset", "contact_position")}
    changes |= {name: with_held(getattr(flat, name)) for name in ("coordinate_min", "coordinate_max")}
    body = replace(flat, skeleton=spatial, inertia=flat.inertia[:, None, None] * torch.eye(3, dtype=torch.float64), **changes)
    q, qd, qdd = random_state(flat, 7)
    more = [with_held(x) for x in (q, qd, qdd)]
    motion, deep = kinematics.forward(flat, q, qd, qdd), kinematics.forward(body, more[0], more[1], more[2])
    assert torch.allclose(raised(motion.origin_acceleration), deep.origin_acceleration, atol=1e-9)
    force = torch.ones(7, len(skeleton.contacts), 2, dtype=torch.float64)
    ours, theirs = dynamics.inverse(flat, motion, force), dynamics.inverse(body, deep, raised(force))
    assert torch.allclose(ours, theirs[..., kept], rtol=1e-10, atol=1e-8)

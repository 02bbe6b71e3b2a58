"""Judge: the equations of motion against Kane's method of sympy, on a model written down again by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import sympy as sm
import torch
from sympy.physics import mechanics as me
from torch import Tensor

from kinertia.bodies import GAIT2D, GAIT2D_TRUNK, Body, Skeleton
from kinertia.mechanics import dynamics, kinematics

STATES = 20
TOLERANCE = 1e-9

# child segment: (parent, joint coordinate); the pelvis is carried by two translations and the tilt
LEGS = {
    "femur_r": ("pelvis", "hip_flexion_r"),
    "tibia_r": ("femur_r", "knee_angle_r"),
    "foot_r": ("tibia_r", "ankle_angle_r"),
    "femur_l": ("pelvis", "hip_flexion_l"),
    "tibia_l": ("femur_l", "knee_angle_l"),
    "foot_l": ("tibia_l", "ankle_angle_l"),
}
TREES = {GAIT2D.name: LEGS, GAIT2D_TRUNK.name: {**LEGS, "torso": ("pelvis", "lumbar_extension")}}
SOLES = {"heel_r": "foot_r", "toe_r": "foot_r", "heel_l": "foot_l", "toe_l": "foot_l"}


@dataclass(frozen=True)
class Symbolic:
    """Fr + Fr* as a function of coordinates, speeds, accelerations, joint moments, ground reaction and parameters."""

    coordinates: list[str]
    segments: list[str]
    evaluate: Callable[..., object]

    def residual(
        self, body: Body, q: np.ndarray, qd: np.ndarray, qdd: np.ndarray, torque: np.ndarray, force: np.ndarray
    ) -> np.ndarray:
        skeleton = body.skeleton
        order = [skeleton.segment_index(name) for name in self.segments]
        columns = [skeleton.coordinate_index(name) for name in self.coordinates]
        contacts = [c.name for c in skeleton.contacts]
        soles = [contacts.index(name) for name in SOLES]
        numbers = [
            body.mass[order].numpy(),
            body.inertia[order].numpy(),
            body.com[order].numpy().ravel(),
            body.joint_offset[order].numpy().ravel(),
            body.contact_position[soles].numpy().ravel(),
            [body.gravity],
        ]
        rows = []
        for k in range(len(q)):
            state = [q[k][columns], qd[k][columns], qdd[k][columns], torque[k][columns], force[k][soles].ravel()]
            found = np.asarray(self.evaluate(*np.concatenate([*state, *numbers])), dtype=float).ravel()
            row = np.empty_like(found)
            row[columns] = found
            rows.append(row)
        return np.stack(rows)


def _model(tree: dict[str, tuple[str, str]]) -> Symbolic:
    coordinates = ["pelvis_tx", "pelvis_ty", "pelvis_tilt", *(joint for _, joint in tree.values())]
    segments = ["pelvis", *tree]
    q: dict[str, Any] = dict(zip(coordinates, me.dynamicsymbols(coordinates), strict=True))
    u: dict[str, Any] = {name: me.dynamicsymbols(f"u_{name}") for name in coordinates}
    torque = {name: sm.Symbol(f"tau_{name}") for name in coordinates}
    force = {(name, axis): sm.Symbol(f"F_{name}_{axis}") for name in SOLES for axis in "xy"}
    mass = {name: sm.Symbol(f"m_{name}") for name in segments}
    inertia = {name: sm.Symbol(f"I_{name}") for name in segments}
    com, offset = ({(name, axis): sm.Symbol(f"{what}_{name}_{axis}") for name in segments for axis in "xy"} for what in "co")
    sole = {(name, axis): sm.Symbol(f"s_{name}_{axis}") for name in SOLES for axis in "xy"}
    gravity = sm.Symbol("g")

    ground, fixed = me.ReferenceFrame("ground"), me.Point("fixed")
    fixed.set_vel(ground, 0)
    frames: dict[str, me.ReferenceFrame] = {}
    joints: dict[str, me.Point] = {}
    angle, rate = {"pelvis": q["pelvis_tilt"]}, {"pelvis": u["pelvis_tilt"]}
    for child, (parent, joint) in tree.items():
        angle[child], rate[child] = angle[parent] + q[joint], rate[parent] + u[joint]
    for name in segments:
        frames[name] = ground.orientnew(f"{name}_frame", "Axis", (angle[name], ground.z))
        frames[name].set_ang_vel(ground, rate[name] * ground.z)

    joints["pelvis"] = fixed.locatenew("hip", q["pelvis_tx"] * ground.x + q["pelvis_ty"] * ground.y)
    joints["pelvis"].set_vel(ground, u["pelvis_tx"] * ground.x + u["pelvis_ty"] * ground.y)

    def attach(name: str, segment: str, x: sm.Symbol, y: sm.Symbol) -> me.Point:
        frame = frames[segment]
        point = joints[segment].locatenew(name, x * frame.x + y * frame.y)
        point.v2pt_theory(joints[segment], ground, frame)
        return point

    for child, (parent, _) in tree.items():
        joints[child] = attach(f"{child}_joint", parent, offset[child, "x"], offset[child, "y"])

    bodies, loads = [], []
    for name in segments:
        centre = attach(f"{name}_com", name, com[name, "x"], com[name, "y"])
        dyad = me.inertia(frames[name], 0, 0, inertia[name])
        bodies.append(me.RigidBody(name, centre, frames[name], mass[name], (dyad, centre)))
        loads.append((centre, -mass[name] * gravity * ground.y))
    for child, (parent, joint) in tree.items():
        # the moment acts on the child, its reaction on the parent
        loads += [(frames[child], torque[joint] * ground.z), (frames[parent], -torque[joint] * ground.z)]
    loads.append((frames["pelvis"], torque["pelvis_tilt"] * ground.z))
    loads.append((joints["pelvis"], torque["pelvis_tx"] * ground.x + torque["pelvis_ty"] * ground.y))
    for name, foot in SOLES.items():
        loads.append(
            (attach(name, foot, sole[name, "x"], sole[name, "y"]), force[name, "x"] * ground.x + force[name, "y"] * ground.y)
        )

    rates = [q[name].diff() - u[name] for name in coordinates]
    kane = me.KanesMethod(ground, [q[n] for n in coordinates], [u[n] for n in coordinates], kd_eqs=rates)
    active, inertial = (sm.Matrix(part) for part in kane.kanes_equations(bodies, loads))

    plain = {kind: [sm.Symbol(f"{kind}_{n}") for n in coordinates] for kind in ("q", "qd", "qdd")}
    swap = {u[n].diff(): s for n, s in zip(coordinates, plain["qdd"], strict=True)}
    swap |= {q[n].diff(): s for n, s in zip(coordinates, plain["qd"], strict=True)}
    swap |= {u[n]: s for n, s in zip(coordinates, plain["qd"], strict=True)}
    swap |= {q[n]: s for n, s in zip(coordinates, plain["q"], strict=True)}
    total: Any = me.msubs(active + inertial, swap)
    arguments = [*plain["q"], *plain["qd"], *plain["qdd"], *torque.values(), *force.values()]
    arguments += [*mass.values(), *inertia.values(), *com.values(), *offset.values(), *sole.values(), gravity]
    return Symbolic(coordinates, segments, sm.lambdify(arguments, list(total), modules="numpy", cse=True))


@pytest.fixture(scope="module", params=[GAIT2D, GAIT2D_TRUNK], ids=lambda s: s.name)
def judged(request: pytest.FixtureRequest) -> tuple[Skeleton, Symbolic]:
    return request.param, _model(TREES[request.param.name])


def test_kane_residual_agrees_with_sympy(
    judged: tuple[Skeleton, Symbolic],
    people: dict[str, Body],
    random_state: Callable[..., tuple[Tensor, Tensor, Tensor]],
    random_forces: Callable[..., Tensor],
) -> None:
    skeleton, symbolic = judged
    for seed, body in enumerate(b for b in people.values() if b.skeleton is skeleton):
        q, qd, qdd = random_state(body, STATES, seed=seed)
        force = random_forces(body, STATES, seed=seed)
        torque = 100.0 * torch.randn(q.shape, generator=torch.Generator().manual_seed(seed), dtype=q.dtype)
        ours = dynamics.kane_residual(body, kinematics.forward(body, q, qd, qdd), force, torque)
        theirs = symbolic.residual(body, q.numpy(), qd.numpy(), qdd.numpy(), torque.numpy(), force.numpy())
        assert np.abs(ours.numpy() - theirs).max() <= TOLERANCE
        assert np.abs(theirs).max() > 1e3


def test_inverse_dynamics_solves_sympys_equations(
    judged: tuple[Skeleton, Symbolic],
    people: dict[str, Body],
    random_state: Callable[..., tuple[Tensor, Tensor, Tensor]],
    random_forces: Callable[..., Tensor],
) -> None:
    skeleton, symbolic = judged
    body = next(b for b in people.values() if b.skeleton is skeleton)
    q, qd, qdd = random_state(body, STATES, seed=5)
    force = random_forces(body, STATES, seed=5)
    torque = dynamics.inverse(body, kinematics.forward(body, q, qd, qdd), force)
    left = symbolic.residual(body, q.numpy(), qd.numpy(), qdd.numpy(), torque.numpy(), force.numpy())
    assert np.abs(left).max() <= TOLERANCE

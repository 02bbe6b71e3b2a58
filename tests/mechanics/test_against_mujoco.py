"""Judge: inverse dynamics, mass matrix, points and virtual IMUs against MuJoCo on the same tree, planar or in space."""

# MuJoCo's names are in a compiled module without stubs.
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import mujoco
import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation
from torch import Tensor

from kinertia.bodies import GAIT2D, GAIT3D, Body, build
from kinertia.mechanics import dynamics, energy, kinematics, mass, sole
from kinertia.mechanics.imu import Mounting, read

STATES = 25
TREES = 100
TOLERANCE = 1e-6
RandomState = Callable[..., tuple[Tensor, Tensor, Tensor]]
RandomTree = Callable[[int], tuple[Body, Mounting]]


def _spatial(v: Tensor) -> np.ndarray:
    return np.array([*v.tolist(), 0.0][:3])


def _text(values: object) -> str:
    return " ".join(repr(float(v)) for v in np.ravel(np.asarray(values)))


def _quaternion(matrix: np.ndarray) -> np.ndarray:
    result = np.zeros(4)
    mujoco.mju_mat2Quat(result, matrix.ravel())
    return result


def _add(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, tag, attributes)


def _mjcf(body: Body, mounting: Mounting | None = None) -> str:
    """The tree as an MJCF model: a slide or hinge per coordinate, a site with accelerometer and gyroscope per sensor."""
    skeleton = body.skeleton
    root = ElementTree.Element("mujoco")
    _add(root, "compiler", angle="radian", inertiafromgeom="false", autolimits="false", balanceinertia="false")
    option = _add(root, "option", gravity=f"0 {-body.gravity} 0", timestep="0.001")
    _add(option, "flag", contact="disable", constraint="disable")
    placed: dict[str | None, ElementTree.Element] = {None: _add(root, "worldbody")}
    sensors = _add(root, "sensor")
    for i, segment in enumerate(skeleton.segments):
        frame = np.eye(3) if body.joint_rotation is None else body.joint_rotation[i].numpy()
        position, attitude = _text(_spatial(body.joint_offset[i])), _text(_quaternion(frame))
        element = _add(placed[segment.parent], "body", name=segment.name, pos=position, quat=attitude)
        # of a planar body only the zz entry takes part in the motion
        inertia = np.diag([body.inertia[i].item()] * 3) if skeleton.planar else body.inertia[i].numpy()
        entries = _text(inertia[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]])
        _add(element, "inertial", pos=_text(_spatial(body.com[i])), mass=repr(body.mass[i].item()), fullinertia=entries)
        for coordinate in skeleton.coordinates:
            if coordinate.segment == segment.name:
                kind = {"translation": "slide", "rotation": "hinge"}[coordinate.kind]
                _add(element, "joint", name=coordinate.name, type=kind, axis=_text(coordinate.axis))
        placed[segment.name] = element
    for k, i in enumerate(mounting.segments if mounting else ()):
        assert mounting is not None
        position, attitude = _text(mounting.position[k]), _text(_quaternion(mounting.angle[k].numpy()))
        _add(placed[skeleton.segment_names[i]], "site", name=f"s{k}", pos=position, quat=attitude)
        _add(sensors, "accelerometer", name=f"a{k}", site=f"s{k}")
        _add(sensors, "gyro", name=f"g{k}", site=f"s{k}")
    return ElementTree.tostring(root, encoding="unicode")


def _compare(body: Body, mounting: Mounting | None, state: tuple[Tensor, Tensor, Tensor], force: Tensor) -> None:
    skeleton = body.skeleton
    # parallel axes of one joint have no forward dynamics, which MuJoCo tries when it compiles, and writes a file about
    mujoco.set_mju_user_warning(lambda _: None)
    model = mujoco.MjModel.from_xml_string(_mjcf(body, mounting))
    data = mujoco.MjData(model)
    address = [model.joint(name).dofadr[0] for name in skeleton.coordinate_names]
    q, qd, qdd = state
    motion = kinematics.forward(body, q, qd, qdd)
    contact = sole.touch(body, motion).position
    ours = {"torque": dynamics.inverse(body, motion, force), "matrix": mass.matrix(body, q)}
    if mounting is not None:
        signals = read(motion, mounting)
        ours |= {"acc": signals.acc, "gyro": signals.gyro}
    theirs: dict[str, list[np.ndarray]] = {name: [] for name in ours}
    n = len(address)
    for k in range(len(q)):
        data.qpos[address], data.qvel[address], data.qacc[address] = q[k], qd[k], qdd[k]
        mujoco.mj_inverse(model, data)
        ground = np.zeros(n)
        for p, point in enumerate(skeleton.contacts):
            at, applied = _spatial(contact[k, p]), _spatial(force[k, p])
            mujoco.mj_applyFT(model, data, applied, np.zeros(3), at, model.body(point.segment).id, ground)
        full = np.zeros((n, n))
        mujoco.mj_fullM(model, data, full)
        theirs["torque"].append((data.qfrc_inverse - ground)[address])
        theirs["matrix"].append(full[np.ix_(address, address)])
        for name in ours.keys() - {"torque", "matrix"}:
            theirs[name].append(data.sensordata.reshape(-1, 2, 3)[:, ("acc", "gyro").index(name)].copy())
    for name, values in theirs.items():
        assert np.abs(ours[name].numpy() - values).max() <= TOLERANCE * np.abs(values).max(), (skeleton.name, name)


def test_a_planar_body_agrees_with_mujoco(body: Body, random_state: RandomState, random_forces: Callable[..., Tensor]) -> None:
    _compare(body, None, random_state(body, STATES), random_forces(body, STATES))


def test_random_trees_in_space_agree_with_mujoco(random_state: RandomState, random_tree: RandomTree) -> None:
    for seed in range(TREES):
        body, mounting = random_tree(seed)
        force = 300.0 * torch.randn(2, 3, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        _compare(body, mounting, random_state(body, 2, seed=seed), force)


def test_the_walking_body_in_space_agrees_with_mujoco(random_state: RandomState) -> None:
    body = build(70.0, 1.75, skeleton=GAIT3D)
    worn = tuple(range(7))
    frames = torch.as_tensor(Rotation.from_rotvec(np.random.default_rng(0).standard_normal((7, 3))).as_matrix())
    force = 300.0 * torch.randn(STATES, 6, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    _compare(body, Mounting(worn, 0.5 * body.com[:7] + 0.05, frames), random_state(body, STATES), force)


def test_energy_in_space_is_the_form_of_the_mass_matrix_and_its_rate_the_power(
    random_state: RandomState, random_tree: RandomTree
) -> None:
    for seed in range(10):
        body, _ = random_tree(seed)
        q, qd, qdd = random_state(body, 3, seed=seed)
        position, speed = q.clone().requires_grad_(), qd.clone().requires_grad_()
        motion = kinematics.forward(body, position, speed, qdd)
        kinetic = energy.kinetic(body, motion)
        matrix = mass.matrix(body, q)
        assert torch.allclose(0.5 * torch.einsum("kj,kji,ki->k", qd, matrix, qd), kinetic, rtol=1e-12)
        total = kinetic + energy.potential(body, motion)
        by_position, by_speed = torch.autograd.grad(total.sum(), (position, speed))
        power = (qd * dynamics.inertia_forces(body, motion)).sum(-1)
        assert torch.allclose((by_position * qd + by_speed * qdd).sum(-1), power, rtol=1e-9, atol=1e-8)


def test_an_axis_out_of_the_plane_makes_a_body_of_three_dimensions(people: dict[str, Body]) -> None:
    turned = tuple(replace(c, axis=(1.0, 0.0, 0.0)) if c.name == "hip_flexion_r" else c for c in GAIT2D.coordinates)
    with pytest.raises(ValueError, match="needs vectors of 3 components, got 2"):
        replace(people["adult"], skeleton=replace(GAIT2D, coordinates=turned))

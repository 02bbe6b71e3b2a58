"""Judge: inverse dynamics and mass matrix against MuJoCo on the same tree."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import mujoco
import numpy as np
from torch import Tensor

from kinertia.body import Body
from kinertia.physics import dynamics, kinematics

STATES = 25
TOLERANCE = 1e-6


def _mjcf(body: Body) -> str:
    """The planar tree as an MJCF model: two slides and a hinge about z for the pelvis, a hinge for every other joint."""
    skeleton = body.skeleton
    root = ElementTree.Element("mujoco")
    ElementTree.SubElement(root, "compiler", angle="radian", inertiafromgeom="false", autolimits="false")
    option = ElementTree.SubElement(root, "option", gravity=f"0 {-body.gravity} 0", timestep="0.001")
    ElementTree.SubElement(option, "flag", contact="disable", constraint="disable")
    placed = {None: ElementTree.SubElement(root, "worldbody")}
    for i, segment in enumerate(skeleton.segments):
        x, y = body.joint_offset[i].tolist()
        element = ElementTree.SubElement(placed[segment.parent], "body", name=segment.name, pos=f"{x!r} {y!r} 0")
        com_x, com_y = body.com[i].tolist()
        # only the zz entry takes part in a planar motion
        spin = body.inertia[i].item()
        ElementTree.SubElement(
            element,
            "inertial",
            pos=f"{com_x!r} {com_y!r} 0",
            mass=repr(body.mass[i].item()),
            diaginertia=f"{spin!r} {spin!r} {spin!r}",
        )
        for coordinate in skeleton.coordinates:
            if coordinate.segment == segment.name:
                kind = {"translation": "slide", "rotation": "hinge"}[coordinate.kind]
                axis = " ".join(str(a) for a in coordinate.axis)
                ElementTree.SubElement(element, "joint", name=coordinate.name, type=kind, axis=axis)
        placed[segment.name] = element
    return ElementTree.tostring(root, encoding="unicode")


def test_inverse_dynamics_and_mass_matrix_agree_with_mujoco(
    body: Body, random_state: Callable[..., tuple[Tensor, Tensor, Tensor]], random_forces: Callable[..., Tensor]
) -> None:
    skeleton = body.skeleton
    model = mujoco.MjModel.from_xml_string(_mjcf(body))
    data = mujoco.MjData(model)
    address = [model.joint(name).dofadr[0] for name in skeleton.coordinate_names]
    q, qd, qdd = random_state(body, STATES)
    force = random_forces(body, STATES)
    motion = kinematics.forward(body, q, qd, qdd)
    torque = dynamics.inverse(body, motion, force).numpy()
    contact = kinematics.contact_points(body, motion).position.numpy()
    matrix = dynamics.mass_matrix(body, q).numpy()
    theirs, their_matrix = np.empty_like(torque), np.empty_like(matrix)
    n = len(address)
    for k in range(STATES):
        data.qpos[address], data.qvel[address], data.qacc[address] = q[k], qd[k], qdd[k]
        mujoco.mj_inverse(model, data)
        ground = np.zeros(n)
        for p, point in enumerate(skeleton.contacts):
            place = np.array([*contact[k, p], 0.0])
            applied = np.array([*force[k, p].numpy(), 0.0])
            mujoco.mj_applyFT(model, data, applied, np.zeros(3), place, model.body(point.segment).id, ground)
        theirs[k] = (data.qfrc_inverse - ground)[address]
        full = np.zeros((n, n))
        mujoco.mj_fullM(model, data, full)
        their_matrix[k] = full[np.ix_(address, address)]
    assert np.abs(torque - theirs).max() <= TOLERANCE * np.abs(theirs).max()
    assert np.abs(matrix - their_matrix).max() <= TOLERANCE * np.abs(their_matrix).max()

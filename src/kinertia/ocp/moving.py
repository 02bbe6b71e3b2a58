"""A body that moves over the ground: its unknowns, its motion at a node, and the constraints that every movement obeys.

Written over the same physics that networks are trained with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import Any

import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics import contact, dynamics, sole
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.sole import Touch
from kinertia.ocp import muscular
from kinertia.ocp.bounds import Bounds
from kinertia.ocp.muscular import Pull
from kinertia.ocp.problem import At, Constraint, Variable


@dataclass(frozen=True)
class Moving:
    """A body at one node, which goals and constraints look at."""

    at: At  # what the node sees, values of :func:`variables` among it
    touching: Touch  # motion of the contact points
    kinematics: kin.Kinematics  # motion of the segments
    residual: Tensor  # (n,) of the equations of motion: what inertia asks for and forces and moments do not give [BW, BWBH]
    muscles: Pull | None  # what muscles of both legs do, where moments are theirs

    @property
    def slip(self) -> Tensor:
        """(P,) vertical force times squared speed of the contact points [BW m^2/s^2]."""
        return contact.complementarity(self.touching, self.at["force"][:, 1]).slip


def variables(body: Body, bounds: Bounds, *, muscles: bool = False) -> tuple[Variable, ...]:
    """Unknowns of a movement over the ground.

    Returns
    -------
    Splines of the coordinates ``q`` (n,), where pelvis_tx is what is left after steady travel [m, rad]; ``force`` (P, 2) at the
    contact points [BW] and joint ``moment`` (n - root,) [BWBH] at the nodes; and the ``speed`` of travel [m/s]. With muscles
    those of :func:`kinertia.ocp.muscular.variables` as well.
    """
    skeleton = body.skeleton
    count, joints = len(skeleton.coordinates), len(skeleton.coordinates[skeleton.joints])
    return (
        Variable("q", (count,), "spline"),
        Variable("force", (len(skeleton.contacts), 2), "nodes", np.array([-inf, 0.0]), np.array([inf, bounds.vertical_bw])),
        Variable("moment", (joints,), "nodes"),
        Variable("speed", (), "shared"),
        *(muscular.variables() if muscles else ()),
    )


def move(body: Body, at: At, uphill_rad: float = 0.0, *, muscles: bool = False) -> Moving:
    """Motion of ``body`` and balance of its forces at a node.

    Parameters
    ----------
    body : float64, no batch dimensions.
    at : values of :func:`variables`.
    uphill_rad : inclination of the ground; x is along the ground, y normal to it, and forces stay in weights of the body.
    """
    ahead = torch.zeros_like(at["q"])
    ahead[0] = 1.0
    # on a slope gravity has a part along x: the same as accelerating everything forward, under what is left of it along y
    along, normal = np.sin(uphill_rad), np.cos(uphill_rad)
    tilted = body if uphill_rad == 0.0 else replace(body, gravity=body.gravity * float(normal))
    q, qd, qdd = at["q"], at.first["q"] + ahead * at["speed"], at.second["q"]
    pulled = qdd if uphill_rad == 0.0 else qdd + ahead * (body.gravity * float(along))
    kinematics = kin.forward(tilted, q, qd, pulled)
    touching = sole.touch(tilted, kinematics)
    moment = torch.cat([torch.zeros_like(q[body.skeleton.root]), at["moment"] * body.moment_scale])
    # F_r + F_r* = 0
    residual = dynamics.kane_residual(tilted, kinematics, at["force"] * body.weight, moment, touching)
    pull = muscular.pull(body.skeleton, at) if muscles else None
    return Moving(at, touching, kinematics, residual / body.force_scale, pull)


def constraints(body: Body, bounds: Bounds, *, muscles: bool = False) -> tuple[Constraint[Any], ...]:
    """What holds of a :class:`Moving` at every node: equations of motion, contact, ranges of motion, muscles."""
    kinds = [coordinate.kind for coordinate in body.skeleton.coordinates]
    forces, moments = ([j for j, kind in enumerate(kinds) if kind == wanted] for wanted in ("translation", "rotation"))
    ranged = [j for j, high in enumerate(body.coordinate_max.tolist()) if isfinite(high)]
    sliding = bounds.sliding_bw_m_per_s

    def lifted(moving: Moving) -> Tensor:
        height = moving.touching.position[:, 1] / bounds.clear_m
        # falls with the cube of height: feet and shoes are soft, but a few centimetres up nothing touches
        return moving.at["force"][:, 1] * height * height * height

    def cone(moving: Moving) -> Tensor:
        forward, vertical = moving.at["force"].unbind(-1)
        return torch.cat([bounds.friction * vertical - forward, bounds.friction * vertical + forward])

    def slide(moving: Moving) -> Tensor:
        return moving.at["force"][:, 1] * moving.touching.velocity[:, 0]

    low, high = (limit[ranged].numpy() for limit in (body.coordinate_min, body.coordinate_max))
    return (
        Constraint("equations of motion, forces", "BW", lambda m: m.residual[forces]),
        Constraint("equations of motion, moments", "BWBH", lambda m: m.residual[moments]),
        Constraint("contact points below the ground", "m", lambda m: m.touching.position[:, 1], -bounds.penetration_m, inf),
        Constraint("force on lifted contact points", "BW", lifted, -inf, bounds.lifted_bw),
        Constraint("force on sliding contact points", "BW m/s", slide, -sliding, sliding),
        Constraint("friction", "BW", cone, 0.0, inf),
        Constraint("range of motion", "rad", lambda m: m.at["q"][ranged], low, high),
        *(muscular.constraints(body.skeleton) if muscles else ()),
    )

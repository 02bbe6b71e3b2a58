"""Cost and constraints of one node of a movement that is to look like a reference and to obey the equations of motion."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import casadi as ca
import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.recording import Array
from kinertia.solving import equations
from kinertia.solving.settings import Bounds
from kinertia.solving.transcription import Layout, Node, Program, transcribe
from kinertia.trace.casadi import symbolic
from kinertia.weights import SIMULATING, Weights

RATE_HZ = 100.0
"""Nodes per second."""
CONTACT = Bounds(penetration_m=5e-3, sliding_bw_m_per_s=0.02)
"""Of simulated feet: a little softer than the ground, hardly sliding."""
ANGLE, FORCE = 1.0, 0.5
"""Weights of the deviations of coordinates and ground reaction from the reference, in its standard deviations."""
BEND_BWBH = 0.03
"""Moments bend relative to this size."""


@dataclass(frozen=True)
class Reference:
    """What a movement should look like; N nodes.

    Attributes
    ----------
    q : (N, n) coordinates [m, rad].
    spread : (N, n) standard deviation of each; infinite where nothing is asked for.
    force : (N, 4) ``grf_x_r``, ``grf_y_r``, ``grf_x_l``, ``grf_y_l`` [BW].
    force_spread : (N, 4) standard deviations [BW].
    """

    q: Array
    spread: Array
    force: Array
    force_spread: Array

    @property
    def nodes(self) -> int:
        return self.q.shape[0]


@dataclass(frozen=True)
class GaitProblem:
    """The functions of a node for one body on one slope; one instance serves all speeds and styles.

    Attributes
    ----------
    body : float64, no batch dimensions.
    slope_rad : inclination of the ground, uphill positive.
    weights, bounds : of the terms and of contact.
    """

    body: Body
    slope_rad: float = 0.0
    weights: Weights = SIMULATING
    bounds: Bounds = CONTACT

    def layout(self, nodes: int, periodic: bool) -> Layout:
        """Unknowns of a movement; forward speed is the shared one."""
        skeleton = self.body.skeleton
        return Layout(nodes, len(skeleton.coordinates), 2 * len(skeleton.contacts), len(skeleton.rotations) - 1, 1, periodic)

    @cached_property
    def data(self) -> int:
        """Numbers per node: reference and inverse variances of coordinates and forces."""
        return 2 * (len(self.body.skeleton.coordinates) + 4)

    @cached_property
    def node(self) -> Node:
        """Cost and constraints of a node."""
        body, weights, bounds = self.body, self.weights, self.bounds
        # on a slope, in the frame of the ground, gravity has a part along x: the same as accelerating everything forward
        tilted = replace(body, gravity=body.gravity * math.cos(self.slope_rad))
        pull = body.gravity * math.sin(self.slope_rad)
        skeleton = body.skeleton
        n, points, m = len(skeleton.coordinates), len(skeleton.contacts), len(skeleton.rotations) - 1
        step = torch.tensor(1.0 / RATE_HZ, dtype=torch.float64)
        ahead = torch.zeros(n, dtype=torch.float64)
        ahead[0] = 1.0
        right = [p for p, c in enumerate(skeleton.contacts) if c.side == "r"]
        left = [p for p, c in enumerate(skeleton.contacts) if c.side == "l"]

        def moving(before: Tensor, at: Tensor, after: Tensor, speed: Tensor) -> equations.Moving:
            q, qd, qdd = equations.spline(before, at, after, step)
            return equations.move(tilted, q, qd + ahead * speed, qdd)

        def terms(
            before: Tensor, at: Tensor, after: Tensor,
            f0: Tensor, f1: Tensor, f2: Tensor, m0: Tensor, m1: Tensor, m2: Tensor,
            speed: Tensor, q: Tensor, q_weight: Tensor, force: Tensor, force_weight: Tensor,
        ) -> list[Tensor]:  # fmt: skip
            now = moving(before, at, after, speed)
            feet = torch.cat([f1[right].sum(0), f1[left].sum(0)])
            touch = equations.complementarity(now, f1)
            total = (
                ANGLE * ((now.q - q).square() * q_weight).sum() / n
                + FORCE * ((feet - force).square() * force_weight).sum() / 4
                + weights.torque * (100.0 * m1).square().sum() / m
                + weights.torque_bend * ((m0 - 2.0 * m1 + m2) / BEND_BWBH).square().sum() / m
                + weights.force_bend * (f0 - 2.0 * f1 + f2).square().sum() / (2 * points)
                + weights.slip * touch.slip.sum() / points
            )
            return [total.reshape(1)]

        def limits(before: Tensor, at: Tensor, after: Tensor, f1: Tensor, m1: Tensor, speed: Tensor) -> list[Tensor]:
            now = moving(before, at, after, speed)
            pulled = equations.move(tilted, now.q, now.qd, now.qdd + ahead * pull)
            return [
                equations.kane(tilted, pulled, f1 / math.cos(self.slope_rad), m1 / math.cos(self.slope_rad)),
                equations.contact_limits(now, f1, bounds.friction, bounds.clear_m),
                now.q[ranged(body)],
            ]

        contacts = (points, 2)
        each = [(n,)] * 3 + [contacts] * 3 + [(m,)] * 3 + [(1,)]
        cost = symbolic(terms, [*each, (n,), (n,), (4,), (4,)], "terms")
        bounded = symbolic(limits, [(n,)] * 3 + [contacts, (m,), (1,)], "limits")
        where = self.layout(4, True)
        z, d = ca.SX.sym("z", where.local.shape[0]), ca.SX.sym("d", self.data)
        sizes = [n] * 3 + [2 * points] * 3 + [m] * 3 + [1]
        parts = ca.vertsplit(z, np.cumsum([0, *sizes]).tolist())
        given = ca.vertsplit(d, np.cumsum([0, n, n, 4, 4]).tolist())
        return Node(
            ca.Function("cost", [z, d], [cost(*parts, *given)]),
            ca.Function("limits", [z, d], [ca.vertcat(*bounded(*parts[:3], parts[4], parts[7], parts[9]))]),
        )

    def program(self, nodes: int, periodic: bool) -> Program:
        """The nonlinear program of a movement of this length."""
        s, none = ca.SX.sym("s", 1), ca.SX.sym("none", 0)
        nothing = ca.Function("shared", [s, none], [1e-12 * s])
        return transcribe(self.layout(nodes, periodic), self.node, nothing, self.data, 0)

    def limits(self) -> tuple[Array, Array]:
        """Bounds of a node's constraints, in their order."""
        body, bounds = self.body, self.bounds
        points, inside = len(body.skeleton.contacts), ranged(body)
        still, free = np.zeros(len(body.skeleton.coordinates)), np.full(points, np.inf)
        slide = np.full(points, bounds.sliding_bw_m_per_s)
        low = [still, np.full(points, -bounds.penetration_m), -free, -slide, np.zeros(2 * points)]
        high = [still, free, np.full(points, bounds.lifted_bw), slide, free, free]
        return (
            np.concatenate([*low, body.coordinate_min[inside].numpy()]),
            np.concatenate([*high, body.coordinate_max[inside].numpy()]),
        )


def ranged(body: Body) -> list[int]:
    """Coordinates with a range of motion."""
    return [j for j, high in enumerate(body.coordinate_max.tolist()) if math.isfinite(high)]


def data_of(reference: Reference) -> Array:
    """(N, data) numbers of the nodes, in the order that :class:`GaitProblem` reads them."""
    return np.concatenate([reference.q, 1.0 / reference.spread**2, reference.force, 1.0 / reference.force_spread**2], axis=1)

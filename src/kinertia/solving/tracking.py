"""Cost and constraints of one node of a movement that is to explain what sensors measured."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, radians

import casadi as ca
import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.bodies import posture as postures
from kinertia.learning import losses
from kinertia.learning.personal import SENSORS, UNITS, Deviation
from kinertia.learning.sequence import Sequence
from kinertia.mechanics import imu
from kinertia.mechanics.imu import Mounting
from kinertia.solving import equations
from kinertia.solving.settings import Settings
from kinertia.solving.transcription import Average, Layout, Node
from kinertia.trace.casadi import symbolic

SHARED = 1 + UNITS
"""Unknowns that hold for the whole movement: forward speed [m/s], then the deviations of sensors and body."""
RATE_S = 0.01
"""Changes of forces and moments are judged over this time, whatever the distance of the nodes."""

USUAL_MOMENT_BWBH = 0.02  # of standing; what speed adds is below
USUAL_MOMENT_PER_SPEED = 0.01  # BWBH s/m


@dataclass(frozen=True)
class Person:
    """What is known of the wearer and the sensors before solving.

    Attributes
    ----------
    body : the stated body, float64, no batch dimensions.
    position : (7, 2) stated sensor positions [m].
    misalignment : (7,) expected error of the sensors' angles [rad].
    size_error : () expected relative error of body lengths.
    """

    body: Body
    position: Tensor
    misalignment: Tensor
    size_error: Tensor

    @classmethod
    def of(cls, sequence: Sequence) -> Person:
        """Wearer and sensors of a sequence."""
        return cls(
            sequence.body.to(torch.float64),
            sequence.position.double(),
            sequence.misalignment.double(),
            sequence.size_error.double(),
        )


def usual_moment(speed: float) -> float:
    """Size of joint moments that are usual at a forward speed [m/s], in BWBH."""
    return USUAL_MOMENT_BWBH + USUAL_MOMENT_PER_SPEED * abs(speed)


def deviation(person: Person, units: Tensor) -> Deviation:
    """Sensors and body that ``units`` (22,) stand for."""
    return Deviation.of(units, person.misalignment, person.size_error)


def layout(person: Person, nodes: int, periodic: bool) -> Layout:
    """Unknowns of a tracking problem."""
    skeleton = person.body.skeleton
    return Layout(nodes, len(skeleton.coordinates), 2 * len(skeleton.contacts), len(skeleton.rotations) - 1, SHARED, periodic)


def posture(person: Person, where: Layout, settings: Settings, running: bool | None) -> list[Average]:
    """Costs on joint angles whose mean is unlike that of people who run, or walk; none where it is not known which."""
    if running is None or settings.weights.posture == 0.0:
        return []
    usual = postures.usual(running)
    found = []
    for j, name in enumerate(person.body.skeleton.coordinate_names):
        joint = name.removesuffix("_r").removesuffix("_l")
        if joint in usual.mean_deg:
            # the mean of a spline over its nodes is that of its coefficients (but for the ends of one that does not repeat)
            places = np.arange(where.coefficients) * where.coordinates + j
            spread = radians(usual.spread_deg[joint])
            weight = where.nodes * settings.weights.posture / spread**2
            found.append(Average(places, radians(usual.mean_deg[joint]), weight))
    return found


def node_data() -> int:
    """Numbers of data per node: seven sensors' signals and their weights, three channels each."""
    return 2 * 3 * SENSORS


def node(
    person: Person, where: Layout, settings: Settings, step_s: float, moment_size: float
) -> tuple[Node, dict[str, ca.Function]]:
    """Functions of one node for the program, and the cost of each term by name for the report.

    Parameters
    ----------
    step_s : time between nodes [s].
    moment_size : joint moments that are usual in this movement [BWBH]; changes count relative to them.
    """
    skeleton = person.body.skeleton
    step = torch.tensor(step_s, dtype=torch.float64)
    contacts = (len(skeleton.contacts), 2)
    lumbar = [skeleton.coordinate_names.index(n) for n in skeleton.coordinate_names if n == "lumbar_extension"]
    weights = settings.weights
    ranged = _ranged(person.body)

    def unknowns(before: Tensor, at: Tensor, after: Tensor, shared: Tensor) -> tuple[Body, Deviation, equations.Moving]:
        real = deviation(person, shared[1:])
        body = real.body(person.body)
        q, qd, qdd = equations.spline(before, at, after, step)
        # the splines of pelvis_tx hold what is left after steady travel
        travel = torch.cat([shared[:1], torch.zeros_like(qd[1:])])
        return body, real, equations.move(body, q, qd + travel, qdd)

    def terms(
        before: Tensor,
        at: Tensor,
        after: Tensor,
        f0: Tensor,
        f1: Tensor,
        f2: Tensor,
        m0: Tensor,
        m1: Tensor,
        m2: Tensor,
        shared: Tensor,
        measured: Tensor,
        weight: Tensor,
    ) -> list[Tensor]:
        _, real, moving = unknowns(before, at, after, shared)
        mounting = real.mounting(person.position)
        flat = Mounting(mounting.segments, mounting.position[0], mounting.angle[0])
        signals = imu.read(moving.kinematics, flat)
        touch = equations.complementarity(moving, f1)
        pace = RATE_S / step
        # a weight of zero marks a signal that is missing
        acc = losses.robust((signals.acc - measured[:, :2]).square() * weight[:, :2])
        gyro = losses.robust((signals.gyro - measured[:, 2]).square() * weight[:, 2])
        return [
            weights.acc * acc.sum() / (2 * SENSORS),
            weights.gyro * gyro.sum() / SENSORS,
            weights.torque * (100.0 * m1).square().sum() / m1.shape[-1],
            weights.torque_rate * (pace * (m1 - m0) / moment_size).square().sum() / m1.shape[-1],
            weights.torque_bend * (pace * pace * (m0 - 2.0 * m1 + m2) / moment_size).square().sum() / m1.shape[-1],
            weights.force_bend * (pace * pace * (f0 - 2.0 * f1 + f2)).square().sum() / f1.numel(),
            weights.force_rate * (pace * (f1 - f0)).square().sum() / f1.numel(),
            weights.slip * touch.slip.sum() / skeleton_contacts,
            weights.lumbar * sum((moving.q[j].square() for j in lumbar), moving.q[0] * 0.0),
            1e-4 * moving.q[0].square(),
        ]

    skeleton_contacts = len(skeleton.contacts)
    names = ("acc", "gyro", "torque", "torque_rate", "torque_bend", "force_bend", "force_rate", "slip", "lumbar", "anchor")

    def limits(before: Tensor, at: Tensor, after: Tensor, f1: Tensor, m1: Tensor, shared: Tensor) -> list[Tensor]:
        body, _, moving = unknowns(before, at, after, shared)

        return [
            equations.kane(body, moving, f1, m1),
            equations.contact_limits(moving, f1, settings.bounds.friction, settings.bounds.clear_m),
            moving.q[ranged],
        ]

    n, f, m = where.coordinates, contacts, (where.moments,)
    cost = symbolic(
        lambda *a: [torch.stack(terms(*a))],
        [(n,)] * 3 + [f, f, f, m, m, m, (SHARED,), (SENSORS, 3), (SENSORS, 3)],
        "terms",
    )
    bounded = symbolic(limits, [(n,)] * 3 + [f, m, (SHARED,)], "limits")
    z, d = ca.SX.sym("z", where.local.shape[0]), ca.SX.sym("d", node_data())
    before, at, after, f0, f1, f2, m0, m1, m2, shared = ca.vertsplit(
        z, _ends(n, n, n, *[where.forces] * 3, *[where.moments] * 3, SHARED)
    )
    measured, weight = ca.vertsplit(d, 3 * SENSORS)
    each = cost(before, at, after, f0, f1, f2, m0, m1, m2, shared, measured, weight)
    constraints = ca.vertcat(*bounded(before, at, after, f1, m1, shared))
    parts = {name: ca.Function(name, [z, d], [each[i]]) for i, name in enumerate(names)}
    return Node(ca.Function("cost", [z, d], [ca.sum1(each)]), ca.Function("constraints", [z, d], [constraints])), parts


def _ends(*sizes: int) -> list[int]:
    out = [0]
    for size in sizes:
        out.append(out[-1] + size)
    return out


def _ranged(body: Body) -> list[int]:
    """Coordinates with a range of motion."""
    return [j for j, high in enumerate(body.coordinate_max.tolist()) if isfinite(high)]


def constraint_bounds(person: Person, settings: Settings) -> tuple[list[float], list[float]]:
    """Lower and upper bounds of a node's constraints, in their order."""
    body, bounds = person.body, settings.bounds
    points = len(body.skeleton.contacts)
    ranged = _ranged(body)
    low_q, high_q = body.coordinate_min[ranged].tolist(), body.coordinate_max[ranged].tolist()
    still = [0.0] * len(body.skeleton.coordinates)
    inf = float("inf")
    low = [
        *still,
        *[-bounds.penetration_m] * points,
        *[-inf] * points,
        *[-bounds.sliding_bw_m_per_s] * points,
        *[0.0] * 2 * points,
    ]
    high = [*still, *[inf] * points, *[bounds.lifted_bw] * points, *[bounds.sliding_bw_m_per_s] * points, *[inf] * 2 * points]
    return low + low_q, high + high_q


@dataclass(frozen=True)
class Kind:
    """One kind of constraint: its name, its unit, and where it stands among a node's constraints."""

    name: str
    unit: str
    first: int
    count: int

    @property
    def places(self) -> slice:
        return slice(self.first, self.first + self.count)


def kinds(person: Person) -> tuple[Kind, ...]:
    """Kinds of a node's constraints, in their order."""
    skeleton = person.body.skeleton
    points = len(skeleton.contacts)
    named = (
        ("equations of motion, forces", "BW", 2),
        ("equations of motion, moments", "BWBH", len(skeleton.coordinates) - 2),
        ("contact points below the ground", "m", points),
        ("force on lifted contact points", "BW", points),
        ("force on sliding contact points", "BW m/s", points),
        ("friction", "BW", 2 * points),
        ("range of motion", "rad", len(_ranged(person.body))),
    )
    ends = _ends(*(count for _, _, count in named))
    return tuple(Kind(name, unit, first, count) for (name, unit, count), first in zip(named, ends, strict=False))

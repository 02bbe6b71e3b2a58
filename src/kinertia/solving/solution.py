"""A solved movement: evaluated at any time, and how well it solves its problem."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np
import torch

from kinertia.bodies import Body, stack
from kinertia.estimation import track
from kinertia.estimation.track import Track, Wearer, numbers
from kinertia.learning.sequence import Sequence
from kinertia.mechanics.motion import Motion
from kinertia.numerics import spline
from kinertia.ocp import muscular
from kinertia.ocp.ipopt import Run
from kinertia.ocp.layout import Layout
from kinertia.ocp.node import Node
from kinertia.recording import Array
from kinertia.solving import tracking
from kinertia.solving.settings import Settings
from kinertia.solving.tracking import Person

LIFTED_M = 0.02  # a foot whose lower contact point is higher than this is in the air


@dataclass(frozen=True)
class Violation:
    """How far constraints of one kind are outside their bounds, over all nodes: largest and root mean square."""

    unit: str
    largest: float
    rms: float

    @classmethod
    def of(cls, unit: str, outside: Array) -> Violation:
        """Summary of distances (N, k) outside of the bounds."""
        return cls(unit, float(outside.max(initial=0.0)), float(np.sqrt(np.mean(outside**2))) if outside.size else 0.0)


@dataclass(frozen=True)
class Contact:
    """What the movement itself shows, whatever the solver says."""

    # root_force_bw, root_moment_bwbh: RMS of what force and moment at the root remain unexplained [BW, BWBH]
    root_force_bw: float
    root_moment_bwbh: float
    force_in_air_bw: float  # largest vertical force on a foot more than 2 cm up [BW]
    slip_m_s: float  # forward speed of loaded contact points, root mean square weighted by their vertical force [m/s]

    @classmethod
    def of(cls, track: Track, body: Body) -> Contact:
        """Figures of a movement; ``body`` as stated gives the units of force and moment."""
        weight, moment_scale = float(body.weight), float(body.moment_scale)
        root = numbers(track.generalized)[:, body.skeleton.root] / np.array([weight, weight, moment_scale])
        vertical, height = numbers(track.force)[..., 1] / weight, numbers(track.contact)[..., 1]
        forward = numbers(track.contact_velocity)[..., 0]
        sides = np.array([c.side for c in body.skeleton.contacts])
        in_air = 0.0
        for side in ("r", "l"):
            up = height[:, sides == side].min(axis=1) > LIFTED_M
            in_air = max(in_air, float(vertical[up][:, sides == side].sum(axis=1).max(initial=0.0)))
        return cls(
            root_force_bw=float(np.sqrt((root[:, :2] ** 2).sum(axis=1).mean())),
            root_moment_bwbh=float(np.sqrt((root[:, 2] ** 2).mean())),
            force_in_air_bw=in_air,
            slip_m_s=float(np.sqrt((vertical * forward**2).sum() / max(vertical.sum(), 1e-9))),
        )


@dataclass(frozen=True)
class Convergence:
    """Report on a solved movement: runs of the solver, one per window; each term of the cost per node, weighted."""

    solves: tuple[Run, ...]
    nodes: int
    cost: dict[str, float]
    violation: dict[str, Violation]
    contact: Contact

    def __repr__(self) -> str:
        result = self.figures()
        return (
            f"{sum(run.converged for run in self.solves)} of {len(self.solves)} runs of the solver converged, "
            f"{result['iterations']:.0f} iterations, {self.seconds:.0f} s, {self.nodes} nodes"
        )

    @property
    def converged(self) -> bool:
        return all(run.converged for run in self.solves)

    @property
    def seconds(self) -> float:
        """Wall time of the solver [s]."""
        return sum(run.seconds for run in self.solves)

    def figures(self) -> dict[str, float]:
        """The report in a few numbers, for benchmarks."""
        return {
            "converged": float(np.mean([run.converged for run in self.solves])),
            "runs": float(len(self.solves)),
            "iterations": float(sum(run.iterations for run in self.solves)),
            "seconds": self.seconds,
            "largest_violation": max(result.largest for result in self.violation.values()),
            **asdict(self.contact),
        }


GAUGE = "anchor"  # a cost that only chooses among equal motions; of no interest in a report


@dataclass(frozen=True)
class Movement:
    """A person's movement that is to be found: who, the functions of a node, the places of the unknowns, rough speed [m/s]."""

    person: Person
    node: Node
    layout: Layout
    speed: float

    @classmethod
    def of(cls, sequence: Sequence, nodes: int, periodic: bool, settings: Settings, speed: float) -> Movement:
        """Trace the problem of the person of a sequence at the nodes, who moves at roughly this speed [m/s]."""
        person = Person.of(sequence)
        node = Node.of(tracking.problem(person, settings, 1.0 / sequence.rate_hz, speed))
        return cls(person, node, Layout(node.problem.variables, nodes, periodic), speed)

    def with_muscles(self, settings: Settings) -> Movement:
        """The same with moments that muscles give."""
        node = Node.of(tracking.problem(self.person, settings, self.step_s, self.speed, muscles=True))
        return replace(self, node=node, layout=replace(self.layout, variables=node.problem.variables))

    def muscles_of(self, part: dict[str, Array]) -> dict[str, Array]:
        """Muscles to start from, of the movement without them, by name."""
        return muscular.start(part["q"], part["moment"], self.step_s, self.person.body.skeleton, self.layout.periodic)

    @property
    def step_s(self) -> float:
        """Time between nodes [s]."""
        return self.node.problem.step_s


@dataclass(frozen=True)
class Solution:
    """Motion and forces of one person."""

    person: Person  # body and sensors as they were stated
    step_s: float  # time between nodes [s]
    layout: Layout  # of the unknowns
    # unknowns by name: ``q`` (C, n) cubic B-splines, see :class:`~kinertia.ocp.layout.Layout` [m, rad]; at the nodes ``force``
    # (N, P, 2) ground reaction [BW of the stated body] and ``moment`` (N, m) of the joints [BWBH of the real body]; ``speed``
    # that is added to the rate of pelvis_tx [m/s]; ``units`` (U,), deviations of sensors and body in units of the expected
    # errors; and where moments are those of muscles, what :func:`kinertia.ocp.muscular.variables` says
    part: dict[str, Array]
    convergence: Convergence  # how well it solves the problem

    def __repr__(self) -> str:
        return f"Solution {'of one cycle' if self.layout.periodic else 'over time'}: {self.convergence}"

    @classmethod
    def of(cls, movement: Movement, x: Array, data: Array, runs: list[Run]) -> Solution:
        """From unknowns ``x``, the ``data`` that they were to explain and the runs that led to them, judged at every node."""
        person, node, layout, step_s = movement.person, movement.node, movement.layout, movement.step_s
        part = layout.split(x)
        convergence = Convergence(
            solves=tuple(runs),
            nodes=layout.nodes,
            cost={name: cost for name, cost in node.costs(layout, x, data).items() if name != GAUGE},
            violation={kind.name: Violation.of(kind.unit, outside) for kind, outside in node.violations(layout, x, data)},
            contact=Contact.of(
                _at(person, step_s, layout, part, step_s * np.arange(layout.nodes, dtype=np.float64)), person.body
            ),
        )
        return cls(person, step_s, layout, part, convergence)

    @property
    def duration_s(self) -> float:
        """Period of a cycle, or time from the first node to the last [s]."""
        return self.layout.intervals * self.step_s

    @property
    def body(self) -> Body:
        """The body at the size that was found."""
        return self.person.deviation(torch.tensor(self.part["units"])).body(self.person.body)

    def at(self, time_s: Array) -> Track:
        """Motion and forces at any times: splines exactly, forces along straight lines between nodes.

        ``time_s`` (T,) counts from the first node [s]; beyond the ends of a movement that does not repeat the end stands still.
        Residual and moments are those that the equations of motion ask for at these times.
        """
        return _at(self.person, self.step_s, self.layout, self.part, time_s)

    def muscles_at(self, time_s: Array) -> tuple[Array, Array, Array]:
        """Activations and forces [BW] of muscles (T, 2, M) and their moments (T, 2, J) [BWBH] at any times, right and left."""
        q, stretch, activation = (
            _motion(self.step_s, self.layout, c.reshape(len(c), -1), time_s)[1][0]
            for c in (self.part[name] for name in ("q", "stretch", "activation"))
        )
        shape = (len(time_s), *self.part["stretch"].shape[1:])
        skeleton = self.person.body.skeleton
        return activation.reshape(shape), *muscular.forces(q, stretch.reshape(shape), skeleton)


def _motion(step_s: float, layout: Layout, c: Array, time_s: Array) -> tuple[Array, tuple[Array, Array, Array]]:
    """Places (T,) of times among the nodes, and values, first and second derivatives (T, n) of splines there."""
    duration_s = layout.intervals * step_s
    place = (time_s % duration_s if layout.periodic else np.clip(time_s, 0.0, duration_s)) / step_s
    return place, spline.basis_motion(np.concatenate([c[-1:], c, c[:2]]) if layout.periodic else c, place, step_s)


def _at(person: Person, step_s: float, layout: Layout, part: dict[str, Array], time_s: Array) -> Track:
    place, (q, qd, qdd) = _motion(step_s, layout, part["q"], time_s)
    force = np.concatenate([part["force"], part["force"][:1]]) if layout.periodic else part["force"]
    q[:, 0] = 0.0
    qd[:, 0] += part["speed"]
    before = np.minimum(place.astype(int), len(force) - 2)
    share = (place - before)[:, None, None]
    between = (1.0 - share) * force[before] + share * force[before + 1]
    # a batch of one
    q, qd, qdd, between = (torch.tensor(x)[None] for x in (q, qd, qdd, between))
    wearer = Wearer(stack([person.body]), person.position[None], person.deviation(torch.tensor(part["units"])))
    return track.through_body(Motion(q, qd, qdd, force=between * person.body.weight), wearer)

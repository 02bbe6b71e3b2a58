"""A solved movement: evaluated at any time, and how well it solves the problem."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import Body, stack
from kinertia.estimation import track
from kinertia.estimation.track import Track, Wearer
from kinertia.learning.personal import Deviation
from kinertia.learning.sequence import Sequence
from kinertia.mechanics.motion import Motion
from kinertia.numerics import uniform_spline
from kinertia.ocp.ipopt import Answer
from kinertia.ocp.layout import Layout
from kinertia.ocp.node import Node
from kinertia.recording import Array
from kinertia.solving import tracking
from kinertia.solving.convergence import Convergence, Solve, contact_figures, violation
from kinertia.solving.settings import Settings
from kinertia.solving.tracking import Person

GAUGE = "anchor"
"""A cost that only chooses among equal motions; of no interest in a report."""


@dataclass(frozen=True)
class Movement:
    """A person's movement that is to be found: who, the functions of a node, and the places of the unknowns."""

    person: Person
    node: Node
    layout: Layout

    @classmethod
    def of(cls, sequence: Sequence, nodes: int, periodic: bool, settings: Settings, speed: float) -> Movement:
        """Trace the problem of a person.

        Parameters
        ----------
        sequence : gives body, sensors and the rate of the nodes.
        nodes : number of nodes.
        periodic : whether the movement repeats.
        settings : weights and bounds.
        speed : rough forward speed [m/s]; moments usual at it are the unit of changes of moments.
        """
        person = Person.of(sequence)
        node = Node.of(tracking.problem(person, settings, 1.0 / sequence.rate_hz, speed))
        return cls(person, node, Layout(node.problem.variables, nodes, periodic))

    @property
    def step_s(self) -> float:
        """Time between nodes [s]."""
        return self.node.problem.step_s


@dataclass(frozen=True)
class Solution:
    """Motion and forces of one person.

    Attributes
    ----------
    person : body and sensors as they were stated.
    step_s : time between nodes [s].
    periodic : whether the movement repeats.
    coefficients : (C, n) of cubic B-splines, see :class:`~kinertia.ocp.layout.Layout` [m, rad].
    force_bw : (N, P, 2) ground reaction at the contact points at the nodes [BW of the stated body].
    moment_bwbh : (N, m) joint moments at the nodes [BWBH of the real body].
    speed : forward speed that is added to the rate of pelvis_tx [m/s].
    units : (U,) deviations of sensors and body in units of the expected errors.
    convergence : how well it solves the problem.
    """

    person: Person
    step_s: float
    periodic: bool
    coefficients: Array
    force_bw: Array
    moment_bwbh: Array
    speed: float
    units: Array
    convergence: Convergence

    def __repr__(self) -> str:
        return f"Solution {'of one cycle' if self.periodic else 'over time'}: {self.convergence}"

    @classmethod
    def of(cls, movement: Movement, x: Array, data: Array, answers: list[Answer]) -> Solution:
        """From the unknowns of a movement, judged at every node.

        Parameters
        ----------
        movement : gives places, constraints and costs.
        x : unknowns.
        data : what they were to explain.
        answers : runs of the solver that led to them.
        """
        node, layout = movement.node, movement.layout
        part = layout.split(x)
        outside = node.violations(layout, x, data)
        outline = Convergence(
            solves=tuple(Solve(a.status, a.converged, a.iterations, a.seconds) for a in answers),
            nodes=layout.nodes,
            cost={name: cost for name, cost in node.costs(layout, x, data).items() if name != GAUGE},
            violation={constraint.name: violation(constraint.unit, found) for constraint, found in outside},
        )
        bare = cls(
            movement.person,
            movement.step_s,
            layout.periodic,
            part["q"],
            part["force"],
            part["moment"],
            float(part["speed"]),
            part["units"],
            outline,
        )
        found = bare.at(movement.step_s * np.arange(layout.nodes, dtype=np.float64))
        figures = contact_figures(found, movement.person.body)
        return replace(bare, convergence=outline.with_contact(figures))

    @property
    def nodes(self) -> int:
        return len(self.force_bw)

    @property
    def duration_s(self) -> float:
        """Period of a cycle, or time from the first node to the last [s]."""
        return (self.nodes if self.periodic else self.nodes - 1) * self.step_s

    @property
    def deviation(self) -> Deviation:
        """Where sensors sit and how large the body is."""
        return self.person.deviation(torch.tensor(self.units))

    @property
    def body(self) -> Body:
        """The body at the size that was found."""
        return self.deviation.body(self.person.body)

    def at(self, time_s: Array) -> Track:
        """Motion and forces at any times: splines exactly, forces along straight lines between nodes.

        Parameters
        ----------
        time_s : (T,) from the first node on [s]; beyond the ends of a movement that does not repeat the end stands still.

        Returns
        -------
        Track; its residual and moments are those that the equations of motion ask for at these times.
        """
        time = time_s % self.duration_s if self.periodic else np.clip(time_s, 0.0, self.duration_s)
        c = self.coefficients
        if self.periodic:
            c = np.concatenate([c[-1:], c, c[:2]])
        q, qd, qdd = uniform_spline.motion(c, time / self.step_s, self.step_s)
        q[:, 0] = 0.0
        qd[:, 0] += self.speed
        motion = Motion(*(_one(x) for x in (q, qd, qdd)), force=_one(self._forces(time)) * self.person.body.weight)
        return track.through_body(motion, Wearer(stack([self.person.body]), self.person.position[None], self.deviation))

    def _forces(self, time_s: Array) -> Array:
        """(T, P, 2) [BW]"""
        values = np.concatenate([self.force_bw, self.force_bw[:1]]) if self.periodic else self.force_bw
        place = np.clip(time_s / self.step_s, 0.0, len(values) - 1.0)
        before = np.minimum(place.astype(int), len(values) - 2)
        part = (place - before)[:, None, None]
        return (1.0 - part) * values[before] + part * values[before + 1]


def _one(x: Array) -> Tensor:
    """As a batch of one."""
    return torch.tensor(x)[None]

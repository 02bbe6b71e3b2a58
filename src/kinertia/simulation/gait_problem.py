"""The movement that looks most like a reference and obeys the equations of motion, as an optimal-control problem."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.numerics import spline
from kinertia.ocp import ipopt, moving, muscular
from kinertia.ocp.bounds import Bounds
from kinertia.ocp.ipopt import Held
from kinertia.ocp.layout import Layout
from kinertia.ocp.moving import Moving
from kinertia.ocp.node import Node
from kinertia.ocp.problem import At, Goal, Problem
from kinertia.ocp.program import transcribe
from kinertia.recording import Array
from kinertia.simulation import first_guess
from kinertia.simulation.gait import JOIN, Gait
from kinertia.weights import SIMULATING, MuscleWeights, Weights

RATE_HZ = 100.0
"""Nodes per second."""
CONTACT = Bounds(penetration_m=5e-3, sliding_bw_m_per_s=0.02)
"""Of simulated feet: a little softer than the ground, hardly sliding."""
ANGLE, FORCE = 1.0, 0.5
"""Weights of the deviations of coordinates and ground reaction from the reference, in its standard deviations."""
BEND_BWBH = 0.03
"""Moments bend relative to this size."""
MUSCLES = MuscleWeights(effort=4.0, reserve=10.0)
"""Effort costs about as much as that of moments in walking, and hardly a moment is left over."""
ITERATIONS = 400  # at most; time bounds nothing
TOLERANCE = 1e-4  # largest scaled error of the optimality conditions
OPTIONS: dict[str, Any] = {
    # a small first barrier keeps the solver near the reference, which is close to a solution
    "ipopt.mu_init": 1e-3,
    # a movement that hardly gets better is good enough; the equations are met as well as ever
    "ipopt.acceptable_tol": 1e-2,
    "ipopt.acceptable_iter": 6,
    "ipopt.acceptable_constr_viol_tol": 1e-6,
    "ipopt.acceptable_obj_change_tol": 1e-3,
}


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

    def data(self) -> Array:
        """(N, 2 n + 8) numbers of the nodes: wanted coordinates and forces, each with its inverse variances."""
        return np.concatenate([self.q, 1.0 / self.spread**2, self.force, 1.0 / self.force_spread**2], axis=1)


@dataclass(frozen=True)
class GaitProblem:
    """One body on one slope; one instance serves all speeds and styles.

    Attributes
    ----------
    body : float64, no batch dimensions.
    slope_rad : inclination of the ground, uphill positive.
    weights : beside the deviation from a reference.
    muscles : moments are what muscles give.
    """

    body: Body
    slope_rad: float = 0.0
    weights: Weights = SIMULATING
    muscles: bool = False

    @cached_property
    def node(self) -> Node:
        """A node's functions: near the reference, with little effort, smooth moments and forces, feet that do not slide."""
        return self._node(muscles=False)

    @cached_property
    def driven(self) -> Node:
        """The same with moments that muscles give."""
        return self._node(muscles=True)

    def _node(self, *, muscles: bool) -> Node:
        weights, contacts = self.weights, self.body.skeleton.contacts
        sides = [[p for p, contact in enumerate(contacts) if contact.side == side] for side in "rl"]

        def far(found: Tensor, at: At, wanted: str) -> Tensor:
            return ((found - at[wanted]).square() * at[f"{wanted}_weight"]).mean()

        torque: tuple[Goal[Moving], ...] = (Goal("torque", weights.torque, lambda s: (100.0 * s.at["moment"]).square().mean()),)
        goals: tuple[Goal[Moving], ...] = (
            Goal("angle", ANGLE, lambda s: far(s.at["q"], s.at, "q_wanted")),
            Goal("force", FORCE, lambda s: far(torch.cat([s.at["force"][p].sum(0) for p in sides]), s.at, "feet_wanted")),
            *(muscular.goals(self.body.skeleton, MUSCLES, weights.torque) if muscles else torque),
            Goal("torque_bend", weights.torque_bend, lambda s: (s.at.second["moment"] / BEND_BWBH).square().mean()),
            Goal("force_bend", weights.force_bend, lambda s: s.at.second["force"].square().mean()),
            Goal("slip", weights.slip, lambda s: s.slip.mean()),
        )
        count = len(self.body.skeleton.coordinates)
        problem = Problem(
            1.0 / RATE_HZ,
            moving.variables(self.body, CONTACT, muscles=muscles),
            {"q_wanted": (count,), "q_wanted_weight": (count,), "feet_wanted": (4,), "feet_wanted_weight": (4,)},
            lambda at: moving.move(self.body, at, self.slope_rad, muscles=muscles),
            goals,
            moving.constraints(self.body, CONTACT, muscles=muscles),
        )
        return Node.of(problem)


class UnsolvableError(RuntimeError):
    """No movement was found that looks like the reference and obeys the equations of motion."""


def solve_periodic(problem: GaitProblem, reference: Reference, speed: float) -> Gait:
    """A movement that repeats as the reference does, at exactly this forward speed [m/s].

    Raises
    ------
    UnsolvableError : the solver did not converge.
    """
    q = first_guess.standing_hips(problem.body, reference.q, reference.force, periodic=True)
    # where a movement that repeats takes place is open, and is held where it starts
    held = {"q": np.s_[0, :1], "speed": ...}
    return _solve(problem, reference, True, spline.basis_coefficients(q, periodic=True), held, speed)


def solve_passage(problem: GaitProblem, reference: Reference, first: Gait, last: Gait) -> Gait:
    """A movement from the first node of one periodic movement to the first node of another; the steps say how far it travels.

    Its ends continue both with the same position, speed and acceleration, but for the place where it starts.

    Raises
    ------
    UnsolvableError : the solver did not converge.
    """
    q = first_guess.standing_hips(problem.body, reference.q, reference.force, periodic=False)
    begin, end, count = first.start(), last.start(), q.shape[1]
    coefficients = first_guess.between(q, begin[:, :count], end[:, :count])
    ends = [*range(JOIN), *range(-JOIN, 0)]
    stretch = np.concatenate([begin[:, count:], end[:, count:]])
    return _solve(problem, reference, False, coefficients, {"q": ends, "stretch": ends, "speed": ...}, 0.0, stretch)


def _solve(
    problem: GaitProblem,
    reference: Reference,
    periodic: bool,
    coefficients: Array,
    held: dict[str, Any],
    speed: float,
    stretch: Array | None = None,
) -> Gait:
    """Solve from spline ``coefficients``; of the unknowns ``held`` names the rows that stay, of tendons ``stretch``."""
    step_s, skeleton = 1.0 / RATE_HZ, problem.body.skeleton
    part = {"q": coefficients, "force": _share(problem, reference), "speed": np.array(speed)}
    part = _found(problem.node, part, reference, periodic, held)
    columns, activation = [part["q"]], None
    if problem.muscles:
        muscles = muscular.start(part["q"], part["moment"], step_s, skeleton, periodic)
        if stretch is not None:
            ends = held["stretch"]
            muscles["stretch"][ends] = stretch.reshape(len(ends), *muscles["stretch"].shape[1:])
        part = _found(problem.driven, part | muscles, reference, periodic, held)
        columns.append(part["stretch"].reshape(len(part["q"]), -1))
        activation = muscular.activations(part["activation"], periodic)
    return Gait(
        problem.body,
        np.concatenate(columns, axis=1),
        part["force"],
        part["moment"],
        step_s,
        periodic,
        float(part["speed"]),
        problem.slope_rad,
        activation,
    )


def _found(node: Node, part: dict[str, Array], reference: Reference, periodic: bool, held: dict[str, Any]) -> dict[str, Array]:
    """Unknowns by name, from others and with some of them held."""
    layout = Layout(node.problem.variables, reference.nodes, periodic)
    start = layout.join(part)
    places = np.concatenate([layout.places[name][rows].ravel() for name, rows in held.items() if name in layout.places])
    x, run = ipopt.solve(
        transcribe(node, layout),
        start,
        reference.data().ravel(),
        ITERATIONS,
        TOLERANCE,
        Held(places, start[places]),
        options=OPTIONS,
    )
    if not run.converged:
        raise UnsolvableError(f"{run.status} after {run.iterations} iterations")
    return layout.split(x)


def _share(problem: GaitProblem, reference: Reference) -> Array:
    """(N, P, 2) forces of the reference, in equal parts on the contact points of a foot."""
    columns = [reference.force[:, 0:2] if c.side == "r" else reference.force[:, 2:4] for c in problem.body.skeleton.contacts]
    return 2.0 * np.stack(columns, axis=1) / len(columns)

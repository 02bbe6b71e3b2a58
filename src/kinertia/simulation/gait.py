"""Dynamically consistent movement of a simulated person, by trajectory optimisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kinertia.bodies import Body
from kinertia.numerics import uniform_spline
from kinertia.ocp import ipopt
from kinertia.ocp.ipopt import Held
from kinertia.ocp.layout import Layout
from kinertia.ocp.program import transcribe
from kinertia.recording import Array
from kinertia.simulation import first_guess
from kinertia.simulation.gait_problem import RATE_HZ, GaitProblem, Reference

ITERATIONS = 400
TOLERANCE = 1e-4
OPTIONS: dict[str, Any] = {
    # a small first barrier keeps the solver near the reference, which is close to a solution
    "ipopt.mu_init": 1e-3,
    # a movement that hardly gets better is good enough; the equations are met as well as ever
    "ipopt.acceptable_tol": 1e-2,
    "ipopt.acceptable_iter": 6,
    "ipopt.acceptable_constr_viol_tol": 1e-6,
    "ipopt.acceptable_obj_change_tol": 1e-3,
}
JOIN = 3
"""Spline coefficients at an end that decide position, speed and acceleration there."""


@dataclass(frozen=True)
class Gait:
    """A planar motion that obeys the equations of motion; cubic B-splines with one coefficient per node.

    Attributes
    ----------
    body : the person's true body, float64, no batch dimensions.
    coefficients : (N, n) of a periodic motion, else (N + 2, n): spline coefficients of the coordinates [m, rad]; those of
        pelvis_tx hold what is left after steady travel at ``speed``.
    force : (N, P, 2) ground reaction at the contact points, at the nodes [BW].
    moment : (N, n - 3) joint moments at the nodes [BWBH].
    step_s : time between nodes [s].
    periodic : the first node follows the last.
    speed : steady forward speed [m/s]; 0 in a passage, whose pelvis_tx holds all of the travel.
    slope_rad : inclination of the ground, uphill positive; x is along the ground, y normal to it.
    """

    body: Body
    coefficients: Array
    force: Array
    moment: Array
    step_s: float
    periodic: bool
    speed: float
    slope_rad: float

    @property
    def nodes(self) -> int:
        return self.force.shape[0]

    @property
    def duration_s(self) -> float:
        """Period of a periodic motion, else time between the first and the last node [s]."""
        return (self.nodes if self.periodic else self.nodes - 1) * self.step_s

    def start(self) -> Array:
        """(3, n) coefficients around the first node, with pelvis_tx at its travelled distance."""
        if not self.periodic:
            return self.coefficients[:JOIN]
        around = self.coefficients[[-1, 0, 1]].copy()
        around[:, 0] += self.speed * self.step_s * np.array([-1.0, 0.0, 1.0])
        return around


class UnsolvableError(RuntimeError):
    """No movement was found that looks like the reference and obeys the equations of motion."""


def solve_periodic(problem: GaitProblem, reference: Reference, speed: float) -> Gait:
    """A movement that repeats.

    Parameters
    ----------
    problem : body and slope.
    reference : one period.
    speed : forward speed, met exactly [m/s].

    Raises
    ------
    UnsolvableError : the solver did not converge.
    """
    q = first_guess.standing_hips(problem.body, reference.q, reference.force, periodic=True)
    return _solve(problem, reference, True, uniform_spline.coefficients(q, periodic=True), [], speed)


def solve_passage(problem: GaitProblem, reference: Reference, first: Gait, last: Gait) -> Gait:
    """A movement from one periodic movement to another.

    Parameters
    ----------
    problem : body and slope, those of ``first`` and ``last``.
    reference : from the first node of ``first`` to the first node of ``last``. How far it travels follows from the steps.

    Returns
    -------
    Gait whose ends continue both movements with the same position, speed and acceleration, but for the place where it starts.

    Raises
    ------
    UnsolvableError : the solver did not converge.
    """
    q = first_guess.standing_hips(problem.body, reference.q, reference.force, periodic=False)
    coefficients = first_guess.between(q, first.start(), last.start())
    return _solve(problem, reference, False, coefficients, [*range(JOIN), *range(-JOIN, 0)], 0.0)


def _solve(
    problem: GaitProblem, reference: Reference, periodic: bool, coefficients: Array, ends: list[int], speed: float
) -> Gait:
    """Solve from spline ``coefficients``, those of rows ``ends`` and the speed held."""
    layout = Layout(problem.node.problem.variables, reference.nodes, periodic)
    start = layout.join({"q": coefficients, "force": _share(problem, reference), "speed": speed})
    # where a movement that repeats takes place is open, and is held where it starts
    where = layout.places["q"][0, :1] if periodic else layout.places["q"][ends].ravel()
    places = np.concatenate([where, layout.places["speed"].ravel()])
    answer = ipopt.solve(
        transcribe(problem.node, layout),
        start,
        reference.data().ravel(),
        ITERATIONS,
        TOLERANCE,
        Held(places, start[places]),
        options=OPTIONS,
    )
    if not answer.converged:
        raise UnsolvableError(f"{answer.status} after {answer.iterations} iterations")
    part = layout.split(answer.x)
    step_s, way = 1.0 / RATE_HZ, float(part["speed"])
    return Gait(problem.body, part["q"], part["force"], part["moment"], step_s, periodic, way, problem.slope_rad)


def _share(problem: GaitProblem, reference: Reference) -> Array:
    """(N, P, 2) forces of the reference, half on each contact point of a foot."""
    columns = [reference.force[:, 0:2] if c.side == "r" else reference.force[:, 2:4] for c in problem.body.skeleton.contacts]
    return np.stack(columns, axis=1) / 2

"""Dynamically consistent movement of a simulated person, by trajectory optimisation."""

from __future__ import annotations

from dataclasses import dataclass

import casadi as ca
import numpy as np

from kinertia.bodies import Body
from kinertia.numerics import uniform_spline
from kinertia.recording import Array
from kinertia.simulation import first_guess
from kinertia.simulation.gait_problem import RATE_HZ, GaitProblem, Reference, data_of
from kinertia.solving.transcription import Layout

ITERATIONS = 400
TOLERANCE = 1e-4
OPTIONS = {
    "print_time": 0,
    "ipopt.print_level": 0,
    "ipopt.sb": "yes",
    "ipopt.mu_strategy": "monotone",
    # a small first barrier keeps the solver near the reference, which is close to a solution
    "ipopt.mu_init": 1e-3,
    "ipopt.max_iter": ITERATIONS,
    "ipopt.mumps_permuting_scaling": 0,  # unknowns are scaled alike; without it a step takes a third less time
    "ipopt.tol": TOLERANCE,
    # the equations are met to this, however far from the best movement the solver stops
    "ipopt.constr_viol_tol": 1e-7,
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
    layout = problem.layout(reference.nodes, True)
    q = first_guess.standing_hips(problem.body, reference.q, reference.force, periodic=True)
    coefficients = uniform_spline.coefficients(q, periodic=True)
    fixed = {layout.size - 1: speed}
    return _solve(problem, layout, reference, coefficients, fixed, speed)


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
    layout = problem.layout(reference.nodes, False)
    q = first_guess.standing_hips(problem.body, reference.q, reference.force, periodic=False)
    coefficients = first_guess.between(q, first.start(), last.start())
    n = layout.coordinates
    ends = np.r_[: JOIN * n, (layout.coefficients - JOIN) * n : layout.coefficients * n]
    fixed = dict(zip(ends.tolist(), coefficients.ravel()[ends].tolist(), strict=True))
    return _solve(problem, layout, reference, coefficients, fixed | {layout.size - 1: 0.0}, 0.0)


def _solve(
    problem: GaitProblem, layout: Layout, reference: Reference, coefficients: Array, fixed: dict[int, float], speed: float
) -> Gait:
    program = problem.program(layout.nodes, layout.periodic)
    force = _share(problem, reference)
    start = layout.join(coefficients, force, np.zeros((layout.nodes, layout.moments)), np.array([speed]))
    low, high = np.full(layout.size, -np.inf), np.full(layout.size, np.inf)
    first = layout.coefficients * layout.coordinates
    vertical = first + 1 + 2 * np.arange(layout.nodes * layout.forces // 2)
    low[vertical], high[vertical] = 0.0, problem.bounds.vertical_bw
    places, values = np.array(list(fixed)), np.array(list(fixed.values()))
    low[places] = high[places] = values
    least, most = problem.limits()
    derivatives = {"grad_f": program.gradient, "jac_g": program.jacobian, "hess_lag": program.hessian}
    solver = ca.nlpsol("gait", "ipopt", program.problem, OPTIONS | derivatives)
    found = solver(
        x0=start,
        p=data_of(reference).ravel(),
        lbx=low,
        ubx=high,
        lbg=np.tile(least, layout.nodes),
        ubg=np.tile(most, layout.nodes),
    )
    status = solver.stats()
    if not status["success"]:
        raise UnsolvableError(f"{status['return_status']} after {status['iter_count']} iterations")
    c, f, m, s = layout.split(np.array(found["x"]).ravel())
    points = len(problem.body.skeleton.contacts)
    return Gait(
        problem.body,
        c,
        f.reshape(layout.nodes, points, 2),
        m,
        1.0 / RATE_HZ,
        layout.periodic,
        float(s[0]),
        problem.slope_rad,
    )


def _share(problem: GaitProblem, reference: Reference) -> Array:
    """(N, 2 P) forces of the reference, half on each contact point of a foot."""
    contacts = problem.body.skeleton.contacts
    columns = [reference.force[:, (0 if c.side == "r" else 2) + axis] / 2 for c in contacts for axis in (0, 1)]
    return np.stack(columns, axis=1)

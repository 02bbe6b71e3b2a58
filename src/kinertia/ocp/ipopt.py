"""IPOPT on a program (Waechter and Biegler 2006, Math Program 106)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import casadi as ca
import numpy as np

from kinertia.ocp.layout import Indices
from kinertia.ocp.program import Program
from kinertia.recording import Array

INTERRUPTED = ("User_Requested_Stop", "NonIpopt_Exception_Thrown")
"""What a keyboard interrupt looks like: CasADi turns it into an exception within the solver, and that into a status."""
CONVERGED = ("Solve_Succeeded", "Solved_To_Acceptable_Level")
OPTIONS: dict[str, Any] = {
    "print_time": False,
    "ipopt.print_level": 0,
    "ipopt.sb": "yes",
    "ipopt.linear_solver": "mumps",
    # METIS; the ordering that MUMPS chooses by itself takes three times as long per step
    "ipopt.mumps_pivot_order": 5,
    # unknowns are scaled alike; without it a step takes a third less time
    "ipopt.mumps_permuting_scaling": 0,
    "ipopt.mu_strategy": "monotone",
    # one iteration more than without, and the equations of motion hold to six digits
    "ipopt.constr_viol_tol": 1e-7,
}

Progress = Callable[[int, dict[str, float]], None]  # called with the work done and figures by name
Show = Callable[[int], AbstractContextManager[Progress | None]]
"""Given the amount of work, a context that yields the function to call as it is done."""
silent: Show = lambda work: nullcontext()  # noqa: E731
"""Shows nothing."""


@dataclass(frozen=True)
class Held:
    """Of one run: places of the unknowns that are held and their values, and how many of the first constraints are free."""

    places: Indices = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    values: Array = field(default_factory=lambda: np.zeros(0))
    free: int = 0


@dataclass(frozen=True)
class Run:
    """One run of the solver: its word, whether that means a solution, its iterations and wall time [s]."""

    status: str
    converged: bool
    iterations: int
    seconds: float


def solve(
    program: Program,
    start: Array,
    data: Array,
    iterations: int,
    tolerance: float,
    held: Held = Held(),
    progress: Progress | None = None,
    options: dict[str, Any] | None = None,
) -> tuple[Array, Run]:
    """Run the solver.

    KeyboardInterrupt: the solver was interrupted.

    Parameters
    ----------
    program : of a movement of N nodes.
    start : (size,) unknowns to start from.
    data : of the nodes, one after the other.
    iterations : most steps; time bounds nothing, so that a busy machine changes no result.
    tolerance : largest scaled error of the optimality conditions.
    held : further bounds.
    progress : called after each step with its number, ``cost`` per node and largest ``violation`` of a constraint.
    options : further ones of IPOPT, such as where its barrier begins: what serves a start that is near depends on the problem.

    Returns
    -------
    The unknowns, and how the run went.
    """
    begin = time.perf_counter()
    (x_low, x_high), (low, high) = ([side.copy() for side in sides] for sides in (program.x_bounds, program.limits))
    x_low[held.places] = x_high[held.places] = held.values
    low[: held.free], high[: held.free] = -np.inf, np.inf
    chosen = OPTIONS | {
        "grad_f": program.gradient,
        "jac_g": program.jacobian,
        "hess_lag": program.hessian,
        "ipopt.max_iter": iterations,
        "ipopt.tol": tolerance,
        **(options or {}),
    }
    if progress is not None:
        chosen["iteration_callback"] = _Monitor(program, low, high, progress)
    solver = ca.nlpsol("solver", "ipopt", program.problem, chosen)
    result = solver(x0=start, p=data.ravel(), lbx=x_low, ubx=x_high, lbg=low, ubg=high)
    stats = solver.stats()
    if stats["return_status"] in INTERRUPTED:
        raise KeyboardInterrupt
    status, seconds = stats["return_status"], time.perf_counter() - begin
    return np.array(result["x"]).ravel(), Run(status, status in CONVERGED, int(stats["iter_count"]), seconds)


class _Monitor(ca.Callback):
    """Tells of each iteration."""

    def __init__(self, program: Program, low: Array, high: Array, progress: Progress) -> None:
        ca.Callback.__init__(self)
        self._sizes = {"x": program.problem.size1_in(0), "p": program.problem.size1_in(1), "g": low.size, "f": 1}
        self._nodes, self._low, self._high, self._progress = program.nodes, low, high, progress
        self._count = 0
        self.construct("monitor", {})

    def get_n_in(self) -> int:
        return ca.nlpsol_n_out()

    def get_n_out(self) -> int:
        return 1

    def get_name_in(self, i: int) -> str:
        return ca.nlpsol_out(i)

    def get_sparsity_in(self, i: int) -> ca.Sparsity:
        return ca.Sparsity.dense(self._sizes[ca.nlpsol_out(i).removeprefix("lam_")], 1)

    def eval(self, arg: Sequence[ca.DM]) -> list[float]:
        by_name = dict(zip(map(ca.nlpsol_out, range(len(arg))), arg, strict=True))
        values = np.array(by_name["g"]).ravel()
        outside = np.maximum(self._low - values, values - self._high).max()
        self._progress(self._count, {"cost": float(by_name["f"]) / self._nodes, "violation": max(float(outside), 0.0)})
        self._count += 1
        return [0]

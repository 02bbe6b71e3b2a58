"""Several gait cycles of one wearer at once: sensors stay where they are strapped, whatever the person does.

One activity alone hardly tells a turned sensor from a bent joint. Two activities load the body differently, and one
mounting has to explain both.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import casadi as ca
import numpy as np

from kinertia.learning.personal import UNITS
from kinertia.recording import Array, Recording
from kinertia.sensing import contact_events
from kinertia.solving import start as starts
from kinertia.solving.cycle import at_nodes
from kinertia.solving.problem import Answer, Problem, Progress, Show, node_data, silent, to_sequence
from kinertia.solving.settings import Settings
from kinertia.solving.solution import Solution


@dataclass(frozen=True)
class _Part:
    """One cycle's problem with its data and where it starts."""

    problem: Problem
    data: Array
    start: Array


def solve(recordings: Sequence[Recording], settings: Settings, show: Show = silent) -> list[Solution]:
    """Solve periodic cycles of one wearer with one mounting of the sensors and one size of the body.

    Parameters
    ----------
    recordings : cycles in segment frames, of one person with the same sensors; truth in them is not read.
    settings : weights, bounds and rate.
    show : given the largest number of iterations, a context that yields a progress function.
    """
    parts = [_part(recording, settings) for recording in recordings]
    with show(settings.iterations) as progress:
        answer = _solve(parts, progress)
    sizes = np.cumsum([part.problem.layout.size for part in parts])[:-1]
    pieces = np.split(answer.x, sizes)
    return [Solution.of(part.problem, x, part.data, [answer]) for part, x in zip(parts, pieces, strict=True)]


def _part(recording: Recording, settings: Settings) -> _Part:
    nodes = at_nodes(recording, settings)
    sequence = to_sequence(nodes)
    start = starts.of(nodes, sequence)
    problem = Problem.of(sequence, nodes.samples, True, settings, start.speed, contact_events.runs(nodes))
    return _Part(problem, node_data(sequence, nodes), start.unknowns(problem.layout, problem.step_s))


def _solve(parts: list[_Part], progress: Progress | None) -> Answer:
    begin = time.perf_counter()
    problems = [part.problem for part in parts]
    bounds = [problem.bounded() for problem in problems]
    limits = [problem.node_limits() for problem in problems]
    equal = np.zeros((len(parts) - 1) * UNITS)
    program = _join(problems)
    solver = ca.nlpsol(
        "together",
        "ipopt",
        program["problem"],
        problems[0].options(None) | program["derivatives"],
    )
    found = solver(
        x0=np.concatenate([part.start for part in parts]),
        p=np.concatenate([part.data.ravel() for part in parts]),
        lbx=np.concatenate([b.low for b in bounds]),
        ubx=np.concatenate([b.high for b in bounds]),
        lbg=np.concatenate([*(low.ravel() for low, _ in limits), equal]),
        ubg=np.concatenate([*(high.ravel() for _, high in limits), equal]),
    )
    stats = solver.stats()
    iterations = int(stats["iter_count"])
    if progress is not None:
        progress(iterations, {"cost": float(found["f"])})
    return Answer(np.array(found["x"]).ravel(), stats["return_status"], iterations, time.perf_counter() - begin)


def _join(problems: list[Problem]) -> dict[str, Any]:
    """The programs side by side, with equal deviations of sensors and body; the problem, and its derivatives by option."""
    programs = [problem.program for problem in problems]
    link = _link([problem.layout.size for problem in problems])
    counts = [
        [problem.layout.size for problem in problems],
        [program.problem.size1_in(1) for program in programs],
        [program.problem.size1_out(1) for program in programs],
    ]
    x, p = ca.MX.sym("x", sum(counts[0])), ca.MX.sym("p", sum(counts[1]))
    on_cost, on_limits = ca.MX.sym("lam_f"), ca.MX.sym("lam_g", sum(counts[2]) + link.shape[0])
    xs, ps, duals = (
        ca.vertsplit(whole, np.cumsum([0, *sizes, *rest]).tolist())[: len(sizes)]
        for whole, sizes, rest in ((x, counts[0], []), (p, counts[1], []), (on_limits, counts[2], [link.shape[0]]))
    )
    parts = list(zip(programs, xs, ps, strict=True))
    values = [program.problem(a, b) for program, a, b in parts]
    cost = ca.sum1(ca.vertcat(*(f for f, _ in values)))
    limits = ca.vertcat(*(g for _, g in values), link @ x)
    gradient = ca.vertcat(*(program.gradient(a, b)[1] for program, a, b in parts))
    slopes = ca.vertcat(ca.diagcat(*(program.jacobian(a, b)[1] for program, a, b in parts)), ca.MX(link))
    # the link is linear and does not bend
    bends = ca.diagcat(*(program.hessian(a, b, on_cost, dual) for (program, a, b), dual in zip(parts, duals, strict=True)))
    given = ["x", "p"]
    return {
        "problem": ca.Function("nlp", [x, p], [cost, limits], given, ["f", "g"]),
        "derivatives": {
            "grad_f": ca.Function("grad_f", [x, p], [cost, gradient], given, ["f", "grad_f_x"]),
            "jac_g": ca.Function("jac_g", [x, p], [limits, slopes], given, ["g", "jac_g_x"]),
            "hess_lag": ca.Function(
                "hess_lag", [x, p, on_cost, on_limits], [bends], [*given, "lam_f", "lam_g"], ["triu_hess_gamma_x_x"]
            ),
        },
    }


def _link(sizes: list[int]) -> ca.DM:
    """Matrix whose product with the unknowns is zero when the deviations of all parts are equal."""
    ends = np.cumsum(sizes)
    rows = [(k * UNITS + j, ends[0] - UNITS + j, ends[k + 1] - UNITS + j) for k in range(len(sizes) - 1) for j in range(UNITS)]
    i = [r for r, _, _ in rows] * 2
    j = [int(a) for _, a, _ in rows] + [int(b) for _, _, b in rows]
    return ca.DM.triplet(i, j, ca.DM([1.0] * len(rows) + [-1.0] * len(rows)), len(rows), int(ends[-1]))

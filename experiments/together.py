"""Cycles of one wearer solved together, with one mounting of the sensors and one size of the body.

Sensors stay where they are strapped, whatever the person does. One activity alone hardly tells a turned sensor from a bent
joint. Two activities load the body differently, and one mounting has to explain both.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import casadi as ca
import numpy as np

from kinertia.estimation.estimate import Estimate
from kinertia.ocp import ipopt
from kinertia.ocp.layout import Layout
from kinertia.ocp.program import Program, transcribe
from kinertia.recording import Recording
from kinertia.recording.selection import same_wearer
from kinertia.sensing.alignment import to_segments
from kinertia.solving import solver, tracking
from kinertia.solving.settings import Settings
from kinertia.solving.solution import Solution

AS_SHIPPED = Settings()


def solve_all(recordings: Sequence[Recording], settings: Settings = AS_SHIPPED) -> list[Estimate]:
    """Solve recordings, in order; cycles of one wearer (:func:`kinertia.recording.selection.same_wearer`) share their sensors.

    Parameters
    ----------
    recordings : in sensor or segment axes; truth in them is not read.
    settings : weights, bounds, rate and windows.

    Raises
    ------
    RecordingError
        If a recording cannot be aligned or has no usable sensor.
    """
    found: dict[int, Estimate] = {}
    for i, recording in enumerate(recordings):
        if i in found:
            continue
        group = [k for k in range(i, len(recordings)) if k not in found and _one_session(recording, recordings[k])]
        if len(group) < 2:
            found[i] = solver.solve(recording, settings).estimate
            continue
        begin = time.perf_counter()
        ready = [to_segments(recordings[k]) for k in group]
        solutions = solve(ready, settings)
        seconds = (time.perf_counter() - begin) / len(group)
        for k, solution, one in zip(group, solutions, ready, strict=True):
            found[k] = replace(solver.to_estimate(solution, one), seconds=seconds)
    return [found[i] for i in range(len(recordings))]


def _one_session(first: Recording, second: Recording) -> bool:
    return first.periodic and second.periodic and same_wearer(first, second)


def solve(cycles: Sequence[Recording], settings: Settings) -> list[Solution]:
    """Solve cycles in segment frames of one person with the same sensors; truth in them is not read."""
    movements, data, starts = zip(*(solver.stated(cycle, settings) for cycle in cycles), strict=True)
    programs = [transcribe(movement.node, movement.layout) for movement in movements]
    layouts = [movement.layout for movement in movements]
    limits, options = (settings.iterations, settings.tolerance), tracking.OPTIONS
    # each by itself first, where a step is cheap: 10 s in place of 16 for a walk and a run, with the same result
    alone = [ipopt.solve(*one, *limits, options=options)[0] for one in zip(programs, starts, data, strict=True)]
    given = np.concatenate([part.ravel() for part in data])
    x, run = ipopt.solve(join(programs, layouts, "units"), np.concatenate(alone), given, *limits, options=options)
    pieces = np.split(x, np.cumsum([layout.size for layout in layouts])[:-1])
    return [Solution.of(*one, [run]) for one in zip(movements, pieces, data, strict=True)]


def join(programs: Sequence[Program], layouts: Sequence[Layout], equal: str) -> Program:
    """Programs side by side, each with its own unknowns and data, one after the other.

    Parameters
    ----------
    programs, layouts : of the movements.
    equal : name of a shared variable that is constrained to be the same for all.
    """
    sizes = [layout.size for layout in layouts]
    link = _link(layouts, equal)
    x, xs = _parts("x", sizes)
    p, ps = _parts("p", [program.problem.size1_in(1) for program in programs])
    on_limits, duals = _parts("lam_g", [*(len(program.limits[0]) for program in programs), link.shape[0]])
    on_cost = ca.MX.sym("lam_f")
    parts = list(zip(programs, xs, ps, strict=True))
    values = [program.problem(a, b) for program, a, b in parts]
    cost = ca.sum1(ca.vertcat(*(f for f, _ in values)))
    limits = ca.vertcat(*(g for _, g in values), link @ x)
    gradient = ca.vertcat(*(program.gradient(a, b)[1] for program, a, b in parts))
    slopes = ca.vertcat(ca.diagcat(*(program.jacobian(a, b)[1] for program, a, b in parts)), ca.MX(link))
    # the link is linear and does not bend
    bends = ca.diagcat(*(program.hessian(a, b, on_cost, dual) for (program, a, b), dual in zip(parts, duals, strict=False)))
    given, still = ["x", "p"], np.zeros(link.shape[0])
    return Program(
        ca.Function("nlp", [x, p], [cost, limits], given, ["f", "g"]),
        ca.Function("grad_f", [x, p], [cost, gradient], given, ["f", "grad_f_x"]),
        ca.Function("jac_g", [x, p], [limits, slopes], given, ["g", "jac_g_x"]),
        ca.Function("hess_lag", [x, p, on_cost, on_limits], [bends], [*given, "lam_f", "lam_g"], ["triu_hess_gamma_x_x"]),
        (np.concatenate([a.x_bounds[0] for a in programs]), np.concatenate([a.x_bounds[1] for a in programs])),
        (np.concatenate([*(a.limits[0] for a in programs), still]), np.concatenate([*(a.limits[1] for a in programs), still])),
        sum(program.nodes for program in programs),
    )


def _parts(name: str, sizes: list[int]) -> tuple[ca.MX, list[ca.MX]]:
    """A vector and its parts."""
    whole = ca.MX.sym(name, sum(sizes))
    return whole, ca.vertsplit(whole, np.cumsum([0, *sizes]).tolist())


def _link(layouts: Sequence[Layout], equal: str) -> ca.DM:
    """Matrix whose product with all unknowns is zero when a shared variable is the same in all movements."""
    begins = np.cumsum([0, *(layout.size for layout in layouts)])
    places = [begin + layout.places[equal].ravel() for begin, layout in zip(begins, layouts, strict=False)]
    columns = [place for pair in pairwise(places) for place in pair]
    count = len(places[0])
    rows = [np.arange(count) + count * (k // 2) for k in range(len(columns))]
    signs = np.repeat([1.0, -1.0] * (len(places) - 1), count)
    return ca.DM.triplet(
        np.concatenate(rows).tolist(),
        np.concatenate(columns).tolist(),
        ca.DM(signs),
        count * (len(places) - 1),
        int(begins[-1]),
    )

"""One tracking problem: compiled once for a person and a number of nodes, solved for any signals and any start."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Sequence as Sequence_
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import casadi as ca
import numpy as np

from kinertia.bodies import GAIT2D_TRUNK
from kinertia.learning import sequence as sequences
from kinertia.learning.personal import UNITS
from kinertia.learning.sequence import Sequence
from kinertia.recording import SEGMENTS, Array, Recording
from kinertia.recording.channels import read
from kinertia.solving import tracking
from kinertia.solving.settings import Settings
from kinertia.solving.tracking import Kind, Person
from kinertia.solving.transcription import Layout, Program, transcribe

LARGEST_UNIT = 4.0
"""Furthest that sensors and body may be from what was stated, in units of the expected errors."""
TINY_VARIANCE = 1e-12
CONSTRAINTS_MET = 1e-7
"""Largest violation of a solved problem: one iteration more than without, and the equations of motion hold to six digits."""
BARRIER = 1e-3
"""Barrier parameter to start from. With larger ones, or an adaptive one, the solver leaves the start for good and does not find
back."""
INTERRUPTED = ("User_Requested_Stop", "NonIpopt_Exception_Thrown")
"""What a keyboard interrupt looks like: CasADi turns it into an exception within the solver, and that into a status."""
CONVERGED = ("Solve_Succeeded", "Solved_To_Acceptable_Level")

Progress = Callable[[int, dict[str, float]], None]
"""Called with the work done and figures by name."""
Show = Callable[[int], AbstractContextManager[Progress | None]]
"""Given the amount of work, a context that yields the function to call as it is done."""


def silent(work: int) -> AbstractContextManager[Progress | None]:
    """Show nothing."""
    del work
    return nullcontext()


@dataclass(frozen=True)
class Bounded:
    """Bounds on the unknowns and on the constraints, besides those that always hold.

    Attributes
    ----------
    low, high : (size,) bounds of the unknowns.
    free_nodes : nodes at the beginning whose constraints are not imposed.
    """

    low: Array
    high: Array
    free_nodes: int = 0

    def fix(self, places: slice | list[int], values: Array) -> None:
        """Hold unknowns at values."""
        self.low[places] = values
        self.high[places] = values


@dataclass(frozen=True)
class Answer:
    """What the solver came back with.

    Attributes
    ----------
    x : unknowns.
    status : the solver's word.
    iterations : steps of the solver.
    seconds : wall time.
    """

    x: Array
    status: str
    iterations: int
    seconds: float

    @property
    def converged(self) -> bool:
        return self.status in CONVERGED


@dataclass(frozen=True)
class Problem:
    """A person's tracking problem.

    Attributes
    ----------
    person : body and sensors as stated.
    layout : places of the unknowns.
    settings : weights and bounds.
    step_s : time between nodes [s].
    program : the nonlinear program with derivatives.
    constraints : constraints of one node, see :func:`kinertia.solving.tracking.node`.
    parts : cost of one node by term.
    """

    person: Person
    layout: Layout
    settings: Settings
    step_s: float
    program: Program
    constraints: ca.Function
    parts: dict[str, ca.Function] = field(repr=False)

    @classmethod
    def of(
        cls, sequence: Sequence, nodes: int, periodic: bool, settings: Settings, speed: float, running: bool | None = None
    ) -> Problem:
        """Compile the problem of a person.

        Parameters
        ----------
        sequence : gives body, sensors and the rate of the nodes.
        nodes : number of nodes.
        periodic : whether the movement repeats.
        settings : weights and bounds.
        speed : rough forward speed [m/s]; moments usual at it are the unit of changes of moments.
        running : whether the person runs or walks throughout, for the prior on posture; None leaves that out.
        """
        person = Person.of(sequence)
        layout, step_s = tracking.layout(person, nodes, periodic), 1.0 / sequence.rate_hz
        node, parts = tracking.node(person, layout, settings, step_s, tracking.usual_moment(speed))
        shared, nothing = ca.SX.sym("shared", tracking.SHARED), ca.SX.sym("nothing", 0)
        prior = ca.Function("prior", [shared, nothing], [nodes * settings.weights.prior * ca.sumsqr(shared[1:])])
        means = tracking.posture(person, layout, settings, running)
        program = transcribe(layout, node, prior, tracking.node_data(), 0, means)
        return cls(person, layout, settings, step_s, program, node.constraints, parts)

    def bounded(self) -> Bounded:
        """Bounds that always hold, as a copy to add to."""
        low, high = np.full(self.layout.size, -np.inf), np.full(self.layout.size, np.inf)
        _, forces, _, shared = self.layout.split(np.arange(self.layout.size, dtype=np.float64))
        vertical = forces[:, 1::2].astype(int).ravel()
        low[vertical], high[vertical] = 0.0, self.settings.bounds.vertical_bw
        units = shared[-UNITS:].astype(int)
        low[units], high[units] = -LARGEST_UNIT, LARGEST_UNIT
        return Bounded(low, high)

    def solve(
        self,
        start: Array,
        data: Array,
        bounded: Bounded | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """Run the solver.

        Parameters
        ----------
        start : (size,) unknowns to start from.
        data : (N, 42) of :func:`node_data`.
        bounded : further bounds, from :meth:`bounded`.
        progress : called after each iteration with its number, ``cost`` per node and largest ``violation`` of a constraint.

        Raises
        ------
        KeyboardInterrupt
            If the solver was interrupted.
        """
        begin = time.perf_counter()
        held = bounded or self.bounded()
        low, high = self.node_limits()
        low[: held.free_nodes], high[: held.free_nodes] = -np.inf, np.inf
        monitor = None if progress is None else _Monitor(self, low.ravel(), high.ravel(), progress)
        solver = ca.nlpsol("solver", "ipopt", self.program.problem, self.options(monitor))
        found = solver(x0=start, p=data.ravel(), lbx=held.low, ubx=held.high, lbg=low.ravel(), ubg=high.ravel())
        stats = solver.stats()
        if stats["return_status"] in INTERRUPTED:
            raise KeyboardInterrupt
        return Answer(
            np.array(found["x"]).ravel(), stats["return_status"], int(stats["iter_count"]), time.perf_counter() - begin
        )

    def node_limits(self) -> tuple[Array, Array]:
        """Bounds of the constraints of every node, each (N, k)."""
        low, high = (np.tile(side, (self.layout.nodes, 1)) for side in tracking.constraint_bounds(self.person, self.settings))
        return low, high

    def options(self, monitor: _Monitor | None) -> dict[str, Any]:
        """Options of the solver, the derivatives among them."""
        options: dict[str, Any] = {
            "grad_f": self.program.gradient,
            "jac_g": self.program.jacobian,
            "hess_lag": self.program.hessian,
            "print_time": False,
            "ipopt.print_level": 0,
            "ipopt.sb": "yes",
            "ipopt.linear_solver": "mumps",
            "ipopt.mu_strategy": "monotone",
            "ipopt.mu_init": BARRIER,
            "ipopt.mumps_permuting_scaling": 0,
            "ipopt.max_iter": self.settings.iterations,
            "ipopt.tol": self.settings.tolerance,
            "ipopt.constr_viol_tol": CONSTRAINTS_MET,
        }
        if monitor is not None:
            options["iteration_callback"] = monitor
        return options

    def costs(self, x: Array, data: Array) -> dict[str, float]:
        """Cost per node of each term at ``x``; the prior counts as a term."""
        unknowns, table = x[self.layout.local], data.T
        found = {
            name: float(ca.sum2(part.map(self.layout.nodes)(unknowns, table))) / self.layout.nodes
            for name, part in self.parts.items()
        }
        units = self.layout.split(x)[3][-UNITS:]
        return found | {"prior": self.settings.weights.prior * float(units @ units)}

    def violations(self, x: Array, data: Array) -> dict[Kind, Array]:
        """How far each constraint of each kind is outside its bounds at ``x``, (N, k)."""
        values = np.array(self.constraints.map(self.layout.nodes)(x[self.layout.local], data.T)).T
        low, high = (np.array(side) for side in tracking.constraint_bounds(self.person, self.settings))
        outside = np.maximum(np.maximum(low - values, values - high), 0.0)
        return {kind: outside[:, kind.places] for kind in tracking.kinds(self.person)}


def to_sequence(recording: Recording) -> Sequence:
    """Signals of a recording in segment frames whose samples are the nodes."""
    signals, present = read(recording)
    return sequences.from_arrays(recording, signals, present, recording.rate_hz, GAIT2D_TRUNK)


def node_data(sequence: Sequence, recording: Recording | None = None) -> Array:
    """(T, 42) signals of each node and their weights: one over the variance, zero where a signal is missing.

    Parameters
    ----------
    sequence : signals at the nodes, with the variance of each channel over time.
    recording : the same nodes; where it is an average of trials, samples at which these differ count less.
    """
    signals, present = sequence.signals.double().numpy(), sequence.present.double().numpy()
    weight = present / sequence.variance.double().numpy()
    if recording is not None:
        weight = weight / _relative_spread(recording)
    return np.concatenate([signals.reshape(len(signals), -1), weight.reshape(len(weight), -1)], axis=1)


def _relative_spread(recording: Recording) -> Array:
    """(T, 7, 3) how uncertain each sample is for its channel, 1 on average: half alike, half as the trials vary."""
    found = np.ones((recording.samples, len(SEGMENTS), 3))
    for kind, axes, places in ((recording.acc_var, [0, 1], [0, 1]), (recording.gyro_var, [2], [2])):
        for k, segment in enumerate(SEGMENTS):
            i = recording.sensor_index(segment)
            if kind is not None and i is not None:
                variance = np.nan_to_num(kind[:, i][:, axes])
                found[:, k, places] = 0.5 + 0.5 * variance / np.maximum(variance.mean(axis=0), TINY_VARIANCE)
    return found


class _Monitor(ca.Callback):
    """Tells of each iteration."""

    def __init__(self, problem: Problem, low: Array, high: Array, progress: Progress) -> None:
        ca.Callback.__init__(self)
        self._sizes = {"x": problem.layout.size, "g": low.size, "p": tracking.node_data() * problem.layout.nodes, "f": 1}
        self._nodes, self._low, self._high, self._progress = problem.layout.nodes, low, high, progress
        self._count = 0
        self.construct("monitor", {})

    def get_n_in(self) -> int:
        return ca.nlpsol_n_out()

    def get_n_out(self) -> int:
        return 1

    def get_name_in(self, i: int) -> str:
        return ca.nlpsol_out(i)

    def get_sparsity_in(self, i: int) -> ca.Sparsity:
        name = ca.nlpsol_out(i).removeprefix("lam_")
        return ca.Sparsity.dense(self._sizes[name], 1)

    def eval(self, arg: Sequence_[ca.DM]) -> list[float]:
        by_name = dict(zip(map(ca.nlpsol_out, range(len(arg))), arg, strict=True))
        values = np.array(by_name["g"]).ravel()
        outside = np.maximum(self._low - values, values - self._high).max()
        self._progress(self._count, {"cost": float(by_name["f"]) / self._nodes, "violation": max(float(outside), 0.0)})
        self._count += 1
        return [0]

"""A recording that does not repeat, window by window.

Each window begins in the state in which the window before it passed that time: values, velocities and accelerations are held
there, and so are forces and moments. What follows in the overlap is done again, now with knowledge of what comes after. The
joined splines obey the equations of motion at every node, as if they had been solved as one.

Sensors and body do not change during a recording. They are found from a few windows first, and then kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kinertia.estimation.estimate import Estimate
from kinertia.learning.personal import UNITS
from kinertia.numerics import uniform_spline
from kinertia.recording import Array, Recording
from kinertia.recording.resampling import resample
from kinertia.solving import start as starts
from kinertia.solving import tracking
from kinertia.solving.problem import Answer, Bounded, Problem, Progress, Show, node_data, silent, to_sequence
from kinertia.solving.settings import Settings, Windows
from kinertia.solving.solution import Solution
from kinertia.solving.store import Store, fingerprint

HELD = 3
"""Coefficients that decide value, velocity and acceleration at a node."""
FEWEST_NODES = 20
FEWEST_PER_CALIBRATION = 2
"""Windows for each that sensors and body are found from; of a shorter recording they are found with the first window."""


def solve(
    recording: Recording,
    settings: Settings,
    show: Show = silent,
    guess: Estimate | None = None,
    folder: Path | None = None,
    resume: bool = False,
) -> Solution:
    """Solve a continuous recording.

    Parameters
    ----------
    recording : in segment frames; truth in it is not read.
    settings : weights, bounds, rate and windows.
    show : given the number of runs of the solver, a context that yields a progress function.
    guess : another method's estimate to start from; default the signals themselves.
    folder : where finished windows are kept.
    resume : go on from the windows in ``folder`` that belong to the same recording and settings.
    """
    ready = recording if recording.rate_hz == settings.rate_hz else resample(recording, settings.rate_hz, keep_gaps=True)
    sequence = to_sequence(ready)
    start = starts.of(ready, sequence, guess)
    plan = lay(ready.samples, settings.rate_hz, settings.windows)
    problem = Problem.of(sequence, plan.nodes, False, settings, start.speed)
    data = node_data(sequence)
    store = Store(folder, _mark(recording, settings, guess))
    if not resume:
        store.clear()
    movement = _Movement.begin(uniform_spline.coefficients(start.q, periodic=False), start.force_bw, problem)
    count = min(settings.windows.calibration, len(plan.firsts) // FEWEST_PER_CALIBRATION)
    samples = calibration_windows(data, plan, count)
    with show(len(samples) + len(plan.firsts)) as progress:
        run = _Run(problem, data, plan, store, movement, start.speed, progress or _ignore)
        if samples:
            run.calibrate(samples)
        answers, units = run.walk(len(samples))
    whole = replace(problem, layout=tracking.layout(problem.person, ready.samples, False))
    x = whole.layout.join(movement.coefficients, movement.forces, movement.moments, np.concatenate([[0.0], units]))
    return Solution.of(whole, x, data, answers)


def _mark(recording: Recording, settings: Settings, guess: Estimate | None) -> str:
    """Names the problem; rounded, because the last digits of signals may differ from run to run."""
    signals = (np.round(x, 6) + 0.0 for x in (recording.acc, recording.gyro))
    start = None if guess is None else guess.method
    return fingerprint(*signals, recording.rate_hz, recording.subject, recording.sensors, settings, start)


@dataclass(frozen=True)
class Plan:
    """Windows of equal length: number of nodes, and the first node of each."""

    nodes: int
    firsts: tuple[int, ...]

    def window(self, index: int) -> slice:
        """Nodes of a window."""
        return slice(self.firsts[index], self.firsts[index] + self.nodes)


def lay(samples: int, rate_hz: float, windows: Windows) -> Plan:
    """Windows over a number of nodes; the last one overlaps more, so that it ends with the recording.

    Raises
    ------
    ValueError
        If windows are too short, or overlap by more than half.
    """
    length, overlap = round(windows.length_s * rate_hz), round(windows.overlap_s * rate_hz)
    if not (length >= FEWEST_NODES and HELD <= overlap <= length // 2):
        raise ValueError(
            f"windows of {windows.length_s:g} s that overlap by {windows.overlap_s:g} s: they need at least "
            f"{FEWEST_NODES / rate_hz:g} s, and an overlap of {HELD / rate_hz:g} s up to half of a window"
        )
    if samples <= length:
        return Plan(samples, (0,))
    firsts = [*range(0, samples - length, length - overlap), samples - length]
    return Plan(length, tuple(firsts))


def calibration_windows(data: Array, plan: Plan, count: int) -> list[int]:
    """Windows spread over the livelier half of a recording: standing shows little of how sensors sit."""
    if count < 1:
        return []
    signals, weight = np.split(data, 2, axis=1)
    lively = np.array([_spread(signals[plan.window(i)], weight[plan.window(i)]) for i in range(len(plan.firsts))])
    candidates = np.flatnonzero(lively >= np.median(lively))
    return [int(i) for i in np.unique(candidates[np.linspace(0, len(candidates) - 1, count + 2).round().astype(int)[1:-1]])]


def _spread(signals: Array, weight: Array) -> float:
    """Weighted variance of the signals."""
    return float((np.var(signals, axis=0) * weight.min(axis=0)).sum())


@dataclass(frozen=True)
class _Movement:
    """The whole movement, as far as it is known, and the guess at the rest; pelvis_tx counts from the first node.

    Attributes
    ----------
    coefficients : (N + 2, n), forces : (N, f), moments : (N, m) : solved, written window by window.
    guess : (N + 2, n) coefficients, guessed_forces : (N, f) : to start from.
    """

    coefficients: Array
    forces: Array
    moments: Array
    guess: Array
    guessed_forces: Array

    @classmethod
    def begin(cls, guess: Array, force_bw: Array, problem: Problem) -> _Movement:
        forces = force_bw.reshape(len(force_bw), -1)
        return cls(np.zeros_like(guess), np.zeros_like(forces), np.zeros((len(forces), problem.layout.moments)), guess, forces)


@dataclass
class _Run:
    """Runs of the solver over the windows."""

    problem: Problem
    data: Array
    plan: Plan
    store: Store
    movement: _Movement
    speed: float
    progress: Progress
    units: Array | None = None

    def __post_init__(self) -> None:
        self._guess_units = np.zeros(UNITS)

    def calibrate(self, windows: list[int]) -> None:
        """Find sensors and body from some windows, and how far the guessed angles are off because of them."""
        known = self.store.load("calibration")
        if known is None:
            units, shifts, weights = [], [], []
            for done, index in enumerate(windows):
                answer = self._attempt(index, self._cold(index), self.problem.bounded(), done)
                c, _, _, shared = self.problem.layout.split(answer.x)
                window = self.plan.window(index)
                shift = (c - self.movement.guess[window.start : window.stop + 2]).mean(axis=0)
                shift[:2] = 0.0
                units.append(shared[1:])
                shifts.append(shift)
                weights.append(1.0 if answer.converged else 1e-3)
            share = np.array(weights)[:, None] / np.sum(weights)
            known = {"units": (share * units).sum(axis=0), "shift": (share * shifts).sum(axis=0)}
            self.store.save("calibration", **known)
        self.units = known["units"]
        self.movement.guess[:] += known["shift"]

    def walk(self, done: int) -> tuple[list[Answer], Array]:
        """Solve window after window; what the solver said, and the deviations of sensors and body."""
        answers: list[Answer] = []
        stored = True
        for index in range(len(self.plan.firsts)):
            answer = self._restore(index) if stored else None
            # what follows a window that is solved anew has to be solved anew
            stored = answer is not None
            answers.append(answer or self._solve(index, done + index))
            self.progress(done + index + 1, {})
        assert self.units is not None  # the first window found them at the latest
        return answers, self.units

    def _solve(self, index: int, done: int) -> Answer:
        if index == 0:
            answer, joined = self._attempt(index, self._cold(index), self._bounded(), done), True
        else:
            start, bounded = self._joined(index)
            answer, joined = self._attempt(index, start, bounded, done), True
            if not answer.converged:
                again = self._attempt(index, self._cold(index), self._bounded(), done)
                if again.converged or self._worst(index, again) < self._worst(index, answer):
                    answer, joined = again, False
        if self.units is None:
            self.units = self.problem.layout.split(answer.x)[3][1:]
        self._write(index, answer, joined)
        self._save(index, answer)
        return answer

    def _attempt(self, index: int, start: Array, bounded: Bounded, done: int) -> Answer:
        return self.problem.solve(
            start,
            self.data[self.plan.window(index)],
            bounded,
            lambda count, terms: self.progress(done, {"window": index + 1, "iteration": count, **terms}),
        )

    def _worst(self, index: int, answer: Answer) -> float:
        found = self.problem.violations(answer.x, self.data[self.plan.window(index)])
        return max(float(outside.max()) for outside in found.values())

    def _bounded(self) -> Bounded:
        bounded = self.problem.bounded()
        if self.units is not None:
            bounded.fix(slice(self.problem.layout.size - UNITS, None), self.units)
        return bounded

    def _cold(self, index: int) -> Array:
        """Start from the guess alone."""
        window = self.plan.window(index)
        layout = self.problem.layout
        units = self._guess_units if self.units is None else self.units
        return layout.join(
            self.movement.guess[window.start : window.stop + 2],
            self.movement.guessed_forces[window],
            np.zeros((layout.nodes, layout.moments)),
            np.concatenate([[self.speed], units]),
        )

    def _joined(self, index: int) -> tuple[Array, Bounded]:
        """Start from the end of the window before, and hold its state at the first node."""
        layout, step_s = self.problem.layout, self.problem.step_s
        first, known = self.plan.firsts[index], self.plan.firsts[index - 1] + self.plan.nodes
        overlap = known - first
        c, f, m, shared = layout.split(self._cold(index))
        old = self.movement.coefficients[first : known + 2].copy()
        # travel at the overlap's mean speed; the splines hold what is left
        shared[0] = (old[-2, 0] - old[1, 0]) / (step_s * overlap)
        old[:, 0] -= old[1, 0] + shared[0] * step_s * (np.arange(len(old)) - 1.0)
        fade = _rise(len(old))[:, None]
        c[len(old) :, 0] = old[-1, 0]
        c[: len(old), 1:] = (1.0 - fade) * old[:, 1:] + fade * c[: len(old), 1:]
        c[: len(old), 0] = old[:, 0]
        fade = _rise(overlap)[:, None]
        f[:overlap] = (1.0 - fade) * self.movement.forces[first:known] + fade * f[:overlap]
        m[:overlap] = (1.0 - fade) * self.movement.moments[first:known]
        bounded = replace(self._bounded(), free_nodes=1)
        places = layout.split(np.arange(layout.size, dtype=np.float64))
        held = [*places[0][:HELD].ravel(), *places[1][0], *places[2][0], places[3][0]]
        c[:HELD] = old[:HELD]
        f[0], m[0] = self.movement.forces[first], self.movement.moments[first]
        start = layout.join(c, f, m, shared)
        bounded.fix([int(i) for i in held], start[[int(i) for i in held]])
        return start, bounded

    def _write(self, index: int, answer: Answer, joined: bool) -> None:
        """Take over a window; one that does not begin in the state before it is blended in over the overlap."""
        window, step_s = self.plan.window(index), self.problem.step_s
        c, f, m, shared = self.problem.layout.split(answer.x)
        c = c.copy()
        c[:, 0] += shared[0] * step_s * (np.arange(len(c)) - 1.0)
        known = 0 if index == 0 else self.plan.firsts[index - 1] + self.plan.nodes - window.start
        if index:
            before = self.movement.coefficients[window.start : window.start + known + 2]
            place = 1 if joined else slice(0, known + 2)
            c[:, 0] += np.mean(before[place, 0] - c[place, 0])
        for whole, part, count, extra in (
            (self.movement.coefficients, c, known + 2, 2),
            (self.movement.forces, f, known, 0),
            (self.movement.moments, m, known, 0),
        ):
            if index and not joined:
                rise = _rise(count)[:, None]
                part[:count] = (1.0 - rise) * whole[window.start : window.start + count] + rise * part[:count]
            whole[window.start : window.stop + extra] = part

    def _save(self, index: int, answer: Answer) -> None:
        window = self.plan.window(index)
        assert self.units is not None
        self.store.save(
            f"window{index:05d}",
            coefficients=self.movement.coefficients[window.start : window.stop + 2],
            forces=self.movement.forces[window],
            moments=self.movement.moments[window],
            units=self.units,
            run=np.array([answer.iterations, answer.seconds]),
            status=np.array(answer.status),
        )

    def _restore(self, index: int) -> Answer | None:
        part = self.store.load(f"window{index:05d}")
        if part is None:
            return None
        window = self.plan.window(index)
        self.movement.coefficients[window.start : window.stop + 2] = part["coefficients"]
        self.movement.forces[window] = part["forces"]
        self.movement.moments[window] = part["moments"]
        self.units = part["units"]
        iterations, seconds = part["run"]
        return Answer(np.empty(0), str(part["status"]), int(iterations), float(seconds))


def _rise(count: int) -> Array:
    """(count,) smooth way from 0 to 1."""
    part = np.linspace(0.0, 1.0, count)
    return part * part * (3.0 - 2.0 * part)


def _ignore(done: int, terms: dict[str, float]) -> None:
    del done, terms

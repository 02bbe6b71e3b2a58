"""A recording that does not repeat, window by window.

Each window begins in the state in which the window before it passed that time: values, velocities and accelerations are held
there, and so are forces and moments. What follows in the overlap is done again, now with knowledge of what comes after. The
joined splines obey the equations of motion at every node, as if they had been solved as one.

Sensors and body do not change during a recording. They are found from a few windows first, and then kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from kinertia.estimation.estimate import Estimate
from kinertia.ocp import ipopt
from kinertia.ocp.ipopt import CONVERGED, Held, Progress, Run, Show, silent
from kinertia.ocp.layout import Layout
from kinertia.ocp.program import Program, transcribe
from kinertia.recording import Array, Recording
from kinertia.recording.resampling import resample
from kinertia.solving import start as starts
from kinertia.solving import tracking
from kinertia.solving.settings import Settings, Windows
from kinertia.solving.solution import Movement, Solution
from kinertia.solving.store import Store, fingerprint

HELD = 3  # coefficients that decide value, velocity and acceleration at a node
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
    muscles: bool = False,
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
    muscles : then solve all windows again with moments that muscles give.
    """
    ready = recording if recording.rate_hz == settings.rate_hz else resample(recording, settings.rate_hz, keep_gaps=True)
    sequence = tracking.to_sequence(ready, settings)
    start = starts.of(ready, sequence, guess)
    plan = lay(ready.samples, settings.rate_hz, settings.windows)
    window = Movement.of(sequence, plan.nodes, False, settings, start.speed)
    whole = replace(window, layout=Layout(window.layout.variables, ready.samples, False))
    data = tracking.node_data(sequence)
    store = Store(folder, _mark(recording, settings, guess))
    if not resume:
        store.clear()
    guess_x = whole.layout.split(start.unknowns(whole.layout))
    count = min(settings.windows.calibration, len(plan.firsts) // FEWEST_PER_CALIBRATION)
    samples = calibration_windows(data, plan, count)
    with show(len(samples) + (1 + muscles) * len(plan.firsts)) as progress:
        given = settings, data, plan, store, progress or (lambda done, terms: None)
        solving = _Windows(window, *given, guess_x)
        if samples:
            solving.calibrate(samples)
        runs = solving.walk(len(samples))
        if muscles:
            window, whole = window.with_muscles(settings), whole.with_muscles(settings)
            start_x = solving.found | whole.muscles_of(solving.found) | steady(solving.found["q"], window.step_s)
            solving = _Windows(window, *given, start_x, solving.units, "muscles_")
            runs += solving.walk(len(samples) + len(plan.firsts))
    return Solution.of(whole, whole.layout.join(solving.found | {"speed": 0.0, "units": solving.known}), data, runs)


def steady(q: Array, step_s: float) -> dict[str, Array | float]:
    """``speed`` of steady travel [m/s], and ``q`` (N + 2, n) coefficients without it."""
    speed = float(q[-2, 0] - q[1, 0]) / (step_s * (len(q) - 3))
    left = q.copy()
    left[:, 0] -= q[1, 0] + speed * step_s * (np.arange(len(q)) - 1.0)
    return {"q": left, "speed": speed}


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

    ValueError: windows are too short, or overlap by more than half.
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
    parts = [plan.window(i) for i in range(len(plan.firsts))]
    # weighted variance of the signals
    lively = np.array([(np.var(signals[part], axis=0) * weight[part].min(axis=0)).sum() for part in parts])
    candidates = np.flatnonzero(lively >= np.median(lively))
    return [int(i) for i in np.unique(candidates[np.linspace(0, len(candidates) - 1, count + 2).round().astype(int)[1:-1]])]


@dataclass
class _Windows:
    """Runs of the solver over the windows."""

    window: Movement  # the movement of one window
    settings: Settings
    # data, plan, store: what is to be explained, where windows lie, where they are kept
    data: Array
    plan: Plan
    store: Store
    progress: Progress
    guess: dict[str, Any]  # each variable over the whole movement, to start from
    units: Array | None = None  # sensors and body, where they are known
    prefix: str = ""  # of the names that windows are kept by

    def __post_init__(self) -> None:
        self._program: Program = transcribe(self.window.node, self.window.layout)
        layout = self.window.layout
        # rows that each variable of a window has beyond its nodes
        self._ends = {v.name: layout.rows(v) - layout.nodes for v in layout.variables if v.form != "shared"}
        # solved, written window by window; pelvis_tx counts from the first node, without steady travel
        self.found: dict[str, Array] = {name: np.zeros_like(self.guess[name]) for name in self._ends}

    @property
    def known(self) -> Array:
        """Deviations of sensors and body, which the first window found at the latest."""
        assert self.units is not None
        return self.units

    def calibrate(self, windows: list[int]) -> None:
        """Find sensors and body from some windows, and how far the guessed angles are off because of them."""
        known = self.store.load("calibration")
        if known is None:
            units, shifts, weights = [], [], []
            for done, index in enumerate(windows):
                x, run = self._attempt(index, self.window.layout.join(self._parts(index)), Held(), done)
                part, nodes = self.window.layout.split(x), self.plan.window(index)
                shift = (part["q"] - self.guess["q"][nodes.start : nodes.stop + 2]).mean(axis=0)
                shift[:2] = 0.0
                units.append(part["units"])
                shifts.append(shift)
                weights.append(1.0 if run.converged else 1e-3)
            share = np.array(weights)[:, None] / np.sum(weights)
            known = {"units": (share * units).sum(axis=0), "shift": (share * shifts).sum(axis=0)}
            self.store.save("calibration", **known)
        self.units = known["units"]
        self.guess["q"] = self.guess["q"] + known["shift"]

    def walk(self, done: int) -> list[Run]:
        """Solve window after window; how the runs of the solver went."""
        runs: list[Run] = []
        stored = True
        for index in range(len(self.plan.firsts)):
            run = self._restore(index) if stored else None
            # what follows a window that is solved anew has to be solved anew
            stored = run is not None
            runs.append(run or self._solve(index, done + index))
            self.progress(done + index + 1, {})
        return runs

    def _solve(self, index: int, done: int) -> Run:
        start, held = (self.window.layout.join(self._parts(index)), self._held()) if index == 0 else self._joined(index)
        (x, run), joined = self._attempt(index, start, held, done), True
        if index and not run.converged:
            other, again = self._attempt(index, self.window.layout.join(self._parts(index)), self._held(), done)
            if again.converged or self._worst(index, other) < self._worst(index, x):
                x, run, joined = other, again, False
        if self.units is None:
            self.units = self.window.layout.split(x)["units"]
        self._write(index, x, joined)
        nodes = self.plan.window(index)
        self.store.save(
            f"{self.prefix}window{index:05d}",
            **{name: self.found[name][nodes.start : nodes.stop + extra] for name, extra in self._ends.items()},
            units=self.units,
            run=np.array([run.iterations, run.seconds]),
            status=np.array(run.status),
        )
        return run

    def _attempt(self, index: int, start: Array, held: Held, done: int) -> tuple[Array, Run]:
        return ipopt.solve(
            self._program,
            start,
            self.data[self.plan.window(index)],
            self.settings.iterations,
            self.settings.tolerance,
            held,
            lambda count, terms: self.progress(done, {"window": index + 1, "iteration": count, **terms}),
            tracking.OPTIONS,
        )

    def _worst(self, index: int, x: Array) -> float:
        result = self.window.node.violations(self.window.layout, x, self.data[self.plan.window(index)])
        return max(float(outside.max()) for _, outside in result)

    def _held(self, start: Array | None = None) -> Held:
        """Sensors and body, where they are known; and of a ``start`` that continues a window, the state at its first node."""
        place = self.window.layout.places
        places, values = ([], []) if self.units is None else ([place["units"]], [self.units])
        free = 0
        if start is not None:
            state = [place[name][: HELD if extra else 1].ravel() for name, extra in self._ends.items()] + [
                place["speed"].ravel()
            ]
            places, values = [*places, *state], [*values, *(start[at] for at in state)]
            free = len(self.window.node.bounds()[0])
        return Held(np.concatenate(places), np.concatenate(values), free) if places else Held()

    def _parts(self, index: int) -> dict[str, Array]:
        """Unknowns of a window from the guess alone."""
        nodes, guess = self.plan.window(index), self.guess
        over_time = {name: guess[name][nodes.start : nodes.stop + extra].copy() for name, extra in self._ends.items()}
        return over_time | {"speed": guess["speed"], "units": guess["units"] if self.units is None else self.units}

    def _joined(self, index: int) -> tuple[Array, Held]:
        """Start from the end of the window before, and hold its state at the first node."""
        first, known = self.plan.firsts[index], self.plan.firsts[index - 1] + self.plan.nodes
        overlap = known - first
        parts = self._parts(index)
        q, old = parts["q"], self.found["q"][first : known + 2].copy()
        # travel at the overlap's mean speed; the splines hold what is left
        parts["speed"] = (old[-2, 0] - old[1, 0]) / (self.window.step_s * overlap)
        old[:, 0] -= old[1, 0] + parts["speed"] * self.window.step_s * (np.arange(len(old)) - 1.0)
        q[:, 0] = old[-1, 0]
        q[: len(old), 0] = old[:, 0]
        q[: len(old), 1:] = _blend(old[:, 1:], q[: len(old), 1:])
        q[:HELD] = old[:HELD]
        for name in self._ends.keys() - {"q"}:
            rows = overlap + self._ends[name]
            before = self.found[name][first : first + rows]
            parts[name][:rows] = _blend(before, parts[name][:rows])
            if self._ends[name]:
                parts[name][:HELD] = before[:HELD]
        start = self.window.layout.join(parts)
        return start, self._held(start)

    def _write(self, index: int, x: Array, joined: bool) -> None:
        """Take over a window; one that does not begin in the state before it is blended in over the overlap."""
        nodes = self.plan.window(index)
        parts = self.window.layout.split(x)
        q = parts["q"]
        q[:, 0] += parts["speed"] * self.window.step_s * (np.arange(len(q)) - 1.0)
        known = 0 if index == 0 else self.plan.firsts[index - 1] + self.plan.nodes - nodes.start
        if index:
            before = self.found["q"][nodes.start : nodes.start + known + 2]
            place = 1 if joined else slice(0, known + 2)
            q[:, 0] += np.mean(before[place, 0] - q[place, 0])
        for name, extra in self._ends.items():
            whole, part, count = self.found[name], parts[name], known + extra
            if index and not joined:
                part[:count] = _blend(whole[nodes.start : nodes.start + count], part[:count])
            whole[nodes.start : nodes.stop + extra] = part

    def _restore(self, index: int) -> Run | None:
        part = self.store.load(f"{self.prefix}window{index:05d}")
        if part is None:
            return None
        nodes = self.plan.window(index)
        for name, extra in self._ends.items():
            self.found[name][nodes.start : nodes.stop + extra] = part[name]
        self.units = part["units"]
        iterations, seconds = part["run"]
        status = str(part["status"])
        return Run(status, status in CONVERGED, int(iterations), float(seconds))


def _blend(before: Array, after: Array) -> Array:
    """From one curve (T, ...) smoothly to another."""
    part = np.linspace(0.0, 1.0, len(before)).reshape(-1, *[1] * (before.ndim - 1))
    rise = part * part * (3.0 - 2.0 * part)
    return (1.0 - rise) * before + rise * after

"""Calibration in the stream: stand still, walk ten steps, and how the sensors sit is known."""

from __future__ import annotations

import math
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Lock

import numpy as np

from kinertia.checks import chain
from kinertia.recording import LOWER_BODY, Array, Cause, Frame, Recording, RecordingError, Severity, words
from kinertia.recording.standing import STILL_ACC, STILL_RATE, WINDOW_S
from kinertia.sensing import gait_phase
from kinertia.sensing.alignment import Alignment, align
from kinertia.streaming.core import Core
from kinertia.streaming.progress import Progress

LOOK_S = 0.1
COUNT_S = 1.0
STAND_S = 3.0  # how long to stand still
STEPS = 10  # how many to walk
PATIENCE_S = 60.0  # how long either of the two may take
FEWEST_STEPS = 6  # with fewer steps in a row nothing is tried at all
MORE_STEPS = 4  # asked for when the steps so far did not do
LEFT_OUT = frozenset({Cause.IMPOSSIBLE, Cause.DOUBLED, Cause.FROZEN, Cause.DEAD, Cause.MISSING})
"""What is mended by leaving samples out, which changes nothing for those that come."""
MOST_NAMED = 2  # when more sensors move or are silent, it is not the sensors
STANDING_SHARE, WALKING_SHARE = 0.3, 0.6  # of the work, for the bar that is shown


class Calibration:
    """Collects standing and walking from a running core, finds the alignment in the background and gives it to the core.

    A core that is aligned already goes on as before until the new alignment is there. Signals come in the thread that pushes;
    the work on them is done in another one.
    """

    def __init__(self, core: Core, patience_s: float = PATIENCE_S) -> None:
        self._core, self._patience_s = core, patience_s
        self._rate = core.model.rate_hz
        self._sensors = core.session.sensors
        self._used = [k for k, sensor in enumerate(self._sensors) if sensor.segment in LOWER_BODY.segments]
        longest = 2.0 * self._patience_s + STAND_S
        self._rows = np.empty((round(longest * self._rate), len(self._sensors), 6))
        self._window = round(WINDOW_S * self._rate)
        self._look = max(round(LOOK_S * self._rate), 1)
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(1, "kinertia-calibration")
        self._stride: Future[int | None] | None = None
        self._solving: Future[Alignment] | None = None
        self._before = ""
        self.progress = Progress()  # may be read from any thread
        self.alignment: Alignment | None = None  # what was found, with its warnings

    def start(self) -> None:
        """Begin, or begin again; then :attr:`progress` goes on saying why the try before failed."""
        before = self.progress.words if self.progress.state == "failed" else ""
        self.stop()
        with self._lock:
            self._before, self._doubt = before, ""  # a fault is believed when more steps show it too
            self.alignment = None
            self._count = self._seen = self._stood = self._walked = self._begun = 0
            self._index: int | None = None
            self._wanted, self._steps = STEPS, 0
            self._stride = self._solving = None
            self._say("stand", 0.0, f"stand still, upright, for {STAND_S:g} s")
            self._core.listen(self._take)

    def stop(self, why: str = "") -> None:
        """Leave everything as it was; with a reason, this try has failed for that."""
        self._core.unlisten(self._take)
        with self._lock:
            if self.progress.state == "running":
                self.progress = replace(self.progress, state="failed", words=why, left_s=None) if why else Progress()

    def _take(self, index: int, raw: Array) -> None:
        """One grid point, in sensor axes."""
        with self._lock:
            if self.progress.state != "running":
                return
            if self._index is not None and index != self._index + 1:
                self._fail("all sensors were silent for a while; see that they are in range, then calibrate again")
                return
            self._index = index
            if self._count < len(self._rows):
                self._rows[self._count] = raw
                self._count += 1
            self._seen += 1
            if self._seen % self._look == 0 and self._count >= self._window:
                {"stand": self._stand, "walk": self._walk, "solve": self._solve}[self.progress.step]()

    def _stand(self) -> None:
        recent = self._rows[self._count - self._window : self._count, self._used]
        silent, moving = _silent(recent), _moving(recent)
        if silent.any():
            self._count = 0
            self._say("stand", 0.0, f"waiting for signals: {self._does(silent, 'send')} no acceleration or no angular rate")
        elif moving.any():
            first, self._count = self._count == self._window, 0
            again = "" if first else ", from the beginning"
            self._say("stand", 0.0, f"stand still for {STAND_S:g} s{again}: {self._does(moving, 'move')}")
        elif self._count >= STAND_S * self._rate:
            self._stood = self._begun = self._count
            self._say("walk", STANDING_SHARE, self._walk_words)
            return
        else:
            stood_s = self._count / self._rate
            left_s = math.ceil(STAND_S - stood_s)
            self._say("stand", STANDING_SHARE * stood_s / STAND_S, f"stand still: {left_s} s more")
        if self._seen > self._patience_s * self._rate:
            if silent.any():
                why = f"{self._does(silent, 'send')} nothing; see to it, or leave it out"
            elif 0 < moving.sum() <= MOST_NAMED:
                why = f"{self._does(moving, 'move')}; fasten it, then stand upright without moving"
            else:
                why = "the wearer moves; stand upright without moving"
            self._fail(f"no standing seen in {self._patience_s:g} s: {why}")

    def _walk(self) -> None:
        rates = self._rows[self._count - self._window : self._count, self._used, 3:] - self._bias()
        walking = float(np.median(np.sqrt(np.nan_to_num(rates**2).sum(-1).mean(axis=0)))) > gait_phase.MOVING_RATE
        if walking and not self._walked:
            self._begun = self._count - self._window
        self._walked += self._look * walking
        self._count_steps()
        if self._steps >= self._wanted:
            self._begin_to_solve()
            return
        if self._steps:
            told = f"walk on: {self._steps} of {self._wanted} steps"
        else:
            told = "walk on, straight ahead" if self._walked else self._walk_words
        self._say("walk", STANDING_SHARE + WALKING_SHARE * self._steps / self._wanted, told)
        if self._impatient and self._steps >= FEWEST_STEPS:
            self._begin_to_solve()
        elif self._impatient:
            self._fail(f"{self._steps or 'no'} steps seen in {self._patience_s:g} s; {self._again}")

    def _count_steps(self) -> None:
        """Steps so far, from how often the signals repeat; counted in the background, once a second."""
        if self._stride is not None and self._stride.done():
            stride = None if self._stride.exception() else self._stride.result()
            self._stride = None
            self._steps = round(2 * self._walked / stride) if stride else self._steps
        if self._stride is None and self._walked >= 3 * COUNT_S * self._rate and self._seen % round(COUNT_S * self._rate) == 0:
            rates = np.nan_to_num(self._rows[self._begun : self._count, self._used, 3:] - self._bias())
            self._stride = self._pool.submit(gait_phase.stride_samples, rates, self._rate)

    def _begin_to_solve(self) -> None:
        subject, rows = self._core.session.subject, self._rows[: self._count].copy()
        recording = Recording("calibration", self._rate, self._sensors, rows[..., :3], rows[..., 3:], subject, Frame.SENSOR)
        self._solving = self._pool.submit(_alignment, recording)
        self._say("solve", STANDING_SHARE + WALKING_SHARE, "finding how the sensors sit; walk on or stand, as you like")

    def _solve(self) -> None:
        if self._solving is None or not self._solving.done():
            return
        error = self._solving.exception()
        if error is None:
            self._finish(self._solving.result())
        elif not isinstance(error, RecordingError):
            self._fail(f"the alignment could not be computed: {error}")
        elif error.cause is not None and str(error) == self._doubt:
            self._fail(f"{error}; then calibrate again")
        elif self._impatient:
            self._fail(f"{error}; {self._again}")
        else:
            self._doubt = str(error)
            self._wanted = self._steps + MORE_STEPS
            self._say("walk", STANDING_SHARE, "walk on, straight ahead and evenly: these steps were not enough")

    def _finish(self, alignment: Alignment) -> None:
        heard = [k for k in self._used if np.isfinite(self._rows[: self._count, k]).any(axis=0).all()]
        left_out = [k for k in self._used if k not in heard]
        if left_out or len(alignment.segments) != len(heard):
            names = words.listed([words.sensor(self._sensors[k]) for k in left_out]) or "a sensor"
            self._fail(f"no acceleration or no angular rate came from {names}; mend it or leave it out, and start again")
            return
        rotations, bias = np.tile(np.eye(3), (len(self._sensors), 1, 1)), np.zeros((len(self._sensors), 3))
        rotations[heard], bias[heard] = alignment.rotation, alignment.gyro_bias
        uncertainty = float(np.deg2rad(max(figures.up_uncertainty_deg for figures in alignment.quality)))
        self._core.align(rotations, bias, uncertainty)
        self.alignment = alignment
        self._end(Progress("done", "solve", 1.0, "how the sensors sit is known", outcome=tuple(alignment.warnings)))

    @property
    def _walk_words(self) -> str:
        return f"walk {self._wanted} steps straight ahead, at your usual speed"

    @property
    def _again(self) -> str:
        return f"walk {STEPS} steps in a row, straight ahead, and calibrate again"

    @property
    def _impatient(self) -> bool:
        """Whether the wearer has walked for long enough."""
        return self._count - self._stood > self._patience_s * self._rate

    def _bias(self) -> Array:
        """(K', 3) mean rate of the sensors that are used while they stood [rad/s]."""
        return np.nanmean(self._rows[: self._stood, self._used, 3:], axis=0)

    def _does(self, which: np.ndarray, verb: str) -> str:
        """What the flagged ones among the sensors that are used do."""
        named = [f"the {words.sensor(self._sensors[k])}" for k, flag in zip(self._used, which, strict=True) if flag]
        if len(named) > MOST_NAMED:
            return f"{'all sensors' if len(named) == len(self._used) else 'nearly all sensors'} {verb}"
        return f"{words.listed(named)} {verb}{'s' if len(named) == 1 else ''}"

    def _say(self, step: str, done: float, told: str) -> None:
        waited = self._count - self._stood if step == "walk" else self._seen
        left_s = None if step == "solve" else max(self._patience_s - waited / self._rate, 0.0)
        self.progress = Progress("running", step, done, told, left_s, before=self._before)

    def _fail(self, told: str) -> None:
        self._end(Progress("failed", self.progress.step, self.progress.done, told))

    def _end(self, progress: Progress) -> None:
        self.progress = progress
        self._core.unlisten(self._take)


def _alignment(recording: Recording) -> Alignment:
    """How the sensors of a recording sit; what the checks say of it is among its warnings.

    RecordingError if there is none, or a fault; also one that is undone in a recording, which the stream goes on to have.
    """
    examined = chain.examine(recording)
    chain.require_sound(examined)
    undone = next((alignment for alignment in examined.findings if alignment.mended and alignment.cause not in LEFT_OUT), None)
    if undone is not None:
        fix = undone.fix or "put it right where it arises"
        raise RecordingError(undone.message, sensor=", ".join(undone.sensors), fix=fix, cause=undone.cause)
    alignment = align(examined)[1]
    # what did not come is told of the stream as it goes
    come = (finding for finding in examined.findings if finding.cause is not Cause.MISSING)
    told = (finding.sentence for finding in come if finding.severity is Severity.WARNING)
    return replace(alignment, warnings=(*told, *alignment.warnings))


def _silent(rows: Array) -> np.ndarray:
    """(K,) sensors of which less than half of the samples (T, K, 6) came in full."""
    return np.asarray(np.isfinite(rows).all(axis=2).mean(axis=0) < 0.5)


def _moving(rows: Array) -> np.ndarray:
    """(K,) sensors that do not stand still in (T, K, 6), by the limits that recordings are searched for standing with."""
    result = np.zeros(rows.shape[1], dtype=bool)
    for k in np.flatnonzero(~_silent(rows)):
        spread = np.sqrt(np.nanvar(rows[:, k], axis=0).reshape(2, 3).sum(axis=1))
        result[k] = bool(spread[0] >= STILL_ACC or spread[1] >= STILL_RATE)
    return result

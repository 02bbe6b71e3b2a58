"""Label-free adaptation to the wearer while the stream goes on.

Signals of a while are written as a recording, a separate process trains on from a model (`kinertia train --from`) and writes
the result as graphs (`kinertia export`), and the core swaps to it without a gap. Whatever fails leaves the model as it was.
"""

from __future__ import annotations

import atexit
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock, Thread
from typing import Literal

import numpy as np

from kinertia.io import extra, write_recording
from kinertia.recording import LOWER_BODY, Array, Frame, Recording
from kinertia.runtime import model as exported
from kinertia.runtime.card import Wearer
from kinertia.runtime.model import ExportedModel
from kinertia.sensing.gait_phase import MOVING_RATE
from kinertia.streaming.core import Core
from kinertia.streaming.estimator import SegmentSignals
from kinertia.streaming.progress import Progress
from kinertia.streaming.sample import Session
from kinertia.streaming.trust import kinds

LEAST_S = 10.0
MOST_S = 600.0
SHARES = {"collect": (0.0, 0.6), "train": (0.6, 0.93), "export": (0.93, 0.98), "swap": (0.98, 1.0)}
"""Steps, and which part of the whole each of them is."""
FIT_S = 25.0  # what all but collecting takes, about: a start, ten to fifteen seconds of fitting, an export
LEARNED, UNCHANGED = "Adapted in ", "Not adapted "
"""How the lines begin in which ``kinertia train --from`` says what it learned of one wearer."""
SWAP_S = 30.0  # to wait for the model to take over
WORSE = 1.05  # an adapted model that fits the signals worse than the one at work by more than this factor is not used
SETTLE_S = 1.0  # what the network needs to find into a movement is not judged
MOVING_SHARE = 0.5  # of the samples; with less there is little to learn from
NICENESS = 10  # half of the way to the lowest priority
_COUNT = re.compile(rb"(\d+)/(\d+)")
_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_TAIL = 4096  # bytes of what it said that are kept for an error


class Adaptation:
    """Adapts the model of a running, aligned core; recording, trained model and graphs go into a folder.

    It learns from so many seconds, on from a shipped model or a folder that ``kinertia train`` wrote, with further options of
    that. ``progress`` is how it stands; it may be read from any thread.
    """

    def __init__(
        self, core: Core, folder: Path | str, seconds: float = 40.0, start: str = "default", options: tuple[str, ...] = ()
    ) -> None:
        if not LEAST_S <= seconds <= MOST_S:
            raise ValueError(f"adaptation learns from {LEAST_S:g} to {MOST_S:g} s of walking, not from {seconds:g} s")
        self._core, self._folder, self._seconds, self._start, self._options = core, Path(folder), seconds, start, options
        self._rate = core.model.rate_hz
        self._rows = np.empty((round(self._seconds * self._rate), len(core.session.sensors), 6))
        self._lock = Lock()
        self._command: Command | None = None
        self.progress = Progress()

    def start(self) -> None:
        """Begin to collect; ValueError if it runs already, the sensors are not aligned, or training is not installed."""
        if self.progress.state == "running":
            raise ValueError("adapting runs already")
        if self._core.session.rotations is None:
            raise ValueError("how the sensors sit is not known yet: calibrate first, then adapt")
        if not extra.available("torch"):
            raise ValueError(f"adapting trains, which needs torch. Fix: {extra.install('torch')}")
        with self._lock:
            self._count, self._index = 0, None
            self._session = self._core.session
            self._say("collect", 0.0, "walk as usual")
        self._core.listen(self._take)

    def stop(self) -> None:
        """Give up; the model stays as it is."""
        self._core.unlisten(self._take)
        with self._lock:
            if self.progress.state == "running":
                self.progress = Progress()
            if self._command is not None:
                self._command.stop()

    def _take(self, index: int, raw: Array) -> None:
        """One grid point, in sensor axes."""
        with self._lock:
            if (self._index is not None and index != self._index + 1) or self._session is not self._core.session:
                # a recording has no holes of unknown length, and one mounting
                self._count, self._session = 0, self._core.session
            self._index = index
            self._rows[self._count] = raw
            self._count += 1
            if self._count % max(round(self._rate), 1) == 0:
                gone, wanted = self._count / self._rate, self._seconds
                self._say("collect", gone / wanted, f"walk as usual: {gone:.0f} of {wanted:g} s", wanted - gone + FIT_S)
            full = self._count == len(self._rows)
        if full:
            self._core.unlisten(self._take)
            Thread(target=self._adapt, name="kinertia-adaptation", daemon=True).start()

    def _adapt(self) -> None:
        try:
            told = self._train(as_recording(self._session, self._rows, self._rate))
            if told and told[0].startswith(UNCHANGED):
                self._end("done", "the model stays as it was", told)
                return
            trained, graphs, core = self._folder / "model", self._folder / "exported", self._core
            self._run("export", "making the adapted model ready", "export", "--model", str(trained), "--out", str(graphs))
            model = exported.load(graphs)
            if core.model.muscles:
                model = replace(model, muscles=True)
            wearer = model.card.people[0] if model.card.people else None
            before, after = (misfit(*pair, self._session, self._rows) for pair in ((core.model, core.wearer), (model, wearer)))
            if not after <= WORSE * before:
                raise ValueError(f"the adapted one fits the signals worse ({after:.2f} instead of {before:.2f})")
            self._say("swap", 0.0, "the adapted model takes over")
            core.swap(model, wearer)
            until = time.monotonic() + SWAP_S
            while core.swapping and time.monotonic() < until:
                time.sleep(0.02)
        except (ValueError, OSError, ImportError) as error:
            self._end("failed", f"the model stays as it was: {error}")
        else:
            self._end("done", "the model is adapted to the wearer", told)

    def _train(self, recording: Recording) -> tuple[str, ...]:
        """What was learned, line by line."""
        table = self._folder / "walking.csv"
        self._folder.mkdir(parents=True, exist_ok=True)
        write_recording.write(table, recording)
        options = ("--from", self._start, "--out", str(self._folder / "model"), *self._options)
        said = self._run("train", "fitting the model to the wearer", "train", str(table), *options)
        begin = next((i for i, line in enumerate(said) if line.startswith((LEARNED, UNCHANGED))), len(said))
        return tuple(said[begin:-1])  # the last one says where the model is

    def _run(self, step: str, words: str, *arguments: str) -> list[str]:
        with self._lock:
            if self.progress.state != "running":
                raise ValueError("it was stopped")
            self._say(step, 0.0, words)
            self._command = command = Command(arguments)
        atexit.register(command.stop)
        try:
            return command.wait(lambda part: self._say(step, part, words))
        finally:
            atexit.unregister(command.stop)
            self._command = None

    def _say(self, step: str, part: float, words: str, left_s: float | None = None) -> None:
        begin, end = SHARES[step]
        self.progress = Progress("running", step, begin + part * (end - begin), words, left_s)

    def _end(self, state: Literal["done", "failed"], words: str, outcome: tuple[str, ...] = ()) -> None:
        with self._lock:
            if self.progress.state == "running":
                done = 1.0 if state == "done" else self.progress.done
                self.progress = Progress(state, self.progress.step, done, words, outcome=outcome)


def as_recording(session: Session, rows: Array, rate_hz: float) -> Recording:
    """Collected rows (T, K, 6) in sensor axes, NaN where missing, as a recording in segment frames.

    ValueError if the sensors are not aligned, or there is little walking in it.
    """
    if session.rotations is None:
        raise ValueError("the sensors are not aligned; calibrate first")
    bias = np.zeros((len(session.sensors), 3)) if session.bias is None else session.bias
    used = [k for k, sensor in enumerate(session.sensors) if sensor.segment in LOWER_BODY.segments]
    acc = np.einsum("kij,tkj->tki", session.rotations, rows[..., :3])[:, used]
    gyro = np.einsum("kij,tkj->tki", session.rotations, rows[..., 3:] - bias)[:, used]
    blocks = np.nan_to_num(gyro)[: len(gyro) // round(rate_hz) * round(rate_hz)].reshape(-1, round(rate_hz), len(used), 3)
    moving = np.median(np.sqrt((blocks**2).sum(-1).mean(axis=1)), axis=1) > MOVING_RATE
    if moving.mean() < MOVING_SHARE:
        raise ValueError(f"only {moving.sum()} of {len(moving)} seconds were walking; walk, and adapt again")
    sensors = tuple(session.sensors[k] for k in used)
    return Recording("walking", rate_hz, sensors, acc, gyro, session.subject, Frame.SEGMENT)


def misfit(model: ExportedModel, wearer: Wearer | None, session: Session, rows: Array) -> float:
    """How far a model's virtual signals are from the measured ones of :func:`as_recording`, as a part of what these vary."""
    align = SegmentSignals(session, model.sensors)
    samples = np.stack([align.turn_some(row) for row in rows])
    signals = samples.reshape(len(rows), -1)
    stepper = model.stepper(session.subject, session.sensors, wearer)
    outputs = [values for row in samples if (values := stepper.step(row)) is not None]
    begin = round(SETTLE_S * model.rate_hz)
    measured = signals[: len(outputs)][begin:]
    error = np.stack(outputs)[begin:, model.layout.virtual] - measured
    there = np.isfinite(measured).any(axis=0)
    spread = np.nanvar(measured[:, there], axis=0)
    kind = kinds(model.sensors)[:, there]
    return float(np.sqrt(np.mean(kind @ np.nanmean(error[:, there] ** 2, axis=0) / (kind @ spread))))


class Command:
    """One run of ``kinertia`` with a subcommand and options, in its own process with low priority.

    So the stream has its interpreter and its processor for itself.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from kinertia.cli.main import main; main()", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            # the bar with its count is drawn on terminals only
            env=os.environ | {"FORCE_COLOR": "1", "COLUMNS": "200"},
            creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
        )
        if hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICENESS)

    def wait(self, report: Callable[[float], None]) -> list[str]:
        """Until it has ended; ``report`` is told the part that its progress bar shows. Gives the last lines that it said.

        ValueError with what it said last if it fails.
        """
        pipe, tail = self._process.stderr, b""
        assert pipe is not None
        while chunk := os.read(pipe.fileno(), _TAIL):
            tail = (tail + chunk)[-_TAIL:]
            counts = _COUNT.findall(tail)
            if counts and int(counts[-1][1]):
                report(min(int(counts[-1][0]) / int(counts[-1][1]), 1.0))
        pipe.close()
        lines = [line for line in _STYLE.sub("", tail.decode(errors="replace")).splitlines() if line.strip()]
        if self._process.wait():
            raise ValueError(lines[-1].removeprefix("kinertia: ").strip() if lines else "it ended without a word")
        return lines

    def stop(self) -> None:
        """End it now."""
        if self._process.poll() is None:
            self._process.terminate()

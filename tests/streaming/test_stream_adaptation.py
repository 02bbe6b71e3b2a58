"""Adaptation beside the stream: collected, trained in another process, exported, swapped; or left alone."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from fakes import model, one_stream, samples_of, signals

from kinertia.io import extra
from kinertia.io.read import read
from kinertia.runtime import model as exported
from kinertia.streaming import adaptation as module
from kinertia.streaming.adaptation import Adaptation, Command, as_recording, misfit
from kinertia.streaming.core import Core
from kinertia.streaming.progress import Progress
from kinertia.streaming.sample import Sample
from kinertia.transport.replay import AS_FAST_AS_POSSIBLE
from kinertia.transport.walker import Stage, SyntheticSource

SHORT = 10.0


def walker(seconds: float = 400.0) -> SyntheticSource:
    walking = (Stage(60.0, 1.3),)
    return SyntheticSource(5, speed=AS_FAST_AS_POSSIBLE, first=(), then=walking, seconds=seconds, aligned=True)


def samples(source: SyntheticSource) -> Iterator[Sample]:
    source.start()
    try:
        while not source.finished:
            yield from source.take()
    finally:
        source.stop()


def finished(core: Core, adaptation: Adaptation, stream: Iterator[Sample], limit_s: float = 120.0) -> Progress:
    """How it ended; the stream goes on meanwhile."""
    until = time.monotonic() + limit_s
    seen = []
    for sample in stream:
        core.push(sample)
        seen.append(adaptation.progress.done)
        if adaptation.progress.state != "running":
            assert seen == sorted(seen)
            return adaptation.progress
        if adaptation.progress.step != "collect":
            time.sleep(0.005)
        assert time.monotonic() < until
    pytest.fail(f"the stream ended first: {adaptation.progress}")


class FakeCommand:
    """In place of a process."""

    said: str | None = None
    lines: ClassVar[list[str]] = []
    given: ClassVar[list[tuple[str, ...]]]

    def __init__(self, arguments: tuple[str, ...]) -> None:
        type(self).given.append(tuple(arguments))

    def wait(self, report) -> list[str]:
        report(0.5)
        report(1.0)
        if self.said is not None:
            raise ValueError(self.said)
        return self.lines

    def stop(self) -> None:
        pass


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> type[FakeCommand]:
    """No process is started, and what was exported is another fake model."""

    class Own(FakeCommand):
        given: ClassVar[list[tuple[str, ...]]] = []

    monkeypatch.setattr(module, "Command", Own)
    monkeypatch.setattr(module, "misfit", lambda m, *_: 0.3 if m is not successor else misfits[0])
    successor = model(gain=5.0)
    successor.card = type("Card", (), {"people": ("me",)})  # type: ignore[misc]
    misfits = [0.2]
    monkeypatch.setattr(exported, "load", lambda folder: successor)
    Own.successor, Own.misfits = successor, misfits  # type: ignore[attr-defined]
    return Own


def test_collected_trained_exported_swapped(command: type[FakeCommand], tmp_path: Path) -> None:
    source = walker()
    core = Core(model(), source.session())
    adaptation = Adaptation(core, tmp_path / "new", 10.0, "mine", ("--config.adaptation.steps", "7"))
    adaptation.start()
    ended = finished(core, adaptation, samples(source))
    assert (ended.state, ended.done, ended.words) == ("done", 1.0, "the model is adapted to the wearer")
    trained, graphs = command.given
    table, out = tmp_path / "new" / "walking.csv", tmp_path / "new" / "model"
    assert trained == ("train", str(table), "--from", "mine", "--out", str(out), "--config.adaptation.steps", "7")
    assert graphs == ("export", "--model", str(out), "--out", str(tmp_path / "new" / "exported"))
    assert core.model is command.successor  # type: ignore[attr-defined]
    assert core.wearer == "me"
    recording = read(table)
    assert recording.samples == 1000
    assert recording.rate_hz == pytest.approx(100.0)
    assert recording.acc[:, :, 1].mean() == pytest.approx(10.5, abs=1.0)  # upright in segment axes
    assert recording.subject.mass_kg == source.session().subject.mass_kg


def test_what_was_learned_is_told_and_nothing_takes_over_where_nothing_changed(
    command: type[FakeCommand], tmp_path: Path
) -> None:
    source = walker()
    core = Core(before := model(), source.session())
    adaptation = Adaptation(core, tmp_path, SHORT)
    for first, end in (("Not adapted (in 9 s): no change fitted.", "the model stays as it was"), ("Adapted in 9 s.", None)):
        command.lines = ["adapting 80/80", first, "All sensors sit as stated.", "model written to here"]
        adaptation.start()
        ended = finished(core, adaptation, samples(source) if end else samples(walker()))
        assert ended.words == (end or "the model is adapted to the wearer")
        assert ended.outcome == (first, "All sensors sit as stated.")
        assert (core.model is before) is bool(end)


def test_a_worse_model_is_not_used(command: type[FakeCommand], tmp_path: Path) -> None:
    command.misfits[0] = 0.4  # type: ignore[attr-defined]
    source = walker()
    core = Core(before := model(), source.session())
    adaptation = Adaptation(core, tmp_path, SHORT)
    adaptation.start()
    ended = finished(core, adaptation, samples(source))
    assert ended.state == "failed"
    assert ended.words == "the model stays as it was: the adapted one fits the signals worse (0.40 instead of 0.30)"
    assert core.model is before


def test_failed_training_leaves_the_model(command: type[FakeCommand], tmp_path: Path) -> None:
    command.said = "training diverged"
    source = walker()
    core = Core(before := model(), source.session())
    adaptation = Adaptation(core, tmp_path, SHORT)
    adaptation.start()
    ended = finished(core, adaptation, samples(source))
    assert ended.words == "the model stays as it was: training diverged"
    assert core.model is before
    command.said = None
    adaptation.start()
    assert adaptation.progress.step == "collect"


def test_nobody_walks(command: type[FakeCommand], tmp_path: Path) -> None:
    core = Core(model(), one_stream())
    adaptation = Adaptation(core, tmp_path, SHORT)
    adaptation.start()
    still = signals(1300)
    still[..., 3:] *= 0.01
    ended = finished(core, adaptation, samples_of(still))
    assert ended.state == "failed"
    assert "only 0 of 10 seconds were walking" in ended.words
    assert not command.given


def test_a_pause_begins_the_collection_again(tmp_path: Path) -> None:
    core = Core(model(), one_stream())
    adaptation = Adaptation(core, tmp_path, SHORT)
    adaptation.start()
    for sample in samples_of(signals(1300)):
        if not 500 <= sample.sequence < 800:
            core.push(sample)
    assert adaptation.progress.words == "walk as usual: 5 of 10 s"
    adaptation.stop()
    assert adaptation.progress == Progress()
    assert core._estimator.taps == ()


def test_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="calibrate first"):
        Adaptation(Core(model(), one_stream(rotations=None)), tmp_path).start()
    adaptation = Adaptation(Core(model(), one_stream()), tmp_path)
    monkeypatch.setattr(extra, "available", lambda package: False)
    with pytest.raises(ValueError, match=r"needs torch. Fix: pip install 'kinertia\[train\]'"):
        adaptation.start()
    with pytest.raises(ValueError, match="10 to 600 s"):
        Adaptation(Core(model(), one_stream()), tmp_path, 5.0)


def test_a_command_reports_and_fails_with_its_words(tmp_path: Path) -> None:
    told = []
    with pytest.raises(ValueError, match="no recording given"):
        Command(("train", "--out", str(tmp_path))).wait(told.append)
    if hasattr(os, "getpriority"):
        running = Command(("--version",))
        assert os.getpriority(os.PRIO_PROCESS, running._process.pid) >= 10
        running.wait(told.append)
    assert sys.executable


def test_misfit_of_a_model_that_gives_the_signals_back() -> None:
    session, rows = one_stream(), signals(500)
    assert misfit(model(), None, session, rows) == 0.0
    rows[100:130, 3] = np.nan
    rows[:, 4, 3:] = np.nan
    assert misfit(model(), None, session, rows) == 0.0
    assert misfit(model(idle=True), None, session, rows) > 1.0


def test_collected_rows_are_turned_to_segments() -> None:
    source = walker(12.0)
    rows = np.array([sample.values for sample in samples(source)])
    recording = as_recording(source.session(), rows, 100.0)
    assert recording.acc.shape == (1200, 7, 3)
    assert recording.acc[:, 1, 1].mean() == pytest.approx(10.3, abs=1.0)


def test_adapting_the_shipped_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two steps of real training in its own process, while the stream goes on."""
    monkeypatch.setattr(module, "NICENESS", 0)  # tests do not stand back
    source = walker()
    core = Core(before := exported.load("default"), source.session())
    options = ("--config.adaptation.steps", "2", "--config.adaptation.batch", "1", "--config.adaptation.learning-rate", "1e-6")
    adaptation = Adaptation(core, tmp_path, 10.0, options=options)
    adaptation.start()
    ended = finished(core, adaptation, samples(source))
    assert ended.state == "done", ended
    assert ended.outcome[0].startswith("Adapted in ")
    assert ended.outcome[-1].endswith("stay unexplained.")
    assert core.model is not before
    assert core.wearer is not None
    assert core.wearer.mass_kg == pytest.approx(source.session().subject.mass_kg)

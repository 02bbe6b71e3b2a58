"""What is said of an estimate, and that everybody says the same."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from kinertia.cli import output
from kinertia.estimation import gait, spatiotemporal, verdict
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.estimation.trust import OTHER, Agreement, doubts
from kinertia.recording import Cause, Finding, Recording, Severity
from kinertia.reporting import page, summary
from kinertia.reporting.shown import Shown

sys.path.append(str(Path(__file__).parents[1] / "report"))
import walking


def judged(estimate: Estimate, recording: Recording) -> Estimate:
    """With the marks that estimation sets."""
    assert estimate.root_residual is not None
    assert estimate.imu_measured is not None
    assert estimate.imu_virtual is not None
    agreement = Agreement.of(estimate.root_residual, estimate.imu_measured, estimate.imu_virtual, estimate.counted)
    spans = [span for kind in gait.kinds(estimate, periodic=recording.periodic) for span in kind.spans]
    found = doubts(agreement, estimate.rate_hz, periodic=recording.periodic, strides=spans)
    other = np.zeros(estimate.samples, dtype=bool) if estimate.activity is None else estimate.activity == Activity.OTHER
    return replace(estimate, doubts={OTHER: estimate.counted & other, **found})


@pytest.fixture
def walk() -> tuple[Estimate, Recording]:
    """Twenty seconds of walking, the first one and the last samples of which do not count, and are wild."""
    estimate, recording, _ = walking.make(20.0)
    settled = np.ones(estimate.samples, dtype=bool)
    settled[:100] = settled[-2:] = False
    assert estimate.root_residual is not None
    residual = np.where(settled[:, None], estimate.root_residual, 1.0)
    return judged(replace(estimate, settled=settled, root_residual=residual), recording), recording


def with_residual(estimate: Estimate, recording: Recording, stretches: list[tuple[int, int]], force: float) -> Estimate:
    assert estimate.root_residual is not None
    residual = estimate.root_residual.copy()
    for start, stop in stretches:
        residual[start:stop, 1] = force
    return judged(replace(estimate, root_residual=residual), recording)


def said(estimate: Estimate, recording: Recording) -> str:
    console = Console(record=True, width=400, file=StringIO())
    output.show(console, Shown(estimate, recording), errors=False)
    return console.export_text()


def test_the_start_speaks_against_nothing(walk: tuple[Estimate, Recording]) -> None:
    told = verdict.of(*walk)
    assert (told.word, told.level, told.trusted) == ("consistent", "good", 1.0)
    assert told.sentence == f"consistent in all {len(told.strides)} strides"
    assert told.force_bw is not None
    assert told.force_bw < 0.05


def test_the_sentence_says_which_strides(walk: tuple[Estimate, Recording]) -> None:
    estimate, recording = walk
    strides = verdict.of(estimate, recording).strides
    at = round(100 * strides[9].begin_s)
    told = verdict.of(with_residual(estimate, recording, [(at + 20, at + 40)], 0.2), recording)
    failed = [stride.begin_s for stride in told.strides if not stride.consistent]
    assert len(failed) in (1, 2)
    times = " and ".join(f"{begin_s:.1f} s" for begin_s in failed)
    which = "those" if len(failed) > 1 else "the one"
    held = len(strides) - len(failed)
    assert told.word == "consistent"
    assert told.sentence == f"consistent in {held} of {len(strides)} strides, not in {which} at {times}"
    assert 0.8 < told.trusted < 1.0


def test_words_follow_how_much_agrees(walk: tuple[Estimate, Recording]) -> None:
    estimate, recording = walk
    words = [verdict.of(with_residual(estimate, recording, [(0, stop)], 0.2), recording).word for stop in (300, 900, 1800)]
    assert words == ["consistent", "consistent in part", "not consistent"]
    everywhere = verdict.of(with_residual(estimate, recording, [(0, 2000)], 0.2), recording)
    assert everywhere.sentence == f"not consistent in any of {len(everywhere.strides)} strides"
    assert everywhere.headline == everywhere.sentence


def test_what_is_no_gait_is_said(walk: tuple[Estimate, Recording]) -> None:
    estimate, recording = walk
    activity = np.full(estimate.samples, Activity.WALKING, dtype=np.int8)
    activity[1500:] = Activity.OTHER
    told = verdict.of(judged(replace(estimate, activity=activity), recording), recording)
    assert told.word == "consistent"
    assert told.sentence.endswith("strides; 15.0\u201320.0 s is neither walking, running nor standing")
    activity[300:] = Activity.OTHER
    told = verdict.of(judged(replace(estimate, activity=activity), recording), recording)
    assert told.headline.startswith("not gait: 3.0\u201320.0 s is neither walking, running nor standing; consistent in ")
    activity[:] = Activity.OTHER
    squats = judged(replace(estimate, activity=activity), recording)
    told = verdict.of(squats, recording)
    assert told.headline == "not gait: 1.0\u201320.0 s is neither walking, running nor standing"
    assert told.doubted == "100.0 % of what counts should not be trusted: 1.0\u201320.0 s"
    # curves over time are shaded: at least three angles, three moments, two forces, three residuals and the speed
    assert page.render(Shown(squats, recording)).count('class="span"') >= 12
    assert not summary.tiles(Shown(squats, recording))


def test_standing_alone_is_said_to_be_answered_from_gravity(walk: tuple[Estimate, Recording]) -> None:
    estimate, recording = walk
    activity = np.full(estimate.samples, Activity.STANDING, dtype=np.int8)
    stood = judged(replace(estimate, activity=activity, events={}), recording)
    told = verdict.of(stood, recording)
    assert not summary.rows(stood, gait.prevailing(stood, periodic=False))
    assert told.headline == "consistent in all of the recording, which is standing and answered from gravity"


def test_graver_words_come_first(walk: tuple[Estimate, Recording]) -> None:
    estimate, recording = walk
    unsolved = replace(estimate, convergence={"converged": 0.75, "runs": 8.0})
    told = verdict.of(unsolved, recording)
    assert (told.word, told.level) == ("solved in part", "fair")
    assert told.sentence.startswith("the solver did not converge in 2 of 8 windows; consistent in all")
    broken = recording.with_findings(Finding(Cause.GRAVITY_DOWN, Severity.ERROR, "y reads -9.81", sensors=("a",)))
    told = verdict.of(estimate, broken)
    assert (told.word, told.level) == ("not to be trusted", "poor")
    assert told.sentence.startswith("sensor a: y reads -9.81; ")
    # once in the terminal, and in the headline of the report
    assert said(estimate, broken).count("y reads -9.81") == 1
    drawn = page.render(Shown(estimate, broken))
    assert drawn.count("y reads -9.81") == 1
    assert drawn.count(">not to be trusted</span>") == 4  # speed, cadence, stride time and length
    short = replace(estimate, settled=np.zeros(estimate.samples, dtype=bool))
    assert verdict.of(short, recording).word == "not judged"
    assert verdict.of(replace(estimate, root_residual=None), recording).word == "not judged"


def test_a_walk_without_a_complete_stride_is_not_judged(walk: tuple[Estimate, Recording]) -> None:
    estimate, recording = walk
    settled = np.zeros(estimate.samples, dtype=bool)
    settled[500:580] = True
    told = verdict.of(judged(replace(estimate, settled=settled), recording), recording)
    assert (told.word, told.level) == ("not judged", "fair")
    assert told.sentence == "consistent in all of the recording, without a complete stride; record longer"


@pytest.mark.parametrize("force", [0.0, 0.2])
def test_report_and_terminal_agree(walk: tuple[Estimate, Recording], force: float) -> None:
    estimate, recording = walk
    estimate = replace(with_residual(estimate, recording, [(500, 900)], force), notes=("sensors sit as stated",))
    told = verdict.of(estimate, recording)
    drawn, printed = page.render(Shown(estimate, recording)), said(estimate, recording)
    assert told.headline.startswith("consistent in part: in " if force else "consistent in all")
    assert f"<strong>{told.headline[0].upper()}{told.headline[1:]}.</strong>" in drawn
    assert f"  {told.headline}\n" in printed
    assert bool(told.doubted) is bool(force)
    assert told.doubted in drawn
    assert told.doubted in printed
    assert ("should not be trusted" in drawn) is ("should not be trusted" in printed) is bool(force)
    assert "Sensors sit as stated." in drawn
    assert "note: sensors sit as stated" in printed
    assert "The first 1 s and the last 0.02 s count in no figure" in drawn
    for warning in (*recording.warnings, *estimate.warnings):
        assert drawn.count(f"<li>{warning[0].upper()}{warning[1:]}.</li>") == printed.count(f"warning: {warning}\n") == 1


def test_speed_is_stride_length_over_stride_time_of_the_same_strides(walk: tuple[Estimate, Recording]) -> None:
    estimate, recording = walk
    activity = np.full(estimate.samples, Activity.WALKING, dtype=np.int8)
    activity[:1000] = Activity.STANDING
    assert estimate.speed is not None
    still = replace(estimate, activity=activity, speed=np.where(activity == Activity.STANDING, 0.0, estimate.speed))
    walked, ran = spatiotemporal.of(still, periodic=False)[0], spatiotemporal.of(still, periodic=False)[1:]
    assert (walked.gait, ran) == ("walking", ())
    values = {tile.label: float(tile.value) for tile in summary.tiles(Shown(still, recording))}
    assert values["Speed"] == pytest.approx(walking.SPEED, abs=0.01)
    assert values["Speed"] == pytest.approx(values["Stride length"] / values["Stride time"], abs=0.01)
    assert re.search(r"speed 1\.2\d m/s.*stride length 1\.3\d m over \d\d strides of walking", said(still, recording))

"""The judge of the checks: spoilers really spoil, and answers are scored as they should be."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from experiments import alarms, commands, dead, spoiled
from experiments.spoiling import sheet as sheets
from experiments.spoiling import source as sources
from experiments.spoiling import variants
from experiments.spoiling.judge import Score, difference, judge, look
from experiments.spoiling.kinds import KINDS
from experiments.spoiling.source import Source
from experiments.spoiling.variant import Base, Kind, Outcome, Variant
from kinertia.estimation.estimate import Estimate
from kinertia.io import write_recording
from kinertia.recording import Recording, RecordingError
from kinertia.recording.finding import Cause, Finding, Severity
from kinertia.transport import walker

RATE_HZ = 50.0


@pytest.fixture(scope="module")
def walk() -> Recording:
    """A walker stands for four seconds, then walks; sensors with noise."""
    person = walker.load()
    stages = (walker.Stage(4.0, 0.0), walker.Stage(26.0, person.speed))
    blocks = list(islice(walker.walk(person, stages, stages[1:], RATE_HZ), 30))
    acc, gyro = (np.concatenate([block[i] for block in blocks]) for i in range(2))
    generator = np.random.default_rng(0)
    acc, gyro = acc + 0.05 * generator.standard_normal(acc.shape), gyro + 0.01 * generator.standard_normal(gyro.shape)
    return Recording("walk", RATE_HZ, person.sensors, acc, gyro, person.subject)


@pytest.fixture(scope="module")
def available(walk: Recording) -> dict[str, list[sources.Load]]:
    return {"simulated": [lambda: Source("person/mixed", walk, "mixed", False)]}


NOT_TOLD = ("gyroscope sign, other axis",)
"""Kinds that signals hardly show."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_spoils_and_is_named(kind: Kind, available: dict[str, list[sources.Load]], tmp_path: Path) -> None:
    made = variants.make(variants.Draws(available, 1, 0, look), kind, np.random.default_rng(5), tmp_path)
    assert made is not None
    where = made.variant.path if made.variant.path.is_dir() else made.variant.path.parent
    files = {path.name: path.read_bytes() for path in where.iterdir()}
    sound = {path.name: path.read_bytes() for path in next(tmp_path.rglob("sound")).iterdir()}
    assert kind.base is Base.STANDING or made.variant.options or files != sound
    answer = judge(kind, made.variant, made.twin, look)
    assert answer.score in ((Score.RIGHT, Score.MISSED) if kind.name in NOT_TOLD else (Score.RIGHT,)), answer.said


def test_variants_come_out_the_same_again(available: dict[str, list[sources.Load]], tmp_path: Path) -> None:
    plan = variants.Plan(1, only=("frozen midway", "jitter", "mass in pounds"))
    for name in ("a", "b"):
        assert len(list(variants.drawn(available, plan, look, tmp_path / name))) == 3
    files = [path for path in sorted((tmp_path / "a").rglob("*")) if path.is_file()]
    assert files
    for path in files:
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


def test_a_sheet_is_read_back_as_it_was_in_both_axes(walk: Recording, tmp_path: Path) -> None:
    for recording in (walk, sources.turned(walk, np.random.default_rng(1))):
        home = tmp_path / recording.frame
        home.mkdir()
        back = look(sheets.write(sheets.of(recording), home), {})
        assert back.frame is recording.frame
        assert difference(back, recording) < 1e-4
        assert back.subject.mass_kg == walk.subject.mass_kg
        assert difference(replace(back, gyro=-back.gyro), recording) > 1.0


def _answer(findings: tuple[Finding, ...], walk: Recording, sensors: frozenset[str] = frozenset({"tibia_r"})) -> Score:
    kind = Kind("x", (Cause.LATE,), lambda *_: None, "sensors", tolerance=0.1)
    found = replace(walk, findings=findings)
    return judge(kind, Variant(Path("x"), sensors), walk, lambda *_: found).score


def test_the_first_cause_and_its_sensors_decide(walk: Recording) -> None:
    late = Finding(Cause.LATE, Severity.ERROR, "is late", sensors=("tibia_r",))
    assert _answer((), walk) is Score.MISSED
    assert _answer((late,), walk) is Score.RIGHT
    assert _answer((replace(late, severity=Severity.INFO),), walk) is Score.MISSED
    assert _answer((replace(late, sensors=("foot_r",)),), walk) is Score.WRONG
    assert _answer((replace(late, sensors=("tibia_r", "foot_r")),), walk) is Score.WRONG
    assert _answer((late, replace(late, cause=Cause.FROZEN)), walk) is Score.WRONG
    assert _answer((late, replace(late, cause=Cause.NO_GAIT)), walk) is Score.RIGHT
    assert _answer((replace(late, sensors=()),), walk, frozenset()) is Score.RIGHT


def test_what_is_said_to_be_put_right_is_compared_with_the_sound_recording(walk: Recording) -> None:
    kind = Kind("x", (Cause.LATE,), lambda *_: None, "sensors", tolerance=0.1)
    mended = Finding(Cause.LATE, Severity.WARNING, "was late; moved", sensors=("tibia_r",), mended=True)
    variant = Variant(Path("x"), frozenset({"tibia_r"}))
    good, bad = replace(walk, findings=(mended,)), replace(walk, gyro=1.2 * walk.gyro, findings=(mended,))
    assert judge(kind, variant, walk, lambda *_: good).score is Score.RIGHT
    assert judge(kind, variant, walk, lambda *_: bad).score is Score.WRONG
    read = replace(kind, causes=(Cause.LAYOUT,), outcome=Outcome.READ)
    assert judge(read, variant, walk, lambda *_: walk).score is Score.RIGHT
    assert judge(read, variant, walk, lambda *_: bad).score is Score.WRONG


def test_refusals_and_crashes(walk: Recording) -> None:
    kind = Kind("x", (Cause.LAYOUT,), lambda *_: None, "readers", outcome=Outcome.READ)

    def score(error: Exception) -> Score:
        def fail(*_: object) -> Recording:
            raise error

        return judge(kind, Variant(Path("x")), walk, fail).score

    assert score(RecordingError("two header rows", cause=Cause.LAYOUT)) is Score.RIGHT
    assert score(RecordingError("looks damaged")) is Score.WRONG
    assert score(RecordingError("time does not increase", cause=Cause.TIME_STAMPS)) is Score.WRONG
    assert score(KeyError("acc")) is Score.CRASH


def test_a_run_counts_and_tells_what_was_said(available: dict[str, list[sources.Load]], walk: Recording) -> None:
    plan = variants.Plan(variants=2, only=("semicolons", "mass in pounds"))
    steps = []
    found = spoiled.score(available, plan, look, lambda so_far: steps.append(so_far))
    assert len(steps) == 4
    assert found["kinds"]["semicolons"]["variants"] == 2
    assert found["kinds"]["semicolons"]["crash"] == 0
    blind = spoiled.score(available, plan, lambda *_: walk)
    assert blind["kinds"]["mass in pounds"]["missed"] == 2
    assert "### mass in pounds (expected: mass)" in spoiled.in_words(blind)
    with pytest.raises(RecordingError, match="there is no kind 'rust'"):
        spoiled.score(available, variants.Plan(only=("rust",)), look)


def test_alarms_count_recordings_that_something_is_said_of(walk: Recording, tmp_path: Path) -> None:
    people = tmp_path / "people" / "person001"
    people.mkdir(parents=True)
    write_recording.write(people / "walk_2.csv", walk)
    sound = alarms.gather((people.parent,), None, 3, 1, tmp_path)
    assert [one.name.split(" ")[0] for one in sound] == ["person001/walk_2"] * 3
    late = Finding(Cause.LATE, Severity.WARNING, "is late", sensors=("tibia_r",))
    usual = replace(late, cause=Cause.CLIPPED, severity=Severity.INFO)
    said = iter([(late,), (usual,), ()])
    found = alarms.complaints(sound, lambda *_: replace(walk, findings=next(said)), lambda _: "")
    assert (found["simulated"]["recordings"], found["simulated"]["either"]) == (3, 1)
    assert found["simulated"]["said"] == {"person001/walk_2": ["[LATE] sensor tibia_r: is late"]}
    assert alarms.is_alarm(replace(usual, severity=Severity.WARNING), "walk")
    assert not alarms.is_alarm(replace(usual, severity=Severity.WARNING), "HuGaDB_v1")
    doubted = alarms.complaints(sound[:1], lambda *_: walk, lambda _: "not to be trusted")
    assert doubted["simulated"]["verdict"] == 1


def _estimate(walk: Recording, sign: float = 1.0, off_deg: float = 0.0) -> Estimate:
    time = walk.time_s
    names = [f"{joint}_{side}" for side in "rl" for joint in ("hip_flexion", "knee_angle", "ankle_angle")]
    curves = {name: 0.5 * sign * np.sin(6.0 * time + i) + np.deg2rad(off_deg) for i, name in enumerate(names)}
    return Estimate("walk", "test", walk.rate_hz, walk.subject, curves)


def test_a_dead_sensor_is_scored_by_the_other_segments_from_there_on(walk: Recording) -> None:
    whole, absent = _estimate(walk), _estimate(walk, off_deg=2.0)
    off = _estimate(walk, off_deg=3.0)
    off.coordinates["knee_angle_r"][:] = 9.0  # its own joints do not count, nor what was before
    for curve in off.coordinates.values():
        curve[:400] = -7.0
    found = dead.compare(off, absent, whole, "tibia_r", 400)
    assert found.worse_deg == pytest.approx(1.0, abs=1e-6)
    assert not found.reversed
    assert dead.compare(_estimate(walk, -1.0), absent, whole, "tibia_r", 400).reversed


def test_a_dead_sensor_that_is_refused_or_not(available: dict[str, list[sources.Load]], walk: Recording) -> None:
    def look_at(path: Path, stated: object) -> Recording:
        if path.parent.name == "spoiled":
            raise RecordingError("one sensor decides forward", cause=Cause.DEAD)
        return look(path, {})

    found = dead.outcomes_of(available, 2, 1, look_at, lambda recording: _estimate(recording))
    assert (found["variants"], found["refused"]) == (2, 2)
    found = dead.outcomes_of(available, 2, 1, look, lambda recording: _estimate(recording))
    assert (found["held"], found["reversed"]) == (2, 0)


def test_commands_are_timed_and_crashes_told(available: dict[str, list[sources.Load]]) -> None:
    lines: list[list[str]] = []

    def command(line: list[str]) -> str:
        lines.append(line)
        return "IndexError: x" if line[0] == "place" else ""

    plan = variants.Plan(1, only=("mass in pounds", "semicolons"))
    found = commands.give(available, plan, ("inspect", "place", "estimate"), look, command)
    assert [line[0] for line in lines] == ["inspect", "place", "estimate"] * 2
    assert "--out" in lines[2]
    assert found["place"]["crashes"] == ["semicolons, number 0: IndexError: x", "mass in pounds, number 0: IndexError: x"]
    assert commands.attempt(["inspect", "nothing.csv"]) == ""

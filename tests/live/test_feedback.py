"""Target bands against what a hand count gives."""

from __future__ import annotations

import itertools
import math

import live_walker
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinertia.live.message import Feedback, Measure, Result, Target


def _follow(target: Target, frames: int = 600) -> list[Result]:
    feedback, at = Feedback(target), live_walker.AT[target.output]
    results = []
    for index in range(frames):
        names = {event.name for event in live_walker.events(index)}
        value = float(live_walker.values(index)[at])
        foot = target.foot
        strike, off = f"heel_strike_{foot}" in names, f"toe_off_{foot}" in names
        results.append(feedback.push(index / live_walker.RATE_HZ, value, strike=strike, off=off))
    return results


def _extreme(name: str, best, begin: int, end: int) -> float:
    return best(float(live_walker.values(i)[live_walker.AT[name]]) for i in range(begin, end))


@pytest.mark.parametrize(("measure", "best"), [("highest", max), ("lowest", min)])
@pytest.mark.parametrize("name", ["knee_angle_r", "hip_flexion_l", "speed"])
def test_peak_of_each_stride(name: str, measure: Measure, best) -> None:
    results = _follow(Target(name, measure, -10.0, 10.0))
    foot = "l" if name.endswith("_l") else "r"
    strikes = [i for i in range(600) if f"heel_strike_{foot}" in {e.name for e in live_walker.events(i)}]
    assert results[-1].count == results[-1].hits == len(strikes) - 1 >= 4
    for begin, end in itertools.pairwise(strikes):
        assert results[end].value == pytest.approx(_extreme(name, best, begin, end + 1))
    assert results[-1].recent == ("in",) * (len(strikes) - 1)


def test_phases_are_judged_when_they_are_over() -> None:
    stance = _follow(Target("knee_angle_r", "lowest", math.radians(-30), 0.0, "stance"))
    swing = _follow(Target("knee_angle_r", "lowest", math.radians(-30), 0.0, "swing"))
    assert stance[-1].count > 3
    assert stance[-1].value > swing[-1].value  # more flexed in swing
    changes = [i for i in range(1, 600) if stance[i].count > stance[i - 1].count]
    offs = [i for i in range(600) if "toe_off_r" in {e.name for e in live_walker.events(i)}]
    assert set(changes) <= set(offs)


def test_verdicts_and_hit_rate() -> None:
    target = Target("speed", "value", 1.25, 1.35)
    results = _follow(target)
    values = [float(live_walker.values(i)[live_walker.AT["speed"]]) for i in range(600)]
    assert [r.verdict for r in results] == [target.judge(v) for v in values]
    assert {r.verdict for r in results} == {"in", "above", "below"}
    inside = sum(1.25 <= v <= 1.35 for v in values)
    assert (results[-1].hits, results[-1].count) == (inside, 600)


def test_nothing_is_judged_without_values_or_strides() -> None:
    feedback = Feedback(Target("speed", "value", 0.0, 1.0))
    assert feedback.push(0.0, math.nan).verdict == "waiting"
    assert feedback.result.count == 0
    peaks = Feedback(Target("knee_angle_r", "highest", 0.0, 1.0))
    for index in range(500):
        peaks.push(0.01 * index, 0.5)
    assert peaks.result == Result()


def test_after_a_pause_the_last_stride_is_forgotten() -> None:
    feedback = Feedback(Target("knee_angle_r", "highest", 0.0, 1.0))
    for index in range(200):
        feedback.push(0.01 * index, 0.5, strike=index % 100 == 0)
    assert feedback.result.verdict == "in"
    for index in range(200, 900):
        feedback.push(0.01 * index, 0.5)
    assert feedback.result.verdict == "waiting"
    assert feedback.result.count == 1
    feedback.push(9.0, 0.5, strike=True)  # the stride across the pause is none
    assert feedback.result.count == 1


@given(st.floats(), st.floats())
def test_a_band_is_a_band(low: float, high: float) -> None:
    if math.isfinite(low) and math.isfinite(high) and low < high:
        target = Target("speed", "value", low, high)
        assert target.judge(low) == target.judge(high) == "in"
    else:
        with pytest.raises(ValueError, match="no band"):
            Target("speed", "value", low, high)

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kinertia.estimation import spatiotemporal
from kinertia.estimation.estimate import Activity

sys.path.append(str(Path(__file__).parents[1] / "report"))
import walking

STRIDE_S = walking.STRIDE / walking.RATE_HZ


def test_figures_of_a_walk_are_those_it_was_made_with() -> None:
    estimate, _, _ = walking.make(20.0)
    (found,) = spatiotemporal.of(estimate, periodic=False)
    mean = {row.quantity.name: row.both.mean for row in found.rows}
    # duration wanders by up to two samples
    assert mean["speed_m_s"] == pytest.approx(walking.SPEED, abs=0.005)
    assert mean["stride_time_s"] == pytest.approx(STRIDE_S, abs=0.02)
    assert mean["cadence_per_min"] == pytest.approx(120.0 / mean["stride_time_s"])
    assert mean["length_m"] == pytest.approx(mean["speed_m_s"] * mean["stride_time_s"])
    assert mean["step_time_s"] == pytest.approx(0.5 * mean["stride_time_s"], abs=0.01)
    assert mean["step_length_m"] == pytest.approx(0.5 * mean["length_m"], abs=0.01)
    assert mean["stance_percent"] == pytest.approx(100.0 * walking.STANCE, abs=0.5)
    assert mean["double_support_percent"] == pytest.approx(100.0 * (2.0 * walking.STANCE - 1.0), abs=1.0)
    assert "flight_percent" not in mean
    assert all(stride.consistent for stride in found.strides)


def test_legs_kinds_and_spread() -> None:
    """Three right strides of 1.0, 1.1 and 1.2 s; then running, in strides of 0.7 s."""
    right, left = np.array([0, 100, 210, 330, 400, 470]), np.array([52, 157, 272, 365, 435])
    events = {
        "heel_strike_r": right,
        "toe_off_r": np.array([60, 166, 280, 355, 425]),
        "heel_strike_l": left,
        "toe_off_l": np.array([12, 112, 222, 390, 460]),
    }
    samples = 500
    activity = np.where(np.arange(samples) <= 330, Activity.WALKING, Activity.RUNNING).astype(np.int8)
    speed = np.where(np.arange(samples) <= 330, 1.0, 3.0)
    estimate = replace(walking.kinematic(walking.make(5.0)[0]), events=events, activity=activity, speed=speed, settled=None)
    walked, ran = spatiotemporal.of(estimate, periodic=False)
    assert (walked.words, ran.words) == ("5 strides of walking", "2 strides of running")
    assert walked.measure("stride_time_s", "r").mean == pytest.approx(1.1)
    assert walked.measure("stride_time_s", "r").sd == pytest.approx(0.1)
    assert walked.measure("stride_time_s", "r").cv_percent == pytest.approx(100.0 / 11.0)
    assert walked.measure("stance_s", "r").mean == pytest.approx((0.60 + 0.66 + 0.70) / 3)
    first = walked.strides[0]
    # left foot off at 12, down at 52, right foot off at 60
    assert (first.double_support_s, first.flight_s) == (pytest.approx(0.20), 0.0)
    assert first.step_time_s == pytest.approx(0.48)
    # right foot off at 425, left down at 435; left off at 460, right down at 470
    flying = next(stride for stride in ran.strides if stride.side == "r")
    assert (flying.double_support_s, flying.flight_s) == (0.0, pytest.approx(0.20))
    assert {row.quantity.name for row in ran.rows} >= {"flight_percent", "speed_m_s"}
    assert ran.measure("speed_m_s").mean == pytest.approx(3.0)
    right_mean, left_mean = 1.1, 0.5 * (1.05 + 1.15)
    assert walked.symmetry_percent("stride_time_s") == pytest.approx(
        100.0 * (right_mean - left_mean) / (0.5 * (right_mean + left_mean))
    )
    table = spatiotemporal.table((walked, ran))
    assert table["begin_s"] == sorted(table["begin_s"])
    assert len(table["speed_m_s"]) == 7
    assert {"side", "gait", "stance_s", "length_m", "step_length_m", "swing_percent", "consistent"} <= table.keys()


def test_one_cycle_repeats() -> None:
    estimate, _, _ = walking.make(periodic=True)
    (found,) = spatiotemporal.of(estimate, periodic=True)
    assert [stride.side for stride in found.strides] == ["r", "l"]
    assert found.measure("stance_percent", "l").mean == pytest.approx(62.0, abs=0.1)
    assert found.measure("step_length_m").mean == pytest.approx(0.5 * walking.SPEED * STRIDE_S, abs=1e-3)


@pytest.mark.parametrize("missing", ["toe_off_r", "heel_strike_l", "points", "speed", "events"])
def test_what_is_not_known_is_left_out(missing: str) -> None:
    made, _, _ = walking.make(10.0)
    without = {"points": replace(made, points={}), "speed": replace(made, speed=None), "events": replace(made, events={})}
    estimate = without.get(missing) or replace(made, events={k: v for k, v in made.events.items() if k != missing})
    found = spatiotemporal.of(estimate, periodic=False)
    if missing == "events":
        assert found == ()
        return
    rows = {row.quantity.name: row for row in found[0].rows}
    assert ("double_support_percent" in rows) is (missing in ("points", "speed"))
    assert ("step_length_m" in rows) is (missing in ("toe_off_r", "speed"))
    assert ("speed_m_s" in rows) is (missing != "speed")
    if missing == "toe_off_r":
        assert rows["stance_percent"].right.count == 0
        assert np.isnan(rows["stance_percent"].symmetry_percent)

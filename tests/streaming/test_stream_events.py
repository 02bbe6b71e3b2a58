"""Events as they happen are those of the whole recording."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import LAYOUT, model, one_stream, run, samples_of, signals
from hypothesis import given, settings
from hypothesis import strategies as st

from kinertia.estimation import gait as batch
from kinertia.streaming.core import Core
from kinertia.streaming.frame import Event, Feet, Foot, Steps


def online(vertical: np.ndarray, confirm_s: float = 0.03) -> tuple[list[int], list[int]]:
    foot, strikes, offs = Foot(100.0, confirm_s), [], []
    for i, force in enumerate(vertical):
        change = foot.update(float(force), i)
        if change is not None:
            (strikes if change[0] else offs).append(change[1])
            assert i - change[1] <= 2
    return strikes, offs


@given(lengths=st.lists(st.integers(8, 90), min_size=1, max_size=12), first=st.booleans())
@settings(max_examples=60, deadline=None)
def test_clean_signals_give_the_same_events(lengths: list[int], first: bool) -> None:
    down = np.concatenate([np.full(n, (i % 2 == 0) == first) for i, n in enumerate(lengths)])
    vertical = np.where(down, 0.9, 0.0)
    strikes, offs = online(vertical)
    expected = batch.contact_intervals(vertical, 100.0)
    assert strikes == expected[0].tolist()
    assert offs == expected[1].tolist()


def test_chatter_makes_no_events() -> None:
    vertical = np.where(np.arange(300) // 50 % 2 == 0, 0.8, 0.0)
    noisy = vertical.copy()
    noisy[[20, 21, 75, 110, 160]] = [0.0, 0.0, 0.3, 0.01, 0.2]
    assert online(noisy) == online(vertical)
    missing = vertical.copy()
    missing[[49, 50, 51]] = np.nan
    assert online(missing)[1][0] in (50, 52)


def test_both_feet_in_order() -> None:
    feet, found = Feet(LAYOUT, 100.0, 0.01), []
    values = np.zeros(len(LAYOUT.names))
    for i in range(300):
        values[LAYOUT.index["grf_y_r"]] = 0.8 * (i % 100 < 60)
        values[LAYOUT.index["grf_y_l"]] = 0.8 * ((i + 50) % 100 < 60)
        found += feet.update(values, i, i / 100.0, 0.01)
    assert [event.name for event in found[:4]] == ["toe_off_l", "heel_strike_l", "toe_off_r", "heel_strike_r"]
    assert (found[1].name, found[1].index, found[1].time_s) == ("heel_strike_l", 50, pytest.approx(0.5))


def test_gait_figures() -> None:
    steps = Steps()
    for i in range(6):
        steps.add(Event("heel_strike_r", 0, 1.1 * i))
        steps.add(Event("toe_off_l", 0, 1.1 * i + 0.1))
        steps.add(Event("heel_strike_l", 0, 1.1 * i + 0.55))
        steps.add(Event("toe_off_r", 0, 1.1 * i + 0.7))
    gait = steps.gait
    assert gait.stride_s == pytest.approx((1.1, 1.1))
    assert gait.stance_s == pytest.approx((0.7, 0.65))
    assert gait.cadence_per_min == pytest.approx(60 / 0.55)
    assert gait.symmetry_percent == pytest.approx(100 * 0.05 / 0.675)


def test_standing_breaks_a_series_of_strides() -> None:
    steps = Steps()
    for time_s, stride_s in ((0.0, np.nan), (1.0, 1.0), (9.0, np.nan)):
        steps.add(Event("heel_strike_r", 0, time_s))
        np.testing.assert_equal(steps.gait.stride_s[0], stride_s)


def test_strikes_that_come_too_soon_are_no_strides() -> None:
    steps = Steps()
    for time_s in (0.0, 0.18, 1.2):
        steps.add(Event("heel_strike_r", 0, time_s))
    assert steps.gait.stride_s[0] == pytest.approx(1.02)


def test_frames_carry_events_at_the_time_they_happened() -> None:
    values = signals(400, noise=0.0)
    frames = run(Core(model(), one_stream()), samples_of(values))
    force = values[:, 1, 0] / 10.0  # what the fake model shows as the right foot's
    strikes, offs = batch.contact_intervals(force, 100.0)
    told = [(event, frame) for frame in frames for event in frame.events]
    assert [e.index for e, _ in told if e.name == "heel_strike_r"] == strikes.tolist()
    assert [e.index for e, _ in told if e.name == "toe_off_r"] == offs.tolist()
    assert all(frame.index - event.index == 4 and event.time_s == pytest.approx(event.index / 100.0) for event, frame in told)
    assert frames[-1].gait.stride_s[0] == pytest.approx(1 / 0.9, abs=0.01)

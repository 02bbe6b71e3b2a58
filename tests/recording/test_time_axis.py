"""Time stamps as devices give them: what they say is undone, or refused with the right fix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinertia.recording import Cause, time_axis
from kinertia.recording.errors import RecordingError

RATES = st.sampled_from([25.0, 50.0, 58.8, 60.0, 100.0, 148.148, 200.0, 256.0, 400.0])


def signals(samples: int = 300) -> np.ndarray:
    return np.random.default_rng(2).normal(size=(samples, 6))


def test_even_time_stamps_pass_unchanged() -> None:
    values = signals(50)
    axis = time_axis.find(3.0 + np.arange(50, dtype=float) * 0.02, values)
    assert axis.on_grid(values) is values
    assert axis.rate_hz == pytest.approx(50)
    assert axis.findings == ()


@given(rate=RATES.filter(lambda rate: rate > 50), start=st.floats(0, 1e6), lost=st.booleans())
@settings(max_examples=30, deadline=None)
def test_even_samples_with_rounded_stamps_are_not_interpolated(rate: float, start: float, lost: bool) -> None:
    kept = np.delete(np.arange(300), [60, 61, 200] if lost else [])
    values = signals()[kept]
    axis = time_axis.find(np.round(start + kept / rate, 3), values)
    even = axis.on_grid(values)
    np.testing.assert_array_equal(even[kept], values)
    assert np.isnan(even).all(axis=1).sum() == 300 - len(kept)
    assert axis.rate_hz == pytest.approx(rate, rel=1e-4)


@given(rate=RATES, seed=st.integers(0, 1000), jitter=st.floats(1.0, 4.0), sorted_=st.booleans())
@settings(max_examples=30, deadline=None)
def test_late_arrivals_are_spread_evenly_and_nothing_is_called_missing(
    rate: float, seed: int, jitter: float, sorted_: bool
) -> None:
    rng, values = np.random.default_rng(seed), signals()
    time = (np.arange(300) + rng.uniform(0, jitter, 300)) / rate
    axis = time_axis.find(np.sort(time) if sorted_ else time, values)
    np.testing.assert_array_equal(axis.on_grid(values), values)
    assert axis.rate_hz == pytest.approx(rate, rel=0.01)
    (finding,) = axis.findings
    assert finding.cause is Cause.TIME_STAMPS
    assert finding.mended
    assert "nothing is missing" in finding.message


@given(rate=RATES, batch=st.integers(2, 12), start=st.floats(-100, 1e5), cut=st.integers(0, 11))
@settings(max_examples=30, deadline=None)
def test_packets_are_spread_evenly(rate: float, batch: int, start: float, cut: int) -> None:
    values = signals()
    time = start + np.maximum(np.ceil((np.arange(300) + cut % batch + 1) / batch) * batch, 1) / rate
    axis = time_axis.find(time, values)
    np.testing.assert_array_equal(axis.on_grid(values), values)
    assert axis.rate_hz == pytest.approx(rate, rel=0.01)
    assert [finding.cause for finding in axis.findings] == [Cause.TIME_STAMPS]
    assert "share a time stamp" in axis.findings[0].message


def test_a_lost_packet_is_a_gap_among_late_arrivals() -> None:
    values = signals(400)
    time = np.ceil((np.arange(400) + 1) / 5) * 0.05
    kept = np.r_[0:200, 210:400]
    even = time_axis.find(time[kept], values[kept]).on_grid(values[kept])
    assert len(even) == 400
    assert np.flatnonzero(np.isnan(even[:, 0])).tolist() == list(range(200, 210))


@given(rate=RATES, seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_rows_in_any_order_are_sorted(rate: float, seed: int) -> None:
    values, order = signals(), np.random.default_rng(seed).permutation(300)
    axis = time_axis.find((np.arange(300) / rate)[order], values[order])
    np.testing.assert_array_equal(axis.on_grid(values[order]), values)
    assert "sorted" in axis.findings[0].message


@given(bits=st.sampled_from([16, 24, 32]), unit=st.sampled_from([1e-3, 1e-6, 1e-9]), rate=RATES, at=st.integers(1, 298))
@settings(max_examples=40, deadline=None)
def test_counters_that_wrap(bits: int, unit: float, rate: float, at: int) -> None:
    step = round(1 / (rate * unit))
    if step * 100 > 2**bits:
        return
    values = signals()
    counts = (2**bits - at * step + np.arange(300) * step) % 2**bits
    axis = time_axis.find(counts * unit, values, unit_s=unit)
    np.testing.assert_array_equal(axis.on_grid(values), values)
    assert axis.rate_hz == pytest.approx(1 / (step * unit))
    assert "starts again from zero" in axis.findings[0].message


@given(
    true=st.sampled_from([1.0, 1e-3, 1e-6, 1e-9]), said=st.sampled_from([1.0, 1e-3, 1e-6, 1e-9]), rate=RATES, lost=st.booleans()
)
@settings(max_examples=40, deadline=None)
def test_a_wrong_unit_is_undone(true: float, said: float, rate: float, lost: bool) -> None:
    values = signals()
    rows = np.r_[0:100, 104:300] if lost else np.arange(300)
    if (true, said) == (1e-3, 1.0) and rate > 240:  # or a tenth of the rate, in hundredths of a second
        with pytest.raises(RecordingError, match="hundredths of a second"):
            time_axis.find(rows / rate / true * said, values[rows], unit_s=said)
        return
    axis = time_axis.find(rows / rate / true * said, values[rows], unit_s=said)

    assert axis.rate_hz == pytest.approx(rate)
    assert axis.samples == 300
    assert [finding.cause for finding in axis.findings] == ([] if true == said else [Cause.TIME_UNIT])


def test_row_numbers_are_no_time() -> None:
    values = signals()
    with pytest.raises(RecordingError, match="counts rows") as error:
        time_axis.find(np.arange(300.0), values)
    assert error.value.cause is Cause.TIME_STAMPS
    assert "rate_hz" in error.value.fix
    axis = time_axis.find(np.arange(1.0, 301.0), values, rate_hz=60.0)
    assert (axis.rate_hz, axis.samples) == (60.0, 300)
    assert "stated 60 Hz are used" in axis.findings[0].message


def test_stamps_win_over_a_stated_rate() -> None:
    axis = time_axis.find(np.arange(300) / 60.0, signals(), rate_hz=100.0)
    assert axis.rate_hz == pytest.approx(60)
    assert axis.findings[0].sentence == "100 Hz is stated, the time stamps say 60 Hz; the time stamps are used"
    assert time_axis.find(np.arange(300) / 59.99, signals(), rate_hz=60.0).rate_hz == 60.0


@given(doubled=st.sets(st.integers(0, 299), min_size=1, max_size=40), at_end=st.booleans())
@settings(max_examples=20, deadline=None)
def test_rows_of_one_instant_are_merged(doubled: set[int], at_end: bool) -> None:
    values, rows = signals(), np.array(sorted(doubled))
    order = np.r_[np.arange(300), rows] if at_end else np.sort(np.r_[np.arange(300), rows])
    table = values[order]
    second = np.flatnonzero(np.diff(order, prepend=-1) == 0) if not at_end else np.arange(300, len(order))
    table[second, :3] = np.nan  # one row has what the other lacks
    axis = time_axis.find(order / 100.0, table)
    np.testing.assert_array_equal(axis.on_grid(table), values)
    assert any(finding.cause is Cause.DOUBLED for finding in axis.findings)


def test_two_recordings_in_one_file_are_refused() -> None:
    time = np.r_[np.arange(200), np.arange(150)] / 100.0
    with pytest.raises(RecordingError, match="time starts again") as error:
        time_axis.find(time, signals(350))
    assert error.value.sample == 200


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ([0.0], "fewer than two"),
        ([0.0, 0.01, np.nan, 0.03], "missing"),
        ([7.0, 7.0, 7.0, 7.0], "all time stamps are equal"),
        ([0.0, 300.0, 600.0, 900.0], "no other unit"),
    ],
)
def test_bad_time_stamps(time: list[float], said: str) -> None:
    with pytest.raises(RecordingError, match=said):
        time_axis.find(np.array(time), signals(len(time)))


def test_a_jump_far_ahead_is_refused_not_expanded() -> None:
    time = np.concatenate([np.arange(10) * 0.01, [1e6]])
    with pytest.raises(RecordingError, match="more gap than signal"):
        time_axis.find(time, signals(11))


def test_a_row_without_stamp_is_left_out() -> None:
    time = np.arange(100) / 50.0
    time[40] = np.nan
    values = signals(100)
    even = time_axis.find(time, values).on_grid(values)
    assert np.flatnonzero(np.isnan(even[:, 0])).tolist() == [40]


@pytest.mark.parametrize(("start", "begin"), [(0.0, 0.0), (312.4, 312.4), (-2.0, -2.0), (1.7e9, 0.0)])
def test_an_axis_begins_where_a_session_does_and_dates_begin_at_zero(start: float, begin: float) -> None:
    axis = time_axis.find(start + np.arange(500) / 100)
    assert axis.begin_s == begin
    said = [found.message for found in axis.findings]
    assert said == (
        []
        if begin == start
        else ["the time stamps begin at 1700000000 s, a date or a counter: times are counted from the first sample on"]
    )

"""What a network has seen enough of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from kinertia.estimation import estimator, gait
from kinertia.estimation.estimate import Activity
from kinertia.estimation.track import estimate
from kinertia.learning.checkpoint import Model
from kinertia.recording import Recording
from kinertia.recording.resampling import resample

WARM_UP = round(100 * estimator.WARM_UP_S)


def test_neither_the_start_nor_the_last_samples_count() -> None:
    found = estimator.settled_samples(np.ones((500, 7, 3)), 100.0, 2)
    np.testing.assert_array_equal(np.flatnonzero(found), np.arange(WARM_UP, 498))


def test_a_network_settles_again_after_a_sensor_is_lost_and_returns() -> None:
    present = np.ones((900, 7, 3))
    present[300:600, 2] = 0.0
    found = estimator.settled_samples(present, 100.0, 2)
    np.testing.assert_array_equal(~found[300:900], np.isin(np.arange(300, 900), [*range(300, 400), *range(600, 700), 898, 899]))
    present[300:600] = 0.0
    assert not estimator.settled_samples(present, 100.0, 2)[300:700].any()


def test_estimates_say_what_is_settled(make_model: Callable[..., Model], walk: Recording) -> None:
    model = make_model()
    at_rate = estimate(model, walk).counted
    np.testing.assert_array_equal(np.flatnonzero(at_rate), np.arange(WARM_UP, walk.samples - 2))
    slower = estimate(model, resample(walk, 40.0))
    time_s = slower.time_s[slower.counted]
    assert time_s[0] == estimator.WARM_UP_S
    assert 2.9 < time_s[-1] < (walk.samples - 3) / 100.0 + 1e-9
    assert estimate(model, replace(walk, periodic=True)).counted.all()


def test_strides_are_those_of_the_gait_that_there_is_most_of(make_model: Callable[..., Model], walk: Recording) -> None:
    result = estimate(make_model(), walk)
    strikes = np.array([50, 110, 170, 230, 260, 290])
    activity = np.full(walk.samples, Activity.WALKING, dtype=np.int8)
    activity[225:] = Activity.RUNNING
    result = replace(result, events={"heel_strike_r": strikes}, activity=activity)
    found = gait.prevailing(result, periodic=False)
    assert (found.word, found.others) == ("running", {"walking": 1})
    np.testing.assert_array_equal(found.legs["r"].begin, [230, 260])
    slow = replace(
        result, events={"heel_strike_r": strikes[:4]}, activity=np.full(walk.samples, Activity.WALKING, dtype=np.int8)
    )
    begin = gait.prevailing(slow, periodic=False).legs["r"].begin
    assert begin[0] == 110, "the first stride begins before the estimate has settled"
    assert gait.prevailing(replace(result, activity=np.zeros(walk.samples, dtype=np.int8)), periodic=False).count == 0

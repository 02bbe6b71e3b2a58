"""Fitted bands hold on further people, and widen where errors are larger."""

from __future__ import annotations

from dataclasses import replace

import made_up
import numpy as np
import pytest

from experiments.calibration import fit as fitting
from kinertia.uncertainty.features import NAMES, Features
from kinertia.uncertainty.half_width import GROUPS, group

KEY = "angle.knee_angle"


@pytest.fixture(scope="module")
def fitted() -> fitting.Fitted:
    shown: list[int] = []
    found = fitting.fit({KEY: made_up.errors(30)}, 0.9, lambda: shown.append(1))
    assert shown == [1]
    return found[KEY]


def test_bands_hold_on_further_people(fitted: fitting.Fitted) -> None:
    further = made_up.errors(60, seed=1)
    inside = further.error <= fitted.scale.half_width(further.features)
    index = group(further.features)
    for g, words in enumerate(GROUPS):
        assert 0.86 < inside[index == g].mean() < 0.95, words
        # what is said of people who were not seen is what comes out
        assert fitted.simulated[g] == pytest.approx(inside[index == g].mean(), abs=0.06), words
    assert fitted.measured == (None,) * len(GROUPS)


def test_bands_hold_on_simulated_people_and_on_measured_motion() -> None:
    found = fitting.fit({KEY: made_up.errors(30, 200, measured=6)}, 0.9)[KEY]
    further = made_up.errors(60, 200, seed=1, measured=20)
    width = found.scale.half_width(further.features)
    for kind, told in ((further.measured, found.measured), (~further.measured, found.simulated)):
        assert 0.85 < (further.error[kind] <= width[kind]).mean() < 0.95
        assert all(share is not None and 0.8 < share < 1.0 for share in told)


def test_bands_of_another_way_from_few_errors(fitted: fitting.Fitted) -> None:
    given, further = (made_up.errors(12, 60, seed=seed) for seed in (2, 3))
    larger = replace(given, error=1.7 * given.error)
    found = fitting.rescale({KEY: larger, "angle.hip_flexion": larger}, 0.9, {KEY: fitted.scale})
    assert found.keys() == {KEY}
    ratio = found[KEY].scale.half_width(further.features) / fitted.scale.half_width(further.features)
    assert ratio.mean() == pytest.approx(1.7, rel=0.15)
    assert np.ptp(ratio) < 1e-3
    surer = {KEY: replace(given, error=0.3 * given.error)}
    narrower = fitting.rescale(surer, 0.9, {KEY: fitted.scale})[KEY].scale
    assert narrower.factors == narrower.measured == fitted.scale.measured  # nobody who was measured shows that they may be
    real = {KEY: replace(surer[KEY], measured=given.person >= 9)}
    assert fitting.rescale(real, 0.9, {KEY: fitted.scale})[KEY].scale.measured[0] < 0.4 * fitted.scale.measured[0]
    assert (1.7 * further.error <= found[KEY].scale.half_width(further.features)).mean() == pytest.approx(0.9, abs=0.05)


def test_bands_are_as_wide_as_errors_are_large(fitted: fitting.Fitted) -> None:
    given = made_up.errors(1, 50)
    values = np.zeros_like(given.features.values)
    size = np.full(50, 7)
    all_on = np.full(50, 7), np.full(50, 7), np.ones(50, dtype=int)
    first = values.copy()
    first[:, 0] = np.linspace(-0.9, 0.9, 50)
    rising = fitted.scale.half_width(Features(*all_on, size, first))
    assert (np.diff(rising) > 0).all()
    assert rising[-1] / rising[0] == pytest.approx(np.exp(0.5 * 1.8), rel=0.15)
    none = np.zeros(50, dtype=int)
    one = fitted.scale.half_width(Features(none, none, none + 1, none + 1, values))
    assert (one > 2.0 * fitted.scale.half_width(Features(*all_on, size, values))).all()


def test_features_beyond_their_range_count_as_its_end(fitted: fitting.Fitted) -> None:
    given = made_up.errors(1, 20).features
    far = Features(given.own, given.other, given.pelvis, given.count, np.full_like(given.values, 1e6))
    end = Features(given.own, given.other, given.pelvis, given.count, np.full_like(given.values, 1.0))
    np.testing.assert_allclose(fitted.scale.half_width(far), fitted.scale.half_width(end), rtol=0.01)


def test_no_sensor_no_band(fitted: fitting.Fitted) -> None:
    given = made_up.errors(1, 20).features
    none = np.zeros(20, dtype=int)
    assert np.isnan(fitted.scale.half_width(Features(none, none, none, none, given.values))).all()


def test_groups() -> None:
    own, other = np.array([7, 7, 5, 1, 1, 0, 0, 5]), np.array([7, 7, 5, 1, 1, 0, 0, 7])
    count = np.array([7, 6, 4, 3, 2, 1, 0, 6])
    sets = Features(own, other, count % 2, count, np.zeros((8, len(NAMES))))
    assert group(sets).tolist() == [0, 1, 1, 2, 2, 3, 3, 4]
    assert GROUPS[4] == "legs unlike"


def test_too_few_people_are_refused() -> None:
    with pytest.raises(ValueError, match="of 10 people or more in each gait, not of 9"):
        fitting.fit({KEY: made_up.errors(9)}, 0.9)


def test_what_is_special_about_a_single_measured_person_is_in_his_factor_alone() -> None:
    given = made_up.errors(31, 200, measured=1)
    found, without = (fitting.fit({KEY: one}, 0.9)[KEY] for one in (given, given.at(~given.measured)))
    assert found.measured == (None,) * len(GROUPS)
    here = given.features.at(~given.measured)
    np.testing.assert_allclose(found.scale.half_width(here), without.scale.half_width(here), rtol=0.1)
    inside = (given.error <= found.scale.half_width(given.features))[given.measured]
    assert 0.85 < inside.mean() < 0.97

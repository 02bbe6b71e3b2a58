"""Statistics over people against their definitions and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kinertia.metrics import statistics

FIRST = [3.1, 2.7, 4.0, 3.3, 2.9, 3.8]
SECOND = [2.5, 2.6, 3.1, 3.0, 2.4, 3.9]


def test_mean_and_spread() -> None:
    found = statistics.spread([1.0, 2.0, 3.0])
    assert (found.mean, found.sd, found.people) == (2.0, 1.0, 3)
    assert statistics.spread([4.0]).sd is None


def test_a_pair_as_scipy_has_it() -> None:
    found = statistics.compare(FIRST, SECOND)
    _, wanted = stats.ttest_rel(FIRST, SECOND)
    assert found.p == pytest.approx(wanted)
    difference = np.subtract(FIRST, SECOND)
    assert found.difference == pytest.approx(difference.mean())
    assert found.effect == pytest.approx(difference.mean() / difference.std(ddof=1))


def test_holm_by_hand() -> None:
    assert statistics.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert statistics.holm([0.5, 0.9]) == [1.0, 1.0]
    assert statistics.holm([]) == []


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8))
def test_holm_keeps_order_and_never_lowers(p: list[float]) -> None:
    corrected = statistics.holm(p)
    assert all(a <= c <= 1.0 for a, c in zip(p, corrected, strict=True))
    order = np.argsort(p, kind="stable")
    assert (np.diff(np.array(corrected)[order]) >= 0).all()


def test_several_pairs_are_corrected_together() -> None:
    found = statistics.compare_all({"a": (FIRST, SECOND), "b": (FIRST, FIRST)})
    assert found["a"].p_holm == pytest.approx(2 * found["a"].p)
    assert (found["b"].p, found["b"].effect) == (1.0, 0.0)


def test_equal_differences_have_no_effect_size() -> None:
    found = statistics.compare([1.0, 2.0, 3.0], [2.0, 3.0, 4.0])
    assert found.effect is None
    assert found.p == 0.0


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ([1.0, 2.0], [1.0], "same people"),
        ([1.0], [2.0], "two people"),
        ([1.0, float("nan")], [1.0, 2.0], "person 2"),
        ([], [], "at least one person"),
    ],
)
def test_what_cannot_be_compared(first: list[float], second: list[float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        statistics.compare(first, second)

"""Heel strikes and toe offs from vertical ground reaction."""

from __future__ import annotations

import numpy as np
import pytest

from kinertia.estimation.gait import contact_intervals, from_grf

RATE = 100.0


def force(*contacts: tuple[int, int], samples: int = 300) -> np.ndarray:
    series = np.zeros(samples)
    for start, stop in contacts:
        series[start:stop] = 1.0
    return series


def test_edges_of_contact() -> None:
    strikes, offs = contact_intervals(force((50, 110), (160, 220)), RATE)
    assert strikes.tolist() == [50, 160]
    assert offs.tolist() == [110, 220]


def test_short_flights_and_contacts_are_ignored() -> None:
    strikes, offs = contact_intervals(force((50, 80), (83, 110), (140, 144), (200, 260)), RATE)
    assert strikes.tolist() == [50, 200]
    assert offs.tolist() == [110, 260]


@pytest.mark.parametrize("turn", range(0, 100, 7))
def test_a_cycle_is_seen_across_its_end(turn: int) -> None:
    cycle = np.roll(force((10, 70), samples=100), turn)
    strikes, offs = contact_intervals(cycle, RATE, periodic=True)
    assert strikes.tolist() == [(10 + turn) % 100]
    assert offs.tolist() == [(70 + turn) % 100]


@pytest.mark.parametrize("series", [np.zeros(50), np.ones(50), np.full(50, np.nan)])
def test_no_change_no_events(series: np.ndarray) -> None:
    strikes, offs = contact_intervals(series, RATE)
    assert strikes.size == offs.size == 0


def test_names_of_both_feet() -> None:
    found = from_grf({"grf_y_r": force((20, 80)), "grf_y_l": force((70, 130)), "grf_x_r": force()}, RATE)
    assert {k: v.tolist() for k, v in found.items()} == {
        "heel_strike_r": [20],
        "toe_off_r": [80],
        "heel_strike_l": [70],
        "toe_off_l": [130],
    }
    assert from_grf({"grf_x_r": force()}, RATE) == {}

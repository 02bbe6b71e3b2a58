"""Figures of standing and of activities."""

from __future__ import annotations

import pytest

from experiments import standing


def test_a_simulated_person_stands() -> None:
    found = standing.standing(people=1, seed=6).figures
    (figures,) = found["standing"].values()
    assert figures["samples"] > 1500
    assert figures["held"] == 1.0
    assert figures["knee_deg"] < 5.0
    assert figures["speed_m_s"] < 0.02


def test_rows_of_a_kind_and_their_means() -> None:
    rows = {"squats 1": {"gait": 0.0, "knee_deg_worst": 4.0}, "squats 2": {"gait": 0.5, "knee_deg_worst": 2.0}, "squats1": {}}
    chosen = standing.of_kind(rows, "squats")
    assert standing.means(chosen) == {"gait": pytest.approx(0.25), "knee_deg_worst": 4.0}
    assert standing.of_kind(rows, "squats1") == {"squats1": {}}

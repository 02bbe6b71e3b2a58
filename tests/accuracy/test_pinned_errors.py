"""What must not move: errors against measured and exact truth as they are, within the noise of computing them.

A change that moves one of these on purpose states the new value here, and why in the journal.
"""

from __future__ import annotations

import numpy as np
import pytest
from pins import ROUNDING, SEEDS, STARTS, Figures, errors, require, with_wrong_labels

import kinertia as ki
from kinertia.recording import Recording
from kinertia.recording.resampling import resample
from kinertia.sensing import strapdown
from kinertia.sensing.alignment import to_segments
from kinertia.solving.settings import Settings

PRETRAINED = {
    "P01_normrunning": Figures(7.2723, 2.3740, 19.9860, 0.2634),
    "P01_normwalking": Figures(5.4024, 1.2714, 4.5255, 0.1139),
    "walk": Figures(1.7295, 0.7025, 1.8542, 0.0562),
    "exact_stride": Figures(0.9716, 0.7671, 1.9756, 0.0506),
}
ADAPTED = {
    "P01_normrunning": Figures(8.069, 2.334, 17.00, 0.245),
    "P01_normwalking": Figures(4.360, 1.165, 3.872, 0.149),
}
ADAPTING_STEPS = 40
STRAPDOWN_DEG = {"P01_normrunning": 9.1181, "P01_normwalking": 5.9801, "walk": 5.6549, "exact_stride": 0.0082}
SOLVED = Figures(0.972, 0.438, 1.737, 0.0763)
SOLVED_HZ = 50.0
"""Half the rate of the others: a quarter of the time."""


def check_the_shipped_model(recordings: list[Recording]) -> None:
    for recording in recordings:
        require(errors(ki.estimate(recording), recording), PRETRAINED[recording.name], ROUNDING)


def check_strapdown(recordings: list[Recording]) -> None:
    for recording in recordings:
        found = errors(strapdown.solve(to_segments(recording)), recording)
        assert found.angle == pytest.approx(STRAPDOWN_DEG[recording.name], abs=ROUNDING.angle)


def test_a_simulated_person(walk: Recording, stride: Recording) -> None:
    check_the_shipped_model([walk, stride])
    check_strapdown([walk, stride])


@pytest.mark.data
def test_measured_cycles(cycles: list[Recording]) -> None:
    check_the_shipped_model(cycles)
    check_strapdown(cycles)


@pytest.mark.data
def test_measured_cycles_after_a_short_adaptation(cycles: list[Recording]) -> None:
    """Labels are nonsense while it learns."""
    adapted = ki.adapt([with_wrong_labels(cycle) for cycle in cycles], steps=ADAPTING_STEPS)
    for cycle in cycles:
        require(errors(ki.estimate(cycle, adapted), cycle), ADAPTED[cycle.name], SEEDS)


def test_solving_exact_data(stride: Recording) -> None:
    """From its own start; labels are nonsense while it solves."""
    small = resample(stride, SOLVED_HZ)
    solved = ki.solve(with_wrong_labels(small), settings=Settings(rate_hz=SOLVED_HZ))
    require(errors(solved, small), SOLVED, STARTS)
    assert solved.convergence["converged"] == 1.0
    assert solved.convergence["largest_violation"] < 1e-6
    assert solved.convergence["root_force_bw"] <= 0.005
    assert solved.convergence["root_moment_bwbh"] <= 0.002


def test_solving_reads_no_labels(stride: Recording) -> None:
    """Few iterations, with truth and with nonsense: every number is the same."""
    small, brief = resample(stride, SOLVED_HZ), Settings(rate_hz=SOLVED_HZ, iterations=2)
    seen, blind = (ki.solve(recording, settings=brief) for recording in (small, with_wrong_labels(small)))
    for part in ("coordinates", "moments", "grf"):
        for name, curve in getattr(seen, part).items():
            np.testing.assert_array_equal(curve, getattr(blind, part)[name], err_msg=name)

"""Where whole recordings are marked as not to be trusted."""

from __future__ import annotations

import numpy as np

from kinertia.estimation.trust import DISAGREEMENT, RESIDUAL, doubts

RATE_HZ = 100.0


def signals(samples: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Residual of nothing, and signals of seven swinging sensors."""
    time_s = np.arange(samples) / RATE_HZ
    measured = np.array([0.0, 9.81, 0.0]) + np.tile((2.0 * np.sin(6.0 * time_s))[:, None, None], (1, 7, 3))
    return np.zeros((samples, 3)), measured


def test_agreement_is_trusted() -> None:
    residual, measured = signals()
    found = doubts(residual, measured, measured, RATE_HZ, periodic=False)
    assert not any(marked.any() for marked in found.values())


def test_a_residual_marks_its_surroundings() -> None:
    residual, measured = signals()
    residual[200:300, 1] = 0.15
    found = doubts(residual, measured, measured, RATE_HZ, periodic=False)
    assert found[RESIDUAL][205:295].all()
    assert not found[RESIDUAL][:190].any()
    assert not found[RESIDUAL][310:].any()
    assert not found[DISAGREEMENT].any()
    residual[400] = np.nan
    assert doubts(residual, measured, measured, RATE_HZ, periodic=False)[RESIDUAL][380:420].all()


def test_signals_of_another_movement_are_marked() -> None:
    residual, measured = signals()
    for channel in (0, 2):
        virtual = measured.copy()
        virtual[100:200, :, channel] += 8.0
        found = doubts(residual, measured, virtual, RATE_HZ, periodic=False)
        assert found[DISAGREEMENT][110:190].all()
        assert not found[DISAGREEMENT][300:].any()
        measured_with_gap = measured.copy()
        measured_with_gap[100:200, :, channel] = np.nan
        found = doubts(residual, measured_with_gap, virtual, RATE_HZ, periodic=False)
        assert not found[DISAGREEMENT].any()


def test_a_cycle_goes_on_from_its_end() -> None:
    residual, measured = signals(100)
    residual[:20, 0] = 0.4
    once, again = (doubts(residual, measured, measured, RATE_HZ, periodic=periodic)[RESIDUAL] for periodic in (False, True))
    assert not once[-10:].any()
    assert again[-10:].all()

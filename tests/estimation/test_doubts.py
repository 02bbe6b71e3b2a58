"""Where whole recordings are marked as not to be trusted."""

from __future__ import annotations

import numpy as np

from kinertia.estimation.trust import DISAGREEMENT, RESIDUAL, TRUSTED_RESIDUAL_BW, Agreement, Span, doubts

RATE_HZ = 100.0


def signals(samples: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Residual of nothing, and signals of seven swinging sensors."""
    time_s = np.arange(samples) / RATE_HZ
    measured = np.array([0.0, 9.81, 0.0]) + np.tile((2.0 * np.sin(6.0 * time_s))[:, None, None], (1, 7, 3))
    return np.zeros((samples, 3)), measured


def found(
    residual: np.ndarray,
    measured: np.ndarray,
    virtual: np.ndarray,
    counted: np.ndarray | None = None,
    strides: tuple[Span, ...] = (),
    *,
    periodic: bool = False,
) -> dict[str, np.ndarray]:
    return doubts(Agreement.of(residual, measured, virtual, counted), RATE_HZ, periodic=periodic, strides=strides)


def test_agreement_is_trusted() -> None:
    residual, measured = signals()
    assert not any(marked.any() for marked in found(residual, measured, measured).values())


def test_a_residual_marks_its_surroundings() -> None:
    residual, measured = signals()
    residual[200:300, 1] = 1.5 * TRUSTED_RESIDUAL_BW
    marked = found(residual, measured, measured)
    assert marked[RESIDUAL][225:275].all()
    assert not marked[RESIDUAL][:180].any()
    assert not marked[RESIDUAL][320:].any()
    assert not marked[DISAGREEMENT].any()
    residual[450] = np.nan
    assert found(residual, measured, measured)[RESIDUAL][405:495].all()
    residual, _ = signals()
    residual[200:300, 2] = 0.03
    assert found(residual, measured, measured)[RESIDUAL][225:275].all()


def test_a_stride_is_judged_as_a_whole() -> None:
    residual, measured = signals()
    residual[210:230, 1] = 4.0 * TRUSTED_RESIDUAL_BW  # 20 of 100 samples: the root mean square is 1.8 times the limit
    residual[310:330, 1] = 2.0 * TRUSTED_RESIDUAL_BW  # and 0.9 times
    marked = found(residual, measured, measured, strides=((200, 300), (300, 400)))[RESIDUAL]
    assert marked[200:301].all()
    assert not marked[301:].any()


def test_running_may_leave_twice_as_much_force() -> None:
    residual, measured = signals()
    residual[:, 1] = 1.5 * TRUSTED_RESIDUAL_BW
    running = np.ones(len(residual), dtype=bool)
    agreement = Agreement.of(residual, measured, measured, None, running)
    assert not doubts(agreement, RATE_HZ, periodic=False)[RESIDUAL].any()
    assert found(residual, measured, measured)[RESIDUAL].all()


def test_what_does_not_count_neither_marks_nor_is_marked() -> None:
    residual, measured = signals()
    residual[:100] = residual[-2:] = 2.0
    counted = np.ones(len(residual), dtype=bool)
    counted[:100] = counted[-2:] = False
    assert not any(marked.any() for marked in found(residual, measured, measured, counted).values())
    residual[100:200] = 2.0
    marked = found(residual, measured, measured, counted)[RESIDUAL]
    assert marked[100:200].all()
    assert not marked[:100].any()


def test_signals_of_another_movement_are_marked() -> None:
    residual, measured = signals()
    for channel in (0, 2):
        virtual = measured.copy()
        virtual[100:200, :, channel] += 12.0
        marked = found(residual, measured, virtual)[DISAGREEMENT]
        assert marked[125:175].all()
        assert not marked[300:].any()
        measured_with_gap = measured.copy()
        measured_with_gap[100:200, :, channel] = np.nan
        assert not found(residual, measured_with_gap, virtual)[DISAGREEMENT].any()


def test_a_cycle_is_one_stride() -> None:
    residual, measured = signals(100)
    residual[:20, 0] = 4.0 * TRUSTED_RESIDUAL_BW
    assert found(residual, measured, measured, periodic=True)[RESIDUAL].all()
    residual[:20, 0] = TRUSTED_RESIDUAL_BW
    assert not found(residual, measured, measured, periodic=True)[RESIDUAL].any()

"""When estimates are flagged, and why."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import LAYOUT, model, one_stream, run, sagittal, samples_of, signals

from kinertia.estimation.trust import TRUSTED_DISAGREEMENT, TRUSTED_RESIDUAL_BW
from kinertia.streaming import trust
from kinertia.streaming.core import Core
from kinertia.streaming.sample import Settings
from kinertia.streaming.trust import Trust


def judge(values: np.ndarray, signals: np.ndarray, settings: Settings | None = None) -> list[int]:
    judged = Trust(LAYOUT, 100.0, 0, settings or Settings())
    return [judged.judge(v, s, 0) for v, s in zip(values, signals, strict=True)]


def agreeing(count: int = 400) -> tuple[np.ndarray, np.ndarray]:
    measured = sagittal(signals(count))
    values = np.zeros((count, len(LAYOUT.names)))
    values[:, LAYOUT.virtual] = measured.reshape(count, -1)
    return values, measured


def test_limit_is_that_of_whole_recordings() -> None:
    assert Settings().residual_bw == TRUSTED_RESIDUAL_BW
    assert Settings().disagreement == TRUSTED_DISAGREEMENT


def test_warms_up() -> None:
    reasons = judge(*agreeing(150))
    assert reasons[:100] == [trust.WARMING_UP] * 100
    assert reasons[100:] == [0] * 50


def test_residual_over_a_second() -> None:
    values, measured = agreeing()
    values[200:300, LAYOUT.residual.start] = 1.5 * TRUSTED_RESIDUAL_BW
    reasons = np.array(judge(values, measured))
    assert not reasons[100:200].any()
    assert (reasons[245:300] == trust.RESIDUAL).all()  # above the limit once 1 / 1.5^2 of the window is used up
    assert not reasons[240]
    assert not reasons[360:].any()


def test_a_residual_moment_counts_as_well() -> None:
    values, measured = agreeing()
    values[200:300, LAYOUT.residual.start + 2] = 1.5 * Settings().residual_bwbh
    assert (np.array(judge(values, measured))[245:300] == trust.RESIDUAL).all()


@pytest.mark.parametrize("channel", [0, 2])
def test_signals_of_another_movement(channel: int) -> None:
    values, measured = agreeing(600)
    at = np.arange(LAYOUT.virtual.start, LAYOUT.virtual.stop).reshape(7, 3)[:, channel]
    values[200:400, at] += 12.0
    reasons = np.array(judge(values, measured))
    assert not reasons[100:200].any()
    assert (reasons[300:400] == trust.DISAGREEMENT).all()
    assert not reasons[500:].any()


def test_missing_signals_are_not_compared() -> None:
    values, measured = agreeing()
    measured[100:, 3] = np.nan
    assert not any(judge(values, measured)[100:])


def test_a_broken_estimate_is_not_trusted_and_heals() -> None:
    values, measured = agreeing()
    values[150:160] = np.nan
    reasons = judge(values, measured)
    assert reasons[155] & trust.RESIDUAL
    assert not reasons[300]


def test_frames_before_alignment_carry_nothing() -> None:
    core = Core(model(), one_stream(rotations=None))
    frames = run(core, samples_of(signals(100)))
    assert len(frames) == 100
    assert all(frame.reasons & trust.NOT_ALIGNED and np.isnan(frame.values).all() for frame in frames)
    assert "calibrate" in frames[0].why[0]
    core.align(np.tile(np.eye(3), (7, 1, 1)))
    frames = run(core, [s for s in samples_of(signals(300)) if s.sequence >= 100])
    assert frames[0].reasons == trust.WARMING_UP
    assert frames[-1].trust
    assert frames[-1].signals.shape == (7, 3)


def test_every_reason_has_words() -> None:
    bits = [value for name, value in vars(trust).items() if name.isupper() and isinstance(value, int)]
    assert set(trust.WORDS) == set(bits)
    assert len(trust.describe(sum(bits))) == len(bits)
    assert trust.describe(0) == ()

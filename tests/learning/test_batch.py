"""Windows: one stretch of one recording each, drawn the same way for the same seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from kinertia.learning.batch import RAMP, Pool, covered, standing_first
from kinertia.learning.config import Config
from kinertia.learning.prepare import to_sequence
from kinertia.learning.sequence import Sequence
from kinertia.recording import GRAVITY, Recording


def marked(sequences: list[Sequence], lengths: tuple[int, ...]) -> Pool:
    """Recordings whose samples are numbered: 1000, 1001, ... in the first, 2000, 2001, ... in the second."""
    found = []
    for i, (sequence, length) in enumerate(zip(sequences, lengths, strict=True)):
        number = torch.arange(length, dtype=torch.float32) + 1000.0 * (i + 1)
        signals = number[:, None, None].expand(length, 7, 3).clone()
        found.append(replace(sequence, signals=signals, present=torch.ones_like(signals)))
    return Pool.of(found)


def test_windows_are_contiguous_and_stay_in_one_recording(sequences: list[Sequence]) -> None:
    pool = marked(sequences, (90, 70))
    generator = torch.Generator().manual_seed(0)
    starts = set()
    for _ in range(40):
        batch = pool.draw(4, 64, generator)
        numbers = batch.signals[:, :, 0, 0]
        assert (numbers.diff(dim=1) == 1).all()
        assert ((numbers / 1000).long() == batch.wearer[:, None] + 1).all()
        assert (batch.present == 1).all()
        assert sorted(batch.wearer.tolist()) == [0, 0, 1, 1]
        starts |= set(numbers[:, 0].tolist())
    assert {1000.0, 1026.0, 2000.0, 2006.0} <= starts  # first and last possible windows too
    assert max(s for s in starts if s < 2000) == 1026.0


def test_windows_carry_the_parameters_of_their_person(sequences: list[Sequence]) -> None:
    batch = marked(sequences, (90, 70)).draw(6, 64, torch.Generator().manual_seed(1))
    heights = [float(sequences[p].body.height) for p in batch.wearer]
    assert batch.body.height.tolist() == heights
    for row, p in enumerate(batch.wearer.tolist()):
        torch.testing.assert_close(batch.position[row], sequences[p].position)
        torch.testing.assert_close(batch.variance[row], sequences[p].variance)


def test_a_short_recording_is_followed_by_missing_samples(sequences: list[Sequence]) -> None:
    batch = marked(sequences[:1], (50,)).draw(2, 64, torch.Generator().manual_seed(0))
    assert (batch.present[:, :50] == 1).all()
    assert (batch.present[:, 50:] == 0).all()
    assert (batch.signals[:, 50:] == 0).all()
    # the last samples whose differences stay inside the recording
    assert covered(batch.present)[0].tolist() == [1.0] * 46 + [0.0] * 14


def test_covered_leaves_out_what_differences_reach(sequences: list[Sequence]) -> None:
    present = torch.ones(1, 20, 7, 3)
    present[:, 10] = 0.0
    present[:, 15, :6] = 0.0
    present[:, 15, 6, 1:] = 0.0
    # samples 2..17; sample 10 is within reach of 8..12, and sample 15 still has one channel
    assert covered(present)[0].tolist() == [1.0] * 6 + [0.0] * 5 + [1.0] * 5


def test_draws_repeat_with_the_seed(sequences: list[Sequence]) -> None:
    pool = marked(sequences, (500, 400))
    a, b, c = (pool.draw(5, 64, torch.Generator().manual_seed(s)) for s in (1, 1, 2))
    assert torch.equal(a.signals, b.signals)
    assert not torch.equal(a.signals, c.signals)


def test_no_recordings_are_refused() -> None:
    with pytest.raises((ValueError, RuntimeError)):
        Pool.of([])


def test_missing_samples_and_sensors_are_zero_and_marked(cycle: Recording, tiny: Config) -> None:
    acc, gyro = np.tile(cycle.acc, (3, 1, 1)), np.tile(cycle.gyro, (3, 1, 1))
    acc[:, 4] = np.nan
    gyro[100:160, 2] = np.nan
    acc[200:202, 1] = np.nan
    walk = replace(cycle, acc=acc, gyro=gyro, periodic=False, rate_hz=100.0, truth=None)
    sequence = to_sequence(walk, tiny)
    present = sequence.present
    assert (present[:, 4, :2] == 0).all()
    assert (present[:, 4, 2] == 1).all()
    assert (present[100:160, 2, 2] == 0).all()
    assert (present[100:160, 2, :2] == 1).all()
    assert (present[200:202, 1] == 1).all()  # filled: two samples are a short gap
    assert torch.isfinite(sequence.signals).all()
    assert (sequence.signals[present == 0] == 0).all()
    assert (sequence.variance > 0).all()


def test_a_cycle_with_a_hole_counts_that_channel_as_missing(cycle: Recording, tiny: Config) -> None:
    acc = cycle.acc.copy()
    acc[10:40, 5, :2] = np.nan
    sequence = to_sequence(replace(cycle, acc=acc), tiny)
    assert (sequence.present[:, 5, :2] == 0).all()
    assert (sequence.signals[:, 5, :2] == 0).all()
    assert (sequence.present[:, 5, 2] == 1).all()
    whole = to_sequence(cycle, tiny)
    torch.testing.assert_close(sequence.signals[:, :5], whole.signals[:, :5])


def test_of_very_many_recordings_some_are_drawn_at_random(sequences: list[Sequence]) -> None:
    pool = Pool.of([replace(sequences[k % 2], name=str(k)) for k in range(30)])
    generator = torch.Generator().manual_seed(2)
    drawn = [pool.draw(4, 64, generator).wearer.tolist() for _ in range(60)]
    assert all(len(set(people)) == 4 for people in drawn)
    assert {p for people in drawn for p in people} == set(range(30))
    assert any(max(people) - min(people) > 10 for people in drawn)


def test_a_recording_without_gaps_stores_its_signals_only(tiny: Config, cycle: Recording) -> None:
    whole = to_sequence(cycle, tiny)
    assert whole.present.shape == whole.signals.shape
    assert whole.present.untyped_storage().nbytes() < 100
    assert whole.signals.dtype == torch.float32
    acc = cycle.acc.copy()
    acc[:, 2] = np.nan
    assert to_sequence(replace(cycle, acc=acc), tiny).present[:, 2, 0].max() == 0


def test_a_share_of_windows_begins_with_somebody_who_stands(sequences: list[Sequence]) -> None:
    batch = marked(sequences, (90, 80)).draw(400, 64, torch.Generator().manual_seed(0))
    begun = standing_first(batch, 0.5, torch.Generator().manual_seed(1)).signals
    other = (begun != batch.signals).flatten(1).any(-1)
    assert 0.4 < other.float().mean() < 0.6
    still = begun[other][:, 0]
    torch.testing.assert_close(still[..., :2].norm(dim=-1), torch.full(still.shape[:-1], GRAVITY))
    assert (still[..., 2] == 0.0).all()
    assert (begun[:, 32 + RAMP :] == batch.signals[:, 32 + RAMP :]).all()

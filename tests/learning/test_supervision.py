"""Labels of some recordings as a term of the objective."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from kinertia.learning import supervision
from kinertia.learning.config import Config
from kinertia.learning.prepare import to_sequence
from kinertia.learning.sequence import Sequence
from kinertia.learning.supervision import Labels
from kinertia.learning.training import train
from kinertia.recording import Recording, RecordingError, Truth


def with_truth(recording: Recording, **changes: object) -> Recording:
    phase = 2 * np.pi * np.arange(recording.samples) / recording.samples
    truth = Truth(
        angles={"knee_angle_r": -0.5 + 0.4 * np.sin(phase), "pelvis_tx": phase},
        moments={"knee_angle_r": 30.0 * np.cos(phase)},
        grf={"grf_y_r": np.maximum(np.sin(phase), 0.0)},
        speed=1.3,
    )
    return replace(recording, truth=replace(truth, **changes))


@pytest.fixture
def labels(cycle: Recording, tiny: Config) -> Labels:
    return supervision.labels_of(with_truth(cycle), tiny)


def test_labels_are_on_the_samples_of_the_sequence(labels: Labels, cycle: Recording, tiny: Config) -> None:
    assert len(labels.all) == len(to_sequence(cycle, tiny).signals)
    known = torch.isfinite(labels.all)
    assert known.all(0).sum() == known.any(0).sum() == 4  # knee angle and moment, vertical force, speed; not the way walked
    assert float(labels.speed[0]) == pytest.approx(1.3)
    again = Labels.split(labels.all)
    assert torch.equal(torch.nan_to_num(again.moments), torch.nan_to_num(labels.moments))
    period = round(cycle.duration_s * tiny.rate_hz)
    assert torch.allclose(labels.forces[:20, 1], labels.forces[period : period + 20, 1], atol=0.1)


def test_windows_show_labels_where_there_are_any(labels: Labels) -> None:
    found = supervision.windows([None, labels], [0, 1, 1], [5, 5, len(labels.all) - 10], 64)
    assert found is not None
    assert torch.isnan(found[0]).all()
    assert torch.equal(torch.nan_to_num(found[1]), torch.nan_to_num(labels.all[5:69]))
    assert torch.isfinite(found[2, :10]).any()
    assert torch.isnan(found[2, 10:]).all()
    assert supervision.windows([None, None], [0], [0], 64) is None


def test_labels_are_learned(cycle: Recording, sequences: list[Sequence], labels: Labels, tiny: Config) -> None:
    del cycle
    longer = replace(tiny, training=replace(tiny.training, steps=120), weights=replace(tiny.weights, labels=10.0))
    terms: list[float] = []
    train(sequences, longer, labels=[labels, None], progress=lambda step, shown: terms.append(shown.get("labels", 0.0)))
    known = [x for x in terms if x > 0.0]
    assert min(known[-20:]) < 0.5 * known[0]


def test_without_labels_nothing_changes(sequences: list[Sequence], tiny: Config) -> None:
    plain, empty = train(sequences, tiny), train(sequences, tiny, labels=[None, None])
    assert plain.fingerprint == empty.fingerprint


def test_resuming_needs_the_same_labels(sequences: list[Sequence], labels: Labels, tiny: Config, tmp_path: Path) -> None:
    whole = train(sequences, tiny, labels=[labels, None])
    train(sequences, tiny, tmp_path, labels=[labels, None], stop_after=15)
    with pytest.raises(ValueError, match="other labels"):
        train(sequences, tiny, tmp_path, resume=True)
    assert train(sequences, tiny, tmp_path, labels=[labels, None], resume=True).fingerprint == whole.fingerprint


def test_labels_that_do_not_fit(sequences: list[Sequence], labels: Labels, tiny: Config, cycle: Recording) -> None:
    with pytest.raises(ValueError, match="1 recordings for 2"):
        train(sequences, tiny, labels=[labels])
    short = Labels.split(labels.all[:50])
    with pytest.raises(ValueError, match="50 samples of labels"):
        train(sequences, tiny, labels=[short, None])
    with pytest.raises(RecordingError, match="no reference"):
        supervision.labels_of(cycle.without_truth(), tiny)
    with pytest.raises(RecordingError, match="no joint angle"):
        supervision.labels_of(with_truth(cycle, angles={}, moments={}, grf={}, speed=None), tiny)


def test_the_truth_is_never_read_unasked(cycle: Recording, tiny: Config) -> None:
    bare, known = (train([to_sequence(each, tiny)], tiny).fingerprint for each in (cycle, with_truth(cycle)))
    assert bare == known

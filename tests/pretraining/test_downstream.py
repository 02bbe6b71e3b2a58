"""Learning from few labels: nobody leaks, scales are the learners', figures are what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from swaying import RATE_HZ, recording, sizes

from experiments.encoders.build import build
from experiments.few_labels import downstream, scores, targets
from experiments.few_labels.downstream import DownstreamConfig, Regime, Scale
from experiments.few_labels.split import of_people, share_of, split
from experiments.few_labels.targets import KNEE, VERTICAL, Labelled, Labels
from kinertia.recording import RecordingError, Truth
from kinertia.train.targets import LOADED, loading_rate, stances


@given(st.integers(3, 40), st.integers(1, 5))
def test_nobody_is_in_two_parts(people: int, folds: int) -> None:
    names = [f"p{i}" for i in range(people)]
    if folds > people:
        return
    tested = []
    for fold in range(folds):
        try:
            found = split(names, folds, fold)
        except ValueError:
            return
        parts = (found.train, found.held, found.test)
        assert sorted(name for part in parts for name in part) == sorted(names)
        tested += found.test
    assert folds == 1 or sorted(tested) == sorted(names)


def test_too_few_people_are_an_error() -> None:
    with pytest.raises(ValueError, match="too few"):
        split(["a", "b"])


def test_shares_are_of_every_person_and_nested(labelled: Labelled) -> None:
    small, large = (share_of(labelled, share, 0) for share in (0.3, 0.8))
    assert set(small.windows.owners) == set(labelled.windows.owners)
    pairs = [set(zip(x.windows.track.tolist(), x.windows.start.tolist(), strict=True)) for x in (small, large)]
    assert pairs[0] < pairs[1]
    assert share_of(labelled, 1.0, 0).windows.fingerprint == labelled.windows.fingerprint
    with pytest.raises(ValueError, match="above 0"):
        share_of(labelled, 0.0, 0)


def test_scales_come_from_the_learners_alone(labelled: Labelled, quick: DownstreamConfig) -> None:
    parts = split(labelled.windows.owners)
    train, check = of_people(labelled, parts.train), of_people(labelled, parts.held)
    spoiled = replace(check, labels=Labels(1000.0 * check.labels.curves, 1000.0 * check.labels.peaks))
    predictors = [downstream.fit(build(sizes("masked")), train, other, "probe", quick) for other in (check, spoiled)]
    assert torch.equal(predictors[0].scale.curves[0], Scale.of(train.labels).curves[0])
    first, second = (p.predict(train) for p in predictors)
    assert torch.equal(first.curves, second.curves)


@pytest.mark.parametrize("regime", downstream.REGIMES)
def test_every_way_of_learning_beats_the_mean(labelled: Labelled, quick: DownstreamConfig, regime: Regime) -> None:
    parts = split(labelled.windows.owners)
    train, check, test = (of_people(labelled, names) for names in (parts.train, parts.held, parts.test))
    encoder = build(sizes("masked"))
    encoder.scale = train.windows.scale()
    before = {name: x.clone() for name, x in encoder.state_dict().items()}
    config = replace(quick, probe_steps=80, probe_rate=1e-2, short_rate=1e-3, tune_rate=3e-3, scratch_rate=1e-2)
    found = downstream.fit(encoder, train, check, regime, config).predict(test)
    assert all(torch.equal(x, encoder.state_dict()[name]) for name, x in before.items())
    people = scores.per_person(found, test)
    assert set(people) == set(parts.test)
    for figures in people.values():
        assert figures["grf_y_r"]["r2"] is not None
        assert figures["grf_y_r"]["r2"] > 0.0


def test_the_same_seed_learns_the_same(labelled: Labelled, quick: DownstreamConfig) -> None:
    first, second = (
        downstream.fit(build(sizes("contrastive")), labelled, labelled, "tuned", quick, seed=1).predict(labelled)
        for _ in range(2)
    )
    assert torch.equal(first.curves, second.curves)


def test_labels_are_of_stance_and_of_whole_stances(labelled: Labelled) -> None:
    curves = labelled.labels.curves
    known = torch.isfinite(curves)
    assert known[..., KNEE].all()
    assert (curves[..., VERTICAL][known[..., VERTICAL]] > LOADED).all()
    assert 0.3 < float(known[..., VERTICAL].float().mean()) < 0.6
    peaks = labelled.labels.peaks[:, 0]
    whole = torch.isfinite(peaks)
    assert bool(whole.any())
    assert torch.allclose(peaks[whole], torch.tensor([88.0, 132.0]).mean(), atol=25.0)


def test_loading_rate_of_a_ramp() -> None:
    rise = np.concatenate([np.linspace(0.0, 100.0, 11), np.linspace(98.0, 0.0, 90)])
    assert loading_rate(rise, 100.0) == pytest.approx(10.0)  # 1 BW in 0.1 s
    assert loading_rate(np.linspace(0.0, 200.0, 101), 100.0) == pytest.approx(2.0)


def test_cut_stances_do_not_count() -> None:
    vertical = np.zeros(100)
    vertical[:20] = vertical[40:70] = vertical[90:] = 50.0
    assert stances(vertical, 100.0) == [(40, 70)]
    vertical[45] = np.nan
    assert stances(vertical, 100.0) == []


def test_recordings_without_truth_are_an_error() -> None:
    with pytest.raises(RecordingError, match="no reference"):
        targets.curves_of(recording("bare", 1, truth=False), RATE_HZ)
    other = replace(recording("angles", 1), truth=Truth(angles={"knee_angle_r": np.zeros(900)}))
    assert np.isnan(targets.curves_of(other, RATE_HZ)).all()


def test_figures_by_hand() -> None:
    found = scores.figures(np.array([1.0, 2.0, 5.0]), np.array([1.0, 3.0, 5.0]))
    assert found["rmse"] == pytest.approx(np.sqrt(1 / 3))
    assert found["rrmse_percent"] == pytest.approx(100 * np.sqrt(1 / 3) / 4)
    assert found["r2"] == pytest.approx(1 - 1 / 8)
    assert scores.figures(np.array([1.0, 2.0]), np.array([1.0, 1.0]))["r"] is None

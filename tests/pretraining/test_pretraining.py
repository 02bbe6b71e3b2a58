"""Pre-training: the loss falls, a stopped training goes on to the same end, and what cannot be is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from swaying import RATE_HZ, recording, sizes
from torch.nn.functional import normalize

from experiments.encoders import checkpoint, contrastive, masked
from experiments.encoders.build import build
from experiments.encoders.config import PretrainingConfig, check
from experiments.encoders.schedule import cosine
from experiments.encoders.training import pretrain
from experiments.encoders.windows import LEAD, Windows, cut, to_track


def test_the_loss_falls(windows: Windows, config: PretrainingConfig, tmp_path: Path) -> None:
    pretrain(windows, config, tmp_path)
    losses = [row["loss"] for row in checkpoint.read(tmp_path, checkpoint.ENCODER)[1].history]
    assert losses[-1] < 0.9 * losses[0]


def test_a_stopped_training_goes_on_to_the_same_encoder(windows: Windows, config: PretrainingConfig, tmp_path: Path) -> None:
    short = replace(config, steps=12)
    whole = pretrain(windows, short, tmp_path / "whole").encoder.state_dict()
    pretrain(windows, short, tmp_path / "parts", stop_after=5)
    assert not (tmp_path / "parts" / "encoder.json").exists()
    parts = pretrain(windows, short, tmp_path / "parts", resume=True).encoder.state_dict()
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    loaded = checkpoint.load(tmp_path / "parts").encoder.state_dict()
    assert all(torch.equal(whole[name], loaded[name]) for name in whole)


def test_a_checkpoint_of_something_else_is_refused(windows: Windows, config: PretrainingConfig, tmp_path: Path) -> None:
    pretrain(windows, replace(config, steps=4), tmp_path, stop_after=2)
    with pytest.raises(ValueError, match="another configuration"):
        pretrain(windows, replace(config, steps=5), tmp_path, resume=True)
    with pytest.raises(ValueError, match="other recordings"):
        pretrain(windows.select(torch.arange(len(windows) - 1)), replace(config, steps=4), tmp_path, resume=True)
    weights = next(tmp_path.glob("pretraining-*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ValueError, match="damaged"):
        pretrain(windows, replace(config, steps=4), tmp_path, resume=True)


def test_encoders_are_loaded_by_name_or_folder(tmp_path: Path) -> None:
    physics = checkpoint.load("physics")
    assert physics.config.method == "physics"
    with pytest.raises(ValueError, match="kinertia pretrain"):
        checkpoint.load(tmp_path)


@pytest.mark.parametrize("method", ["contrastive", "masked", "physics"])
def test_features_have_the_shapes_that_are_stated(windows: Windows, method: str) -> None:
    encoder = build(sizes(method)).eval()
    maps = encoder.maps(windows.gather(torch.arange(3)))
    assert [x.shape[1:] for x in maps] == [torch.Size(shape) for shape in encoder.shapes]
    assert encoder.summary(maps).shape == (3, encoder.summary_width)


def test_a_missing_sensor_is_no_measurement_of_zero() -> None:
    track = to_track(recording("one", 1, 400, sensors=("tibia_r", "foot_r")), RATE_HZ)
    inputs = cut([track], 128).gather(torch.arange(1))
    assert inputs.present.sum() == 4
    encoder = build(sizes("masked")).eval()
    before = encoder.maps(inputs)[0]
    after = encoder.maps(replace(inputs, present=torch.ones_like(inputs.present)))[0]
    assert not torch.allclose(before, after)


def test_windows_without_movement_are_left_out() -> None:
    still = recording("still", 1, 700)
    acc = still.acc.copy()
    acc[300:] = np.array([0.0, 9.81, 0.0])
    found = cut([to_track(replace(still, acc=acc), RATE_HZ)], 128, 0.2)
    assert found.start.tolist() == [LEAD, LEAD + 128]
    with pytest.raises(ValueError, match="somebody moves"):
        cut([to_track(replace(still, acc=0.0 * acc), RATE_HZ)], 128, 0.2)
    with pytest.raises(ValueError, match="at least 192 samples"):
        cut([to_track(recording("short", 1, 150), RATE_HZ)], 128)


def test_a_gap_makes_a_triad_missing_in_its_windows_only() -> None:
    whole = recording("gap", 1, 600)
    gyro = whole.gyro.copy()
    gyro[400:480, 2] = np.nan
    found = cut([to_track(replace(whole, gyro=gyro), RATE_HZ)], 128)
    present = found.gather(torch.arange(len(found))).present
    assert present[0].all()
    assert present[2, 2].tolist() == [1.0, 0.0]


def test_partners_are_told_from_others() -> None:
    vectors = normalize(torch.randn(16, 8, generator=torch.Generator().manual_seed(0)), dim=-1)
    same, other = (float(contrastive.info_nce(vectors, x, 0.1)) for x in (vectors, vectors.roll(1, 0)))
    assert same < 0.2 < np.log(16) < other


def test_spans_are_stretches_of_one_length() -> None:
    hidden = masked.spans(200, 16, 3, torch.Generator().manual_seed(0))
    assert (hidden.sum(1) == 3).all()
    assert (hidden.float().diff(dim=1).clamp_min(0).sum(1) + hidden[:, 0] == 1).all()
    assert hidden.any(0).all()


def test_scales_are_one_of_each_kind(windows: Windows) -> None:
    acc = torch.cat([track.signals[:, :, 0].flatten() for track in windows.tracks])
    assert float(windows.scale()[0]) == pytest.approx(float(acc.std(correction=0)), rel=1e-4)


def test_the_learning_rate_rises_and_falls() -> None:
    rates = [cosine(step, 100, 1.0, 0.2) for step in range(100)]
    assert np.argmax(rates) == 20
    assert rates[0] < 0.1
    assert rates[-1] < 0.01


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"method": "contrastive", "window": 100}, "multiple of 32"),
        ({"method": "masked", "span": 6}, "multiples of the patch"),
        ({"method": "masked", "span": 128}, "shorter than the window"),
        ({"steps": 0}, "above zero"),
        ({"method": "contrastive", "batch": 1}, "at least 2"),
    ],
)
def test_settings_that_cannot_be(changes: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check(replace(PretrainingConfig(), **changes))

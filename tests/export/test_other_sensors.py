"""A model of another sensor set that looks ahead: training, estimating, exporting and streaming take what they need from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from kinertia.estimation import estimator, track
from kinertia.export import export
from kinertia.learning import checkpoint
from kinertia.learning.config import Config, NetworkConfig, TrainingConfig
from kinertia.learning.prepare import to_sequence
from kinertia.learning.training import train
from kinertia.recording import LOWER_BODY, Recording, SensorSet, channels
from kinertia.runtime import card as cards
from kinertia.runtime import model as exported
from kinertia.sensing.alignment import to_segments

LEGS = SensorSet(("foot_l", "tibia_l", "femur_l", "femur_r", "tibia_r"))
"""Another order than the body's, neither the pelvis nor the right foot."""
CONFIG = Config(
    sensors=LEGS,
    network=NetworkConfig(hidden=12, layers=1, dense=12, look_ahead=3),
    training=TrainingConfig(steps=3, batch=2, window=64, warm_up=16, sparse_share=0.5),
)


def test_five_sensors_in_another_order(walk: Recording, tmp_path: Path) -> None:
    ready = to_segments(walk)
    sequence = to_sequence(ready, CONFIG)
    assert sequence.signals.shape[1:] == LEGS.shape
    model = train([sequence], CONFIG, tmp_path / "trained")
    assert (tmp_path / "trained" / "model.json").read_text().count('"foot_l"') == 1
    estimate = estimator.estimate(track.runner(checkpoint.load_model(tmp_path / "trained")), ready)
    assert estimate.sensor_segments == LEGS.segments
    assert estimate.imu_measured is not None
    np.testing.assert_allclose(estimate.imu_measured[:, 1, 2], ready.gyro[:, LOWER_BODY.index("tibia_l"), 2], atol=1e-5)

    export.write(export.export(model), tmp_path / "exported")
    graphs = exported.load(tmp_path / "exported")
    assert graphs.sensors == LEGS
    assert graphs.delay_samples == 5
    again = estimator.estimate(graphs.runner, ready)
    for name, angle in estimate.coordinates.items():
        np.testing.assert_allclose(again.coordinates[name], angle, atol=1e-4)
    signals, _ = channels.read(ready, LOWER_BODY)
    with pytest.raises(ValueError, match=r"sample has shape \(7, 3\), expected \(5, 3\)"):
        graphs.stepper(ready.subject).step(signals[0])


def test_cards_without_a_sensor_set_mean_the_default() -> None:
    card = exported.load("default").card
    content = msgspec.to_builtins(card)
    content.pop("sensors", None)
    assert msgspec.convert(content, cards.Card) == card
    assert card.sensors == LOWER_BODY


def test_a_planar_body_reads_planar_channels(walk: Recording) -> None:
    with pytest.raises(ValueError, match="body gait2d_trunk moves in the sagittal plane; give acc_x, acc_y, gyro_z"):
        Config(sensors=SensorSet(LEGS.segments, ("acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z")))
    sequence = to_sequence(walk, replace(CONFIG, sensors=LOWER_BODY))
    with pytest.raises(ValueError, match="7 sensors, configuration asks for 5"):
        train([sequence], CONFIG)

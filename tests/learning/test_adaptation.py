"""Training on from a model: what it starts from, what it is refused, and that interruptions leave no trace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from swinging import swinging_cycle

from kinertia.learning import adaptation, checkpoint
from kinertia.learning.checkpoint import Model
from kinertia.learning.config import AdaptationConfig, Config, LossWeights, NetworkConfig, TrainingConfig
from kinertia.learning.prepare import to_sequence
from kinertia.learning.sequence import Sequence
from kinertia.learning.training import train
from kinertia.recording import Truth


@pytest.fixture
def model(tiny: Config, sequences: list[Sequence]) -> Model:
    return train(sequences, replace(tiny, training=replace(tiny.training, steps=8)))


@pytest.fixture
def other() -> Sequence:
    """Somebody whom the model has not seen."""
    return to_sequence(swinging_cycle("P07_swing", mass=62.0), Config())


def same_weights(a: Model, b: Model) -> bool:
    theirs = b.network.state_dict()
    return all(torch.equal(x, theirs[name]) for name, x in a.network.state_dict().items())


def quick(model: Model, **changes: object) -> Config:
    given = replace(Config(), adaptation=AdaptationConfig(steps=20, batch=2, window=200), **changes)
    return adaptation.settings(model.config, given)


def test_settings_are_the_models_with_the_numbers_of_adaptation(tiny: Config) -> None:
    mine = replace(tiny, weights=LossWeights(kane=42.0), adaptation=AdaptationConfig(steps=77, learning_rate=1e-5))
    found = adaptation.settings(mine)
    assert found.network == mine.network
    names = ("prior", "usual", "torque", "lumbar", "torque_rate", "torque_bend", "force_bend", "labels")
    replaced = {name: getattr(mine.adaptation, name) for name in names}
    assert found.weights == replace(mine.weights, speed_hint=0.0, posture=0.0, **replaced)
    assert found.training == replace(
        mine.training,
        steps=77,
        batch=4,
        window=600,
        learning_rate=1e-5,
        personal_learning_rate=2e-3,
        ema=0.98,
        one_mounting=True,
        effort_sets_posture=False,
        placed=False,
    )


def test_what_is_asked_for_replaces_the_models(tiny: Config) -> None:
    asked = Config(
        weights=LossWeights(acc=0.5), training=TrainingConfig(warm_up=20, seed=9), adaptation=AdaptationConfig(steps=5)
    )
    found = adaptation.settings(tiny, asked)
    assert (found.weights.acc, found.weights.kane) == (0.5, tiny.weights.kane)
    assert (found.training.warm_up, found.training.seed, found.training.steps) == (20, 9, 5)
    assert found.training.acc_noise == tiny.training.acc_noise


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Config(network=NetworkConfig(cell="gru")), r"network\.cell is 'gru', the model's is 'lstm'"),
        (Config(network=NetworkConfig(hidden=64)), r"network\.hidden is 64, the model's is 12"),
        (Config(body="gait2d"), "body is 'gait2d'"),
        (Config(rate_hz=50.0), r"rate_hz is 50\.0"),
    ],
)
def test_another_network_is_refused(tiny: Config, asked: Config, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        adaptation.settings(tiny, asked)


def test_training_refuses_a_start_with_another_network(model: Model, other: Sequence) -> None:
    with pytest.raises(ValueError, match=r"network\.hidden"):
        train([other], Config(training=TrainingConfig(steps=1)), start=model)


def test_it_starts_from_the_weights_and_from_nobodys_mounting(model: Model, other: Sequence) -> None:
    still = replace(
        quick(model), training=replace(quick(model).training, steps=1, learning_rate=0.0, personal_learning_rate=0.0)
    )
    adapted = train([other], still, start=model)
    for name, x in model.network.state_dict().items():
        torch.testing.assert_close(adapted.network.state_dict()[name], x, rtol=1e-6, atol=1e-7)
    (person,) = adapted.people
    assert person.name == "P07_swing"
    assert person.sensor_angle_rad == (0.0,) * 7
    assert person.size == 1.0
    assert not same_weights(adapted, train([other], still))


def test_adaptation_lowers_the_loss_from_where_the_model_is(model: Model, other: Sequence) -> None:
    before = {name: x.clone() for name, x in model.network.state_dict().items()}
    shown: dict[int, dict[str, float]] = {}
    asked = AdaptationConfig(steps=200, batch=2, window=200, learning_rate=3e-3)
    config = adaptation.settings(model.config, Config(adaptation=asked))
    adapted = train([other], config, start=model, progress=shown.__setitem__)
    assert shown[200]["total"] < 0.7 * shown[20]["total"]
    assert shown[20]["speed_hint"] == 0.0
    assert not same_weights(adapted, model)
    assert all(torch.equal(x, before[name]) for name, x in model.network.state_dict().items())


def test_recordings_of_one_session_share_the_mounting(model: Model, other: Sequence) -> None:
    cycle = swinging_cycle("P07_swing", mass=62.0)
    again = replace(cycle, name="P07_faster", rate_hz=1.1 * cycle.rate_hz)
    stranger = swinging_cycle("P08_swing", mass=63.0)
    config = quick(model)
    sequences = [to_sequence(recording, config) for recording in (cycle, stranger, again)]
    first, theirs, second = train(sequences, config, start=model).people
    assert (first.sensor_angle_rad, first.sensor_shift_m, first.size) == (
        second.sensor_angle_rad,
        second.sensor_shift_m,
        second.size,
    )
    assert first.sensor_angle_rad != theirs.sensor_angle_rad
    apart = replace(config, training=replace(config.training, one_mounting=False))
    first, _, second = train(sequences, apart, start=model).people
    assert first.sensor_angle_rad != second.sensor_angle_rad


@pytest.mark.parametrize("tell_again", [True, False])
def test_resuming_equals_an_uninterrupted_run(model: Model, other: Sequence, tmp_path: Path, tell_again: bool) -> None:
    config = quick(model)
    train([other], config, tmp_path / "whole", start=model)
    train([other], config, tmp_path / "parts", start=model, stop_after=7)
    train([other], config, tmp_path / "parts", start=model if tell_again else None, resume=True)
    for kind in (checkpoint.MODEL, checkpoint.CHECKPOINT):
        (a, card), (b, again) = (checkpoint.read(tmp_path / run, kind) for run in ("whole", "parts"))
        assert card == again
        assert card.start == model.fingerprint
        assert all(torch.equal(x, b[name]) for name, x in a.items())


def test_resuming_from_other_weights_is_refused(
    model: Model, tiny: Config, sequences: list[Sequence], other: Sequence, tmp_path: Path
) -> None:
    train([other], quick(model), tmp_path, start=model, stop_after=5)
    stranger = train(sequences, replace(tiny, training=replace(tiny.training, steps=3, seed=8)))
    with pytest.raises(ValueError, match="started from other weights"):
        train([other], quick(model), tmp_path, start=stranger, resume=True)


def test_labels_have_no_influence(model: Model) -> None:
    cycle = swinging_cycle("P07_swing", mass=62.0)
    assert cycle.truth is not None
    wrong = {name: np.full_like(x, np.nan) for name, x in cycle.truth.angles.items()}
    blind = replace(cycle, truth=Truth(wrong, speed=float("nan")))
    config = quick(model)
    one, two = (train([to_sequence(recording, config)], config, start=model) for recording in (cycle, blind))
    assert same_weights(one, two)
    assert one.people == two.people

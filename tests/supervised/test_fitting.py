"""Training, its files, who is learned from, and estimates of fitted models."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from walkers import CYCLES, WINDOWS, recording

from kinertia.estimation.estimate import Activity
from kinertia.metrics import scoring
from kinertia.recording import RecordingError, selection
from kinertia.supervised import checkpoint, cycles, predict, regimes, study, training
from kinertia.supervised import config as configuration
from kinertia.supervised.checkpoint import STATE, Fitted
from kinertia.supervised.config import FitConfig, NetworkConfig
from kinertia.supervised.examples import Examples, join
from kinertia.supervised.networks import Network
from kinertia.supervised.study import Plan
from kinertia.train import people
from kinertia.train.loop import Running
from kinertia.train.people import Person, Split

PART = Split(("p0", "p1"), ("p2",), ("p3",))


@pytest.fixture(scope="module")
def fitted(data: dict[str, Examples], config: FitConfig) -> Fitted:
    return regimes.fit_general(data, PART, config)


def test_published_networks_have_their_sizes() -> None:
    def parameters(config: NetworkConfig) -> int:
        return sum(x.numel() for x in Network(config, 72, 10, 0).parameters())

    assert parameters(configuration.PUBLISHED) == 368_906
    # 72 -> 24 -> 8 -> 10 with five samples each
    assert parameters(replace(configuration.PUBLISHED, cell="cnn")) == (72 * 5 + 1) * 24 + (24 * 5 + 1) * 8 + (8 * 5 + 1) * 10


@pytest.mark.parametrize("cell", ["cnn", "lstm", "transformer", "cycle"])
def test_every_network_predicts_every_sample(cell: str) -> None:
    config = NetworkConfig(cell=cell, width=8, layers=2, heads=2)  # pyright: ignore[reportArgumentType]
    curves, peaks = Network(config, 5, 3, 2)(torch.randn(4, 50, 5))
    assert curves.shape == (4, 50, 3)
    assert peaks.shape == (4, 2)


def test_the_cycle_network_does_not_know_where_a_cycle_begins() -> None:
    network = Network(CYCLES.network, 5, 3, 0).eval()
    x = torch.randn(2, 100, 5)
    torch.testing.assert_close(network(x.roll(17, 1))[0], network(x)[0].roll(17, 1), rtol=1e-4, atol=1e-5)


def test_nothing_of_the_tested_person_reaches_model_or_scales(
    data: dict[str, Examples], config: FitConfig, fitted: Fitted
) -> None:
    tested = data["p3"]
    spoilt = replace(tested, inputs=tested.inputs * 1e3 + 7.0, targets=tested.targets - 5.0)
    again = regimes.fit_general({**data, "p3": spoilt}, PART, config)
    assert again.fingerprint == fitted.fingerprint
    torch.testing.assert_close(again.scale.inputs, fitted.scale.inputs, rtol=0, atol=0)
    assert (
        regimes.fit_general({name: data[name] for name in ("p0", "p1", "p2")}, PART, config).fingerprint == fitted.fingerprint
    )
    # nor do those who say when to stop reach the scales
    held = replace(data["p2"], inputs=data["p2"].inputs + 100.0)
    torch.testing.assert_close(regimes.fit_general({**data, "p2": held}, PART, config).scale.inputs, fitted.scale.inputs)


def test_resuming_equals_an_uninterrupted_run(
    data: dict[str, Examples], config: FitConfig, fitted: Fitted, tmp_path: Path
) -> None:
    train, held = join([data["p0"], data["p1"]]), data["p2"]
    training.fit(train, held, config, Running(tmp_path, stop_after=1))
    assert not checkpoint.is_fitted(tmp_path)
    resumed = training.fit(train, held, config, Running(tmp_path, resume=True))
    assert resumed.fingerprint == fitted.fingerprint
    assert resumed.card == fitted.card
    assert checkpoint.load(tmp_path).fingerprint == fitted.fingerprint
    with pytest.raises(ValueError, match="another configuration"):
        training.fit(train, held, replace(config, training=replace(config.training, seed=5)), Running(tmp_path, resume=True))
    with pytest.raises(ValueError, match="other recordings"):
        training.fit(held, train, config, Running(tmp_path, resume=True))


def test_adapting_starts_from_the_general_model_and_keeps_its_scales(fitted: Fitted, persons: dict[str, Person]) -> None:
    adapted = regimes.fit_adaptive(fitted, persons["p3"], 0.4)
    torch.testing.assert_close(adapted.scale.inputs, fitted.scale.inputs, rtol=0, atol=0)
    head = replace(fitted.config, adaptation=replace(fitted.config.adaptation, layers="head"))
    frozen = regimes.fit_adaptive(fitted, persons["p3"], 0.4, config=head)
    for name, weight in frozen.network.core.state_dict().items():
        torch.testing.assert_close(weight, fitted.network.core.state_dict()[name], rtol=0, atol=0)
    with pytest.raises(ValueError, match=r"share 0\.7"):
        regimes.fit_adaptive(fitted, persons["p3"], 0.7)


def test_estimates_are_scored_like_those_of_any_method(fitted: Fitted, persons: dict[str, Person], config: FitConfig) -> None:
    person = persons["p3"].recordings[0]
    if config.inputs.reading == "cycles":
        person = cycles.average(person, "r", config.inputs)[0][0]
    estimate = predict.estimate(fitted, person.without_truth())
    assert estimate.samples == person.samples
    assert estimate.activity is not None
    assert set(estimate.activity) == {Activity.WALKING}
    if config.inputs.reading == "cycles":
        assert estimate.settled is None
    else:
        quarter = round(0.25 * config.inputs.window * person.rate_hz / config.inputs.rate_hz)
        assert not estimate.counted[: quarter - 1].any()
        assert not estimate.counted[1 - quarter :].any()
        assert estimate.counted[quarter + 1 : -quarter - 1].all()
    figures = scoring.figures(estimate, person)
    assert figures["angle_rmsd_deg"]["knee_angle_l"] < 30.0
    assert figures["moment_rmsd_bwbh"]["ankle_angle_r"] is not None
    assert figures["speed_error"] is not None
    assert set(estimate.grf) == {"grf_x_r", "grf_y_r", "grf_x_l", "grf_y_l"}


def test_a_model_says_which_sensor_is_missing(fitted: Fitted, persons: dict[str, Person], config: FitConfig) -> None:
    person = persons["p3"].recordings[0]
    if config.inputs.reading == "cycles":
        with pytest.raises(RecordingError, match="is continuous"):
            predict.estimate(fitted, person)
        person = cycles.average(person, "r", config.inputs)[0][0]
    with pytest.raises(RecordingError, match=r"no sensor on pelvis.*which the model reads"):
        predict.estimate(fitted, selection.choose(person, "FST"))


def test_fewer_sensors_are_read_where_the_model_has_fewer(data: dict[str, Examples], persons: dict[str, Person]) -> None:
    own = replace(WINDOWS, inputs=replace(WINDOWS.inputs, sensors="FrTr"))
    windows = {name: regimes.examples(persons[name], own) for name in ("p0", "p1", "p2")}
    small = regimes.fit_general(windows, PART, own)
    assert small.layout.segments == ("femur_r", "foot_r")
    alone = selection.choose(persons["p3"].recordings[0], "FrTr")
    assert predict.estimate(small, alone).samples == alone.samples


def test_a_periodic_cycle_can_be_read_in_windows(persons: dict[str, Person]) -> None:
    windows = {name: regimes.examples(persons[name], WINDOWS) for name in ("p0", "p1", "p2")}
    model = regimes.fit_general(windows, PART, WINDOWS)
    cycle = cycles.average(persons["p3"].recordings[0], "r", CYCLES.inputs)[0][0]
    found = predict.estimate(model, cycle.without_truth())
    assert found.samples == cycle.samples
    assert np.isfinite(found.coordinates["knee_angle_r"]).all()


def test_damaged_files_are_named(fitted: Fitted, tmp_path: Path) -> None:
    checkpoint.STORE.write(tmp_path, fitted.tensors(), fitted.card)
    card = tmp_path / "fitted.json"
    content = json.loads(card.read_text())
    card.write_text(json.dumps(content | {"weights": "0"}))
    with pytest.raises(ValueError, match="do not belong together"):
        checkpoint.load(tmp_path)
    card.write_text(json.dumps(content | {"format": 99}))
    with pytest.raises(ValueError, match="format 99"):
        checkpoint.load(tmp_path)
    card.write_text(card.read_text()[:50])
    with pytest.raises(ValueError, match="damaged"):
        checkpoint.load(tmp_path)
    with pytest.raises(ValueError, match="no such model"):
        checkpoint.load(tmp_path / "nothing")


@pytest.mark.parametrize(("count", "groups"), [(3, 0), (5, 0), (10, 5), (7, 2)])
def test_everybody_is_tested_once_and_nobody_is_in_two_parts(count: int, groups: int) -> None:
    names = [f"p{k}" for k in range(count)]
    found = people.folds(names, groups)
    assert sorted(name for part in found for name in part.test) == names
    for part in found:
        assert sorted((*part.train, *part.held, *part.test)) == names
    with pytest.raises(ValueError, match="at least 3"):
        people.folds(names[:2])


def test_a_study_compares_regimes_and_goes_on_where_it_stopped(folder: Path, tmp_path: Path) -> None:
    shown: list[str] = []
    plan = Plan("adaptive", share=0.3, curve=(0.2,))
    found = study.run(folder, plan, WINDOWS, tmp_path, shown.append)
    assert set(found["table"]) == {"general", "adaptive 30 %", "adaptive 20 %"}
    assert found["table"]["general"]["angle_rmsd_deg"]["people"] == 3
    assert "adaptive 30 % against general: angle_rmsd_deg" in found["comparisons"]
    assert found["gain_percent"]["angle_rmsd_deg"] is not None
    shown.clear()
    assert study.run(folder, plan, WINDOWS, tmp_path, shown.append)["table"] == found["table"]
    assert not shown
    assert (tmp_path / "fold1" / f"{STATE}.json").is_file()
    with pytest.raises(ValueError, match="other recordings, settings or version"):
        study.run(folder, plan, replace(WINDOWS, training=replace(WINDOWS.training, seed=9)), tmp_path)


def test_a_user_alone(folder: Path, tmp_path: Path) -> None:
    found = study.run(folder, Plan("individual", most=1), WINDOWS, tmp_path)
    assert found["table"]["individual"]["angle_rmsd_deg"]["people"] == 1


def test_too_short_a_recording_is_named(fitted: Fitted, config: FitConfig) -> None:
    if config.inputs.reading == "windows":
        with pytest.raises(RecordingError, match=r"walk_1.*windows of 50"):
            predict.estimate(fitted, recording(0, seconds=0.4))

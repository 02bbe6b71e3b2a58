"""Motion, and forces per body weight, do not depend on what a person weighs; forces themselves are proportional to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kinertia.bodies import GAIT2D_TRUNK
from kinertia.estimation import estimator, track
from kinertia.estimation.estimate import Estimate
from kinertia.learning import adaptation, sequence, shipped, training
from kinertia.learning.config import Config, TrainingConfig
from kinertia.learning.prepare import to_sequence
from kinertia.recording import Recording, channels, selection
from kinertia.runtime import model as runtime

HEAVIER = 1.3


def of_mass(recording: Recording, factor: float) -> Recording:
    subject = replace(recording.subject, mass_kg=factor * recording.subject.mass_kg)
    return replace(recording, subject=subject)


def assert_only_forces_differ(light: Estimate, heavy: Estimate) -> None:
    for name, values in light.coordinates.items():
        np.testing.assert_allclose(heavy.coordinates[name], values, rtol=0.0, atol=np.radians(1e-6), err_msg=name)
    assert light.speed is not None
    assert heavy.speed is not None
    np.testing.assert_allclose(heavy.speed, light.speed, rtol=0.0, atol=1e-9)
    for name, values in light.grf.items():
        np.testing.assert_allclose(heavy.grf[name], values, rtol=0.0, atol=1e-6, err_msg=name)
    for name, values in light.moments.items():
        np.testing.assert_allclose(heavy.moments[name], HEAVIER * values, rtol=1e-6, atol=1e-4, err_msg=name)


@pytest.mark.parametrize(("name", "sensors"), [("default", "all"), ("sparse", "FT")])
def test_shipped_models(walk: Recording, name: str, sensors: str) -> None:
    worn = selection.choose(walk, sensors)
    heavy, model, graph = of_mass(worn, HEAVIER), shipped.load(name), runtime.load(name)
    assert_only_forces_differ(track.estimate(model, worn), track.estimate(model, heavy))
    assert_only_forces_differ(estimator.estimate(graph.runner, worn), estimator.estimate(graph.runner, heavy))


def test_adapting(walk: Recording) -> None:
    start = shipped.load()
    config = adaptation.settings(start.config, Config(training=TrainingConfig(acc_noise=0.2)))
    config = replace(config, training=replace(config.training, steps=5, batch=2, window=128))

    def adapted(recording: Recording) -> Estimate:
        model = training.train([to_sequence(recording, config)], config, start=start)
        return track.estimate(model, recording)

    assert_only_forces_differ(adapted(walk), adapted(of_mass(walk, HEAVIER)))


def test_solvers_and_objectives_see_the_same_body(walk: Recording) -> None:
    signals, present = channels.at_rate(walk, 100.0)
    light, heavy = (
        sequence.from_arrays(of_mass(walk, factor), signals, present, 100.0, GAIT2D_TRUNK) for factor in (1.0, HEAVIER)
    )
    assert float(light.body.total_mass) == float(heavy.body.total_mass) == sequence.NOMINAL_MASS_KG
    assert heavy.mass_kg == pytest.approx(HEAVIER * light.mass_kg)


def test_another_height_than_in_training_is_said_but_not_another_mass(
    make_model: Callable[..., training.Model], walk: Recording
) -> None:
    read = to_sequence(walk, Config())
    person = training.Person("walk", training.fingerprint(read), 68.0, 1.71, (0.0,) * 7, ((0.0, 0.0),) * 7, 1.0)
    model = replace(make_model(), people=(person,))
    said = " ".join(track.estimate(model, of_mass(walk, HEAVIER)).warnings)
    assert "trained on this recording" not in said
    taller = replace(walk, subject=replace(walk.subject, height_m=1.85))
    assert "the model was trained on this recording with a height of 1.71 m" in " ".join(track.estimate(model, taller).warnings)

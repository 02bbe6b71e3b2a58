"""Which bands a model has: those of its own weights, or of the weights it was trained on from, or none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from experiments.calibration import files
from experiments.calibration.fit import times
from kinertia.estimation import estimator, track
from kinertia.export import export
from kinertia.learning.checkpoint import Model, load_model
from kinertia.learning.config import Config, NetworkConfig, TrainingConfig
from kinertia.learning.prepare import to_sequence
from kinertia.learning.training import train
from kinertia.recording import LOWER_BODY, Recording, Sensor, Subject
from kinertia.runtime import model as runtime
from kinertia.uncertainty import store
from kinertia.uncertainty.calibration import FORMAT, Calibration, Uncalibrated, Use
from kinertia.uncertainty.features import NAMES
from kinertia.uncertainty.half_width import COLUMNS, LOOKS_COLUMNS, Scale

CONFIG = Config(
    network=NetworkConfig(hidden=16, layers=1, dense=16), training=TrainingConfig(steps=2, batch=2, window=100, warm_up=16)
)
WALKING, KNEE = "walking", "angle.knee_angle"
FACTORS = (1.0, 1.1, 1.2, 1.3, 1.4)
SCALE = Scale(
    (0.0,) * len(NAMES),
    (1.0,) * len(NAMES),
    (-2.0,) + (0.0,) * (COLUMNS - 1),
    FACTORS,
    FACTORS,
    (0.0,) * LOOKS_COLUMNS,
)


@pytest.fixture(scope="module")
def walk() -> Recording:
    rng = np.random.default_rng(5)
    phase = 6.0 * np.arange(300)[:, None, None] / 100.0 + rng.uniform(0, 6, size=(1, 7, 3))
    sensors = tuple(Sensor(segment, segment, (0.02, -0.1, 0.0)) for segment in LOWER_BODY.segments)
    return Recording(
        "walk", 100.0, sensors, np.array([0.0, 9.81, 0.0]) + 2 * np.sin(phase), 2 * np.cos(phase), Subject(68.0, 1.71)
    )


@pytest.fixture(scope="module")
def start(walk: Recording, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a calibrated model."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("start")
    model = train([to_sequence(walk, CONFIG)], CONFIG, folder)
    assert isinstance(model.calibration, Uncalibrated)
    calibration = Calibration(
        FORMAT,
        "0",
        model.fingerprint,
        0.9,
        {"shipped": Use("people", {WALKING: {KNEE: SCALE}}), "adapted": Use("people", {WALKING: {KNEE: times(SCALE, 2.0)}})},
    )
    files.write(folder / store.FILE, calibration)
    return folder


def width(model: Model, walk: Recording) -> tuple[np.ndarray, str]:
    """Band of a knee once the network has settled, and what is said of it."""
    found = track.estimate(model, walk).bands
    knee = found.coordinates["knee_angle_r"]
    assert np.isfinite(knee[100:-10]).all()
    return knee[100:-10], found.about


def test_of_its_own_weights(start: Path, walk: Recording) -> None:
    band, about = width(load_model(start), walk)
    np.testing.assert_allclose(band, np.exp(-2.0))
    assert "adapted" not in about


def test_of_the_weights_it_was_adapted_from(
    start: Path, walk: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_model(start)
    model = train([to_sequence(walk, CONFIG)], CONFIG, tmp_path / "own", start=first)
    assert model.fingerprint != first.fingerprint
    band, about = width(model, walk)
    np.testing.assert_allclose(band, 2.0 * np.exp(-2.0))
    assert "adapted to the recording" in about
    # from its folder, if the model that it comes from is one of the package's
    assert isinstance(load_model(tmp_path / "own").calibration, Uncalibrated)
    monkeypatch.setattr(store, "MODELS", start.parent)
    loaded = load_model(tmp_path / "own")
    assert loaded.calibration == model.calibration
    export.write(export.export(loaded), tmp_path / "exported")
    graphs = runtime.load(tmp_path / "exported")
    assert graphs.calibration == model.calibration
    np.testing.assert_allclose(estimator.estimate(graphs.runner, walk).bands.coordinates["knee_angle_r"][100:-10], band)
    (tmp_path / "exported" / store.FILE).write_bytes(
        (start / store.FILE).read_bytes().replace(first.fingerprint.encode(), b"x")
    )
    monkeypatch.undo()
    assert isinstance(runtime.load(tmp_path / "exported").calibration, Uncalibrated)
    assert isinstance(loaded.calibration, Calibration)
    assert loaded.calibration == replace(store.read(start / store.FILE), use="adapted")


def test_of_foreign_weights_there_are_none(start: Path, walk: Recording, tmp_path: Path) -> None:
    model = train([to_sequence(walk, CONFIG)], replace(CONFIG, training=replace(CONFIG.training, seed=3)), tmp_path)
    (tmp_path / store.FILE).write_bytes((start / store.FILE).read_bytes())
    assert model.fingerprint != load_model(start).fingerprint
    bands = track.estimate(load_model(tmp_path), walk).bands
    assert bands.level == 0.0
    assert not bands.coordinates
    assert "belongs to other weights" in bands.about

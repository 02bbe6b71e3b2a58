"""Every fault is named with its sensors, a sound recording has none, and the corrected recording is right."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments import gait_model_fit, place_faults
from experiments.place_faults import FAULTS
from kinertia.io import write_recording
from kinertia.io.read import read
from kinertia.placement import harmonics
from kinertia.placement.correction import correct
from kinertia.placement.fault import Kind
from kinertia.placement.inference import SampleQuality, place
from kinertia.recording import Frame, Recording


def test_sound_recordings_have_no_faults(walk: Recording, unaligned: Recording) -> None:
    assert not place(walk).faults
    assert not place(unaligned).faults


@pytest.mark.parametrize("name", FAULTS)
def test_faults_are_named(walk: Recording, name: str) -> None:
    for seed in range(3):
        broken = FAULTS[name](replace(walk, truth=None), np.random.default_rng(seed))
        if broken is None:  # no sensor of this walk exceeds 2 g
            continue
        hits = [fault for fault in place(broken.recording).faults if fault.kind is broken.kind]
        assert hits, name
        assert broken.sensors <= {sensor for fault in hits for sensor in fault.sensors}


def test_corrected_recording_is_as_it_should_have_been(walk: Recording, tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    broken = place_faults.exchanged(walk, generator).recording
    broken = replace(broken, acc=broken.acc / 9.81, gyro=np.rad2deg(broken.gyro), truth=None)
    corrected = correct(broken, place(broken))
    path = write_recording.write(tmp_path / "corrected.csv", corrected)
    back = read(path)
    assert not [fault for fault in place(back).faults if fault.kind is not Kind.MISSING]
    for k, sensor in enumerate(back.sensors):
        was = walk.sensor_index(sensor.segment)
        assert was is not None
        np.testing.assert_allclose(back.gyro[:, k], walk.gyro[:, was], atol=1e-6)
        np.testing.assert_allclose(back.acc[:, k], walk.acc[:, was], atol=1e-6)


def test_axes_are_believed_of_none_where_most_are_turned(walk: Recording) -> None:
    found = place(walk)
    generator = np.random.default_rng(4)
    turns = np.stack([place_faults.rotation(generator, angle, angle) for angle in (0.6, 0.6, 0.6, 0.6, 0.6, 0.1, 0.1)])
    acc, gyro = (np.einsum("kij,tkj->tki", turns, signal) for signal in (walk.acc, walk.gyro))
    turned = replace(walk, acc=acc, gyro=gyro, truth=None)
    corrected = correct(turned, place(turned))
    for k, sensor in enumerate(corrected.sensors):
        rotation = found.sensors[k].rotation
        assert rotation is not None
        assert sensor.segment == walk.sensors[k].segment
        # as if the sensors had been in their own axes from the start
        np.testing.assert_allclose(corrected.gyro[:, k], walk.gyro[:, k] @ rotation.T, atol=0.02)


def test_poses_of_the_truth_follow_the_turned_signals(walk: Recording) -> None:
    turn = place_faults.rotation(np.random.default_rng(1), 1.0, 1.2)
    acc, gyro = walk.acc.copy(), walk.gyro.copy()
    acc[:, 2], gyro[:, 2] = acc[:, 2] @ turn.T, gyro[:, 2] @ turn.T
    corrected = correct(*(lambda r: (r, place(r)))(replace(walk, frame=Frame.SENSOR, acc=acc, gyro=gyro)))
    assert corrected.truth is not None
    assert corrected.frame is Frame.SEGMENT
    # poses stated for the untouched axes go with the signals that are turned
    for sensor in corrected.sensors:
        w, *_ = corrected.truth.poses[sensor.segment].orientation
        assert abs(w) <= 1.0 + 1e-9


def test_clipping_needs_a_pile_at_a_range() -> None:
    generator = np.random.default_rng(0)
    acc = 12.0 * generator.standard_normal((2000, 3))
    gyro = generator.standard_normal((2000, 3))
    assert SampleQuality.of(acc, gyro, 100.0).clipped == 0
    cut = SampleQuality.of(np.clip(acc, -19.62, 19.62), gyro, 100.0)
    assert cut.clipped > 100


def test_model_survives_its_file(tmp_path: Path) -> None:
    model = harmonics.load()
    path = tmp_path / "model.json"
    path.write_bytes(gait_model_fit.encode(model))
    np.testing.assert_array_equal(harmonics.load(path).curves, model.curves)
    content = json.loads(path.read_bytes())
    path.write_text(json.dumps(content | {"curves": content["curves"][:1]}))
    harmonics.load.cache_clear()
    with pytest.raises(ValueError, match="fit the model again"):
        harmonics.load(path)

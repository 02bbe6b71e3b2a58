"""What networks read and predict: columns, mirror, cycles, windows, scales."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from walkers import CYCLES, WINDOWS, recording

from kinertia.io import write_recording
from kinertia.recording import LOWER_BODY, RecordingError, sensor_set
from kinertia.supervised import augment, channels, cycles, regimes, targets
from kinertia.supervised.channels import Layout
from kinertia.supervised.config import Augmentation, FitConfig, InputConfig
from kinertia.supervised.examples import Examples, Scale
from kinertia.train import people
from kinertia.train.people import Person
from kinertia.train.windows import starts


@given(axes=st.sampled_from(["sagittal", "full"]), orientation=st.booleans())
def test_two_mirrors_change_nothing(axes: str, orientation: bool) -> None:
    columns = Layout.of(InputConfig(axes=axes, orientation=orientation))  # pyright: ignore[reportArgumentType]
    values = np.random.default_rng(0).normal(size=(5, len(columns.names)))
    once = channels.mirror(columns, values)
    np.testing.assert_array_equal(channels.mirror(columns, once), values)
    assert once[0, columns.names.index("femur_r.acc_x")] == values[0, columns.names.index("femur_l.acc_x")]
    if axes == "full":
        assert once[0, columns.names.index("pelvis.acc_z")] == -values[0, columns.names.index("pelvis.acc_z")]


@given(chosen=st.sets(st.sampled_from(LOWER_BODY.segments), min_size=1))
def test_a_sensor_set_keeps_its_columns_and_those_of_the_person(chosen: set[str]) -> None:
    columns, kept = Layout.of(InputConfig()).choose(tuple(chosen))
    assert set(columns.segments) == chosen
    assert len(kept) == 4 * len(chosen) + 1
    assert columns.names[-1] == channels.HEIGHT


def test_windows_hold_signals_and_truth_of_the_same_samples(persons: dict[str, Person]) -> None:
    found = regimes.examples(persons["p0"], WINDOWS)
    assert found is not None
    source = persons["p0"].recordings[0]
    assert source.truth is not None
    start = round(float(found.begin[3]) * source.samples)
    rate = source.gyro[start : start + 50, source.sensor_index("tibia_r"), 2]
    np.testing.assert_allclose(found.inputs[3, :, found.layout.names.index("tibia_r.gyro_z")].numpy(), rate, rtol=1e-5)
    knee = source.truth.angles["knee_angle_r"][start : start + 50]
    np.testing.assert_allclose(found.targets[3, :, found.targets_named.index("angle.knee_angle_r")].numpy(), knee, rtol=1e-5)
    assert found.peaks.shape[1] == 0


def test_windows_cover_everything() -> None:
    for samples in (50, 51, 99, 120):
        covered = {k for start in starts(samples, 50, 25) for k in range(start, start + 50)}
        assert covered == set(range(samples))
    assert starts(49, 50, 25) == []


def test_cycles_begin_at_heel_strike_of_either_leg(persons: dict[str, Person]) -> None:
    found = regimes.examples(persons["p0"], CYCLES)
    assert found is not None
    assert len(found) == 4  # two of each leg
    knee = found.targets[..., found.targets_named.index("angle.knee_angle")]
    # a symmetric walker: the left leg seen in a mirror does what the right one does
    np.testing.assert_allclose(knee[0].numpy(), knee[2].numpy(), atol=0.1)
    shank = found.inputs[..., found.layout.names.index("tibia_r.gyro_z")]
    np.testing.assert_allclose(shank[0].numpy(), shank[2].numpy(), atol=1.0)
    assert set(found.peaks_named) == set(targets.PEAKS)


def test_a_cycle_read_at_its_samples_is_itself() -> None:
    values = np.random.default_rng(1).normal(size=(20, 3))
    np.testing.assert_allclose(cycles.periodic_at(values, np.arange(20.0)), values, atol=1e-12)


def test_differences_of_inclinations_are_joint_angles(data: dict[str, Examples], config: FitConfig) -> None:
    own = data["p0"]
    found = channels.angles(own.inputs, own.layout, own.targets_named)
    knee = next(k for k, name in enumerate(own.targets_named) if name.startswith("angle.knee"))
    error = (found - own.targets)[..., knee].square().mean().sqrt()
    assert error < 0.25  # sensors sit askew by some degrees
    moments = [k for k, name in enumerate(own.targets_named) if not name.startswith("angle")]
    assert not found[..., moments].any()


def test_scales_are_those_of_the_examples_alone(data: dict[str, Examples]) -> None:
    own = data["p1"]
    scale = Scale.of(own)
    flat = own.targets.flatten(0, 1)
    torch.testing.assert_close(scale.targets[0], flat.mean(0), rtol=1e-4, atol=1e-5)
    assert scale.read(torch.full_like(own.inputs, torch.nan)).abs().max() == 0.0


def test_turned_sensors_leave_targets_and_turned_segments_take_them_along(data: dict[str, Examples]) -> None:
    own = data["p0"]
    named, inputs = (own.layout, own.targets_named), CYCLES.inputs

    def vary(config: Augmentation) -> tuple[torch.Tensor, torch.Tensor]:
        draws = torch.Generator().manual_seed(0)
        return augment.vary(own.inputs, own.targets, named, own.rate_hz, inputs, config, draws)

    x, y = vary(Augmentation(misalignment_deg=5.0))
    torch.testing.assert_close(y, own.targets)
    i, j = (own.layout.names.index(f"femur_r.acc_{axis}") for axis in "xy")
    torch.testing.assert_close(
        x[..., i] ** 2 + x[..., j] ** 2, own.inputs[..., i] ** 2 + own.inputs[..., j] ** 2, rtol=1e-4, atol=1e-3
    )
    x, y = vary(Augmentation(posture_deg=5.0))
    told = [channels.angles(each, own.layout, own.targets_named) for each in (x, own.inputs)]
    torch.testing.assert_close(y - own.targets, told[0] - told[1])
    assert (y != own.targets).any()


def test_no_truth_is_an_error_that_names_the_recording() -> None:
    blind = recording(0).without_truth()
    with pytest.raises(RecordingError, match=r"walk_1.*no reference"):
        people.ready(blind, "p0")
    with pytest.raises(RecordingError, match="no reference"):
        targets.curves(blind, ("speed",))


def test_an_unreadable_sensor_set_is_an_error() -> None:
    from kinertia.supervised.config import check

    with pytest.raises(ValueError, match="sensor set"):
        check(replace(WINDOWS, inputs=replace(WINDOWS.inputs, sensors="XY")))
    with pytest.raises(ValueError, match="angle"):
        check(replace(WINDOWS, outputs=("grf",)))
    with pytest.raises(ValueError, match="cell cycle"):
        check(replace(WINDOWS, inputs=CYCLES.inputs))
    assert sensor_set.by_initials("FrTr").segments == ("femur_r", "foot_r")


def test_unsound_recordings_are_learned_from_only_when_asked_for_anyway(tmp_path: Path) -> None:
    walk = recording(1)
    a, b = (k for k, sensor in enumerate(walk.sensors) if sensor.segment in ("tibia_r", "tibia_l"))
    acc, gyro = walk.acc.copy(), walk.gyro.copy()
    for signals in (acc, gyro):
        signals[:, [a, b]] = signals[:, [b, a]]
    path = write_recording.write(tmp_path / "person1" / "walk_1.csv", replace(walk, acc=acc, gyro=gyro))
    with pytest.raises(RecordingError, match="exchanged"):
        people.load(("person1", [path]))
    (said,) = people.faults(people.load(("person1", [path]), anyway=True))
    assert "person1_walk_1 is learned from though it is unsound: sensors" in said

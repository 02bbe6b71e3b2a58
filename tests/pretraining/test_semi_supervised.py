"""Labels of a person's other recordings beside the label-free objective."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments import semi_supervised
from kinertia.io import cycles
from kinertia.learning import shipped
from kinertia.learning.config import AdaptationConfig, Config
from kinertia.metrics import sync
from kinertia.metrics.sync import synced
from kinertia.recording import Recording

QUICK = Config(adaptation=AdaptationConfig(steps=3, long_steps=3, batch=2, window=120))


@pytest.mark.data
def test_a_reference_is_moved_to_the_sensors_clock(shared_data: Path) -> None:
    for recording in cycles.read_folder(shared_data / "imu_cycles_biomac"):
        moved, shift_s = synced(recording)
        assert shift_s is not None
        assert shift_s > 0.0
        again = synced(moved)[1]
        assert again == pytest.approx(0.0, abs=0.0015)


def test_without_a_reference_nothing_moves() -> None:
    bare = Recording("bare", 100.0, (), np.zeros((4, 0, 3)), np.zeros((4, 0, 3)))
    assert sync.on_sensor_clock(bare, 0.01) is bare


@pytest.mark.data
def test_both_ways(shared_data: Path) -> None:
    found = semi_supervised.semi_supervised(shared_data / "imu_cycles_biomac", QUICK)
    assert set(found["trials"]) == {"P01_normwalking", "P01_normrunning"}
    assert found["label_free"]["mean"]["angle_rmsd_deg"] > 0.0
    for part in ("mean", "mean_synced"):
        assert set(found["better"][part]) == set(found[part])


@pytest.mark.data
def test_a_person_with_one_recording_has_no_labels(shared_data: Path) -> None:
    first, second = cycles.read_folder(shared_data / "imu_cycles_biomac")
    other = replace(second, subject=replace(second.subject, mass_kg=80.0))
    with pytest.raises(ValueError, match="no other recording of the same person"):
        semi_supervised.estimate_each([first, other], shipped.load(), QUICK)

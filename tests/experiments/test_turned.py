"""Turned sensors are put right, and scored against the unturned ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments import methods, turned
from experiments.turned import Plan
from kinertia.io import cycles
from kinertia.learning.config import Config
from kinertia.recording import Frame
from kinertia.recording.selection import same_wearer


@pytest.mark.data
def test_turning(shared_data: Path) -> None:
    recordings = cycles.read_folder(shared_data / "imu_cycles_biomac")
    first, again = (turned.turn(recordings, Plan(20.0, stated=False), 1) for _ in range(2))
    for was, now, same in zip(recordings, first, again, strict=True):
        assert now.frame is Frame.SENSOR
        np.testing.assert_allclose(np.linalg.norm(now.acc, axis=-1), np.linalg.norm(was.acc, axis=-1))
        np.testing.assert_array_equal(now.acc, same.acc)
        # cos of the angle between a vector and the turned one is never less than that of the rotation
        cosine = (now.acc * was.acc).sum(-1) / (np.linalg.norm(now.acc, axis=-1) * np.linalg.norm(was.acc, axis=-1))
        assert cosine.min() > np.cos(np.deg2rad(20.0)) - 1e-9


@pytest.mark.data
def test_one_session_is_placed_together(shared_data: Path) -> None:
    recordings = cycles.read_folder(shared_data / "imu_cycles_biomac")
    assert same_wearer(*recordings)
    turned_once = turned.turn(recordings, Plan(20.0), 1)
    right = turned.put_right(turned_once)
    assert same_wearer(*right)
    assert [recording.name for recording in right] == [recording.name for recording in recordings]
    # both are turned by the same rotations
    for was, now in zip(turned_once, right, strict=True):
        np.testing.assert_allclose(np.linalg.norm(now.acc, axis=-1), np.linalg.norm(was.acc, axis=-1))
    back = [np.linalg.lstsq(r.gyro[:, 1], o.gyro[:, 1])[0] for r, o in zip(right, recordings, strict=True)]
    np.testing.assert_allclose(back[0], back[1], atol=1e-9)


@pytest.mark.data
def test_placement_helps(shared_data: Path) -> None:
    method = methods.choose("strapdown", 0, Config())
    plan = Plan(20.0, (1,), stated=False, untreated=True)
    found = turned.compare(shared_data / "imu_cycles_biomac", method, "strapdown", plan)
    assert found["placed"].keys() == found["untreated"].keys() == {"1"}
    placed, untreated = (found[name]["1"]["mean"]["angle_rmsd_deg"] for name in ("placed", "untreated"))
    assert placed < untreated
    assert found["worse_deg_most"] == pytest.approx(placed - found["unturned"]["mean"]["angle_rmsd_deg"])

"""Placement of sensors: sizes, limits, repeatability."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kinertia.recording import LOWER_BODY
from kinertia.sensing.errors import NOMINAL, Spread, mount

STATED: dict[str, tuple[float, float, float]] = dict.fromkeys(LOWER_BODY.segments, (0.05, -0.2, 0.03))


def test_sizes_and_limits() -> None:
    poses = [p for seed in range(400) for p in mount(STATED, Spread(), np.random.default_rng(seed)).values()]
    angle = np.degrees([p.angle_rad for p in poses])
    offset = np.array([p.position_m for p in poses]) - STATED["pelvis"]
    assert np.std(angle) == pytest.approx(6.0, rel=0.08)
    assert np.abs(angle).max() < 15.5  # 15 degrees, and what the other two turns add to the projection
    assert np.abs(angle).max() > 12.0
    np.testing.assert_allclose(offset.std(axis=0), [0.01, 0.02, 0.01], rtol=0.08)
    assert np.abs(offset).max() <= 0.05
    np.testing.assert_allclose([np.linalg.norm(p.orientation) for p in poses], 1.0)


def test_nominal_sensors_sit_where_they_should() -> None:
    for segment, pose in mount(STATED, NOMINAL, np.random.default_rng(0)).items():
        assert pose.position_m == STATED[segment]
        assert pose.orientation == (1.0, 0.0, 0.0, 0.0)


def test_the_seed_repeats() -> None:
    first, again, other = (mount(STATED, Spread(), np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert first == again
    assert first != other
    assert list(first) == list(STATED)


def test_only_the_turn_about_z_inclines() -> None:
    pose = mount(STATED, Spread(math.radians(6.0), 0.0, 0.0, 0.0), np.random.default_rng(0))["pelvis"]
    w, x, y, z = pose.orientation
    assert (x, y) == (0.0, 0.0)
    assert pose.angle_rad == pytest.approx(2 * math.atan2(z, w))


def test_negative_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="along_m"):
        Spread(along_m=-0.01)

"""Rotations against scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kinertia.numerics import rotations

seeds = st.integers(0, 2**32 - 1)


def turned(seed: int, count: int = 20) -> np.ndarray:
    """Rotation vectors from nothing to more than half a turn, some about one axis."""
    rng = np.random.default_rng(seed)
    axis = rng.normal(size=(count, 3)) * (rng.random((count, 3)) < 0.7)
    axis[~axis.any(axis=1)] = (0.0, 0.0, 1.0)
    size = rng.choice([0.0, 1e-8, 5e-4, 0.1, 2.0, np.pi - 1e-7, 4.0], count)
    return axis / np.linalg.norm(axis, axis=1, keepdims=True) * size[:, None]


def quaternions(seed: int) -> np.ndarray:
    return np.asarray(Rotation.from_rotvec(turned(seed)).as_quat(scalar_first=True))


@given(seed=seeds)
@settings(max_examples=50, deadline=None)
def test_against_scipy(seed: int) -> None:
    vectors = turned(seed)
    reference = Rotation.from_rotvec(vectors)
    np.testing.assert_allclose(rotations.to_matrix(vectors), reference.as_matrix(), atol=1e-12)
    a, b = quaternions(seed), quaternions(seed + 1)
    left, right = (Rotation.from_quat(q, scalar_first=True) for q in (a, b))
    np.testing.assert_allclose(rotations.multiply(a, b), (left * right).as_quat(scalar_first=True), atol=1e-12)
    np.testing.assert_allclose(rotations.conjugate(a), left.inv().as_quat(scalar_first=True), atol=1e-12)
    np.testing.assert_allclose(rotations.to_vector(a), left.as_rotvec(), atol=1e-12)
    np.testing.assert_allclose(rotations.normalised(3.0 * a), a, atol=1e-12)


@given(seed=seeds, noise=st.sampled_from([0.0, 1e-13, 1e-7, 0.05]))
@settings(max_examples=50, deadline=None)
def test_matrices_against_scipy(seed: int, noise: float) -> None:
    matrices = Rotation.from_rotvec(turned(seed)).as_matrix()
    matrices = matrices + noise * np.random.default_rng(seed).normal(size=matrices.shape)
    expected = Rotation.from_matrix(matrices).as_quat(scalar_first=True)
    np.testing.assert_allclose(rotations.from_matrix(matrices), expected, atol=1e-9)


def test_refuses() -> None:
    with pytest.raises(ValueError, match="length zero"):
        rotations.normalised(np.zeros((2, 4)))
    with pytest.raises(ValueError, match="matrix 1 is no rotation"):
        rotations.from_matrix(np.stack([np.eye(3), -np.eye(3)]))

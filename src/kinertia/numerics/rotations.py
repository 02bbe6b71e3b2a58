"""Rotations as unit quaternions (w first), matrices and rotation vectors; how axes lie to the nearest right angle, in words."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_SMALL = 1e-3  # rad; below it series replace quotients that lose digits
_ORTHOGONAL = 1e-12  # absolute, where rounding alone can be the reason
_WORDS = {(0, 1): "forward", (0, -1): "backward", (1, 1): "up", (1, -1): "down", (2, 1): "right", (2, -1): "left"}


def normalised(quaternion: Array) -> Array:
    """(..., 4) quaternions of length 1. ValueError: one of length zero."""
    length = np.linalg.norm(quaternion, axis=-1, keepdims=True)
    if (length == 0).any():
        raise ValueError("a quaternion has length zero")
    return quaternion / length


def conjugate(quaternion: Array) -> Array:
    """(..., 4) unit quaternions of the inverse rotations."""
    return quaternion * np.array([1.0, -1.0, -1.0, -1.0])


def multiply(left: Array, right: Array) -> Array:
    """(..., 4) unit quaternions of the rotations ``right`` first, then ``left``."""
    w, x, y, z = np.moveaxis(left, -1, 0)
    a, b, c, d = np.moveaxis(right, -1, 0)
    product = np.stack(
        [
            w * a - x * b - y * c - z * d,
            w * b + x * a + y * d - z * c,
            w * c - x * d + y * a + z * b,
            w * d + x * c - y * b + z * a,
        ],
        axis=-1,
    )
    return normalised(product)


def to_vector(quaternion: Array) -> Array:
    """(..., 3) rotation vectors [rad], at most half a turn, of (..., 4) unit quaternions."""
    quaternion = np.where(quaternion[..., :1] < 0, -quaternion, quaternion)
    sine = np.linalg.norm(quaternion[..., 1:], axis=-1)
    angle = 2.0 * np.arctan2(sine, quaternion[..., 0])
    small = angle <= _SMALL
    quotient = angle / np.where(small, 1.0, np.sin(0.5 * angle))
    scale = np.where(small, 2.0 + angle**2 / 12.0 + 7.0 * angle**4 / 2880.0, quotient)
    return scale[..., None] * quaternion[..., 1:]


def to_matrix(vector: Array) -> Array:
    """(..., 3, 3) matrices of (..., 3) rotation vectors [rad]."""
    angle = np.linalg.norm(vector, axis=-1)[..., None, None]
    half = 0.5 * angle
    x, y, z = np.moveaxis(vector, -1, 0)
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(*x.shape, 3, 3)
    # Rodrigues; sin(a)/a and (1 - cos(a))/a^2 without dividing by zero
    return np.eye(3) + np.sinc(angle / np.pi) * cross + 0.5 * np.sinc(half / np.pi) ** 2 * (cross @ cross)


def from_matrix(matrix: Array) -> Array:
    """(N, 4) unit quaternions of (N, 3, 3) matrices; one that is nearly a rotation is taken as the nearest rotation.

    ValueError: a determinant that is not positive (left-handed axes), naming the matrix.
    """
    mirrored = np.linalg.det(matrix) <= 0
    if mirrored.any():
        raise ValueError(f"matrix {int(np.argmax(mirrored))} is no rotation: its determinant is not positive")
    gram = matrix @ matrix.swapaxes(-1, -2)
    rough = ~np.isclose(gram, np.eye(3), rtol=1e-9, atol=_ORTHOGONAL).all(axis=(-2, -1))
    if rough.any():
        left, _, right = np.linalg.svd(matrix[rough])
        matrix = matrix.copy()
        matrix[rough] = left @ right
    trace = np.trace(matrix, axis1=-2, axis2=-1)
    diagonal = np.diagonal(matrix, axis1=-2, axis2=-1)
    # 4 q q^T: its row of the largest diagonal entry is the quaternion, up to its length
    outer = np.empty((len(matrix), 4, 4))
    outer[:, 0, 0] = 1.0 + trace
    outer[:, 1:, 1:] = matrix + matrix.swapaxes(-1, -2)
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        outer[:, i + 1, i + 1] = 1.0 - trace + 2.0 * diagonal[:, i]
        outer[:, 0, i + 1] = outer[:, i + 1, 0] = matrix[:, k, j] - matrix[:, j, k]
    largest = np.argmax(np.concatenate([diagonal, trace[:, None]], axis=1), axis=1)
    return normalised(outer[np.arange(len(matrix)), (largest + 1) % 4])


def right_angled() -> Array:
    """(24, 3, 3) rotations that map axes to axes."""
    result = []
    for order, signs in itertools.product(itertools.permutations(range(3)), itertools.product((1.0, -1.0), repeat=3)):
        matrix = np.zeros((3, 3))
        matrix[list(order), range(3)] = signs
        if np.linalg.det(matrix) > 0:
            result.append(matrix)
    return np.array(result)


def nearest(rotation: Array) -> tuple[Array, float]:
    """The right-angled rotation nearest to a (3, 3) rotation, and the angle between them [rad]."""
    choices = right_angled()
    best = choices[int(np.argmax(np.einsum("nij,ij->n", choices, rotation)))]
    return best, angle(best.T @ rotation)


def angle(rotation: Array) -> float:
    """Angle of a (3, 3) rotation [rad]."""
    return float(np.arccos(np.clip(0.5 * (np.trace(rotation) - 1.0), -1.0, 1.0)))


def words(rotation: Array) -> str:
    """Where the axes of a sensor point, to the nearest right angle: ``x backward, y up, z left``."""
    best, _ = nearest(rotation)
    parts = []
    for axis, name in enumerate("xyz"):
        row = int(np.argmax(np.abs(best[:, axis])))
        parts.append(f"{name} {_WORDS[row, 1 if best[row, axis] > 0 else -1]}")
    return ", ".join(parts)

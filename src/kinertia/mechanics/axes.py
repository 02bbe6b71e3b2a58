"""The order in which rotations about axes in space are composed: topology of a skeleton, worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from kinertia.bodies import Skeleton

Matrix: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Axes:
    """Rotations of a skeleton, K of them, in the skeleton's order.

    A rotation turns about the z axis of its own frame, whose axes in the frame before it are the columns of ``frame``.

    Attributes
    ----------
    frame : one rotation matrix each, the third column is the axis.
    before : rotation that comes before on the path from the ground, -1 for none.
    enters : segment whose joint the rotation is the first of, -1 for later ones.
    earlier : (K, K) float64, 1 where rotation j comes before rotation k on its path.
    last : last rotation on the path to each of the S segments, -1 for none.
    levels : rotations with equally many before them, which are worked out together.
    """

    frame: tuple[Matrix, ...]
    before: tuple[int, ...]
    enters: tuple[int, ...]
    earlier: Tensor
    last: tuple[int, ...]
    levels: tuple[tuple[int, ...], ...]


def _frame(axis: tuple[float, float, float]) -> Matrix:
    """Right-handed axes with ``axis`` as the third; exchanged unit vectors where it is one."""
    z = np.array(axis)
    # the axis after the largest component in the order x, y, z, x, which is exact for unit vectors
    helper = np.eye(3)[(int(np.argmax(np.abs(z))) + 1) % 3]
    x = helper - z * (z @ helper)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z], axis=1)


@cache
def axes(skeleton: Skeleton) -> Axes:
    """The rotations of a skeleton."""
    frame = tuple(_frame(skeleton.coordinates[j].axis) for j in skeleton.rotations)
    before, enters, depth = [-1] * len(frame), [-1] * len(frame), [0] * len(frame)
    last: list[int] = []
    for i, parent in enumerate(skeleton.parents):
        latest = last[parent] if parent >= 0 else -1
        own = [k for k, segment in enumerate(skeleton.rotation_segments) if segment == i]
        for k in own:
            before[k], depth[k] = latest, 0 if latest < 0 else depth[latest] + 1
            enters[k] = i if k == own[0] else -1
            latest = k
        last.append(latest)
    levels = tuple(tuple(k for k, d in enumerate(depth) if d == level) for level in range(max(depth, default=-1) + 1))
    earlier = torch.zeros(len(frame), len(frame), dtype=torch.float64)
    for k, previous in enumerate(before):
        if previous >= 0:
            earlier[k] = earlier[previous]
            earlier[k, previous] = 1.0
    return Axes(frame, tuple(before), tuple(enters), earlier, tuple(last), levels)

"""Joint angles as differences of inclinations: what a network that is told so only has to correct."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from kinertia.sensing.sagittal import JOINTS
from kinertia.supervised.layout import INCLINATION, Layout


def matrix(columns: Layout, targets: Sequence[str]) -> Tensor:
    """(C, K) by which inputs give angles; zero for other targets, and where a sensor or its inclination is not read."""
    found = torch.zeros(len(columns.names), len(targets))
    for k, name in enumerate(targets):
        kind, _, joint = name.partition(".")
        # cycles are seen from the right leg
        pair = JOINTS.get(joint if joint.endswith(("_r", "_l")) else f"{joint}_r") if kind == "angle" else None
        if pair is None:
            continue
        distal, proximal = (columns.index(f"{segment}.{INCLINATION}") for segment in pair)
        if distal is not None and proximal is not None:
            found[distal, k], found[proximal, k] = 1.0, -1.0
    return found


def curves(x: Tensor, columns: Layout, targets: Sequence[str]) -> Tensor:
    """(..., K) angles [rad] from inputs (..., C) with units; zero where there is none or an inclination is missing."""
    return torch.nan_to_num(x, nan=0.0) @ matrix(columns, targets).to(x)

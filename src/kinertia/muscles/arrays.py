"""The same equations on numpy arrays and torch tensors: which module's functions serve what is given."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

Given = Any
"""A numpy array or a torch tensor."""


def functions(*values: Given) -> Any:
    """Module of the functions of these arrays: torch where one of them is a tensor, else numpy."""
    torch = sys.modules.get("torch")
    return torch if torch is not None and any(isinstance(v, torch.Tensor) for v in values) else np


def like(values: Given, other: Given) -> Given:
    """Numbers as an array of the kind, type and place of another."""
    if isinstance(other, np.ndarray):
        return values
    return functions(other).as_tensor(values, dtype=other.dtype, device=other.device)


def positive(x: Given) -> Given:
    """What is above zero, else zero."""
    return np.maximum(x, 0.0) if isinstance(x, np.ndarray) else functions(x).relu(x)


def whole(values: Given) -> Given:
    """Numbers without what is behind the point, as integers."""
    return values.astype(np.int64) if isinstance(values, np.ndarray) else values.detach().long()

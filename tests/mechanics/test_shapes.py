"""The shapes that docstrings state are those of arguments and results; the checker itself."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

import shapes
from kinertia.mechanics import dynamics, kinematics, passive


def turned(q: Tensor, r: Tensor) -> Tensor:
    """Turned about z, (..., n).

    Parameters
    ----------
    q : (..., n) angles.
    r : places, (..., K, 2) or (..., K, 3).
    """
    return q if r.shape[-1] == 2 else q[..., 1:]


def test_stated_shapes_are_required() -> None:
    check = shapes.checked(turned)
    q, r = torch.zeros(5, 4), torch.zeros(6, 2)
    assert check(q, r).shape == (5, 4)
    with pytest.raises(AssertionError, match=r"turned\(r\): the docstring says \(\.\.\., K, 2\) or .* its shape is \(6, 4\)"):
        check(q, torch.zeros(6, 4))
    with pytest.raises(AssertionError, match=r"what turned returns: .* its shape is \(5, 3\)"):
        check(q, torch.zeros(6, 3))


def test_functions_of_the_mechanics_are_checked() -> None:
    assert all(hasattr(function, "__wrapped__") for function in (kinematics.forward, dynamics.inverse, passive.moment))

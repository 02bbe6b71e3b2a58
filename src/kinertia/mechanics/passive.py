"""Passive joint moments that keep joints inside their range of motion."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from kinertia.bodies import Body

STIFFNESS_NM_PER_RAD = 5000.0  # gait2d
DAMPING_NMS_PER_RAD = 0.01  # gait2d
SMOOTHING_RAD = math.radians(2.0)


def _smooth_positive(x: Tensor) -> Tensor:
    # s(x) = (sqrt(x^2 + D^2) + x) / 2
    return 0.5 * (torch.sqrt(x.square() + SMOOTHING_RAD**2) + x)


def moment(body: Body, q: Tensor, qd: Tensor) -> Tensor:
    """Passive moment of each joint, (..., n) [N m]; zero for coordinates without a range.

    Notes
    -----
    gait2d: -5000 [s(q - q_max) - s(q_min - q)] - 0.01 q', with s a smooth positive part.
    """
    limited = torch.isfinite(body.coordinate_max) & torch.isfinite(body.coordinate_min)
    high = torch.where(limited, body.coordinate_max, torch.zeros_like(body.coordinate_max))
    low = torch.where(limited, body.coordinate_min, torch.zeros_like(body.coordinate_min))
    spring = STIFFNESS_NM_PER_RAD * (_smooth_positive(q - high) - _smooth_positive(low - q))
    return torch.where(limited, -spring - DAMPING_NMS_PER_RAD * qd, torch.zeros_like(q))


def limit_violation(body: Body, q: Tensor) -> Tensor:
    """How far each coordinate lies outside its range [rad or m], (..., n), zero inside."""
    return torch.relu(q - body.coordinate_max) + torch.relu(body.coordinate_min - q)

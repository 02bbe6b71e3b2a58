"""What keeps a network from forgetting what the model it started from knew of posture."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from kinertia.learning import differences
from kinertia.learning.decode import ANGLE_SCALE
from kinertia.learning.losses import masked_mean, valid_samples

EXPECTED_RAD = math.radians(5.0)
"""How far angles of a trained model are off on people it has not seen, about."""


def distance(raw: Tensor, held: Tensor, warm_up: int, rotations: int) -> Tensor:
    """Squared distance of joint angles from those of the model that training started from, in units of their expected error.

    Parameters
    ----------
    raw : (B, T, outputs) raw outputs, of the sensors that the network was shown.
    held : (B, T, outputs) raw outputs of the model as it was, which saw all sensors that were worn.
    warm_up : samples at the start of a window that do not count.
    rotations : how many of the outputs are angles.
    """
    error = (raw - held)[..., :rotations] * (ANGLE_SCALE / EXPECTED_RAD)
    inside = torch.zeros(raw.shape[-2], dtype=raw.dtype, device=raw.device)
    inside[differences.REACH : -differences.REACH] = valid_samples(raw.shape[-2], warm_up, raw)
    return masked_mean(error.square(), inside[:, None])

"""What keeps a network that is adapted to few sensors from forgetting what it knew of the segments that carry none."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from kinertia.learning import differences
from kinertia.learning.decode import ANGLE_SCALE
from kinertia.learning.losses import masked_mean, valid_samples

EXPECTED_RAD = math.radians(5.0)
"""How far angles of a trained model are off on people it has not seen, about."""


def distance(raw: Tensor, held: Tensor, present: Tensor, warm_up: int, rotations: int) -> Tensor:
    """Squared distance of joint angles from those of the network before it was adapted, in units of their expected error.

    Parameters
    ----------
    raw, held : (B, T, outputs) raw outputs of both networks.
    present : (B, T, 7, 3) 1 where a sensor was seen; a window counts by the share that was not.
    warm_up : samples at the start of a window that do not count.
    rotations : how many of the outputs are angles.
    """
    error = (raw - held)[..., :rotations] * (ANGLE_SCALE / EXPECTED_RAD)
    missing = 1.0 - present.amax(-1).mean((-1, -2))
    inside = torch.zeros(raw.shape[-2], dtype=raw.dtype, device=raw.device)
    inside[differences.REACH : -differences.REACH] = valid_samples(raw.shape[-2], warm_up, raw)
    return masked_mean(error.square() * missing[:, None, None], inside[:, None])

"""Contact with level ground: complementarity of free forces."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.mechanics.sole import Touch


@dataclass(frozen=True)
class Complementarity:
    """How far free contact forces are from unilateral, non-slipping contact; each (..., P), zero when consistent.

    Attributes
    ----------
    penetration : depth below the ground [m].
    lifted : vertical force [BW] times height above the ground [m].
    slip : vertical force [BW] times squared speed of the point [BW m^2/s^2].
    """

    penetration: Tensor
    lifted: Tensor
    slip: Tensor


def complementarity(contact: Touch, vertical_force_bw: Tensor) -> Complementarity:
    """How far vertical forces (..., P) [BW], not negative, at contact points are from rigid contact without slip.

    Notes
    -----
    0 <= F_y  _|_  y >= 0, and v = 0 in every direction where F_y > 0.
    """
    height = contact.position[..., 1]
    return Complementarity(
        penetration=torch.relu(-height),
        lifted=vertical_force_bw * height,
        slip=vertical_force_bw * contact.velocity.square().sum(-1),
    )

"""Effort of the muscles that give joint moments, in place of that of the moments, with its gradient.

A person's muscles scale so that lengths follow the height and forces the mass: with moments over body weight times height
everybody's muscles are those of the person whose numbers they are.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import STANDARD_GRAVITY, Body
from kinertia.muscles import leg, share
from kinertia.muscles.fibres import rigid

LEG = leg()
WEIGHT = LEG.volume / LEG.volume.mean()
"""Of the squared activation of each muscle, its volume (Happee & van der Helm 1995, J. Biomech. 28:1179-1191)."""
SCALE = LEG.mass * STANDARD_GRAVITY * LEG.height
"""Body weight times height of the person whose muscles these are [N m]."""
RESERVE = 30.0
"""Moment that costs as much as a muscle of mean volume at full activation, where no muscle gives it [N m]; soft, as rigid
tendons leave up to 145 N m of a runner's ankle to it (docs/muscles.md)."""


def effort(moments: Tensor, q: Tensor, qd: Tensor, body: Body) -> Tensor:
    """Least sum of volume times activation squared that gives the moments of each leg, over the mean volume, and reserves.

    Parameters
    ----------
    moments : (..., n - root) of all joints [N m].
    q, qd : (..., n) coordinates and their rates of change [rad, rad/s]; muscles are longer and faster, and so weaker, by these.
    body : with a time axis.

    Returns
    -------
    (..., 2) of the right and left leg.
    """
    columns = torch.tensor(_columns(body), device=q.device)
    angles, speeds = q[..., columns], qd[..., columns]
    wanted = SCALE * moments[..., columns - body.skeleton.root.stop] / body.moment_scale[..., None, None]
    length, arms = LEG.paths(angles)
    fibres = rigid(LEG, length, -(arms @ speeds[..., None])[..., 0])
    # r (a F_active + F_passive) + reserve = moment
    lacking = wanted - (fibres.passive[..., None, :] @ arms)[..., 0, :]
    full = (arms * fibres.active[..., None]).mT
    known, pull = (x.detach().double().cpu().numpy() for x in (lacking, full))
    found = share(known, pull, WEIGHT, RESERVE)
    activation, reserve, multiplier = (
        torch.as_tensor(x, dtype=q.dtype, device=q.device) for x in (found.activation, found.reserve, found.multiplier)
    )
    weight = torch.as_tensor(WEIGHT, dtype=q.dtype, device=q.device)
    cost = 0.5 * (weight * activation.square()).sum(-1) + 0.5 * (reserve / RESERVE).square().sum(-1)
    # dE = m . (db - dA a): at the least cost its changes with a and the reserves vanish (envelope theorem)
    left = lacking - (full @ activation[..., None])[..., 0] - reserve
    return cost + (multiplier * (left - left.detach())).sum(-1)


def without_muscles(body: Body) -> Tensor:
    """(n - root,) 1 for joints that no muscle moves, those outside of the legs."""
    joints = torch.ones(len(body.skeleton.coordinates) - body.skeleton.root.stop)
    joints[np.ravel(_columns(body)) - body.skeleton.root.stop] = 0.0
    return joints


def _columns(body: Body) -> list[list[int]]:
    """(2, 3) coordinates of hip, knee and ankle of each leg."""
    return [[body.skeleton.coordinate_index(f"{name}_{side}") for name in LEG.coordinates] for side in "rl"]

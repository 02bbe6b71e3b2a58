"""The smallest change of pelvis path and trunk lean with which a measured motion explains the measured ground reaction.

A sagittal body has no arms that swing and no pelvis that turns, so the measured motion leaves a force and a moment at its root.
They vanish when the hips move a few millimetres and the trunk leans a little differently; the legs keep their measured angles.
OpenSim's residual reduction (Delp et al. 2007, IEEE Trans Biomed Eng 54) has the same purpose.
"""

from __future__ import annotations

import torch
from torch import Tensor

from kinertia.simulation import periodic
from kinertia.simulation.replay import Cycle, root_residual, with_coordinates

ITERATIONS = 4
SAMPLES = 160
FREE = ("pelvis_tx", "pelvis_ty", "lumbar_extension")
"""What may change: hip path but for its mean place, and trunk lean."""
# One standard deviation of each thing.
CHANGE = (0.02, 0.02, 0.1)
RESIDUAL = 1e-4
"""[BW, BWBH]"""


def correct(cycle: Cycle) -> Cycle:
    """A cycle whose motion explains its ground reaction.

    Parameters
    ----------
    cycle : measured motion (:func:`kinertia.simulation.replay.average`).

    Returns
    -------
    Cycle with the same leg and pelvis angles, other hip path and trunk lean.

    Notes
    -----
    Gauss-Newton on Fourier coefficients; each residual in units of what it may be, each change in units of what it may cost.
    """
    skeleton = cycle.body.skeleton
    free = [skeleton.coordinate_index(name) for name in FREE]
    count = periodic.count(cycle.harmonics)
    phase = torch.arange(SAMPLES, dtype=torch.float64) / SAMPLES
    size = torch.tensor(CHANGE, dtype=torch.float64)[:, None].expand(-1, count).clone()
    size[:2, 0] = 0.0

    def changed(scaled: Tensor) -> Cycle:
        change = scaled.view(len(free), count) * size
        return with_coordinates(cycle, cycle.coordinates.index_add(0, torch.tensor(free), change))

    def cost(scaled: Tensor) -> Tensor:
        return torch.cat([root_residual(changed(scaled), phase).flatten() / RESIDUAL, scaled])

    scaled = torch.zeros(len(free) * count, dtype=torch.float64)
    for _ in range(ITERATIONS):
        jacobian = torch.func.jacfwd(cost)(scaled)
        scaled = scaled - torch.linalg.lstsq(jacobian, cost(scaled)[:, None]).solution[:, 0]
    return changed(scaled)

"""Measured motion and ground reaction made to fit each other: plates on the cameras' time, a pelvis path that explains them.

A sagittal body has no arms that swing and no pelvis that turns, so the measured motion leaves a force and a moment at its root.
They vanish when the hips move a few millimetres and the trunk leans a little differently; the legs keep their measured angles.
OpenSim's residual reduction (Delp et al. 2007, IEEE Trans Biomed Eng 54) has the same purpose.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from experiments.captured import MotionCapture, Plate
from experiments.planar.replay import Cycle, average, root_residual, with_coordinates

LONGEST_LAG_S = 0.030  # of force plates against cameras that is looked for
LAG_STEP_S = 0.001  # of lags tried
LAG_CUTOFF_HZ = 10.0  # above it, accelerations of markers are noise
LAG_SAMPLES = 80  # of a stride
ITERATIONS = 4
SAMPLES = 160
FREE = ("pelvis_tx", "pelvis_ty", "lumbar_extension")
"""What may change: hip path but for its mean place, and trunk lean."""
# One standard deviation of each thing.
CHANGE = (0.02, 0.02, 0.1)
RESIDUAL = 1e-4
"""[BW, BWBH]"""


def align(capture: MotionCapture) -> tuple[MotionCapture, float]:
    """The movement with forces on the cameras' time, and by how much they lagged behind [s]; one cycle as it is.

    It is the lag in -30..30 ms with which body mass times vertical acceleration comes closest to the vertical force.
    """
    if capture.one_cycle:
        return capture, 0.0
    phase = torch.arange(LAG_SAMPLES, dtype=torch.float64) / LAG_SAMPLES
    steps = round(LONGEST_LAG_S / LAG_STEP_S)
    candidates = sorted((k * LAG_STEP_S for k in range(-steps, steps + 1)), key=abs)
    unexplained = [
        float(root_residual(average(_advance(capture, lag), LAG_CUTOFF_HZ), phase)[:, 1].square().mean()) for lag in candidates
    ]
    lag = candidates[int(np.argmin(unexplained))]
    return _advance(capture, lag), lag


def _advance(capture: MotionCapture, lag_s: float) -> MotionCapture:
    time = np.arange(capture.samples) / capture.rate_hz

    def read(values: np.ndarray) -> np.ndarray:
        return np.stack([np.interp(time + lag_s, time, column) for column in values.T], axis=-1)

    return replace(
        capture,
        plates={
            side: Plate(read(plate.force), read(plate.centre), np.interp(time + lag_s, time, plate.torque))
            for side, plate in capture.plates.items()
        },
    )


def correct(cycle: Cycle) -> Cycle:
    """A cycle whose motion explains its ground reaction: with the same leg and pelvis angles, other hip path and trunk lean.

    Notes
    -----
    Gauss-Newton on Fourier coefficients; each residual in units of what it may be, each change in units of what it may cost.
    """
    skeleton = cycle.body.skeleton
    free = [skeleton.coordinate_index(name) for name in FREE]
    phase = torch.arange(SAMPLES, dtype=torch.float64) / SAMPLES
    size = torch.tensor(CHANGE, dtype=torch.float64)[:, None].repeat(1, cycle.coordinates.shape[-1])
    size[:2, 0] = 0.0

    def changed(scaled: Tensor) -> Cycle:
        return with_coordinates(cycle, cycle.coordinates.index_add(0, torch.tensor(free), scaled.view_as(size) * size))

    def cost(scaled: Tensor) -> Tensor:
        return torch.cat([root_residual(changed(scaled), phase).flatten() / RESIDUAL, scaled])

    scaled = torch.zeros(size.numel(), dtype=torch.float64)
    for _ in range(ITERATIONS):
        jacobian = torch.func.jacfwd(cost)(scaled)
        scaled = scaled - torch.linalg.lstsq(jacobian, cost(scaled)[:, None]).solution[:, 0]
    return changed(scaled)

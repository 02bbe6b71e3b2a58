"""How far the clocks of force plates and cameras are apart, from Newton's law in the vertical."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from kinertia.recording.motion_capture import MotionCapture, Plate
from kinertia.simulation.replay import average, root_residual

LONGEST_S = 0.030  # lag of force plates against cameras that is looked for
STEP_S = 0.001  # of lags tried
CUTOFF_HZ = 10.0  # above it, accelerations of markers are noise
SAMPLES = 80  # of a stride


def align(capture: MotionCapture) -> tuple[MotionCapture, float]:
    """Forces on the cameras' time.

    Parameters
    ----------
    capture : several strides; one cycle that repeats is returned as it is.

    Returns
    -------
    The movement with shifted plates, and by how much they lagged behind [s]: the lag in -30..30 ms with which body mass times
    vertical acceleration comes closest to the vertical force.
    """
    if capture.one_cycle:
        return capture, 0.0
    phase = torch.arange(SAMPLES, dtype=torch.float64) / SAMPLES
    steps = round(LONGEST_S / STEP_S)
    candidates = sorted((k * STEP_S for k in range(-steps, steps + 1)), key=abs)
    unexplained = [
        float(root_residual(average(_advance(capture, lag), CUTOFF_HZ), phase)[:, 1].square().mean()) for lag in candidates
    ]
    lag = candidates[int(np.argmin(unexplained))]
    return _advance(capture, lag), lag


def _advance(capture: MotionCapture, lag_s: float) -> MotionCapture:
    time = np.arange(capture.samples) / capture.rate_hz

    def read(values: np.ndarray) -> np.ndarray:
        return np.stack([np.interp(time + lag_s, time, column) for column in values.T], axis=-1)

    return replace(
        capture, plates={side: Plate(read(plate.force), read(plate.centre)) for side, plate in capture.plates.items()}
    )

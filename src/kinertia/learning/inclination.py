"""How thigh and shank sensors are turned on their segments, as the movement of the joints shows it, for adapting.

Hip, knee and ankle move alike seen from either side, which tells the direction from a sensor to its joints
(:mod:`kinertia.placement`).
Mean joint angles follow from it, where the equations of motion hardly depend on them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from kinertia.placement.inference import place
from kinertia.recording import LOWER_BODY, Recording, SensorSet

USED = ("femur_r", "tibia_r", "femur_l", "tibia_l")
"""Segments with joints at both ends that move; feet and pelvis are found less well."""
MOST_RAD = float(np.deg2rad(30.0))
"""A sensor that is turned further should be placed first (``kinertia place --apply``); nothing is taken from it."""
TRUST = 0.5
"""Spreads count this much: the objective weighs what is known before little, or it would draw angles to what was stated."""


def unknown(sensors: SensorSet = LOWER_BODY) -> Tensor:
    """(S, 2) where nothing is known: inclination zero, infinite spread [rad]."""
    return torch.tensor([[0.0, torch.inf]]).repeat(len(sensors), 1)


def from_gait(recording: Recording, sensors: SensorSet = LOWER_BODY) -> Tensor:
    """(S, 2) inclination of each sensor against its segment and the spread of that [rad]; infinite where it is not known.

    The recording is in segment frames; without steady gait nothing is known.
    """
    known = unknown(sensors)
    for placed in place(recording).sensors:
        if placed.rotation is None or placed.segment != placed.sensor.segment:
            continue
        if placed.segment not in USED or placed.segment not in sensors.segments:
            continue
        angle = float(np.arctan2(placed.rotation[1, 0], placed.rotation[0, 0]))
        if abs(angle) <= MOST_RAD and placed.inclination_spread_rad is not None:
            known[sensors.index(placed.segment)] = torch.tensor([angle, TRUST * placed.inclination_spread_rad])
    return known


def fuse(placed: Tensor, misalignment: Tensor, wearers: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Expected inclination of sensors and its standard deviation, (N, S) [rad] each, from what was stated and what joints show.

    ``placed`` (N, S, 2) is that of N recordings, see :func:`from_gait`; ``misalignment`` (N, S) the standard deviation of the
    stated inclinations, which are zero [rad]; ``wearers`` N numbers. Recordings of one wearer share their sensors and are
    averaged; the spread is that of the surest one, because what is usual and how skin moves is common to all.
    """
    weight = placed[..., 1].square().reciprocal()
    group = torch.tensor([[float(a == b) for b in wearers] for a in wearers], dtype=placed.dtype)
    total = (group @ weight).clamp_min(1e-12)
    angle = group @ (weight * placed[..., 0]) / total
    surest = torch.stack([weight[group[i] > 0].amax(0) for i in range(len(wearers))])
    # two Gaussians: weights 1 / variance
    own = misalignment.square().reciprocal()
    return surest * angle / (own + surest), (own + surest).rsqrt()

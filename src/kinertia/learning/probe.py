"""What a network and the equations behind it answer to one fixed input: shows whether weights and code belong together."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import SKELETONS, build, stack
from kinertia.learning import decode, objective
from kinertia.learning.config import Config
from kinertia.learning.network import Network, features
from kinertia.learning.personal import Deviation
from kinertia.learning.sequence import placement

SAMPLES = 24
TOLERANCE = 1e-4
"""Largest relative difference between two machines; double precision keeps it far smaller."""


def answer(network: Network, config: Config) -> tuple[float, ...]:
    """Angles, moments, contact and virtual signals of a made-up person, each as one number.

    They change with the weights, the layout of features and outputs, the decoding, the scaling of the body and the equations of
    motion; not with the losses. ``config`` is the one that the network, on any device, was trained with.
    """
    exact = deepcopy(network).cpu().double().eval()
    skeleton, sensors = SKELETONS[config.body], config.sensors
    body = stack([build(70.0, 1.75, skeleton=skeleton)])
    position = placement((), build(70.0, 1.75, skeleton=skeleton), sensors)[None].double()
    time = torch.arange(SAMPLES, dtype=torch.float64)[:, None] / config.rate_hz
    channel = torch.arange(sensors.size, dtype=torch.float64)
    # every channel swings with its own frequency [rad/s] and phase
    signals = (3.0 * torch.sin((4.0 + 0.5 * channel) * time + channel)).unflatten(-1, sensors.shape)[None]
    with torch.no_grad():
        raw, _ = exact(features(signals, torch.ones_like(signals), body, position, sensors))
        motion = decode.motion(raw, body, config.rate_hz, config.network.formulation)
        mounting = Deviation.none(sensors).to(position).mounting(position, skeleton, sensors)
        result = objective.evaluate(motion, body.with_time_axis(), mounting)
    series = (
        raw,
        motion.q,
        motion.qd[..., :1],
        motion.force,
        result.generalized[..., skeleton.root],
        result.generalized[..., skeleton.joints],
        result.contact.position,
        result.signals.acc,
        result.signals.gyro,
    )
    return tuple(_size(x) for x in series)


def agree(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    """Whether two answers are the same but for rounding."""
    return len(a) == len(b) and bool(np.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE))


def _size(x: Tensor) -> float:
    """Root mean square, with weights that tell the entries apart."""
    flat = x.flatten()
    weight = 1.0 + torch.linspace(0.0, 1.0, flat.numel(), dtype=flat.dtype)
    return float((weight * flat.square()).mean().sqrt())

"""Signals turned back by how sensors sit, so that a network sees sensors in line with their segments, as it was trained."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor

from kinertia.learning.network import CausalConvolutions, Network


def back(signals: Tensor, angle: Tensor) -> Tensor:
    """Signals as sensors in line with their segments would read them.

    Parameters
    ----------
    signals : (..., T, S, 3) acc x, acc y, gyro z.
    angle : (..., S) rotation of the sensors against their segments, about z [rad].
    """
    c, s = torch.cos(angle).unsqueeze(-2), torch.sin(angle).unsqueeze(-2)
    x, y, rate = signals.unbind(-1)
    return torch.stack([c * x - s * y, s * x + c * y, rate], dim=-1)


def folded(network: Network, angle: Tensor) -> Network:
    """A network that answers to signals as ``network`` does to the same signals turned :func:`back`.

    Parameters
    ----------
    network : of any kind; is not changed.
    angle : (S,) [rad].
    """
    turned, size = deepcopy(network), network.sensors.size
    c, s = torch.cos(angle), torch.sin(angle)
    with torch.no_grad():
        for weight in _first_layer(turned):
            x, y, rate = weight[:, :size].unflatten(1, (-1, 3)).unbind(-1)
            # w_x (c x - s y) + w_y (s x + c y)
            weight[:, :size] = torch.stack([c * x + s * y, c * y - s * x, rate], dim=-1).flatten(1)
    return turned


def _first_layer(network: Network) -> list[Tensor]:
    """Weights (outputs, features) that see the features."""
    if isinstance(network.core, CausalConvolutions):
        return [network.core.enter.weight]
    return [weight for name, weight in network.core.named_parameters() if name.startswith("weight_ih_l0")]

"""How sensors sit, how large the body is and how a person stands on average: few numbers, found by second-order steps.

They are found with a network as it is, before it is trained further and again on the way: first-order steps are slow where a
turned sensor and a bent joint explain the signals nearly as well.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from kinertia.learning import objective
from kinertia.learning.batch import Pool
from kinertia.learning.config import Config
from kinertia.learning.network import CausalConvolutions, Layout, Network
from kinertia.learning.personal import Deviation, units_of
from kinertia.learning.stretches import Stretches, even

STEPS, MEMORY = 15, 20  # quasi-Newton steps at a time; 25 were no better
ROUNDS, LEAST_GAIN = 6, 0.03
"""Signals are turned back further while that lowers the objective by this part: 18 to 40 % the first time where sensors are
turned by 10 deg; less than 1 % or nothing on measured walking, whose postures the network knows too badly to tell the turn."""


@dataclass(frozen=True)
class Mounting:
    """What is known of wearers."""

    network: Network  # with the mean posture found
    units: Tensor  # (wearers, U) deviations of the wearers, see :mod:`kinertia.learning.personal`


def find(network: Network, pool: Pool, config: Config) -> Mounting:
    """Find the mountings of the wearers of ``pool`` with a network that is not changed.

    A single wearer's signals are read turned back, first as joints show the turn, then as it was found, while that lowers the
    objective: networks are trained on sensors that are nearly in line with their segments, and answer better to such signals.
    """
    stretches = even(pool, config)
    units = torch.zeros(pool.wearers, units_of(config.sensors), device=pool.variance.device)
    if pool.wearers > 1:
        own = deepcopy(network)
        return Mounting(own, refine([own], stretches, units, config)[0])
    best, lowest = None, torch.inf
    for _ in range(ROUNDS):
        angle = Deviation.of(units, pool.misalignment[:1], pool.size_error[:1], pool.inclination[:1]).angle[0]
        turned = folded(network, angle)
        units, reached = refine([turned], stretches, units, config)
        if best is not None and reached > (1.0 - LEAST_GAIN) * lowest:
            break
        best, lowest = Mounting(turned, units), reached
    assert best is not None
    return best


def refine(networks: list[Network], stretches: Stretches, units: Tensor, config: Config) -> tuple[Tensor, float]:
    """Units that lower the objective of the first network, and what it then is; the mean posture that does is added to all.

    The networks are changed: angles and hip height are shifted. ``units`` (wearers, U) is where it begins.
    """
    layout = Layout.of(stretches.batch.body.skeleton)
    settled = replace(config, training=replace(config.training, warm_up=0))
    with torch.no_grad():
        raw = stretches.outputs(networks[0])
        units, posture, reached = _lower(raw, stretches, units, layout, settled)
        for network in networks:
            last = network.head[-1]
            assert isinstance(last, torch.nn.Linear)
            last.bias[: len(posture)] += posture
    return units, reached


@torch.enable_grad()
def _lower(raw: Tensor, stretches: Stretches, units: Tensor, layout: Layout, config: Config) -> tuple[Tensor, Tensor, float]:
    """Units, mean posture (angles and hip height, in raw outputs) and the objective that quasi-Newton steps reach."""
    first = layout.height + 1
    units, posture = units.clone().requires_grad_(), raw.new_zeros(first).requires_grad_()
    optimiser = torch.optim.LBFGS([units, posture], max_iter=STEPS, history_size=MEMORY, line_search_fn="strong_wolfe")

    def lower() -> Tensor:
        optimiser.zero_grad()
        moved = torch.cat([raw[..., :first] + posture, raw[..., first:]], dim=-1)
        result = objective.terms(moved, stretches.batch, units[stretches.batch.wearer], config)
        loss = objective.total(result, config.weights)
        loss.backward()
        return loss

    optimiser.step(lower)  # pyright: ignore[reportArgumentType]
    return units.detach(), posture.detach(), float(lower().detach())


def folded(network: Network, angle: Tensor) -> Network:
    """A network that answers to signals as ``network`` (not changed) does to the same signals turned back by ``angle``.

    So it sees sensors in line with their segments, as it was trained. ``angle`` (S,) is the rotation of the sensors against
    their segments, about z [rad].
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

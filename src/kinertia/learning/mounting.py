"""How sensors sit, how large the body is and how a person stands on average, found with the network as it is.

The network answers to signals turned back by the mounting as it is known so far; what is left of the objective is lowered by
second-order steps on few numbers, and both are repeated. It was trained on sensors that are nearly in line with their segments,
so that its postures get better as they are turned back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from kinertia.learning import objective, turning
from kinertia.learning.batch import Pool
from kinertia.learning.config import Config
from kinertia.learning.network import Layout, Network
from kinertia.learning.personal import UNITS, Deviation
from kinertia.learning.stretches import Stretches, even

ROUNDS, STEPS = 4, 15
"""Errors of development people fall until the fourth round; 25 steps a round were no better than 15."""
MEMORY = 20


@dataclass(frozen=True)
class Mounting:
    """What was found of one wearer.

    Attributes
    ----------
    network : answers to signals as they are: turned back, with the mean posture found.
    units : (1, 22) deviations of the wearer, see :mod:`kinertia.learning.personal`.
    """

    network: Network
    units: Tensor


def find(network: Network, pool: Pool, config: Config) -> Mounting:
    """Find the mounting of the one wearer of ``pool``."""
    layout = Layout.of(pool.bodies.skeleton)
    settled = replace(config, training=replace(config.training, warm_up=0))
    stretches = even(pool, config)
    units = torch.zeros(1, UNITS, device=pool.variance.device)
    posture = torch.zeros(layout.height + 1, device=units.device)
    angle = pool.inclination[:1]
    for _ in range(ROUNDS):
        angle = Deviation.of(units, pool.misalignment[:1], pool.size_error[:1], pool.inclination[:1]).angle
        with torch.no_grad():
            raw = stretches.outputs(network, turning.back(stretches.leading.signals, angle))
        units, posture = _lower(raw, stretches, units, layout, settled)
    found = turning.folded(network, angle[0])
    last = found.head[-1]
    assert isinstance(last, torch.nn.Linear)
    with torch.no_grad():
        last.bias[: len(posture)] += posture
    return Mounting(found, units)


def _lower(raw: Tensor, stretches: Stretches, units: Tensor, layout: Layout, config: Config) -> tuple[Tensor, Tensor]:
    """Units and mean posture (angles and hip height, in raw outputs) that lower the objective, by quasi-Newton steps."""
    first = layout.height + 1
    units, posture = units.clone().requires_grad_(), raw.new_zeros(first).requires_grad_()
    optimiser = torch.optim.LBFGS([units, posture], max_iter=STEPS, history_size=MEMORY, line_search_fn="strong_wolfe")

    def lower() -> Tensor:
        optimiser.zero_grad()
        moved = torch.cat([raw[..., :first] + posture, raw[..., first:]], dim=-1)
        found = objective.terms(moved, stretches.batch, units[stretches.batch.wearer], config)
        loss = objective.total(found, config.weights)
        loss.backward()
        return loss

    optimiser.step(lower)  # pyright: ignore[reportArgumentType]
    return units.detach(), posture.detach()

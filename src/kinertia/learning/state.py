"""Everything that changes while a network learns from the equations of motion."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from kinertia.bodies import SKELETONS
from kinertia.learning.config import Config
from kinertia.learning.network import Network
from kinertia.learning.personal import units_of
from kinertia.train.state import Part, State


@dataclass(kw_only=True)
class TrainingState(State):
    """Network, its moving average and sensor misalignments, with optimiser and random generator."""

    # network, generator: the network that is being trained, the source of windows and noise
    network: Network
    average: Network  # exponential moving average of its weights, used for estimates
    personal: nn.Parameter  # (wearers, U) learned deviations, see :mod:`kinertia.learning.personal`
    generator: torch.Generator
    anchor: Network | None = None  # the network that a model is adapted from, as it was; None where nothing is held to it

    @classmethod
    def start(cls, config: Config, wearers: int, device: torch.device) -> TrainingState:
        """Fresh state from the configuration's seed."""
        seed = config.training.seed
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = Network(config.network, SKELETONS[config.body], config.sensors).to(device)
        personal = nn.Parameter(torch.zeros(wearers, units_of(config.sensors), device=device))
        return cls(
            network=network,
            average=deepcopy(network).requires_grad_(False),
            personal=personal,
            optimiser=torch.optim.Adam([{"params": list(network.parameters())}, {"params": [personal]}]),
            generator=torch.Generator().manual_seed(seed),
        )

    @property
    def parts(self) -> dict[str, Part]:
        held = {} if self.anchor is None else {"anchor": self.anchor}
        return {
            "network": self.network,
            "average": self.average,
            **held,
            "personal": self.personal,
            "generator": self.generator,
        }

    def take_over(self, weights: dict[str, Tensor], personal: Tensor | None = None) -> None:
        """Go on from the weights of a trained network instead of random ones, and from what is known of the wearers."""
        self.network.load_state_dict(weights)
        self.average.load_state_dict(weights)
        if personal is not None:
            with torch.no_grad():
                self.personal.copy_(personal)

    def hold(self) -> None:
        """Keep the network as it is now to compare with."""
        self.anchor = deepcopy(self.network).requires_grad_(False)

    def update_average(self, decay: float) -> None:
        """Move the average towards the network; a short memory at the start, so that it never lags a young network."""
        done = self.step + 1
        keep = min(decay, (1.0 + done) / (10.0 + done))
        with torch.no_grad():
            for mean, current in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(current, 1.0 - keep)

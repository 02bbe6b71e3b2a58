"""Everything that changes during training, as one object that can be saved and restored exactly."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from kinertia.bodies import SKELETONS
from kinertia.learning.config import Config
from kinertia.learning.network import Network
from kinertia.learning.personal import UNITS


@dataclass
class TrainingState:
    """Network, its moving average, sensor misalignments, optimiser and random generator.

    Attributes
    ----------
    network : the network that is being trained.
    average : exponential moving average of its weights, used for estimates.
    personal : (wearers, 22) learned deviations, see :mod:`kinertia.learning.personal`.
    optimiser : Adam over both.
    generator : source of windows and noise.
    step : steps done.
    anchor : the network that a model is adapted from, as it was; None where nothing is held to it.
    """

    network: Network
    average: Network
    personal: nn.Parameter
    optimiser: torch.optim.Adam
    generator: torch.Generator
    step: int = 0
    anchor: Network | None = None

    @classmethod
    def start(cls, config: Config, wearers: int, device: torch.device) -> TrainingState:
        """Fresh state from the configuration's seed."""
        seed = config.training.seed
        generator = torch.Generator().manual_seed(seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = Network(config.network, SKELETONS[config.body]).to(device)
        average = Network(config.network, SKELETONS[config.body]).to(device)
        average.load_state_dict(network.state_dict())
        average.requires_grad_(False)
        personal = nn.Parameter(torch.zeros(wearers, UNITS, device=device))
        return cls(network, average, personal, make_optimiser(network, personal), generator)

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
        keep = min(decay, (1.0 + self.step) / (10.0 + self.step))
        with torch.no_grad():
            for mean, current in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(current, 1.0 - keep)

    def tensors(self) -> dict[str, Tensor]:
        """Flat dictionary of every tensor of the state."""
        out = {f"network.{k}": v for k, v in self.network.state_dict().items()}
        out |= {f"average.{k}": v for k, v in self.average.state_dict().items()}
        if self.anchor is not None:
            out |= {f"anchor.{k}": v for k, v in self.anchor.state_dict().items()}
        out["personal"] = self.personal.detach()
        out["generator"] = self.generator.get_state()
        for index, slot in self.optimiser.state_dict()["state"].items():
            out |= {f"optimiser.{index}.{k}": torch.as_tensor(v) for k, v in slot.items()}
        return {k: v.contiguous().clone() for k, v in out.items()}

    def restore(self, tensors: dict[str, Tensor], step: int) -> None:
        """Take over saved tensors; the counterpart of :meth:`tensors`.

        Raises
        ------
        ValueError
            If tensors are missing or have other shapes.
        """
        expected = {k: v.shape for k, v in self.tensors().items() if not k.startswith("optimiser.")}
        if step > 0:  # Adam has its moments from the first step on
            parameters = [p for group in self.optimiser.param_groups for p in group["params"]]
            for i, p in enumerate(parameters):
                expected |= {f"optimiser.{i}.step": torch.Size()}
                expected |= {f"optimiser.{i}.{moment}": p.shape for moment in ("exp_avg", "exp_avg_sq")}
        wrong = [k for k, shape in expected.items() if k not in tensors or tensors[k].shape != shape]
        if wrong:
            raise ValueError(f"saved training state does not fit: {', '.join(wrong)}")

        def part(prefix: str) -> dict[str, Tensor]:
            return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}

        self.network.load_state_dict(part("network."))
        self.average.load_state_dict(part("average."))
        if self.anchor is not None:
            self.anchor.load_state_dict(part("anchor."))
        with torch.no_grad():
            self.personal.copy_(tensors["personal"])
        self.generator.set_state(tensors["generator"].cpu())
        saved = self.optimiser.state_dict()
        slots: dict[int, dict[str, Tensor]] = {}
        for key, value in part("optimiser.").items():
            index, name = key.split(".", 1)
            slots.setdefault(int(index), {})[name] = value
        saved["state"] = slots
        self.optimiser.load_state_dict(saved)
        self.step = step


def make_optimiser(network: Network, personal: nn.Parameter) -> torch.optim.Adam:
    """Adam with one parameter group for the network and one for the people."""
    return torch.optim.Adam([{"params": list(network.parameters())}, {"params": [personal]}], lr=1e-3)

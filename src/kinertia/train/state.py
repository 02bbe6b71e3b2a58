"""Everything that changes in training, as one object that can be saved and restored exactly, and where it is computed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from kinertia.train.group import ALONE, Group

Part = nn.Module | Tensor | torch.Generator


@dataclass(kw_only=True)
class State(ABC):
    """Networks, optimiser, random numbers and what was recorded."""

    optimiser: torch.optim.Optimizer  # Adam or AdamW
    step: int = 0  # steps done
    history: list[dict[str, float]] = field(default_factory=list)  # the recorded losses, one row each

    @property
    @abstractmethod
    def parts(self) -> dict[str, Part]:
        """Everything that changes but the optimiser, by the name that it has in files."""

    def tensors(self) -> dict[str, Tensor]:
        """Flat dictionary of every tensor of the state."""
        out: dict[str, Tensor] = {}
        for name, part in self.parts.items():
            if isinstance(part, nn.Module):
                out |= {f"{name}.{k}": v for k, v in part.state_dict().items()}
            else:
                out[name] = part if isinstance(part, Tensor) else part.get_state()
        for index, slot in self.optimiser.state_dict()["state"].items():
            out |= {f"optimiser.{index}.{k}": torch.as_tensor(v) for k, v in slot.items()}
        return {k: v.detach().contiguous().clone() for k, v in out.items()}

    def restore(self, tensors: dict[str, Tensor], step: int, history: Iterable[dict[str, float]] = ()) -> None:
        """Take over saved tensors; the counterpart of :meth:`tensors`.

        ValueError if tensors are missing or have other shapes.
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
        for name, part in self.parts.items():
            if isinstance(part, nn.Module):
                part.load_state_dict(_below(tensors, name))
            elif isinstance(part, Tensor):
                with torch.no_grad():
                    part.copy_(tensors[name])
            else:
                part.set_state(tensors[name].cpu())
        slots: dict[int, dict[str, Tensor]] = {}
        for key, value in _below(tensors, "optimiser").items():
            index, _, name = key.partition(".")
            slots.setdefault(int(index), {})[name] = value
        self.optimiser.load_state_dict({"state": slots, "param_groups": self.optimiser.state_dict()["param_groups"]})
        self.step, self.history = step, list(history)

    def descend(
        self, loss: Tensor, rates: Iterable[float], network: nn.Module, clip: float = torch.inf, group: Group = ALONE
    ) -> None:
        """One step of the optimiser down the gradient of the scalar ``loss``, with a rate for every group of parameters.

        The gradient is that of the sum of the losses of all processes in ``group``. That of ``network`` is scaled down to the
        norm ``clip`` where it is larger.
        """
        for slot, rate in zip(self.optimiser.param_groups, rates, strict=True):
            slot["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        given = (p for slot in self.optimiser.param_groups for p in slot["params"])
        group.add_up(p.grad for p in given if p.grad is not None)
        if clip < torch.inf:
            nn.utils.clip_grad_norm_(network.parameters(), clip)
        self.optimiser.step()


def usable(name: torch.device | str) -> torch.device:
    """The device of this name; ValueError says why it cannot be used here."""
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(
            f"device {str(name)!r} cannot be used here ({reason}); use cpu, or cuda with a CUDA build of torch"
        ) from error
    return device


def _below(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    """Tensors whose names begin with ``name.``, without that."""
    return {k.removeprefix(f"{name}."): v for k, v in tensors.items() if k.startswith(f"{name}.")}

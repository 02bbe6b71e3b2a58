"""Several processes that train one network: each takes its share of every batch, all go down the gradient of the whole batch.

Every process draws the same windows and the same noise and works on its own part of them, so that weights, optimiser and random
numbers are the same everywhere, and the same as of one process but for rounding.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch import distributed as processes


@dataclass(frozen=True)
class Group:
    """One of several processes."""

    rank: int = 0
    size: int = 1

    def share(self, count: int) -> slice:
        """Which of ``count`` windows are this process's; ValueError: there are fewer than processes."""
        if count < self.size:
            raise ValueError(f"a batch of {count} windows cannot be shared by {self.size} processes; start fewer")
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)

    def weight(self, count: int) -> float:
        """Part of ``count`` windows that is this process's."""
        mine = self.share(count)
        return (mine.stop - mine.start) / count

    def add_up(self, tensors: Iterable[Tensor]) -> None:
        """Put the sum over all processes in place of each tensor; they come in the same order everywhere."""
        parts = list(tensors)
        if self.size == 1 or not parts:
            return
        flat = torch.cat([part.detach().flatten() for part in parts])
        processes.all_reduce(flat)
        for part, total in zip(parts, flat.split([part.numel() for part in parts]), strict=True):
            part.detach().copy_(total.view_as(part))


ALONE = Group()


def joined() -> Group:
    """The processes that ``torchrun`` started together with this one; this one alone without it."""
    if not processes.is_torchelastic_launched() or int(os.environ["WORLD_SIZE"]) == 1:
        return ALONE
    if not processes.is_initialized():
        processes.init_process_group("gloo")
    return Group(processes.get_rank(), processes.get_world_size())

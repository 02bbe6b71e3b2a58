"""Where to compute."""

from __future__ import annotations

import torch


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

"""How a benchmark tells of the training it does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from kinertia.cli.progress import ShowStep

ShowProgress = Callable[[int], AbstractContextManager[ShowStep | None]]
"""Given the number of training steps, a context that yields the function to call after each step."""


def silent(steps: int) -> AbstractContextManager[ShowStep | None]:
    """Show nothing."""
    del steps
    return nullcontext()

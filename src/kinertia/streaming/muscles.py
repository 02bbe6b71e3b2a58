"""Muscles in a stream: found between samples, one sample behind the values that they belong to, so that no estimate waits."""

from __future__ import annotations

import numpy as np

from kinertia.recording import Array, Subject
from kinertia.runtime.model import ExportedModel
from kinertia.runtime.muscles import Muscles

BEHIND = 1
"""Samples that muscles are behind the values of their frame."""


class Beside:
    """What stands after a model's values in frames: muscles where the model has them, else nothing."""

    def __init__(self, model: ExportedModel, subject: Subject) -> None:
        self._muscles = Muscles(model.card.layout, model.rate_hz, subject) if model.muscles else None
        self._none = np.full(len(model.layout.names) - len(model.card.layout.names), np.nan)
        self.forget()

    def forget(self) -> None:
        """Start again, as after a pause."""
        self._row, self._owed = self._none, None
        if self._muscles is not None:
            self._muscles.forget()

    def add(self, values: Array) -> Array:
        """Values (M,) of a sample followed by the muscles of the one before."""
        if self._muscles is None:
            return values
        self.tend()
        result = np.concatenate([values, self._row])
        self._owed: Array | None = values
        return result

    def tend(self, *, forgo: bool = False) -> None:
        """Find the muscles that are owed since the last sample."""
        owed, self._owed = self._owed, None
        if owed is not None and self._muscles is not None and not forgo:
            self._row = self._muscles.step(owed)

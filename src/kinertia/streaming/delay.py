"""How far estimates are behind what they are estimates of, by construction: none of it is time to compute."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Delay:
    """Parts of the output delay.

    Attributes
    ----------
    model_s : the model looks this far ahead, for derivatives [s].
    resampling_s : a grid point between two samples waits for the second one; on average of late, for the slowest stream [s].
    patience_s : how much longer a grid point waits at most when a sample does not come [s].
    """

    model_s: float
    resampling_s: float
    patience_s: float

    @property
    def usual_s(self) -> float:
        """While everything arrives [s]."""
        return self.model_s + self.resampling_s

"""An estimate with all that is said of it: what pages, tables, the terminal and notebooks show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kinertia.estimation import spatiotemporal, verdict
from kinertia.estimation.spatiotemporal import Parameters
from kinertia.estimation.verdict import Verdict
from kinertia.io.stored import Stored
from kinertia.metrics.scoring import score_single


@dataclass(frozen=True)
class Shown(Stored):
    """An estimate and its recording, what the user said of it, the sign of the knee, and what it is called beside another."""

    label: str = ""

    @cached_property
    def told(self) -> Verdict:
        """Whether it agrees with the equations of motion and with the sensors, and what else is to be said of it."""
        return verdict.of(self.estimate, self.recording)

    @cached_property
    def gaits(self) -> tuple[Parameters, ...]:
        """Gait parameters of walking and of running, what there are most strides of first."""
        return spatiotemporal.of(self.estimate, periodic=self.recording.periodic, judged=self.told.strides)

    @property
    def main(self) -> Parameters | None:
        """Of the gait that there are most strides of; None without strides."""
        return self.gaits[0] if self.gaits else None

    @cached_property
    def scores(self) -> dict[str, Any] | None:
        """Figures against the reference, as it is and synced; None without one."""
        return score_single(self.estimate, self.recording)

"""The outputs of an estimate that can have a band, in units that compare people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kinertia.estimation.estimate import Bands, Estimate
from kinertia.recording import GRAVITY, Array, Subject, Truth

ANGLE, MOMENT, FORCE, SPEED = "angle", "moment", "grf", "speed"
KINDS = (ANGLE, MOMENT, FORCE, SPEED)
WORDS = {ANGLE: "angles", MOMENT: "moments", FORCE: "ground reaction", SPEED: "speed"}
SMALLEST = {ANGLE: 0.002, MOMENT: 0.0005, FORCE: 0.003, SPEED: 0.005}
"""Errors below this count as this, in the units of :meth:`Output.of`: nothing is known better."""


@dataclass(frozen=True)
class Output:
    """One series of an estimate."""

    kind: str  # one of :data:`KINDS`
    name: str  # of the series, ``knee_angle_r``; ``speed`` for the speed
    side: str  # ``r`` or ``l``, or empty

    @property
    def key(self) -> str:
        """The same for both sides: ``moment.knee_angle``."""
        return f"{self.kind}.{self.name.removesuffix(f'_{self.side}') if self.side else self.name}"

    def unit(self, subject: Subject) -> float:
        """What a value of 1 is in the estimate's unit: moments are compared per body weight and height."""
        return subject.mass_kg * GRAVITY * subject.height_m if self.kind == MOMENT else 1.0

    def of(self, estimate: Estimate) -> Array:
        """(T,) the series [rad, BWBH, BW, m/s]."""
        values = estimate.speed if self.kind == SPEED else _series(estimate)[self.kind][self.name]
        assert values is not None
        return values / self.unit(estimate.subject)

    def true(self, truth: Truth, subject: Subject) -> Array | None:
        """(T,) the reference in the same unit; None where there is none over time. ``subject`` is that of the estimate."""
        if self.kind == SPEED:
            return truth.speed_curve
        curves = {ANGLE: truth.angles, MOMENT: truth.moments, FORCE: truth.grf}[self.kind]
        return curves[self.name] / self.unit(subject) if self.name in curves else None

    def half_width(self, bands: Bands, subject: Subject) -> Array | None:
        """(T,) the band in the same unit; None where there is none."""
        if self.kind == SPEED:
            return bands.speed
        result = {ANGLE: bands.coordinates, MOMENT: bands.moments, FORCE: bands.grf}[self.kind].get(self.name)
        return None if result is None else result / self.unit(subject)


def outputs(estimate: Estimate) -> Iterator[Output]:
    """Rotations, moments, forces and speed, as far as the estimate has them."""
    for kind, series in _series(estimate).items():
        for name in series:
            if not name.endswith(("_tx", "_ty", "_tz")):
                side = name[-1] if name.endswith(("_r", "_l")) else ""
                yield Output(kind, name, side)
    if estimate.speed is not None:
        yield Output(SPEED, "speed", "")


def _series(estimate: Estimate) -> dict[str, dict[str, Array]]:
    return {ANGLE: estimate.coordinates, MOMENT: estimate.moments, FORCE: estimate.grf}

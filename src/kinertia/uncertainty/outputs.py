"""The outputs of an estimate that can have a band, in units that compare people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kinertia.estimation.estimate import Estimate
from kinertia.recording import GRAVITY, Array, Subject, Truth

Curves = Mapping[str, Array]
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
        values = self.among(estimate.coordinates, estimate.moments, estimate.grf, estimate.speed, estimate.subject)
        assert values is not None
        return values

    def true(self, truth: Truth, subject: Subject) -> Array | None:
        """(T,) the reference in the same unit; None where there is none over time. ``subject`` is that of the estimate."""
        return self.among(truth.angles, truth.moments, truth.grf, truth.speed_curve, subject)

    def among(self, angles: Curves, moments: Curves, grf: Curves, speed: Array | None, subject: Subject) -> Array | None:
        """(T,) the one of these that is of this output, in its unit; None where there is none."""
        known = {ANGLE: angles, MOMENT: moments, FORCE: grf, SPEED: {} if speed is None else {self.name: speed}}[self.kind]
        return known[self.name] / self.unit(subject) if self.name in known else None


def outputs(estimate: Estimate) -> Iterator[Output]:
    """Rotations, moments, forces and speed, as far as the estimate has them."""
    for kind, series in ((ANGLE, estimate.coordinates), (MOMENT, estimate.moments), (FORCE, estimate.grf)):
        for name in series:
            if not name.endswith(("_tx", "_ty", "_tz")):
                yield Output(kind, name, name[-1] if name.endswith(("_r", "_l")) else "")
    if estimate.speed is not None:
        yield Output(SPEED, "speed", "")

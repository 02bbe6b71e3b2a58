"""An estimate in one row of plain values, for tables over many recordings."""

from __future__ import annotations

from kinertia.estimation import spatiotemporal, verdict
from kinertia.estimation.estimate import Estimate
from kinertia.recording import Recording

Value = float | int | str


def row(estimate: Estimate, recording: Recording) -> dict[str, Value]:
    """Column with unit to value: what was recorded, the verdict, and mean, spread and symmetry of every gait parameter.

    Gait parameters are of the kind of gait, walking or running, with most strides; what is not known is left out. Symmetry is
    right minus left over their mean.
    """
    told = verdict.of(estimate, recording)
    table: dict[str, Value] = {
        "recording": estimate.name,
        "duration [s]": round(estimate.samples / estimate.rate_hz, 3),
        "mass [kg]": estimate.subject.mass_kg,
        "height [m]": estimate.subject.height_m,
        "verdict": told.word,
        "trusted [%]": round(100.0 * told.trusted, 1),
    }
    found = spatiotemporal.of(estimate, periodic=recording.periodic)
    if not found:
        return table | {"gait": "", "strides": 0}
    table |= {"gait": found[0].gait, "strides": len(found[0].strides)}
    for of in found[0].rows:
        name, unit, digits = of.quantity.label.lower(), of.quantity.unit, of.quantity.digits + 2
        values = {f"{name} [{unit}]": of.both.mean, f"{name}, SD [{unit}]": of.both.sd}
        if of.quantity.per_leg:
            values |= {f"{name}, right [{unit}]": of.right.mean, f"{name}, left [{unit}]": of.left.mean}
            values[f"{name}, symmetry [%]"] = of.symmetry_percent
        table |= {column: round(value, digits) for column, value in values.items() if value == value}
    return table

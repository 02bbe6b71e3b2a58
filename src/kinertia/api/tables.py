"""Estimates as tables: columns as a data frame of whichever package is installed, and a row of plain values for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from kinertia.estimation import gait
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.io import extra
from kinertia.recording import Recording
from kinertia.reporting.shown import Shown

if TYPE_CHECKING:
    import pandas
    import polars

    Frame = pandas.DataFrame | polars.DataFrame

Backend = Literal["pandas", "polars"]
BACKENDS: tuple[Backend, ...] = ("pandas", "polars")
INSTALL = "pip install 'kinertia[notebook]'"
Value = float | int | str


def frame(columns: Mapping[str, Any], backend: Backend | None = None) -> Frame:
    """A data frame of columns, all as long; what is missing is NaN in pandas and null in polars.

    Without a backend the one that is installed, pandas where both are. ValueError for another one, ModuleNotFoundError, with
    what installs it, where it is not installed.
    """
    if backend not in (None, *BACKENDS):
        raise ValueError(f"there are no frames of {backend!r}; give backend='pandas' or backend='polars'")
    wanted = BACKENDS if backend is None else (backend,)
    chosen = next((name for name in wanted if extra.available(name)), None)
    if chosen is None:
        needed, are = " or ".join(wanted), "none of which is" if backend is None else "which is not"
        fix = f"pip install {backend}" if backend else INSTALL
        raise ModuleNotFoundError(f"a data frame needs {needed}, {are} installed. Fix: {fix}", name=wanted[0])
    if chosen == "pandas":
        import pandas

        return pandas.DataFrame(dict(columns))
    import polars

    return polars.DataFrame({name: np.asarray(values) for name, values in columns.items()}, nan_to_null=True)


def row(shown: Shown) -> dict[str, Value]:
    """Column with unit to value: the verdict, what was recorded, residuals, every gait parameter (mean, spread, symmetry), and
    the knees' range of motion.

    Gait parameters are of the kind of gait, walking or running, with most strides; what is not known is left out. Symmetry is
    right minus left over their mean.
    """
    estimate, told, gaits = shown.estimate, shown.told, shown.gaits
    table: dict[str, Value] = {
        "recording": estimate.name,
        "verdict": told.word,
        "trusted [%]": round(100.0 * told.trusted, 1),
        "warnings": "; ".join(told.warnings),
        "duration [s]": round(estimate.samples / estimate.rate_hz, 3),
        "mass [kg]": estimate.subject.mass_kg,
        "height [m]": round(estimate.subject.height_m, 3),
    }
    if estimate.activity is not None:
        lasts = {kind.word: int((estimate.activity == kind).sum()) / estimate.rate_hz for kind in Activity}
        table |= {f"{word} [s]": round(seconds, 2) for word, seconds in lasts.items()}
    if told.force_bw is not None and told.moment_bwbh is not None and np.isfinite(told.force_bw + told.moment_bwbh):
        table |= {"residual force [BW]": round(told.force_bw, 4), "residual moment [BWBH]": round(told.moment_bwbh, 4)}
    if not gaits:
        return table | {"gait": "", "strides": 0}
    table |= {"gait": gaits[0].gait, "strides": len(gaits[0].strides)}
    for of in gaits[0].rows:
        name, unit, digits = of.quantity.label.lower(), of.quantity.unit, of.quantity.digits + 2
        values = {f"{name} [{unit}]": of.both.mean, f"{name}, SD [{unit}]": of.both.sd}
        if of.quantity.per_leg:
            values |= {f"{name}, right [{unit}]": of.right.mean, f"{name}, left [{unit}]": of.left.mean}
            values[f"{name}, symmetry [%]"] = of.symmetry_percent
        table |= {column: round(value, digits) for column, value in values.items() if value == value}
    return table | _knee(estimate, shown.recording, gaits[0].gait)


def _knee(estimate: Estimate, recording: Recording, word: str) -> dict[str, Value]:
    """Mean range of motion of the knees over the strides of a kind of gait."""
    of = next(kind for kind in gait.kinds(estimate, periodic=recording.periodic) if kind.word == word)
    knees = {side: estimate.coordinates[name] for side in of.legs if (name := f"knee_angle_{side}") in estimate.coordinates}
    strides = {side: of.cycles(np.degrees(angle), side) for side, angle in knees.items()}
    ranges = {side: float(np.ptp(cycles, axis=1).mean()) for side, cycles in strides.items() if cycles is not None}
    table: dict[str, Value] = {"knee range [deg]": round(float(np.mean(list(ranges.values()))), 1)} if ranges else {}
    named = (("right", "r"), ("left", "l"))
    return table | {f"knee range, {leg} [deg]": round(ranges[side], 1) for leg, side in named if side in ranges}

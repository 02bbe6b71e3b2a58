"""Sizes of the person and places of the sensors in other units than they are said to be in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.spoiling import sheet as sheets
from experiments.spoiling.sheet import Sheet
from experiments.spoiling.variant import Variant

POUNDS = 2.2046226
FEET = 3.2808399
INCHES = 39.370079


def pounds(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant | None:
    """Mass in pounds, in the file or on the command line."""
    if sheet.mass_kg is None:
        return None
    value = round(sheet.mass_kg * POUNDS, 1)
    if generator.random() < 0.5:
        return Variant(sheets.write(sheet, folder), options={"mass": value}, detail="--mass")
    return Variant(sheets.write(replace(sheet, mass_kg=value), folder), detail=f"{value:g}")


def centimetres(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant | None:
    """Height in cm."""
    return _height(sheet, folder, generator, 100.0, 0)


def feet(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant | None:
    """Height in feet, or in inches."""
    return _height(sheet, folder, generator, *((FEET, 2) if generator.random() < 0.7 else (INCHES, 1)))


def position(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant | None:
    """Places of one sensor, or of all, in cm or mm."""
    if not sheet.positions:
        return None
    factor = float(generator.choice([100.0, 1000.0]))
    chosen = list(sheet.positions) if generator.random() < 0.7 else [str(generator.choice(list(sheet.positions)))]
    x = {name: (p[0] * factor, p[1] * factor, p[2] * factor) for name, p in sheet.positions.items()}
    written = replace(sheet, positions={name: x[name] if name in chosen else p for name, p in sheet.positions.items()})
    sensors = frozenset() if len(chosen) == len(sheet.positions) else frozenset(chosen)
    return Variant(sheets.write(written, folder), sensors, detail=f"x {factor:g}, {len(chosen)} sensors")


def _height(sheet: Sheet, folder: Path, generator: np.random.Generator, factor: float, digits: int) -> Variant | None:
    if sheet.height_m is None:
        return None
    value = round(sheet.height_m * factor, digits)
    if generator.random() < 0.5:
        return Variant(sheets.write(sheet, folder), options={"height": value}, detail=f"--height {value:g}")
    return Variant(sheets.write(replace(sheet, height_m=value), folder), detail=f"{value:g}")

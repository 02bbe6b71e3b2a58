"""Time stamps and rates that are not what they are said to be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.spoiling import sheet as sheets
from experiments.spoiling.sheet import Sheet
from experiments.spoiling.variant import Variant
from kinertia.recording import Array

WRAP = 2**32
TIME_UNITS = (("s", 1e3), ("ms", 1e3), ("s", 1e6), ("s", 1.0 / 60.0), ("s", 100.0))
"""Unit that is stated, and how many of the true unit a second has over how many of the stated one."""
RATE_FACTORS = (1e-3, 1e3, 1.0 / 60.0, 60.0, 0.01)
PER_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6}


def batches(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Packets of three to ten samples share the stamp of their arrival."""
    size = int(generator.integers(3, 11))
    time = _time(sheet)
    last = np.minimum((np.arange(len(time)) // size + 1) * size - 1, len(time) - 1)
    stamps = np.round(time[last] + 0.003, 3)
    return Variant(sheets.write(replace(sheet, stamps=stamps), folder), detail=f"of {size}")


def jitter(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Stamps come up to one or two steps late, in order; nothing is missing."""
    most = float(generator.uniform(0.8, 2.0)) / sheet.recording.rate_hz
    time = _time(sheet)
    late = np.maximum.accumulate(time + generator.uniform(0.0, most, len(time)))
    stamps = late + 1e-6 * np.arange(len(late))  # no two alike
    return Variant(sheets.write(replace(sheet, stamps=stamps), folder), detail=f"{most * sheet.recording.rate_hz:.1f} steps")


def wrap(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """A counter of 32 bits runs over midway, in us or ms."""
    unit = str(generator.choice(["us", "ms"]))
    ticks = np.round(_time(sheet) * PER_SECOND[unit])
    start = WRAP - ticks[int(generator.uniform(0.2, 0.8) * len(ticks))]
    stamps = (ticks + start) % WRAP
    return Variant(sheets.write(replace(sheet, stamps=stamps, time_unit=unit), folder), detail=unit)


def row_number(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """The time column holds the number of the row, and no rate is stated."""
    first = int(generator.integers(0, 2))
    stamps = np.arange(sheet.recording.samples, dtype=np.float64) + first
    return Variant(sheets.write(replace(sheet, stamps=stamps, rate_hz=None), folder))


def time_unit(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """The time column is in milliseconds, microseconds, minutes or hundredths and said to be in another unit."""
    unit, factor = TIME_UNITS[generator.integers(len(TIME_UNITS))]
    stamps = _time(sheet) * factor * PER_SECOND[unit]
    return Variant(
        sheets.write(replace(sheet, stamps=stamps, time_unit=unit, rate_hz=None), folder),
        detail=f"{factor:.3g} in {unit}",
    )


def rate(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """No time column; the rate, in the file or on the command line, is in kHz or per minute, or off by a hundred."""
    factor = float(generator.choice(RATE_FACTORS))
    stated = float(f"{sheet.recording.rate_hz * factor:.6g}")
    on_command = bool(generator.random() < 0.5)
    written = replace(sheet, stamps=None, rate_hz=None if on_command else stated)
    options = {"rate": stated} if on_command else {}
    return Variant(sheets.write(written, folder), options=options, detail=f"x {factor:.3g}{' --rate' if on_command else ''}")


def header_rate(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """The rate that the file states is not the one of its time stamps: 100 Hz against 60, or the like."""
    true = sheet.recording.rate_hz
    stated = float(f"{true * float(generator.choice([0.5, 0.6, 5 / 3, 2.0])):.6g}")
    on_command = bool(generator.random() < 0.5) or sheet.recording.frame == "sensor"
    written = replace(sheet, rate_hz=None if on_command else stated)
    options = {"rate": stated} if on_command else {}
    return Variant(sheets.write(written, folder), options=options, detail=f"{stated:g} for {true:g}")


def _time(sheet: Sheet) -> Array:
    assert sheet.stamps is not None
    return sheet.stamps

"""One sensor on its own clock."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.spoiling import sheet as sheets
from experiments.spoiling.sheet import Sheet
from experiments.spoiling.values import copies, named, one
from experiments.spoiling.variant import Variant
from kinertia.recording import Array
from kinertia.recording.selection import crop

LATE_S = (0.15, 0.35)
DRIFT = (0.025, 0.035)


def late(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """One sensor was started 150 to 350 ms late, or early."""
    seconds = float(generator.uniform(*LATE_S)) * float(generator.choice([-1.0, 1.0]))
    time = sheet.recording.time_s
    return _on_own_time(sheet, folder, generator, time + seconds, f"{1e3 * seconds:+.0f} ms")


def drifts(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """The clock of one sensor runs about 3 % fast or slow."""
    share = float(generator.uniform(*DRIFT)) * float(generator.choice([-1.0, 1.0]))
    time = sheet.recording.time_s
    return _on_own_time(sheet, folder, generator, time * (1.0 + share), f"{100 * share:+.1f} %")


def other_rate(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """One sensor samples two, three or four times more slowly: cells between are empty, or hold the value before."""
    acc, gyro = copies(sheet)
    k, factor = one(sheet, generator), int(generator.integers(2, 5))
    row = np.arange(len(acc))
    if held := bool(generator.random() < 0.5):
        acc[:, k], gyro[:, k] = acc[row // factor * factor, k], gyro[row // factor * factor, k]
    else:
        acc[row % factor != 0, k], gyro[row % factor != 0, k] = np.nan, np.nan
    written = sheets.write(sheet.with_signals(acc, gyro), folder)
    return Variant(written, named(sheet, [k]), detail=f"1/{factor} {'held' if held else 'empty'}")


def _on_own_time(sheet: Sheet, folder: Path, generator: np.random.Generator, at_s: Array, detail: str) -> Variant:
    """One sensor's rows hold what it read at these times; rows for which it has nothing are left out for all."""
    acc, gyro = copies(sheet)
    k, recording = one(sheet, generator), sheet.recording
    for signals in (acc, gyro):
        for axis in range(3):
            signals[:, k, axis] = np.interp(at_s, recording.time_s, signals[:, k, axis])
    inside = np.flatnonzero((at_s >= 0.0) & (at_s <= recording.time_s[-1]))
    moved = crop(replace(recording, acc=acc, gyro=gyro), int(inside[0]), int(inside[-1]) + 1)
    written = sheets.write(replace(sheet, recording=moved, stamps=moved.time_s), folder)
    return Variant(written, named(sheet, [k]), detail=f"{detail} {sheet.names[k]}")

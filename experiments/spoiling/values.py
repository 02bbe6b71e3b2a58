"""Values that cannot be, signals that end or are clipped, and signals in another unit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import vqf

from experiments.spoiling import sheet as sheets
from experiments.spoiling.sheet import Sheet
from experiments.spoiling.variant import Variant
from kinertia.recording import Array

GRAVITY = 9.81
SENTINELS = (-9999.0, 9999.0, -999.0, 32767.0, 1e6)
SPIKE_RAD_S = 300.0
CLIPPED_SAMPLES = 20
"""Fewest samples that a range has to change to be noticed and to matter."""
MIDWAY = (0.35, 0.8)
"""When a sensor stops, in parts of the recording."""


def sentinel(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Missing values of some sensors, or of a whole row, are written as a number that nothing reads."""
    acc, gyro = copies(sheet)
    value = float(generator.choice(SENTINELS))
    chosen = some(sheet, generator)
    for k in chosen:
        for at in _places(len(acc), generator):
            acc[at, k], gyro[at, k] = value, value
    return Variant(sheets.write(sheet.with_signals(acc, gyro), folder), named(sheet, chosen), detail=f"{value:g}")


def spikes(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Single samples of one sensor read 300 rad/s, or 2000 m/s^2."""
    acc, gyro = copies(sheet)
    k = one(sheet, generator)
    turning = bool(generator.random() < 0.7)
    array, size = (gyro, SPIKE_RAD_S) if turning else (acc, 2000.0)
    at = generator.choice(np.arange(5, len(acc) - 5), int(generator.integers(1, 8)), replace=False)
    array[at, k, generator.integers(0, 3, len(at))] = size * generator.choice([-1.0, 1.0], len(at))
    detail = "gyro" if turning else "acc"
    return Variant(sheets.write(sheet.with_signals(acc, gyro), folder), named(sheet, [k]), detail=detail, first=int(at.min()))


def clipped(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant | None:
    """Every sensor, or one, has a range of 2 g, or of 250 or 500 deg/s."""
    acc, gyro = copies(sheet)
    kind, limit = [("acc", 2 * GRAVITY), ("gyro", np.deg2rad(250.0)), ("gyro", np.deg2rad(500.0))][generator.integers(3)]
    array = acc if kind == "acc" else gyro
    beyond = np.flatnonzero((np.abs(array) > limit).any(axis=-1).sum(axis=0) >= CLIPPED_SAMPLES)
    if not len(beyond):
        return None
    chosen = beyond.tolist() if generator.random() < 0.5 else [int(generator.choice(beyond))]
    array[:, chosen] = np.clip(array[:, chosen], -limit, limit)
    return Variant(sheets.write(sheet.with_signals(acc, gyro), folder), named(sheet, chosen), detail=f"{kind} {limit:.3g}")


def doubled_rows(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Some rows are written twice, with their time stamps."""
    samples = sheet.recording.samples
    again = generator.choice(np.arange(1, samples), int(generator.integers(3, 40)), replace=False)
    rows = np.sort(np.concatenate([np.arange(samples), again]))
    return Variant(sheets.write(replace(sheet, rows=rows), folder), first=int(again.min()))


def repeated_samples(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Some packets of every sensor were lost and hold the packet before, while time goes on."""
    acc, gyro = copies(sheet)
    at = np.sort(generator.choice(np.arange(5, len(acc) - 5), max(len(acc) // 25, 10), replace=False))
    for t in at:
        acc[t], gyro[t] = acc[t - 1], gyro[t - 1]
    return Variant(sheets.write(sheet.with_signals(acc, gyro), folder), first=int(at[0]))


def dead(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """One sensor dies midway: its cells are empty, or zero, from there on."""
    acc, gyro = copies(sheet)
    k, at = one(sheet, generator), _midway(len(acc), generator)
    value = float(generator.choice([np.nan, 0.0]))
    acc[at:, k], gyro[at:, k] = value, value
    written = sheets.write(sheet.with_signals(acc, gyro), folder)
    return Variant(written, named(sheet, [k]), detail="zero" if value == 0 else "empty", first=at)


def frozen(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """One sensor repeats its last sample from midway on."""
    acc, gyro = copies(sheet)
    k, at = one(sheet, generator), _midway(len(acc), generator)
    acc[at:, k], gyro[at:, k] = acc[at, k], gyro[at, k]
    return Variant(sheets.write(sheet.with_signals(acc, gyro), folder), named(sheet, [k]), first=at)


def in_g(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Acceleration of one sensor, or of all, is in g and said to be in m/s^2."""
    acc, gyro = copies(sheet)
    chosen = one_or_all(sheet, generator)
    acc[:, chosen] /= GRAVITY
    return Variant(sheets.write(sheet.with_signals(acc, gyro), folder), named(sheet, chosen), detail=_how_many(chosen))


def in_deg_s(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Angular rate of one sensor, or of all, is in deg/s and said to be in rad/s."""
    acc, gyro = copies(sheet)
    chosen = one_or_all(sheet, generator)
    gyro[:, chosen] = np.rad2deg(gyro[:, chosen])
    return Variant(sheets.write(sheet.with_signals(acc, gyro), folder), named(sheet, chosen), detail=_how_many(chosen))


def free_acceleration(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant | None:
    """Gravity was removed from the acceleration of one sensor, or of all, in the sensors' axes."""
    acc, gyro = copies(sheet)
    if not (np.isfinite(acc).all() and np.isfinite(gyro).all()):
        return None
    chosen = one_or_all(sheet, generator)
    for k in chosen:
        acc[:, k] -= GRAVITY * up(acc[:, k], gyro[:, k], sheet.recording.rate_hz)
    return Variant(sheets.write(sheet.with_signals(acc, gyro), folder), named(sheet, chosen), detail=_how_many(chosen))


def standing_only(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Nothing is wrong: the person only stands."""
    del generator
    return Variant(sheets.write(sheet, folder))


def up(acc: Array, gyro: Array, rate_hz: float) -> Array:
    """(T, 3) the vertical in a sensor's axes, by the orientation filter of :mod:`kinertia.sensing.orientation`."""
    rate, force = np.ascontiguousarray(gyro), np.ascontiguousarray(acc)
    w, x, y, z = vqf.offlineVQF(rate, force, None, 1.0 / rate_hz)["quat6D"].T
    # third row of R(q), sensor to earth
    return np.stack([2.0 * (x * z - w * y), 2.0 * (y * z + w * x), w * w - x * x - y * y + z * z], axis=1)


def copies(sheet: Sheet) -> tuple[Array, Array]:
    """Signals to be changed."""
    return sheet.recording.acc.copy(), sheet.recording.gyro.copy()


def one(sheet: Sheet, generator: np.random.Generator) -> int:
    """Index of any sensor."""
    return int(generator.integers(len(sheet.names)))


def one_or_all(sheet: Sheet, generator: np.random.Generator) -> list[int]:
    """One sensor, or half of the time all."""
    return list(range(len(sheet.names))) if generator.random() < 0.5 else [one(sheet, generator)]


def some(sheet: Sheet, generator: np.random.Generator) -> list[int]:
    """One to three sensors, or all."""
    count = int(generator.choice([1, 2, 3, len(sheet.names)]))
    return sorted(generator.choice(len(sheet.names), count, replace=False).tolist())


def named(sheet: Sheet, chosen: list[int]) -> frozenset[str]:
    """Names of the sensors with these indices; empty where they are all."""
    return frozenset() if len(chosen) == len(sheet.names) else frozenset(sheet.names[k] for k in chosen)


def _places(samples: int, generator: np.random.Generator) -> list[slice]:
    """Three to ten places of one to five samples."""
    starts = generator.choice(np.arange(5, samples - 10), int(generator.integers(3, 11)), replace=False)
    return [slice(int(a), int(a + generator.integers(1, 6))) for a in starts]


def _midway(samples: int, generator: np.random.Generator) -> int:
    return int(generator.uniform(*MIDWAY) * samples)


def _how_many(chosen: list[int]) -> str:
    return "one" if len(chosen) == 1 else "all"

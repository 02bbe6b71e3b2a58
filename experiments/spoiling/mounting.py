"""Sensors that do not sit as they are said to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.spoiling import sheet as sheets
from experiments.spoiling.sheet import Sheet
from experiments.spoiling.values import copies, named, one, one_or_all
from experiments.spoiling.variant import Variant
from kinertia.recording import Array
from kinertia.sensing.alignment import align

PROPER = (((0, 1, 0), (0, 0, 1), (1, 0, 0)), ((0, 0, 1), (1, 0, 0), (0, 1, 0)), ((0, 1, 0), (-1, 0, 0), (0, 0, 1)))
"""Turns by right angles that leave another axis up, as from a map that mixes the axes up."""
HARMLESS_RAD = np.deg2rad(7.5)
"""Turn of the mediolateral axis that changes 60 deg of flexion by half a degree."""


def gravity_down(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """All accelerometers read minus the specific force.

    Of one alone nobody could say so: in the sagittal plane it reads what a sensor upside down reads.
    """
    del generator
    return Variant(sheets.write(sheet.with_signals(-sheet.recording.acc, sheet.recording.gyro), folder))


def upside_down(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """One sensor sits upside down: turned by half a turn about its x or z axis."""
    return _turn(sheet, folder, generator, np.diag([1.0, -1.0, -1.0] if generator.random() < 0.5 else [-1.0, -1.0, 1.0]))


def back_to_front(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """One sensor sits back to front: turned by half a turn about the segment."""
    return _turn(sheet, folder, generator, np.diag([-1.0, 1.0, -1.0]))


def gyro_sign_across(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """The axis across the segment of one gyroscope has the wrong sign: flexion reads as extension."""
    return _gyro_sign(sheet, folder, one(sheet, generator), 2)


def gyro_sign_other(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant | None:
    """Any axis of one gyroscope has the wrong sign, in its own axes, where it turns the axis that the segment is read about.

    The sign of an axis that points up, or of any but the one across in segment axes, changes nothing that is read.
    """
    k, axis = one(sheet, generator), int(generator.integers(3))
    _, gyro = copies(sheet)
    gyro[:, k, axis] *= -1.0
    across = []
    for signals in (sheet.recording.gyro, gyro):
        found = align(replace(sheet.recording, gyro=signals))[1]
        if sheet.names[k] not in found.segments:
            return None
        across.append(found.rotation[found.segments.index(sheet.names[k]), 2])
    if across[0] @ across[1] > np.cos(HARMLESS_RAD):
        return None
    return _gyro_sign(sheet, folder, k, axis)


def _gyro_sign(sheet: Sheet, folder: Path, k: int, axis: int) -> Variant:
    acc, gyro = copies(sheet)
    gyro[:, k, axis] *= -1.0
    detail = f"{'xyz'[axis]} of {sheet.names[k]}, {sheet.recording.frame} axes"
    return Variant(sheets.write(sheet.with_signals(acc, gyro), folder), named(sheet, [k]), detail=detail)


def axes_exchanged(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Axes of one sensor are mixed up, in both signals, so that another axis points up."""
    return _turn(sheet, folder, generator, np.array(PROPER[generator.integers(len(PROPER))], dtype=np.float64))


def left_handed(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Axes of one sensor, or of all, are left-handed: one axis of both signals has the other sign, or two are exchanged."""
    acc, gyro = copies(sheet)
    chosen = one_or_all(sheet, generator)
    if generator.random() < 0.5:
        axis = int(generator.integers(3))
        acc[:, chosen, axis] *= -1.0
        gyro[:, chosen, axis] *= -1.0
        detail = f"-{'xyz'[axis]}"
    else:
        a, b = sorted(generator.choice(3, 2, replace=False).tolist())
        for signals in (acc, gyro):
            kept = signals[:, chosen].copy()
            signals[:, chosen, a], signals[:, chosen, b] = kept[..., b], kept[..., a]
        detail = f"{'xyz'[a]}<->{'xyz'[b]}"
    written = sheets.write(sheet.with_signals(acc, gyro), folder)
    return Variant(written, named(sheet, chosen), detail=f"{detail}, {sheet.names[chosen[0]] if len(chosen) == 1 else 'all'}")


def shanks(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant | None:
    """Right and left shank sensors are exchanged."""
    del generator
    return _exchange(sheet, folder, "tibia_r", "tibia_l")


def foot_and_shank(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant | None:
    """Foot and shank sensors of one leg are exchanged."""
    side = str(generator.choice(["r", "l"]))
    return _exchange(sheet, folder, f"foot_{side}", f"tibia_{side}")


def _turn(sheet: Sheet, folder: Path, generator: np.random.Generator, turn: Array) -> Variant:
    acc, gyro = copies(sheet)
    k = one(sheet, generator)
    acc[:, k], gyro[:, k] = acc[:, k] @ turn.T, gyro[:, k] @ turn.T
    return Variant(sheets.write(sheet.with_signals(acc, gyro), folder), named(sheet, [k]), detail=sheet.names[k])


def _exchange(sheet: Sheet, folder: Path, first: str, second: str) -> Variant | None:
    if first not in sheet.names or second not in sheet.names:
        return None
    order = list(range(len(sheet.names)))
    a, b = sheet.names.index(first), sheet.names.index(second)
    order[a], order[b] = b, a
    recording = sheet.recording
    written = replace(sheet, recording=replace(recording, acc=recording.acc[:, order], gyro=recording.gyro[:, order]))
    return Variant(sheets.write(written, folder), frozenset({first, second}), detail=f"{first}, {second}")

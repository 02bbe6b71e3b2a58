"""Files of other programs: MT Manager exports, one per sensor, and motion of OpenSim that says degrees in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from experiments.spoiling.sheet import STEM, Sheet
from experiments.spoiling.variant import Variant
from kinertia.recording import Array

COORDINATES = ("pelvis_tilt", "hip_flexion_r", "knee_angle_r", "ankle_angle_r")
LARGEST_DEG = (4.0, 40.0)
"""Of the angles in a motion file: a standing trial, or a movement."""
HEADER = (
    "version=1\nnRows={rows}\nnColumns={columns}\n\nUnits are S.I. units (second, meters, Newtons, ...)\n{says}\n\nendheader"
)


def semicolons(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """MT Manager on a computer with another language: semicolons and decimal commas."""
    del generator
    return _exports(sheet, folder, [sheet.recording.rate_hz] * len(sheet.names), comma=True)


def rate_in_header(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """The header states another rate than the sample times have, in every file."""
    stated = round(sheet.recording.rate_hz * float(generator.choice([0.6, 5 / 3, 2.0])), 1)
    found = _exports(sheet, folder, [stated] * len(sheet.names))
    return Variant(found.path, detail=f"{stated:g} for {sheet.recording.rate_hz:g}")


def one_at_another_rate(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """One sensor recorded at half the rate of the others, as its header says."""
    rates = [sheet.recording.rate_hz] * len(sheet.names)
    k = int(generator.integers(len(rates)))
    rates[k] /= 2.0
    found = _exports(sheet, folder, rates, slower=k)
    return Variant(found.path, frozenset({_serial(k)}), detail=sheet.names[k])


def degrees_in_words(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """A motion file without ``inDegrees`` whose header says that angles are in degrees."""
    del sheet
    time = np.arange(100) / 50.0
    largest = float(generator.choice(LARGEST_DEG))
    phase = generator.uniform(0.0, 2.0 * np.pi, len(COORDINATES))
    angles = largest * np.sin(2.0 * np.pi * time[:, None] + phase)
    says = str(generator.choice(["Angles are in degrees.", "Note: angles are given in degrees"]))
    head = HEADER.format(rows=len(time), columns=len(COORDINATES) + 1, says=says)
    rows = [f"{t:.6f}\t" + "\t".join(f"{x:.8f}" for x in row) for t, row in zip(time, angles.tolist(), strict=True)]
    path = folder / "still.mot"
    path.write_text("\n".join(["still", head, "time\t" + "\t".join(COORDINATES), *rows]) + "\n")
    return Variant(path, motion={n: np.deg2rad(angles[:, i]) for i, n in enumerate(COORDINATES)}, detail=f"{largest:g} deg")


def _exports(sheet: Sheet, folder: Path, rates: list[float], *, comma: bool = False, slower: int = -1) -> Variant:
    """One MT Manager file per sensor, and the placement."""
    recording = sheet.recording
    for k in range(len(rates)):
        every = 2 if k == slower else 1
        rows = np.arange(0, recording.samples, every)
        _export(
            folder / f"{STEM}-000_{_serial(k)}.txt",
            rates[k],
            rows / every,
            rows / recording.rate_hz,
            np.concatenate([recording.acc[rows, k], recording.gyro[rows, k]], axis=1),
            comma,
        )
    lines = ["[sensors]", *(f'"{_serial(k)}" = "{segment}"' for k, segment in enumerate(sheet.names))]
    person = [f"{key} = {x}" for key, x in (("mass_kg", sheet.mass_kg), ("height_m", sheet.height_m)) if x is not None]
    (folder / "placement.toml").write_text("\n".join([*lines, *(["[subject]", *person] if person else [])]) + "\n")
    return Variant(folder)


def _export(path: Path, rate_hz: float, counter: Array, time_s: Array, values: Array, comma: bool) -> None:
    cell = ";" if comma else ","
    names = ["PacketCounter", "SampleTimeFine", *(f"{kind}_{axis}" for kind in ("Acc", "Gyr") for axis in "XYZ")]
    lines = ["// Start Time: Unknown", f"// Update Rate: {rate_hz:.1f}Hz", "// Firmware Version: 4.3.4", cell.join(names)]
    for number, time, row in zip(counter.tolist(), time_s.tolist(), values.tolist(), strict=True):
        cells = [f"{number:.0f}", f"{10_000 * time:.0f}", *("" if x != x else f"{x:.6f}" for x in row)]
        lines.append(cell.join(text.replace(".", ",") if comma else text for text in cells))
    path.write_text("\n".join(lines) + "\n")


def _serial(k: int) -> str:
    return f"00B40D{k:02d}"

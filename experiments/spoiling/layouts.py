"""Tables in the layouts that loggers and spreadsheets write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.spoiling import sheet as sheets
from experiments.spoiling.sheet import STEM, Sheet, Style
from experiments.spoiling.variant import Variant

PREAMBLES = (
    ("Device: logger 4", "Firmware: 2.1.0", "Start: 2024-03-01 10:22:31", ""),
    ("# exported by a logger", "# 7 sensors"),
    ("sep=,", "DeviceTag:,A", "FirmwareVersion:,2.0.0", ""),
)
ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be")


def preamble(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Lines about the device stand above the header."""
    return _in(sheet, folder, Style(preamble=PREAMBLES[generator.integers(len(PREAMBLES))]))


def units_row(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """A row of units stands below the header, at times below a line that names the separator."""
    return _in(sheet, folder, Style(units_row=True, preamble=("sep=,",) if generator.random() < 0.5 else ()))


def two_headers(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Sensors and axes stand in two header rows, as data frames with two levels are written."""
    del generator
    return _in(sheet, folder, Style(two_headers=True))


def semicolons(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Cells are separated by semicolons, decimals by points; a line may name the separator."""
    return _in(sheet, folder, Style(separator=";", preamble=("sep=;",) if generator.random() < 0.5 else ()))


def decimal_comma(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Decimals are separated by commas, cells by semicolons or tabs."""
    return _in(sheet, folder, Style(separator=str(generator.choice([";", "\t"])), decimal=","))


def utf16(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """The text is UTF-16, with its mark or without."""
    return _in(sheet, folder, Style(encoding=str(generator.choice(ENCODINGS)), separator=str(generator.choice([",", "\t"]))))


def map_beside_txt(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """The table is called .txt, with what belongs to it beside."""
    return _in(sheet, folder, Style(name=f"{STEM}.txt", separator=str(generator.choice([",", "\t", ";"]))))


def first_row_twice(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """The first row is there twice."""
    del generator
    return _in(sheet, folder, Style(first_twice=True))


def file_per_sensor(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Each sensor has a file named after it, with columns that are named alike in all."""
    names, units, values = sheets.columns(sheet)
    ahead = bool(generator.random() < 0.5)
    for segment in sheet.names:
        chosen = [i for i, name in enumerate(names) if name == "time" or f".{segment}." in name]
        own = [names[i].replace(f".{segment}.", "_") for i in chosen]
        path = folder / (f"{segment}_{STEM}.csv" if ahead else f"{STEM}_{segment}.csv")
        sheets.write_table(path, own, [units[i] for i in chosen], values[:, chosen], Style(), own_names=True)
    return Variant(folder, detail="sensor first" if ahead else "sensor last")


def file_per_signal(sheet: Sheet, folder: Path, generator: np.random.Generator) -> Variant:
    """Acceleration and angular rate have a file each."""
    names, units, values = sheets.columns(sheet)
    long = bool(generator.random() < 0.5)
    for kind, word in (("acc", "accelerometer"), ("gyro", "gyroscope")):
        chosen = [i for i, name in enumerate(names) if name == "time" or name.startswith(f"{kind}.")]
        path = folder / f"{STEM}_{word if long else kind}.csv"
        sheets.write_table(path, [names[i] for i in chosen], [units[i] for i in chosen], values[:, chosen], Style(), True)
    sheets.write_facts(sheet, folder, names)
    return Variant(folder, detail="long names" if long else "short names")


def _in(sheet: Sheet, folder: Path, style: Style) -> Variant:
    """The same table in a style."""
    detail = " ".join(part for part in (style.encoding, repr(style.separator), " / ".join(style.preamble)) if part)
    return Variant(sheets.write(replace(sheet), folder, style), detail=detail)

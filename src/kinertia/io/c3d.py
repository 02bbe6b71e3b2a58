"""C3D files: what they hold, and their analog channels as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kinertia.io import extra
from kinertia.io.text import TextTable
from kinertia.recording import RecordingError

_FIX = "the file is damaged or cut off; export it again"


def is_c3d(path: Path) -> bool:
    """Whether ``path`` is a C3D file, by its ending."""
    return path.suffix.lower() == ".c3d" and path.is_file()


def read_analog(path: Path) -> tuple[TextTable, float]:
    """Analog channels with their units, and the rate [Hz] (0 where there are none).

    RecordingError: ezc3d is not installed, or a damaged file.
    """
    found = content(path)
    parameters = found["parameters"].get("ANALOG", {})
    values = np.asarray(found["data"]["analogs"], dtype=float)[0]
    labels = texts(parameters, "LABELS", len(values))
    units = texts(parameters, "UNITS", len(values))
    names = [label or f"channel {k + 1}" for k, label in enumerate(labels)]
    names = [name if names.count(name) == 1 else f"{name} {k + 1}" for k, name in enumerate(names)]
    rate = parameters.get("RATE", {}).get("value", [0.0])
    table = TextTable(
        tuple(names), values.T.copy(), {}, str(path), 1, {name: unit for name, unit in zip(names, units, strict=True) if unit}
    )
    return table, float(rate[0]) if len(rate) else 0.0


def content(path: Path) -> Any:
    """Header, parameters and data of a file, as ezc3d gives them; errors as :func:`read_analog`."""
    file = str(path)
    ezc3d = extra.load("ezc3d", file=file, purpose="reading a C3D file")
    try:
        return ezc3d.c3d(file)
    except (OSError, ValueError, IndexError, KeyError, RuntimeError, MemoryError, TypeError) as error:
        raise RecordingError(f"cannot be read as C3D ({error})", file=file, fix=_FIX) from error


def texts(parameters: Any, key: str, count: int) -> list[str]:
    """Texts of a parameter, as many as there are channels; C3D goes on in LABELS2 and so on after 255."""
    found: list[str] = []
    for name in (key, *(f"{key}{k}" for k in range(2, 10))):
        found += [str(text).strip() for text in parameters.get(name, {}).get("value", [])]
    return [*found[:count], *[""] * (count - len(found))]

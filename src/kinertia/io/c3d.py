"""C3D files: what they hold, and their analog channels as a table."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import numpy as np

from kinertia.io import extra
from kinertia.io.text import TextTable
from kinertia.recording import RecordingError

_BLOCK, _KEY, _BIG_ENDIAN = 512, 0x50, 86  # bytes, second byte of a file, kind of processor
_DIMENSIONS = 7  # of a parameter at the most
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
    if (wrong := _wrong(path.read_bytes())) is not None:
        raise RecordingError(f"cannot be read as C3D ({wrong})", file=file, fix=_FIX)
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


def _wrong(raw: bytes) -> str | None:
    """What of the structure of a file leads out of it, on which ezc3d would go on for ever; None for a sound one.

    The C3D File Format: User Guide, "header section" and "parameter section"; blocks of 512 bytes, counted from one.
    """
    if len(raw) < 2 * _BLOCK or raw[1] != _KEY or not 0 < raw[0] < len(raw) // _BLOCK + 1:
        return "no header"
    start = _BLOCK * (raw[0] - 1)
    order = ">" if raw[start + 3] == _BIG_ENDIAN else "<"
    points, analog, first, last = struct.unpack(f"{order}4H", raw[2:10])
    single, data = struct.unpack(f"{order}f", raw[12:16])[0] < 0, struct.unpack(f"{order}H", raw[16:18])[0]
    needed = max(last - first + 1, 0) * (4 * points + analog) * (4 if single else 2)
    if not data or _BLOCK * (data - 1) + needed > len(raw) + _BLOCK:
        return "the data are cut off"
    groups: dict[int, str] = {}
    held: dict[tuple[int, str], bytes] = {}
    at, end = start + 4, min(start + _BLOCK * max(raw[start + 2], 1), len(raw))
    while at + 2 <= end and raw[at]:
        name = abs(struct.unpack("b", raw[at : at + 1])[0])
        group = struct.unpack("b", raw[at + 1 : at + 2])[0]
        here = at + 2 + name
        if here + 4 > end:
            return "a parameter leads out of the file"
        step = struct.unpack(f"{order}h", raw[here : here + 2])[0]
        word = raw[at + 2 : here].decode("latin-1").upper()
        if (group, word) in held or -group in groups:
            return f"{word} is there twice"
        if group < 0:
            groups[-group] = word
        if group > 0:
            kind, dimensions = struct.unpack("b", raw[here + 2 : here + 3])[0], raw[here + 4 : here + 4 + raw[here + 3]]
            size = 4 + len(dimensions) + abs(kind) * math.prod(dimensions)
            if kind not in (-1, 1, 2, 4) or raw[here + 3] > _DIMENSIONS or here + size > end or 0 < step <= size:
                return "a parameter is longer than the file says"
            held[group, word] = raw[here + 4 + len(dimensions) : here + size]
        if step == 0:
            break
        if step < 0 or not group:
            return "a parameter leads backwards"
        at = here + step
    frames = max(struct.unpack(f"{order}H", raw[18:20])[0], 1)  # of analog channels in one of markers
    for group, word in groups.items():
        if word in ("POINT", "ANALOG"):
            used, count = held.get((group, "USED"), b""), points if word == "POINT" else analog // frames
            if len(used) != 2 or struct.unpack(f"{order}H", used)[0] != count or len(held.get((group, "RATE"), b"")) != 4:
                return f"header and parameters of {word} do not agree"
    return None

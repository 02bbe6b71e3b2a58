"""Files of calibrations: writing them, and telling them from others."""

from __future__ import annotations

from pathlib import Path

import msgspec

from kinertia.io.files import write_text
from kinertia.uncertainty.calibration import Calibration


def write(path: Path, calibration: Calibration) -> Path:
    """Write a calibration as JSON."""
    return write_text(path, msgspec.json.format(msgspec.json.encode(calibration), indent=1).decode() + "\n")


def is_calibration(path: Path) -> bool:
    """Whether a file holds a calibration, of any weights and format."""
    try:
        content = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return False
    return isinstance(content, dict) and {"format", "model", "level"} <= set(content)

"""Calibrations on disk: one small JSON file beside the weights that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np

from kinertia.io.files import write_text
from kinertia.uncertainty.calibration import FORMAT, NOT_CALIBRATED, Calibration, Uncalibrated
from kinertia.uncertainty.features import NAMES
from kinertia.uncertainty.scale import COLUMNS, GROUPS, Scale

FILE = "bands.json"


@dataclass(frozen=True)
class _Version:
    format: int


def write(path: Path, calibration: Calibration) -> Path:
    """Write a calibration as JSON."""
    return write_text(path, msgspec.json.format(msgspec.json.encode(calibration), indent=1).decode() + "\n")


def read(path: Path) -> Calibration:
    """A calibration from its file.

    Raises
    ------
    ValueError
        If the file is damaged or of another format; the message names file and fix.
    """
    try:
        content = path.read_bytes()
        version = msgspec.json.decode(content, type=_Version).format
        if version != FORMAT:
            raise ValueError(f"{path}: format {version}, this version reads {FORMAT}; run `kinertia calibrate` again")
        found = msgspec.json.decode(content, type=Calibration)
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise ValueError(f"{path}: damaged ({error}); run `kinertia calibrate` again or delete it") from error
    wrong = [key for key, scale in found.scales.items() if not _whole(scale)]
    if wrong or not 0.0 < found.level < 1.0:
        raise ValueError(f"{path}: damaged ({', '.join(wrong) or 'level'}); run `kinertia calibrate` again or delete it")
    return found


def is_calibration(path: Path) -> bool:
    """Whether a file holds a calibration, of any weights and format."""
    try:
        found = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return False
    return isinstance(found, dict) and {"format", "model", "scales"} <= set(found)


def find(folder: Path, model: str, start: str = "") -> Calibration | Uncalibrated:
    """The calibration of a model.

    Parameters
    ----------
    folder : of the model; a file in it counts before those of the shipped models.
    model : fingerprint of its weights.
    start : fingerprint of the weights that its training started from; empty where there were none.

    Returns
    -------
    The calibration of these weights; else that of the weights it started from, marked as such; else the reason why there is
    none.

    Raises
    ------
    ValueError
        As :func:`read`.
    """
    own = folder / FILE
    files = [own] if own.is_file() else []
    for path in (*files, *_shipped()):
        found = read(path)
        if found.model == model:
            return found
        if start and found.model == start:
            return found.after_training()
    if files:
        return Uncalibrated(f"no band: {own} belongs to other weights; run `kinertia calibrate` again")
    return Uncalibrated(NOT_CALIBRATED)


def _shipped() -> list[Path]:
    models = resources.files("kinertia") / "models"
    return sorted(path for path in Path(str(models)).glob(f"*/{FILE}") if path.is_file())


def _whole(scale: Scale) -> bool:
    sizes = (len(scale.low), len(scale.high), len(scale.weights), len(scale.factors))
    numbers = np.concatenate([scale.low, scale.high, scale.weights, scale.factors])
    expected = (len(NAMES), len(NAMES), COLUMNS, len(GROUPS))
    return sizes == expected and bool(np.isfinite(numbers).all()) and min(scale.factors) > 0.0

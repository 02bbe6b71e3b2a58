"""Calibrations on disk: one small JSON file beside the weights that it belongs to."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from kinertia.uncertainty.calibration import FORMAT, NOT_CALIBRATED, WAYS, Calibration, Uncalibrated, UseName
from kinertia.uncertainty.features import NAMES
from kinertia.uncertainty.half_width import COLUMNS, GROUPS, LOOKS_COLUMNS, Scale

FILE = "bands.json"
MODELS = Path(str(resources.files("kinertia") / "models"))


def read(path: Path) -> Calibration:
    """A calibration from its file; ValueError if the file is damaged or of another format; the message names file and fix."""
    try:
        content = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        if (version := content.get("format")) != FORMAT:
            raise ValueError(
                f"{path}: format {version}, this version reads {FORMAT}; delete it and run `kinertia calibrate` again"
            )
        calibration = msgspec.convert(content, type=Calibration)
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise ValueError(f"{path}: damaged ({error}); run `kinertia calibrate` again or delete it") from error
    scales = [one for use in calibration.uses.values() for by_key in use.scales.values() for one in by_key.items()]
    wrong = [key for key, scale in scales if not _whole(scale)]
    if wrong or not 0.0 < calibration.level < 1.0:
        raise ValueError(f"{path}: damaged ({', '.join(wrong) or 'level'}); run `kinertia calibrate` again or delete it")
    return calibration


def find(folder: Path, model: str, start: str = "") -> Calibration | Uncalibrated:
    """The calibration of these weights; else that of models adapted from the weights it started from; else why there is none.

    ValueError as :func:`read`.

    Parameters
    ----------
    folder : of the model; a file in it counts before those of the shipped models.
    model : fingerprint of its weights.
    start : fingerprint of the weights that its training started from; empty where there were none.
    """
    own = folder / FILE
    files = [own] if own.is_file() else []
    for path in (*files, *sorted(MODELS.glob(f"*/{FILE}"))):
        calibration = read(path)
        if calibration.model == model:
            return calibration
        if start and calibration.model == start:
            return calibration.after_training()
    if files:
        return Uncalibrated(f"no band: {own} belongs to other weights; run `kinertia calibrate` again")
    return Uncalibrated(NOT_CALIBRATED)


def of_method(name: UseName) -> Calibration | Uncalibrated:
    """The calibration that comes with the package of a method that has no weights; ValueError as :func:`read`."""
    path = MODELS / name / FILE
    return replace(read(path), use=name) if path.is_file() else Uncalibrated(f"no band: none was calibrated {WAYS[name]}")


def _whole(scale: Scale) -> bool:
    parts = (scale.low, scale.high, scale.weights, scale.factors, scale.measured, scale.looks)
    expected = (len(NAMES), len(NAMES), COLUMNS, len(GROUPS), len(GROUPS), LOOKS_COLUMNS)
    whole = tuple(map(len, parts)) == expected and bool(np.isfinite(np.concatenate(parts)).all())
    return whole and min(*scale.factors, *scale.measured) > 0.0

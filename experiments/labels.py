"""Benchmark of everything that learns from labels: one row each, finished rows kept, one file of results."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from experiments import results
from experiments.label_efficiency import label_efficiency
from experiments.labels_cycles import cnn_real, cnn_simulated
from experiments.labels_regimes import adaptive, adaptive_knee_deg, general
from experiments.labels_setting import CYCLES, RECORDINGS, Setting
from experiments.pretraining import Plan
from experiments.semi_supervised import semi_supervised
from kinertia import __version__

Json = dict[str, Any]
SHARES = (0.1, 0.25, 1.0)
"""Shares of the labels that pre-trained encoders learn from; random weights learn from all."""


def run(setting: Setting, only: Sequence[str] = (), keep: Path | None = None) -> Json:
    """All rows, or some.

    Parameters
    ----------
    setting : where data and people are, and how many.
    only : names of rows; all of :data:`ROWS` without any.
    keep : file for finished rows; rows in it of the same data, people and version are not made again.

    Returns
    -------
    Name of a row to its result: see the function of each. Rows with figures of angles, moments and forces have ``mean`` and
    ``mean_synced``; ``adaptive_knee_deg`` is a number, with what belongs to it under ``adaptive_knee``.

    Raises
    ------
    ValueError
        If a row is unknown, or ``keep`` is not a file of this command.
    RecordingError
        If data or people are missing or cannot be used.
    """
    if unknown := set(only) - ROWS.keys():
        raise ValueError(f"unknown rows {', '.join(sorted(unknown))}; known are {', '.join(ROWS)}")
    mark = _mark(setting)
    rows = _kept(keep, mark)
    for name in only or ROWS:
        if name in rows:
            continue
        setting.show(name)
        rows[name] = ROWS[name](setting)
        if keep is not None:
            results.write(keep, {"mark": mark, "rows": rows})
    found = {name: rows[name] for name in ROWS if name in rows and (not only or name in only)}
    if "adaptive_knee_deg" in found:
        found["adaptive_knee"] = found["adaptive_knee_deg"]
        found["adaptive_knee_deg"] = found["adaptive_knee"]["adaptive"]["knee_deg"]
    return found


def _pretrained(setting: Setting) -> Json:
    """Pre-training against the same networks from random weights, on the same people."""
    files = setting.files()
    return label_efficiency(
        setting.people,
        Plan(shares=SHARES, tested=setting.test, baselines=(max(SHARES),), only=RECORDINGS, people=len(files)),
        setting.work / "label_efficiency.rows.json",
        setting.show,
    )


def _semi_supervised(setting: Setting) -> Json:
    return semi_supervised(setting.data / CYCLES)


ROWS: dict[str, Callable[[Setting], Json]] = {
    "cnn_simulated": cnn_simulated,
    "cnn_real": cnn_real,
    "general": general,
    "adaptive": adaptive,
    "adaptive_knee_deg": adaptive_knee_deg,
    "semi_supervised": _semi_supervised,
    "label_efficiency": _pretrained,
}
"""What each row is made by."""


def _mark(setting: Setting) -> str:
    found = sha256(f"{__version__} {setting.train} {setting.test}".encode())
    for name, paths in setting.files():
        found.update(repr((name, [(path.name, path.stat().st_size) for path in paths])).encode())
    return found.hexdigest()[:16]


def _kept(path: Path | None, mark: str) -> dict[str, Any]:
    if path is None or not path.exists():
        return {}
    try:
        content = json.loads(path.read_text())
        return content["rows"] if content["mark"] == mark else {}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not the finished rows of this benchmark; delete it or choose another file") from error

"""Everything that learns from labels: one row each, finished rows kept, one file of results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import RenderableType

from experiments import labels_setting
from experiments.labels_cycles import cnn_real, cnn_simulated
from experiments.labels_regimes import adaptive, adaptive_knee_deg, general
from experiments.labels_setting import CYCLES, RECORDINGS, Setting
from experiments.pretraining import label_efficiency
from experiments.pretraining_rows import Plan
from experiments.protocol import QUIET, Context, Found, Json, cell, sizes, table
from experiments.semi_supervised import semi_supervised

SHARES = (0.1, 0.25, 1.0)
"""Shares of the labels that pre-trained encoders learn from; random weights learn from all."""
FIGURES = ("angle_rmsd_deg", "moment_rmsd_bwbh", "grf_rmsd_bw")


def labels(
    data: Path | None = None,
    people: Path | None = None,
    work: Path | None = None,
    only: tuple[str, ...] = (),
    train: int = 40,
    test: int = 10,
    jobs: int = 1,
    context: Context = QUIET,
) -> Found:
    """Everything that learns from labels, on people who were not learned from; goes on where it was interrupted.

    Parameters
    ----------
    data
        Folder with the real recordings imu_cycles_biomac and imu_mocap_gaittoolbox; default $KINERTIA_DATA.
    people
        Folder of simulated people as `kinertia simulate` writes it; without, they are simulated first, which takes hours.
    work
        Folder for the models; default beside JSON, or in the cache.
    only
        Rows: cnn_simulated cnn_real general adaptive adaptive_knee_deg semi_supervised label_efficiency; all without any.
    train
        How many of the people are learned from: the first ones.
    test
        How many are tested: those after them.
    jobs
        Processes that simulate.
    """
    folder = labels_setting.data_folder(data)
    people = people or labels_setting.simulate(train + test, jobs, context)
    beside = people.with_name(f"{people.name}-models") if context.json is None else context.json.with_suffix(".models")
    found = compare(Setting(folder, people, work or beside, train, test, context), only)
    return Found(found, _shown(found))


def compare(setting: Setting, only: Sequence[str] = ()) -> Json:
    """All rows, or some.

    Returns
    -------
    Name of a row to its result: see the function of each. Rows with figures of angles, moments and forces have ``mean`` and
    ``mean_synced``; ``adaptive_knee_deg`` is a number, with what belongs to it under ``adaptive_knee``.

    Raises
    ------
    ValueError : a row is unknown.
    RecordingError : data or people are missing or cannot be used.
    """
    if unknown := set(only) - ROWS.keys():
        raise ValueError(f"unknown rows {', '.join(sorted(unknown))}; known are {', '.join(ROWS)}")
    files = (path for _, paths in setting.files() for path in paths)
    kept = setting.context.rows(setting.train, setting.test, sizes(files))
    found = {name: kept.get(name, partial(_row, name, setting)) for name in ROWS if not only or name in only}
    if "adaptive_knee_deg" in found:
        found["adaptive_knee"] = found["adaptive_knee_deg"]
        found["adaptive_knee_deg"] = found["adaptive_knee"]["adaptive"]["knee_deg"]
    return found


def _row(name: str, setting: Setting) -> Json:
    setting.context.say(name)
    return ROWS[name](setting)


def _pretrained(setting: Setting) -> Json:
    """Pre-training against the same networks from random weights, on the same people."""
    count = len(setting.files())
    plan = Plan(shares=SHARES, tested=setting.test, baselines=(max(SHARES),), only=RECORDINGS, people=count)
    return label_efficiency(setting.people, plan, replace(setting.context, json=setting.work / "label_efficiency.json"))


def _semi_supervised(setting: Setting) -> Json:
    return semi_supervised(setting.data / CYCLES, context=setting.context)


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


def _shown(found: Json) -> tuple[RenderableType, ...]:
    """Rows with figures as a table, the others as lines."""
    shown = table("row", "angle [deg]", "moment [BWBH%]", "GRF [BW%]", "synced: angle", "moment", "GRF")
    for name, row in found.items():
        if isinstance(row, dict) and "mean" in row:
            shown.add_row(name, *(cell(row[part][key]) for part in ("mean", "mean_synced") for key in FIGURES))
    lines = []
    if real := found.get("cnn_real"):
        shown.add_row("published", *(f"{real['paper'][key]:g}" for key in FIGURES), "", "", "")
        lines.append(f"no moment at all errs {real['zero_moment_ratio']['mean']:.2f} times as much as cnn_real")
    if gain := found.get("adaptive", {}).get("gain_percent"):
        said = ", ".join(f"{name.partition('_')[0]} {value:.0f} %" for name, value in gain.items() if value is not None)
        lines.append(f"adaptive against general, less error: {said}")
    if knee := found.get("adaptive_knee"):
        said = ", ".join(f"{name} {knee[name]['knee_deg']:.2f}" for name in ("adaptive", "general", "orientation"))
        lines.append(f"knees of the real recording [deg]: {said}")
    return (shown, *lines)

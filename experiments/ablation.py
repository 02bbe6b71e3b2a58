"""What each part of the method contributes: leave one loss out, the other formulation, other network cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import get_args

import msgspec
from rich.table import Table
from rich.text import Text

from experiments import results
from experiments.methods import Method, train_and_estimate, with_cell
from experiments.options import AS_USUAL, Shared
from experiments.protocol import QUIET, Context, Found, Json, contents
from kinertia.bodies import SKELETONS
from kinertia.io.cycles import read_folder
from kinertia.learning.config import Cell, Config, Formulation
from kinertia.metrics.scoring import SUMMARISED

FULL = "full"
_HEADINGS = {
    "angle_rmsd_deg": "angle\n[deg]",
    "moment_rmsd_bwbh": "moment\n[BWBH%]",
    "grf_rmsd_bw": "GRF\n[BW%]",
    "speed_error": "speed\n[m/s]",
}


@dataclass(frozen=True)
class Variant:
    """One row: what is changed against the full method, in words, and the configuration."""

    name: str
    change: str
    config: Config


def variants(config: Config) -> list[Variant]:
    """The full method, then everything that differs from it in one part.

    A term whose weight is zero, or that the configuration has no use for (``temporal`` with differentiated outputs,
    ``activation`` without muscles, ``lumbar`` without a trunk), cannot be left out and has no row.
    """
    found = [Variant(FULL, "nothing", config)]
    idle = {name for name, weight in asdict(config.weights).items() if weight == 0.0}
    if config.network.formulation != "paper":
        idle.add("temporal")
    if config.training.actuation != "muscles":
        idle.add("activation")
    if "lumbar_extension" not in SKELETONS[config.body].coordinate_names:
        idle.add("lumbar")
    found += [
        Variant(name, f"no {name} loss", replace(config, weights=replace(config.weights, **{name: 0.0})))
        for name in asdict(config.weights)
        if name not in idle
    ]
    found += [
        Variant(name, f"{name} formulation", replace(config, network=replace(config.network, formulation=name)))
        for name in get_args(Formulation)
        if name != config.network.formulation
    ]
    found += [Variant(name, f"{name} cell", with_cell(config, name)) for name in get_args(Cell) if name != config.network.cell]
    return found


def choose(found: list[Variant], only: Iterable[str]) -> list[Variant]:
    """The full method and the named variants; all of them when none is named.

    Raises
    ------
    ValueError
        If a name is unknown; the message lists the known ones.
    """
    wanted = set(only)
    known = [v.name for v in found]
    unknown = sorted(wanted - set(known))
    if unknown:
        raise ValueError(f"no such variant: {', '.join(unknown)}; choose from {', '.join(known)}")
    return [v for v in found if not wanted or v.name == FULL or v.name in wanted]


def ablation(data: Path, only: tuple[str, ...] = (), learning: Shared = AS_USUAL, context: Context = QUIET) -> Found:
    """Score the method with one part changed at a time: a loss left out, the other formulation, other network cells.

    Finished rows are kept beside the JSON file (NAME.rows.json): an interrupted run goes on where it stopped.

    Parameters
    ----------
    data
        Folder of CSV + JSON pairs, one per cycle (see docs/formats.md).
    only
        Names of variants: loss terms, paper, or cells (gru, bilstm, tcn); default all. The full method is always there.
    learning
        How the full method is trained.
    """
    found = compare(data, learning.configuration, only, context)
    return Found(found, (render(found),))


def compare(folder: Path, config: Config, only: Iterable[str] = (), context: Context = QUIET) -> Json:
    """Train, estimate and score every variant on averaged gait cycles, without labels.

    Returns
    -------
    dict with ``rows`` (each with ``variant``, ``change``, ``mean``, ``mean_synced``, ``trials``, ``seconds``), ``config`` and
    ``conditions``.

    Raises
    ------
    ValueError : a variant is unknown, or what lies beside the figures are no finished rows.
    RecordingError : a recording cannot be used.
    """
    chosen = choose(variants(config), only)
    kept = context.rows(contents(folder), msgspec.json.encode(config))
    found: list[Json] = []
    for variant in chosen:
        show = partial(context.training, label=variant.change)
        train = partial(train_and_estimate, config=variant.config, method=variant.name, show=show)
        found.append(kept.get(variant.name, partial(_row, folder, variant, train)))
    conditions = found[0]["conditions"]
    return {
        "rows": [{key: value for key, value in row.items() if key != "conditions"} for row in found],
        "config": msgspec.to_builtins(config),
        "conditions": {key: conditions[key] for key in ("people", "trials", "signals")},
    }


def _row(folder: Path, variant: Variant, method: Method) -> Json:
    scored = results.score(read_folder(folder), method, variant.name).results
    figures = {key: scored[key] for key in ("mean", "mean_synced", "trials", "seconds", "conditions")}
    return {"variant": variant.name, "change": variant.change, **figures}


def render(ablation: Json) -> Table:
    """Errors of every variant of :func:`compare`, with the difference from the full method."""
    conditions, training = ablation["conditions"], ablation["config"]["training"]
    people = f"{conditions['people']} {'person' if conditions['people'] == 1 else 'people'}"
    table = Table(
        title=f"{people}, {conditions['trials']} trials of {conditions['signals']}, {training['steps']} steps, "
        f"seed {training['seed']}; RMSD, below it the difference from the full method",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    table.add_column("change", min_width=18)
    for label in ("as is", "synced"):
        for field in SUMMARISED:
            if not (label == "synced" and field == "speed_error"):
                table.add_column(Text(f"{_HEADINGS[field]}\n{label}"), justify="right", no_wrap=True)
    table.add_column(Text("time\n[s]"), justify="right", no_wrap=True)
    full = next(row for row in ablation["rows"] if row["variant"] == FULL)
    for row in ablation["rows"]:
        cells = [
            _cell(row[part][field], full[part][field], row is full)
            for part in ("mean", "mean_synced")
            for field in SUMMARISED
            if not (part == "mean_synced" and field == "speed_error")
        ]
        table.add_row(row["change"], *cells, f"{row['seconds']:.0f}", style="bold" if row is full else None)
    return table


def _cell(value: float | None, full: float | None, is_full: bool) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if is_full or full is None else f"{value:.2f}\n{value - full:+.2f}"

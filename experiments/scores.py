"""Results of a benchmark as tables for the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from experiments.protocol import Json
from kinertia.metrics.scoring import SUMMARISED, mean_over_joints

_OVERVIEW = (
    ("angle\nRMSD\n[deg]", "angle_rmsd_deg"),
    ("bias-\nfree\n[deg]", "angle_rmsd_unbiased_deg"),
    ("moment\nRMSD\n[BWBH%]", "moment_rmsd_bwbh"),
    ("GRF\nRMSD\n[BW%]", "grf_rmsd_bw"),
    ("speed\nerror\n[m/s]", "speed_error"),
)
_DETAIL = (
    ("angle_rmsd_deg", "angle RMSD [deg]"),
    ("angle_bias_deg", "angle bias [deg]"),
    ("angle_rmsd_unbiased_deg", "angle bias-free [deg]"),
    ("angle_r", "angle correlation"),
    ("moment_rmsd_bwbh", "moment RMSD [BWBH%]"),
    ("moment_bias_bwbh", "moment bias [BWBH%]"),
    ("moment_rmsd_unbiased_bwbh", "moment bias-free [BWBH%]"),
    ("moment_r", "moment correlation"),
    ("moment_nrmse_percent", "moment nRMSE [%]"),
    ("grf_rmsd_bw", "GRF RMSD [BW%]"),
    ("grf_bias_bw", "GRF bias [BW%]"),
    ("grf_r", "GRF correlation"),
)
_NAMES = {"angle_rmsd_deg": "angle", "moment_rmsd_bwbh": "moment", "grf_rmsd_bw": "ground reaction", "speed_error": "speed"}


def render(results: Json) -> RenderableType:
    """Tables of :func:`experiments.results.collect`'s results: overview with rivals, then per joint."""
    conditions = results["conditions"]
    what = f"{_people(conditions)}, {conditions['trials']} trials of {conditions['signals']}"
    title = f"{results['method']}: {what}, {results['seconds']:.1f} s"
    parts: list[RenderableType] = [_overview(results, title)]
    parts.extend(_per_joint(name, trial) for name, trial in results["trials"].items())
    if results["method"] != "normative":
        parts.extend(Text(_comparison(name, trial)) for name, trial in results["trials"].items())
    parts.append(
        Text(
            "RMSD over the whole cycle or recording, swing included; bias = estimate - truth. Synced: after one time shift per "
            "trial between sensors and reference, found from the strapdown baseline."
        )
    )
    parts.extend(Text(f"warning: {warning}", style="yellow") for warning in conditions["warnings"])
    return Group(*parts)


def _overview(results: Json, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("", no_wrap=True)
    for heading, _ in _OVERVIEW:
        table.add_column(Text(heading), justify="right", no_wrap=True)
    for name, trial in results["trials"].items():
        shift = trial["sync_shift_s"]
        synced = "  synced" if shift is None else f"  synced by {1000 * shift:+.0f} ms"
        trivial = trial["trivial"]
        table.add_row(name, style="bold")
        table.add_row("  as it is", *_cells(trial, trial))
        table.add_row(synced, *_cells(trial, trial["synced"]))
        if results["method"] != "normative" and trivial["normative"] is not None:
            table.add_row("  normative, as it is", *_cells(trial, trivial["normative"]), style="dim")
            table.add_row("  normative, synced", *_cells(trial, trivial["normative"]["synced"]), style="dim")
        knows_nothing = trivial["mean_angle"] | trivial["zero_moment"] | trivial["zero_grf"]
        table.add_row("  mean angle, zero moment, GRF", *_cells(trial, knows_nothing), style="dim", end_section=True)
    _add_means(table, "mean", results, blanks=True)
    return table


def render_means(results: Json) -> RenderableType:
    """Means only, for benchmarks with more trials than can be listed: all together, per gait, and of the population curve."""
    conditions = results["conditions"]
    what = f"{_people(conditions)}, {conditions['trials']} trials of {conditions['signals']}"
    table = Table(title=f"{results['method']}: {what}, {results['seconds']:.1f} s", title_justify="left")
    table.add_column("", no_wrap=True)
    for heading, field in _OVERVIEW:
        if field in SUMMARISED:
            table.add_column(Text(heading), justify="right", no_wrap=True)
    _add_means(table, "all", results)
    for name, group in results["gaits"].items():
        _add_means(table, f"{name} ({group['trials']})", group)
    kinds: dict[str, int] = {}
    for warning in conditions["warnings"]:
        message = warning.partition(": ")[2]
        kinds[message] = kinds.get(message, 0) + 1
    notes = [Text(f"warning in {count} recordings: {message}", style="yellow") for message, count in kinds.items()]
    return Group(table, *notes)


def _people(conditions: Json) -> str:
    return f"{conditions['people']} {'person' if conditions['people'] == 1 else 'people'}"


def _add_means(table: Table, label: str, results: Json, *, blanks: bool = False) -> None:
    """Rows of the means, as it is and synced, and of the population curve where it is another method.

    With ``blanks`` for tables that have columns without means.
    """
    shown = [("", "mean"), ("", "mean_synced")]
    if results.get("method") != "normative":
        shown += [("normative, ", "normative_mean"), ("normative, ", "normative_mean_synced")]
    for who, key in shown:
        how = "synced" if key.endswith("synced") else "as it is"
        fields = [field for _, field in _OVERVIEW if blanks or field in SUMMARISED]
        cells = [_number(results[key][field], field) if field in SUMMARISED else "" for field in fields]
        table.add_row(f"{label}, {who}{how}", *cells, style="dim" if who else "bold", end_section=key == shown[-1][1])


def _cells(trial: Json, figures: Json) -> list[str]:
    """Means over joints; blank for figures a predictor has not."""
    return [_number(mean_over_joints(trial, field, figures), field) if field in figures else "" for _, field in _OVERVIEW]


def _per_joint(name: str, trial: Json) -> Table:
    table = Table(title=name, title_justify="left")
    table.add_column("", no_wrap=True)
    keys = list(dict.fromkeys(key for field, _ in _DETAIL for key in trial[field]))
    columns = list(dict.fromkeys(_column(key) for key in keys))
    for title in columns:
        table.add_column(title, justify="right", no_wrap=True)
    for field, label in _DETAIL:
        for side in ("r", "l"):
            shown = {_column(key): key for key, value in trial[field].items() if value is not None and key.endswith(f"_{side}")}
            if not shown:
                continue
            for figures, title in ((trial, f"{label}, {side}"), (trial["synced"], "  synced")):
                cells = [_number(figures[field][shown[c]], field) if c in shown else "" for c in columns]
                table.add_row(Text(title), *cells, style="dim" if figures is not trial else "")
    return table


def _column(key: str) -> str:
    """``knee_angle_r`` to ``knee``, ``grf_x_r`` to ``x``."""
    return key.split("_")[1] if key.startswith("grf") else key.split("_")[0]


def _comparison(name: str, trial: Json) -> str:
    """Which of method and population curve is closer, per metric."""
    rival = trial["trivial"]["normative"]
    if rival is None:
        return f"{name}: no population curve (contacts were not found)"
    words = []
    for field in SUMMARISED:
        ours, theirs = mean_over_joints(trial, field), mean_over_joints(trial, field, rival)
        ours_synced = mean_over_joints(trial, field, trial["synced"])
        theirs_synced = mean_over_joints(trial, field, rival["synced"])
        if ours is not None and theirs is not None:
            synced = f"{_verdict(ours_synced, theirs_synced)} synced"
            words.append(f"{_NAMES[field]} {_verdict(ours, theirs)} ({synced})")
    return f"{name} against the population curve: " + (", ".join(words) or "nothing in common")


def _verdict(ours: float | None, theirs: float | None) -> str:
    return "unknown" if ours is None or theirs is None else "better" if ours < theirs else "not better"


def _number(value: float | None, field: str) -> str:
    return "-" if value is None else f"{value:.3f}" if field.endswith("_r") else f"{value:.2f}"

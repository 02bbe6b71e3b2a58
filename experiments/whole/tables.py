"""Tables of the page from the figures of benchmarks: what is not there says why, no cell is left blank."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from experiments.phases import PARTS, TENTHS
from experiments.protocol import Json, cell
from experiments.whole.plan import Plan, Section
from experiments.whole.running import Result
from kinertia.metrics.scoring import mean_over_joints

Trials = dict[str, Json]
DIGITS = {"angle": 2, "moment": 2, "grf": 1, "speed": 2}
OVERALL = {
    "angle_rmsd_deg": "angle [deg]",
    "angle_rmsd_unbiased_deg": "bias-free [deg]",
    "moment_rmsd_bwbh": "moment [BWBH%]",
    "grf_rmsd_bw": "ground reaction [BW%]",
    "speed_error": "speed [m/s]",
}
CELLS = {"angle_rmsd_deg": "angle", "moment_rmsd_bwbh": "moment", "grf_rmsd_bw": "force", "speed_error": "speed"}
"""Figures that papers print."""
SPEEDS = (0.0, 1.0, 1.4, 2.0, 3.0, 4.0, float("inf"))
"""Edges of classes [m/s]: slow, usual and fast walking, and slow, usual and fast running, as published tables cut them."""
RIVALS = {
    "normative": "population curve",
    "another": "another person's curve",
    "trivial": "own mean angle, zero moment, zero force",
}
COME_ALONG = "comes with any run of this table"


@dataclass(frozen=True)
class Row:
    """A row: what it is called, its cells, and the result that they are from; without cells, why they are missing."""

    label: str
    cells: tuple[str, ...] = ()
    result: Result | None = None
    missing: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the page."""

    title: str
    headings: tuple[str, ...]
    rows: list[Row]


@dataclass(frozen=True)
class Named:
    """Figures of a method in trials, with the words for it."""

    label: str
    labels: str
    latency: str
    result: Result
    groups: dict[str, Trials]
    who: str = ""
    reason: str = ""

    @property
    def trials(self) -> list[tuple[Json, Json | None]]:
        """Each trial with the figures that are asked of it."""
        return [(trial, _of(trial, self.who)) for group in self.groups.values() for trial in group.values()]


def of_section(section: Section, plan: Plan, results: Sequence[Result]) -> list[Table]:
    """Tables of a section; ``results`` are those of the whole plan."""
    own = [one for one in results if one.part.section is section]
    if section.shows == "trials":
        return _trials(section, plan, own, results)
    headings, read = READERS[section.shows]
    heads = headings or ("", *(label for label, _, _ in section.figures))
    rows: list[Row] = []
    for one in own:
        label = plan.methods[one.part.row].label if one.part.row else section.title
        if one.figures is None:
            rows.append(Row(label, missing=one.reason))
        else:
            rows += [Row(made[0], tuple(made[1:]), one) for made in read(one.figures, section, label)]
    return [Table("", heads, rows)]


def _trials(section: Section, plan: Plan, own: Sequence[Result], results: Sequence[Result]) -> list[Table]:
    methods = [_named(one, plan, results) for one in own]
    if (also := section.also) is not None:
        for one in results:
            if one.part.section.key == also.section:
                figures = (one.figures or {}).get(also.row)
                reason = one.reason or "" if figures else one.reason or "not among the rows of this run"
                found = {"": figures["trials"]} if figures else {}
                methods.append(Named(also.label, also.labels, also.latency, one, found, reason=reason))
    known = next((one for one in methods if one.groups), None)
    every = [*methods, *_rivals(section, own, known)]
    groups = list(dict.fromkeys(group for one in every for group in one.groups)) or [""]
    tables = []
    for group in groups:
        some = [Named(m.label, m.labels, m.latency, m.result, _only(m.groups, group), m.who, _why(m, group)) for m in every]
        tables.append(_overall(group, section, plan, some))
        if known is not None:
            tables.append(_per_joint(group, some))
    return tables if known is None else [*tables, _per_phase(methods), _per_speed(every)]


def _rivals(section: Section, own: Sequence[Result], known: Named | None) -> list[Named]:
    """What is scored beside every method, from the trials of one of them."""
    if known is None:
        there = [who for who in RIVALS if who != "another" or section.words.startswith("virtual3d")]
        return [Named(RIVALS[who], "no", "-", own[0], {}, who, COME_ALONG) for who in there]
    every = [Named(label, "no", "-", known.result, known.groups, who) for who, label in RIVALS.items()]
    return [one for one in every if any(figures for _, figures in one.trials)]


def _named(result: Result, plan: Plan, results: Sequence[Result]) -> Named:
    words, figures = plan.methods[result.part.row], result.figures
    latency = words.latency
    if latency == "stream":
        measured = next((one.figures for one in results if one.part.section.key == "latency" and one.figures), None)
        latency = "not measured" if measured is None else f"{measured['p50_ms']:.2f} + {measured['output_delay_ms']:.0f} ms"
    groups: dict[str, Trials] = {}
    if figures is not None:
        sets = figures.get("sets")
        groups = {"": figures["trials"]} if sets is None else {name: one["trials"] for name, one in sets.items()}
    return Named(words.label, words.labels, latency, result, groups, reason=result.reason)


def _only(groups: dict[str, Trials], group: str) -> dict[str, Trials]:
    return {group: groups[group]} if group in groups else {}


def _why(one: Named, group: str) -> str:
    return one.reason or ("" if group in one.groups else "not in this run")


def _overall(group: str, section: Section, plan: Plan, methods: Sequence[Named]) -> Table:
    """Errors as they are (synced), bias apart, with what labels, latency and time they cost."""
    synced, bias = ("angle_rmsd_deg", "moment_rmsd_bwbh", "grf_rmsd_bw"), "size of bias [deg]"
    headings = [f"{words} (synced)" if field in synced else words for field, words in OVERALL.items()]
    rows = []
    for one in plan.published if section.published else ():
        cells = (one.cells.get(CELLS.get(field, ""), "-") for field in OVERALL)
        rows.append(Row(one.label, (*cells, "-", one.cells["labels"], one.cells.get("latency", "-"), "-")))
    for one in methods:
        if not one.groups:
            rows.append(Row(one.label, missing=one.reason))
            continue
        cells = (_mean(one, field) + (f" ({_mean(one, field, synced=True)})" if field in synced else "") for field in OVERALL)
        cells = ("-" if each == "- (-)" else each for each in cells)
        rows.append(Row(one.label, (*cells, _bias(one), one.labels, one.latency, _seconds(one)), one.result))
    return Table(group, ("", *headings, bias, "labels", "latency", "s a recording"), rows)


def _per_joint(group: str, methods: Sequence[Named]) -> Table:
    """Angle error (bias) and moment error of each joint, force error of each component."""
    joints, forces = PARTS["angle_rmsd_deg"], PARTS["grf_rmsd_bw"]
    words = {"hip_flexion": "hip", "knee_angle": "knee", "ankle_angle": "ankle", "grf_x": "fore-aft", "grf_y": "vertical"}
    headings = [f"{words[joint]} [deg] (bias)" for joint in joints] + [f"{words[joint]} [BWBH%]" for joint in joints]
    headings += [f"{words[force]} [BW%]" for force in forces]

    def cells(one: Named) -> tuple[str, ...]:
        found = []
        for joint in joints:
            error, bias = _side(one, "angle_rmsd_deg", joint), _side(one, "angle_bias_deg", joint)
            found.append("-" if error is None else f"{cell(error)} ({cell(bias, 1, sign=True)})")
        found += [cell(_side(one, "moment_rmsd_bwbh", joint)) for joint in joints]
        return (*found, *(cell(_side(one, "grf_rmsd_bw", force), 1) for force in forces))

    return Table(f"Per joint{', ' if group else ''}{group}", ("", *headings), [_row(one, cells) for one in methods])


def _per_phase(methods: Sequence[Named]) -> Table:
    """Errors in each tenth of the stride from heel strike on."""
    rows = []
    for one in methods:
        known = [trial["phases"] for trial, _ in one.trials if any(map(any, trial.get("phases", {}).values()))]
        if not known:
            rows.append(Row(one.label, missing=one.reason or "the reference shows no heel strikes"))
        for field in PARTS if known else ():
            each = [_average(phases[field][k] for phases in known) for k in range(TENTHS)]
            cells = tuple(cell(value, DIGITS[field.split("_")[0]]) for value in each)
            rows.append(Row(f"{one.label}: {OVERALL[field]}", cells, one.result))
    edges = (f"{10 * k} to {10 * k + 10} %" for k in range(TENTHS))
    return Table("Per phase of the gait cycle, from heel strike, all recordings together", ("", *edges), rows)


def _per_speed(methods: Sequence[Named]) -> Table:
    """Errors in classes of the true speed."""
    rows = []
    for one in methods:
        if not one.groups:
            rows.append(Row(one.label, missing=one.reason))
        for low, high in itertools.pairwise(SPEEDS):
            group = {
                str(k): trial
                for k, (trial, _) in enumerate(one.trials)
                if (speed := trial.get("true_speed")) is not None and low <= speed < high
            }
            if group:
                some = Named(one.label, "", "", one.result, {"": group}, one.who)
                between = f"above {low:g}" if high == SPEEDS[-1] else f"{low:g} to {high:g}"
                cells = (f"{between} m/s", str(len(group)), *(_mean(some, field) for field in OVERALL))
                rows.append(Row(one.label, cells, one.result))
    if not rows:
        rows = [Row("all", missing="no trial has a true speed")]
    return Table("Per speed, all recordings together", ("", "true speed", "recordings", *OVERALL.values()), rows)


def _row(one: Named, cells: Callable[[Named], tuple[str, ...]]) -> Row:
    return Row(one.label, cells(one), one.result) if one.groups else Row(one.label, missing=one.reason)


def _of(trial: Json, who: str) -> Json | None:
    """Figures of a method, or of one of the :data:`RIVALS` in the same trial."""
    if who == "trivial":
        given = trial["trivial"]
        return given["mean_angle"] | given["zero_moment"] | given["zero_grf"]
    return {"": trial, "normative": trial["trivial"]["normative"], "another": trial.get("another")}[who]


def _mean(one: Named, field: str, *, synced: bool = False) -> str:
    pairs = ((trial, figures.get("synced") if synced else figures) for trial, figures in one.trials if figures)
    values = (mean_over_joints(trial, field, figures) for trial, figures in pairs if figures and field in figures)
    return cell(_average(values), DIGITS[field.split("_")[0]])


def _bias(one: Named) -> str:
    """Mean size of the constant offset of the joints."""
    sizes = [
        abs(value)
        for joint in PARTS["angle_rmsd_deg"]
        for _, figures in one.trials
        for side in "rl"
        if figures and (value := figures.get("angle_bias_deg", {}).get(f"{joint}_{side}")) is not None
    ]
    return cell(_average(sizes))


def _side(one: Named, field: str, part: str) -> float | None:
    """Mean over trials and sides."""
    return _average(figures.get(field, {}).get(f"{part}_{side}") for _, figures in one.trials if figures for side in "rl")


def _average(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _seconds(one: Named) -> str:
    seconds = (one.result.figures or {}).get("seconds")
    return "-" if one.who or seconds is None else cell(seconds / max(len(one.trials), 1), 1)


def _pair(figures: Json, field: str) -> str:
    """A mean as it is (synced); of speed, which no shift changes, alone."""
    digits = DIGITS[field.split("_")[0]]
    if field == "speed_error":
        return cell(figures["mean"][field], digits)
    return f"{cell(figures['mean'][field], digits)} ({cell(figures['mean_synced'][field], digits)})"


def _sparse(figures: Json, section: Section, label: str) -> Iterable[Sequence[str]]:
    del section, label
    sets = {name: row for name, row in figures.items() if name != "conditions"}
    for name, by_method in sets.items():
        for method, row in by_method.items():
            yield f"{name}, {method}", *(_pair(row, field) for field in CELLS)


def _ablation(figures: Json, section: Section, label: str) -> Iterable[Sequence[str]]:
    del section, label
    for row in figures["rows"]:
        yield row["change"], *(_pair(row, field) for field in CELLS), cell(row["seconds"], 0)


def _labels(figures: Json, section: Section, label: str) -> Iterable[Sequence[str]]:
    del section, label
    for name, row in figures.items():
        if isinstance(row, Mapping) and "mean" in row:
            yield name, *(_pair(dict(row), field) for field in CELLS), "-"
        elif name == "adaptive_knee":
            for who in ("general", "adaptive", "orientation"):
                yield f"knees of the real recording, {who}", "-", "-", "-", "-", cell(row[who]["knee_deg"])


def _subsets(figures: Json, section: Section, label: str) -> Iterable[Sequence[str]]:
    """The best choice of each size for each joint, and the row of all sensors."""
    del section
    rows = figures["rows"]
    for size, best in figures["best"].items():
        named = [
            "-" if (name := best.get(joint)) is None else f"{_spread(rows[name], f'angle_rmsd_deg.{joint}')} {name}"
            for joint in PARTS["angle_rmsd_deg"]
        ]
        only = [row for row in rows.values() if len(row["sensors"]) == int(size)]
        means = [_spread(only[0], field) if len(only) == 1 else "-" for field in CELLS]
        yield f"{label}, best of {len(only)} with {size} sensors", *named, *means


def _spread(row: Json, field: str) -> str:
    """Mean over people, with their standard deviation where there are several."""
    found, digits = row["figures"].get(field) or {"mean": None, "sd": None}, DIGITS[field.split("_")[0]]
    return cell(found["mean"], digits) + ("" if found["sd"] is None else f" ± {cell(found['sd'], digits)}")


def _efficiency(figures: Json, section: Section, label: str) -> Iterable[Sequence[str]]:
    del section, label
    for row in figures["rows"]:
        errors = (
            (row["targets"].get(name) or {}).get("rmse", {}).get("mean") for name in ("grf_y_r", "grf_x_r", "knee_moment_r")
        )
        yield f"{row['method']}, {row['regime']}", f"{100 * row['share']:g} %", *map(cell, errors)


def _bands(figures: Json, section: Section, label: str) -> Iterable[Sequence[str]]:
    del section, label
    for who in ("simulated", "measured"):
        for gait, by_set in figures.get(who, {}).items():
            for name, row in by_set.items():
                for kind, share in row["coverage"].items():
                    yield f"{who}, {gait}, {name}: {kind}", cell(share, 1, factor=100.0), cell(row["half_width"][kind])


def _listed(figures: Json, section: Section, label: str) -> Iterable[Sequence[str]]:
    cells = []
    for _, path, digits in section.figures:
        found: Json | float | None = figures
        for key in path.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        cells.append(cell(found if isinstance(found, int | float) else None, digits))
    return [(label, *cells)]


MEANS = ("angle [deg] (synced)", "moment [BWBH%] (synced)", "ground reaction [BW%] (synced)", "speed [m/s]")
READERS: dict[str, tuple[tuple[str, ...], Callable[[Json, Section, str], Iterable[Sequence[str]]]]] = {
    "sparse": (("sensors", *MEANS), _sparse),
    "ablation": (("change", *MEANS, "training [s]"), _ablation),
    "labels": (("", *MEANS, "knee [deg]"), _labels),
    "subsets": (
        ("", "hip [deg]", "knee [deg]", "ankle [deg]", "all [deg]", "moment [BWBH%]", "ground reaction [BW%]", "speed [m/s]"),
        _subsets,
    ),
    "efficiency": (("", "labels", "vertical force [BW%]", "fore-aft [BW%]", "knee moment [BWBH%]"), _efficiency),
    "bands": (("", "coverage [%]", "half-width [deg, BWBH%, BW%, m/s]"), _bands),
    "listed": ((), _listed),
}
"""What shows a section: headings, and from figures to a name and cells for each row; without headings, those of its figures."""

"""Virtual sensors on measured motion in space, scored against the whole motion's truth."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from rich.table import Table

from experiments import another, results, spatial_people
from experiments.methods import Method, MethodName
from experiments.options import AS_USUAL, Shared
from experiments.protocol import QUIET, Context, Found, Json, cell, contents, table
from experiments.spatial_people import DEVELOPMENT, JUDGES, RUNNING, VARIANTS, Captured
from kinertia.metrics.scoring import baselines, mean_over_joints
from kinertia.recording import Recording

AS_WORN = next(iter(VARIANTS))
JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")
FORCES = ("grf_x", "grf_y")
MEANS = ("angle_rmsd_deg", "angle_rmsd_unbiased_deg", "moment_rmsd_bwbh", "grf_rmsd_bw", "speed_error")
"""Figures that are averaged over joints or components."""
PARTS = ("angle_bias_deg", "angle_rmsd_unbiased_deg", "moment_rmsd_bwbh", "grf_rmsd_bw")
"""Figures that are shown for each joint or component, mean of both sides."""
RIVALS = {"population curve": "normative", "another person's curve": "another"}
LOOKED = "a judge was scored: enter this look, its date and reason, in the ledger at the end of docs/journal.md"


def virtual3d(
    data: Path,
    method: MethodName,
    sets: tuple[str, ...] = DEVELOPMENT,
    seeds: int = 3,
    seconds: float = 20.0,
    split: bool = False,
    aligned: bool = False,
    sealed_judge: bool = False,
    learning: Shared = AS_USUAL,
    context: Context = QUIET,
) -> Found:
    """Score a method on virtual sensors that measured motion in space moves; goes on where it was interrupted.

    Parameters
    ----------
    data
        Folder of the sets of motion capture (see docs/formats.md).
    method
        What estimates; learned methods see the recordings of one wearer and one seed together, without labels.
    sets
        Names of sets in it.
    seeds
        How often everybody puts their sensors on anew.
    seconds
        Length of recordings of those who moved for longer than twice this; of others the mean stride, which repeats.
    split
        Also with one source of error left out at a time.
    aligned
        In the sensors' own axes, for the product's alignment to find, instead of as mounted by eye.
    sealed_judge
        Allow sets that are kept for judging; each look is to be put in the ledger.
    learning
        How learned methods are trained, and from which model.
    """
    looked = [name for name in sets if name in JUDGES]
    if looked and not sealed_judge:
        raise ValueError(
            f"{', '.join(looked)}: kept for judging, and every look counts; give --sealed-judge for one that goes into the "
            f"ledger of docs/journal.md, or score {' '.join(DEVELOPMENT)}"
        )
    there = [name for name in sorted({*sets, *DEVELOPMENT}) if (data / name).is_dir()]
    mark = method, learning, seconds, aligned, *(contents(data / name) for name in there)
    scorer = _Scorer(data, learning.method(method, context), method, seconds, aligned)
    rows, wanted = context.rows(*mark), (tuple(VARIANTS) if split else (AS_WORN,))
    found: Json = {}
    for name in sets:
        trials: dict[str, dict[str, Json]] = {variant: {} for variant in wanted}
        for variant in wanted:
            for seed in range(seeds):
                context.say(f"{name}, seed {seed}, {variant}")
                made = rows.get(f"{name} {seed} {variant}", partial(scorer.score, name, seed, variant))
                trials[variant] |= {f"{trial} {seed}": figures for trial, figures in made.items()}
        found[name] = {"variants": {variant: summary(some) for variant, some in trials.items()}}
        found[name] |= {rival: summary(trials[AS_WORN], key) for rival, key in RIVALS.items()}
        found[name]["trials"] = trials[AS_WORN]
        found[name]["consistency"] = rows.get(f"{name} consistency", partial(scorer.consistency, name))
    shown = (render(found, method), truths(found), *((LOOKED,) if looked else ()))
    return Found({"sets": found}, shown)


class _Scorer:
    """Makes, estimates and scores recordings; people are read when they are asked for first."""

    def __init__(self, data: Path, method: Method, name: str, seconds: float, aligned: bool) -> None:
        self._data, self._method, self._name, self._seconds, self._aligned = data, method, name, seconds, aligned
        self._read: dict[str, list[Captured]] = {}

    def people(self, name: str) -> list[Captured]:
        if name not in self._read:
            self._read[name] = spatial_people.read(self._data, name, self._seconds)
        return self._read[name]

    def score(self, name: str, seed: int, variant: str) -> dict[str, Json]:
        """Every trial of a set to its figures, and those of both rivals."""
        captured = self.people(name)
        recordings = [spatial_people.worn(one, seed, variant, self._aligned) for one in captured]
        found: dict[str, Json] = {}
        for person in dict.fromkeys(one.person for one in captured):
            own = [recording for one, recording in zip(captured, recordings, strict=True) if one.person == person]
            others = self._others(name, person)
            estimates, _ = results.estimated(own, self._method, self._name)
            for recording, estimate in zip(own, estimates, strict=True):
                figures, _ = results.score_trial(recording, estimate, *baselines(recording))
                found[recording.name] = figures | {"another": another.score(recording, others)}
        return found

    def consistency(self, name: str) -> Json:
        return {one.name: one.consistency for one in self.people(name)}

    def _others(self, name: str, person: str) -> list[Recording]:
        """Mean strides of the other people of the development sets who move alike, one each."""
        alike = [each for each in DEVELOPMENT if (each in RUNNING) == (name in RUNNING) and (self._data / each).is_dir()]
        first = {one.person: one for each in alike for one in self.people(each)}
        return [spatial_people.reference(one) for each, one in first.items() if each != person]


def summary(trials: dict[str, Json], rival: str | None = None) -> Json:
    """Means over trials of the means over joints, and each joint's; of a rival's figures where one is named.

    Returns
    -------
    ``trials`` (how many), the figures of :data:`MEANS`, those of :data:`PARTS` to joint or component, and
    ``angle_bias_spread_deg``, standard deviation of each joint's bias over trials and sides.
    """
    pairs = [(trial, trial if rival is None else _rival(trial, rival)) for trial in trials.values()]
    known = [(trial, figures) for trial, figures in pairs if figures is not None]
    found: Json = {"trials": len(known)}
    for field in MEANS:
        found[field] = _mean(mean_over_joints(trial, field, figures) for trial, figures in known if field in figures)
    for field in PARTS:
        of = FORCES if field.startswith("grf") else JOINTS
        found[f"each_{field}"] = {part: _mean(_sides(part, (figures[field] for _, figures in known))) for part in of}
    biases = {joint: _sides(joint, (figures["angle_bias_deg"] for _, figures in known)) for joint in JOINTS}
    found["angle_bias_spread_deg"] = {joint: statistics.pstdev(values) if values else None for joint, values in biases.items()}
    return found


def _rival(trial: Json, name: str) -> Json | None:
    return trial["another"] if name == "another" else trial["trivial"][name]


def _sides(part: str, figures: Iterable[Json]) -> list[float]:
    return [value for each in figures for side in "rl" if (value := each.get(f"{part}_{side}")) is not None]


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None


def render(found: Json, method: str) -> Table:
    """A row for the method with all errors, each variant, and the rivals, of every set."""
    rows: list[tuple[str, ...]] = []
    for name, one in found.items():
        every = one["variants"] | {rival: one[rival] for rival in RIVALS}
        for label, figures in every.items():
            first = f"{name}: {method}" if label == AS_WORN else f"  {label}"
            rows.append((first, str(figures["trials"]), *_cells(figures)))
    headings = ("angle", "bias-free", "bias hip/knee/ankle", "bias-free", "moment", "hip/knee/ankle", "force", "x/y", "speed")
    units = ("[deg]", "[deg]", "[deg]", "hip/knee/ankle", "[BWBH%]", "", "[BW%]", "", "[m/s]")
    return table("", "trials", *(f"{a}\n{b}" for a, b in zip(headings, units, strict=True)), title="as it is", rows=rows)


def _cells(figures: Json) -> tuple[str, ...]:
    each: Callable[..., str] = lambda field, digits, **more: "/".join(  # noqa: E731
        cell(value, digits, **more) for value in figures[f"each_{field}"].values()
    )
    return (
        cell(figures["angle_rmsd_deg"], 1),
        cell(figures["angle_rmsd_unbiased_deg"], 1),
        each("angle_bias_deg", 1, sign=True),
        each("angle_rmsd_unbiased_deg", 1),
        cell(figures["moment_rmsd_bwbh"]),
        each("moment_rmsd_bwbh", 2),
        cell(figures["grf_rmsd_bw"], 1),
        each("grf_rmsd_bw", 1),
        cell(figures["speed_error"]),
    )


def truths(found: Json) -> Table:
    """How well the truth of every trial obeys the equations of motion."""
    rows = []
    for one in found.values():
        for trial, figures in one["consistency"].items():
            left = [figures["root"], figures["root_as_measured"]]
            pair = [f"{100 * root['force_bw']:.2f}, {100 * root['moment_bwbh']:.2f}" for root in left]
            worst = cell(max((figures["moments_bwbh"] or {}).values(), default=None))
            moved = cell(figures.get("pelvis_moved_m"), 1, factor=1000)
            rows.append((trial, *pair, moved, worst, cell(figures["jump_deg"], 1), str(figures["strides"])))
    title = "how exact the truth is (RMS; moments: worst joint against those that came with it)"
    heading = ("root [BW%, BWBH%]", "as measured", "pelvis moved [mm]", "moments [BWBH%]", "jump [deg]", "strides")
    return table("", *heading, title=title, rows=rows)

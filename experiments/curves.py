"""The page of curves of an experiment, estimate against reference, trial by trial."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from markupsafe import Markup

from experiments import pages
from experiments.protocol import Json
from experiments.results import Scored
from kinertia.estimation.estimate import Estimate
from kinertia.io.files import write_text
from kinertia.metrics import errors, scoring
from kinertia.metrics.sync import advance
from kinertia.recording import Array, Recording, Truth
from kinertia.reporting import charts, names
from kinertia.reporting.charts import Chart, Line

FORCES = {"grf_y": "Vertical force", "grf_x": "Fore-aft force", "grf_z": "Lateral force"}


@dataclass(frozen=True)
class Trial:
    """A recording with truth, its estimate on the same samples, and its entry in the results."""

    recording: Recording
    estimate: Estimate
    scores: Json


@dataclass(frozen=True)
class _Kind:
    """One kind of curve: what it is called, its unit, and where its parts are."""

    title: str
    y_label: str
    unit: str
    truth: dict[str, Array]
    estimated: dict[str, Array]
    spread: str
    figure: str
    scale: Callable[[Array], Array]


def write(folder: Path | None, scored: Scored) -> tuple[str, ...]:
    """Write the page into a folder, where there is one, and say where."""
    if folder is None:
        return ()
    trials = [
        Trial(recording, estimate, scored.results["trials"][recording.name])
        for recording, estimate in zip(scored.recordings, scored.estimates, strict=True)
    ]
    return (f"curves: {write_text(folder / 'curves.html', render(scored.results['method'], trials))}",)


def render(method: str, trials: list[Trial]) -> str:
    """The page as text.

    Parameters
    ----------
    method : name of the method.
    trials : what is drawn: the reference dashed, with a band of one standard deviation between trials where it has one; the
        estimate as it is; and the estimate after the trial's sync shift.
    """
    return pages.render(
        "curves.html.j2",
        method=method,
        trials=[
            {
                "name": trial.recording.name,
                "note": trial.recording.truth.note if trial.recording.truth else "",
                "shift": trial.scores["sync_shift_s"],
                "means": list(_means(trial)),
                "groups": [(title, _figures(drawn)) for title, drawn in _groups(trial) if drawn],
            }
            for trial in trials
        ],
    )


def _figures(drawn: Iterable[Chart]) -> list[tuple[Chart, Markup]]:
    return [(chart, charts.draw(chart)) for chart in drawn]


def _means(trial: Trial) -> Iterable[tuple[str, str, str, str]]:
    """Name, unit, figure as it is and synced, of what the overview in the terminal gives."""
    for field, name, unit, digits in (
        ("angle_rmsd_deg", "Angles", "deg", 1),
        ("moment_rmsd_bwbh", "Moments", "BWBH %", 2),
        ("grf_rmsd_bw", "Ground reaction", "BW %", 1),
        ("speed_error", "Speed", "m/s", 2),
    ):
        value = scoring.mean_over_joints(trial.scores, field)
        synced = scoring.mean_over_joints(trial.scores, field, trial.scores["synced"])
        if value is not None and synced is not None:
            yield name, unit, names.number(value, digits), names.number(synced, digits)


def _groups(trial: Trial) -> Iterable[tuple[str, list[Chart]]]:
    truth, estimate = trial.recording.truth or Truth(), trial.estimate
    moment = partial(errors.bwbh_percent, subject=trial.recording.subject)
    for kind in (
        _Kind("Joint angles", "Angle [deg]", "deg", truth.angles, estimate.coordinates, "angle", "angle_rmsd_deg", np.degrees),
        _Kind(
            "Joint moments", "Moment [BWBH %]", "BWBH %", truth.moments, estimate.moments, "moment", "moment_rmsd_bwbh", moment
        ),
        _Kind("Ground reaction", "Force [BW %]", "BW %", truth.grf, estimate.grf, "grf", "grf_rmsd_bw", errors.bw_percent),
    ):
        grouped = names.group(list(kind.truth))
        order = sorted(grouped, key=lambda base: list(FORCES).index(base) if base in FORCES else 0)
        yield (
            kind.title,
            [_chart(trial, kind, base, side, name) for base in order for side, name in sorted(grouped[base].items())[::-1]],
        )


def _chart(trial: Trial, kind: _Kind, base: str, side: str, name: str) -> Chart:
    recording = trial.recording
    x = 100.0 * np.arange(recording.samples) / recording.samples if recording.periodic else recording.time_s
    assert recording.truth is not None
    spread = recording.truth.spread.get(f"{kind.spread}.{name}")
    band = None if spread is None else kind.scale(spread)
    lines = [Line("reference", x, kind.scale(kind.truth[name]), "both", dashed=True, spread=band)]
    if name in kind.estimated:
        curve = kind.scale(kind.estimated[name])
        shift = trial.scores["sync_shift_s"]
        if shift:
            synced = advance(curve, shift, recording.rate_hz, periodic=recording.periodic)
            lines.append(Line("estimate, synced", x, synced, "virtual"))
        lines.append(Line("estimate", x, curve, names.SIDES.get(side, "both")))
    title = FORCES.get(base) or names.joint(base)[0]
    return Chart(
        f"{title}, {names.SIDES[side]}" if side else title,
        names.CYCLE_AXIS if recording.periodic else names.TIME_AXIS,
        kind.y_label,
        tuple(lines),
        x_range=(0.0, 100.0) if recording.periodic else None,
        note=_note(trial.scores, kind, name),
    )


def _note(scores: Json, kind: _Kind, name: str) -> str:
    """RMSD of one curve as it is and synced."""
    value, synced = (part[kind.figure].get(name) for part in (scores, scores["synced"]))
    if value is None:
        return "no estimate"
    after = f" (synced {names.number(synced, 2)})" if scores["sync_shift_s"] and synced is not None else ""
    return f"RMSD {names.number(value, 2)}{after} {kind.unit}"

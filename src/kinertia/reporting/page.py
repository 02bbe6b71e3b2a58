"""From one estimate to one HTML file that opens without a network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import kinertia
from kinertia.estimation import gait, spatiotemporal, trust, verdict
from kinertia.estimation.estimate import Estimate
from kinertia.io.files import write_text
from kinertia.metrics import scoring
from kinertia.recording import Frame, Recording, Subject, Truth
from kinertia.reporting import animation, bands, charts, curves, errors_table, names, signals, summary, window
from kinertia.reporting.charts import Chart


def write(
    path: Path | str,
    estimate: Estimate,
    recording: Recording,
    truth: Truth | None = None,
    scores: dict[str, Any] | None = None,
) -> Path:
    """Write the report of one recording.

    Parameters
    ----------
    path : HTML file to create or replace.
    estimate : the result, on the recording's own samples. Whatever it lacks is left out and said so.
    recording : where it came from; its warnings are shown.
    truth : reference curves, drawn dashed, on the same samples.
    scores : figures of this trial as in a benchmark's JSON; computed here, unsynced, when a truth is given without them.

    Returns
    -------
    The path.

    Raises
    ------
    ValueError : a reference curve has another number of samples than the estimate.
    """
    return write_text(path, render(estimate, recording, truth, scores))


def render(estimate: Estimate, recording: Recording, truth: Truth | None = None, scores: dict[str, Any] | None = None) -> str:
    """The page as text; parameters as for :func:`write`."""
    _check(estimate, truth)
    if truth is not None and scores is None:
        scores = _score(estimate, recording, truth)
    strides = gait.find(estimate, periodic=recording.periodic)
    steps = spatiotemporal.of(estimate, periodic=recording.periodic)
    shown = window.busiest(estimate, window.CURVE_SECONDS)
    source = curves.Source(estimate, strides, shown, truth)
    moving = window.busiest(estimate, window.FIGURE_SECONDS)
    angles = curves.angles(source)
    speed = signals.speed(estimate, truth.speed if truth else None)
    template = environment().get_template("report.html.j2")
    return template.render(
        number=names.number,
        version=kinertia.__version__,
        estimate=estimate,
        recording=recording,
        facts=_facts(estimate, recording),
        assumptions=_assumptions(estimate, recording),
        truth=truth,
        gait=strides,
        sides=_sides(estimate),
        steps=steps,
        tiles=summary.tiles(estimate, steps[0] if steps else None),
        rows=summary.rows(estimate, strides),
        verdict=verdict.of(estimate, recording),
        left_out=_left_out(estimate),
        limits=trust,
        half_widths=bands.mean_half_widths(estimate),
        errors=errors_table.tables(scores) if scores else [],
        scores=scores or {},
        angles=_figures(angles),
        pelvis=any(line.style == "both" for chart in angles for line in chart.lines),
        moments=_figures(curves.moments(source)),
        forces=_figures(curves.ground_reaction(source)),
        residuals=_figures(signals.residual(estimate), width=charts.WIDE, height=170),
        speed=_figures([speed] if speed else [], width=charts.WIDE, height=190),
        sensors=[
            (name, [(_figures([chart])[0], fit) for chart, fit in panels]) for name, panels in signals.sensors(estimate, shown)
        ],
        contacts=signals.contacts(estimate, moving, periodic=recording.periodic),
        events={name: at for name, at in estimate.events.items() if len(at)},
        figure=animation.frames(estimate, moving, periodic=recording.periodic),
        window=_seconds(shown, estimate),
        figure_window=_seconds(moving, estimate),
    )


def environment() -> Environment:
    """Templates of the pages, everything in them escaped."""
    return Environment(
        loader=PackageLoader("kinertia.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _figures(drawn: list[Chart], **size: int) -> list[tuple[Chart, Markup]]:
    return [(chart, charts.draw(chart, **size)) for chart in drawn]


def _check(estimate: Estimate, truth: Truth | None) -> None:
    curves_of = (truth.angles, truth.moments, truth.grf) if truth else ()
    for name, values in (item for given in curves_of for item in given.items()):
        if values.shape != (estimate.samples,):
            raise ValueError(
                f"reference {name} of {estimate.name!r} has shape {values.shape}, the estimate {estimate.samples} samples; "
                "bring both to the same samples first"
            )


def _score(estimate: Estimate, recording: Recording, truth: Truth) -> dict[str, Any]:
    """Figures against the reference; curves with gaps have none, and nothing has when every angle has gaps."""

    def complete(series: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: values for name, values in series.items() if np.isfinite(values).all()}

    angles = complete(estimate.coordinates)
    if not angles:
        return {}
    speed = estimate.speed if estimate.speed is not None and np.isfinite(estimate.speed).all() else None
    whole = replace(
        estimate,
        coordinates=angles,
        moments=complete(estimate.moments),
        grf=complete(estimate.grf),
        speed=speed,
    )
    return scoring.figures(whole, replace(recording, truth=truth)) | {
        "trivial": scoring.trivial_figures(replace(recording, truth=truth), estimate.counted)
    }


def _facts(estimate: Estimate, recording: Recording) -> list[tuple[str, str]]:
    person = f"{estimate.subject.mass_kg:.4g} kg, {estimate.subject.height_m:.2f} m"
    duration = estimate.samples / estimate.rate_hz
    length = f"{duration:.2f} s, one gait cycle that repeats" if recording.periodic else _duration(duration)
    facts = [
        ("Method", estimate.method),
        ("Person", person + (f", {estimate.subject.sex}" if estimate.subject.sex else "")),
        ("Length", f"{length} ({estimate.samples} samples at {estimate.rate_hz:.6g} Hz)"),
        ("Sensors", _sensors([sensor.segment for sensor in recording.sensors])),
        ("Output delay", _delay(estimate.output_delay_s, duration)),
    ]
    if estimate.seconds > 0:
        facts.append(("Computing time", _duration(estimate.seconds)))
    return facts


def _left_out(estimate: Estimate) -> str:
    """How much of a recording does not count, in words; empty where all does."""
    out = np.flatnonzero(estimate.counted)
    if estimate.settled is None or len(out) == estimate.samples:
        return ""
    if not len(out):
        return "None of the recording counts: all of it is start or end."
    first, last = out[0] / estimate.rate_hz, (estimate.samples - 1 - out[-1]) / estimate.rate_hz
    ends = " and ".join(f"the {which} {long_s:.2g} s" for which, long_s in (("first", first), ("last", last)) if long_s)
    why = " or ".join(said for said, long_s in (("the model warms up", first), ("looks past the end", last)) if long_s)
    return f"{ends[0].upper()}{ends[1:]} count in no figure: {why if first else f'the model {why}'}." if ends else ""


def _delay(delay_s: float, duration_s: float) -> str:
    if delay_s >= duration_s:
        return "every value depends on the whole recording"
    return f"{1000.0 * delay_s:.0f} ms behind the input"


def _assumptions(estimate: Estimate, recording: Recording) -> list[str]:
    assumed = [_assumption(quantity, estimate.subject) for quantity in estimate.subject.assumed]
    unplaced = [sensor.segment for sensor in recording.sensors if sensor.position_m is None]
    if unplaced:
        which = "all sensors" if len(unplaced) == len(recording.sensors) else _sensors(unplaced)
        assumed.append(f"place on the segment not given, a default used: {which}")
    if recording.frame is Frame.SENSOR:
        assumed.append("signals were in the sensors' own axes; their alignment to the body was estimated")
    assumed.append("movement in the sagittal plane")
    if estimate.moments or estimate.grf:
        assumed.append("level ground; segment masses and lengths scaled from body mass and height")
    return assumed


def _assumption(quantity: str, subject: Subject) -> str:
    if quantity == "height_m":
        if subject.height_error_m is None:
            return "height not given: a default was used"
        return f"height not given: estimated from the motion, within {subject.height_error_m:.2f} m (standard deviation)"
    return "mass not given: a usual one was used"


def _sensors(segments: list[str]) -> str:
    return f"{len(segments)} ({'; '.join(names.segment(name).lower() for name in segments)})"


def _sides(estimate: Estimate) -> list[str]:
    present = {names.split_side(name)[1] for name in (*estimate.coordinates, *estimate.grf)}
    return [side for side in names.SIDES if side in present]


def _seconds(part: slice, estimate: Estimate) -> tuple[float, float]:
    return estimate.begin_s + part.start / estimate.rate_hz, estimate.begin_s + part.stop / estimate.rate_hz


def _duration(seconds: float) -> str:
    if seconds < 120.0:
        return f"{seconds:.3g} s"
    return f"{seconds / 60.0:.3g} min" if seconds < 7200.0 else f"{seconds / 3600.0:.3g} h"

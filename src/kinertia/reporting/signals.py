"""Charts over time: residual of the equations of motion, speed, measured against virtual IMU signals, contacts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from kinertia.estimation import verdict
from kinertia.estimation.estimate import Estimate
from kinertia.metrics import errors
from kinertia.reporting import charts, names
from kinertia.reporting.charts import Chart, Line

_CHANNELS = (
    ("Forward acceleration", "Specific force x [m/s\u00b2]"),
    ("Upward acceleration", "Specific force y [m/s\u00b2]"),
    ("Angular rate", "Angular rate z [rad/s]"),
)
_RESIDUALS = (
    ("Forward force left over", "Force x [BW]"),
    ("Upward force left over", "Force y [BW]"),
    ("Moment left over", "Moment [BWBH]"),
)


@dataclass(frozen=True)
class Fit:
    """Agreement of one virtual with one measured signal, over what counts of a recording."""

    rms: float | None  # root mean square difference in the channel's unit; None without common samples
    r: float | None  # Pearson's correlation; None when either is constant


def residual(estimate: Estimate) -> list[Chart]:
    """What the equations of motion leave unexplained, over what counts of the recording."""
    if estimate.root_residual is None:
        return []
    return [
        Chart(
            title,
            names.TIME_AXIS,
            label,
            (Line("Residual", estimate.time_s, np.where(estimate.counted, estimate.root_residual[:, i], np.nan), "both"),),
            spans=verdict.spans(estimate),
        )
        for i, (title, label) in enumerate(_RESIDUALS)
    ]


def speed(estimate: Estimate, truth_speed: float | None) -> Chart | None:
    """Forward speed over the whole recording; the reference's mean as a level."""
    if estimate.speed is None:
        return None
    levels = () if truth_speed is None else ((truth_speed, f"reference mean {truth_speed:.2f}"),)
    line = Line("Estimate", estimate.time_s, estimate.speed, "both", band=estimate.bands.speed)
    return Chart("Forward speed", names.TIME_AXIS, "Speed [m/s]", (line,), levels=levels, spans=verdict.spans(estimate))


def sensors(estimate: Estimate, window: slice) -> list[tuple[str, list[tuple[Chart, Fit]]]]:
    """Per sensor its name and three charts (forward, upward, rotation) of measured and virtual signals with their fit."""
    measured, virtual = estimate.imu_measured, estimate.imu_virtual
    if measured is None or virtual is None:
        return []
    time_s, use = estimate.time_s[window], estimate.counted
    rows = []
    for k, segment in enumerate(estimate.sensor_segments):
        panels = []
        for c, (title, label) in enumerate(_CHANNELS):
            real, modelled = measured[:, k, c], virtual[:, k, c]
            lines = (
                Line("Measured", time_s, real[window], "measured"),
                Line("Virtual", time_s, modelled[window], "virtual"),
            )
            panels.append((Chart(title, names.TIME_AXIS, label, lines), fit(modelled[use], real[use])))
        rows.append((names.segment(segment), panels))
    return rows


def fit(virtual: np.ndarray, measured: np.ndarray) -> Fit:
    """Agreement over the samples at which both exist."""
    use = np.isfinite(virtual) & np.isfinite(measured)
    if not use.any():
        return Fit(None, None)
    r = errors.correlation(virtual[use], measured[use])
    return Fit(errors.rmsd(virtual[use], measured[use]), r if np.isfinite(r) else None)


def contacts(estimate: Estimate, window: slice, *, periodic: bool) -> Markup | None:
    """Stance of both feet over the shown time, from heel strike to toe off; None when there is none."""
    sides = [side for side in "rl" if {f"heel_strike_{side}", f"toe_off_{side}"} <= estimate.events.keys()]
    if not sides:
        return None
    first, last = (estimate.begin_s + at / estimate.rate_hz for at in (window.start, window.stop))
    bars: dict[str, list[tuple[float, float]]] = {names.SIDES[side]: [] for side in sides}
    for side in sides:
        strikes, lifts = (
            estimate.begin_s + np.sort(np.asarray(estimate.events[f"{event}_{side}"], dtype=float)) / estimate.rate_hz
            for event in ("heel_strike", "toe_off")
        )
        if periodic:
            # The cycle repeats: a stance that runs past its end goes on at its beginning.
            length = estimate.samples / estimate.rate_hz
            strikes, lifts = (np.concatenate([at - length, at, at + length]) for at in (strikes, lifts))
        following = np.searchsorted(lifts, strikes, side="right")
        for i, j in enumerate(following):
            next_strike = strikes[i + 1] if i + 1 < strikes.size else np.inf
            if j < lifts.size and lifts[j] < next_strike and lifts[j] > first and strikes[i] < last:
                bars[names.SIDES[side]].append((max(first, float(strikes[i])), min(last, float(lifts[j]))))
    if not any(bars.values()):
        return None
    count = sum(map(len, bars.values()))
    said = f"Times at which the {' and '.join(bars)} foot is on the ground, from {first:.1f} to {last:.1f} s: {count} contacts."
    return charts.draw_bars(bars, (first, last), names.TIME_AXIS, said)

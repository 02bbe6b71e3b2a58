"""Draw the pictures of README and docs from what the package itself estimates: ``python docs/pictures/draw.py [FOLDER]``.

``result.svg`` : a walk as the report shows it. ``sensors.svg`` : where sensors sit, axes and signs.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from markupsafe import Markup

from experiments import walks
from experiments.walks import record
from kinertia.bodies import GAIT2D_TRUNK, build
from kinertia.estimation import estimator, gait
from kinertia.estimation.estimate import Estimate
from kinertia.mechanics import kinematics as kin
from kinertia.recording import LOWER_BODY, Recording
from kinertia.reporting import charts, curves, figure, rendering
from kinertia.reporting.charts import Chart
from kinertia.runtime import model as runtime
from kinertia.simulation.sensors import nominal_position

MASS_KG, HEIGHT_M, SECONDS = 72.0, 1.78, 16.0
FONT = (
    'text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}'
    "svg text{font-size:13px}svg svg text{font-size:12px}svg svg{overflow:visible}"
)
PHASES = np.linspace(0.02, 0.92, 7)
"""Instants of the stride whose poses are shown."""
POSE = 0.88
"""Part of the stride at which the person with sensors is shown: the right leg swings forward."""
ARCS = {
    "hip": ("hip_flexion", "flexion +", 205.0, 262.0),
    "knee_r": ("knee_flexion", "flexion +", 225.0, 140.0),
    "ankle_r": ("ankle_angle", "dorsiflexion +", 115.0, 195.0),
}
"""Joint to its coordinate in reports and tables, what is positive, and where the arc that shows it begins and ends [deg]."""


def main(folder: Path, walk: Recording | None = None) -> list[Path]:
    """Write both pictures of a walk, a simulated one by default; returns their paths."""
    estimate = estimator.estimate(runtime.load().runner, walk or record(walks.fit(MASS_KG, HEIGHT_M), "walk", seconds=SECONDS))
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, draw in (("result", result), ("sensors", sensors)):
        path = folder / f"{name}.svg"
        path.write_text(draw(estimate) + "\n", encoding="utf-8")
        paths.append(path)
    return paths


def result(estimate: Estimate) -> str:
    """A stride with ground reaction above curves of angle, moment and force."""
    frames = _frames(estimate)
    poses, _ = _stride(estimate, frames, PHASES)
    source = curves.Source(estimate, gait.prevailing(estimate, periodic=False))
    chosen = [
        _named(curves.angles(source), "Knee angle"),
        _named(curves.moments(source), "Ankle moment"),
        _named(curves.ground_reaction(source), "Ground reaction, vertical"),
    ]
    drawn = figure.draw(frames, poses, apart_m=0.88, scale=137.0)
    parts = [rendering.placed(drawn, 8, 30, 844, 268), _text(12, 22, "One stride, with the ground reaction", "axis")]
    for k, chart in enumerate(chosen):
        left = 8 + 284 * k
        parts += [
            _text(left + 4, 318, f"{chart.title}" + (f" ({chart.note})" if chart.note else ""), "axis"),
            rendering.placed(charts.draw(chart, width=276, height=196), left, 322, 276, 196),
        ]
    for k, (name, colour) in enumerate((("right", "--right"), ("left", "--left"), ("ground reaction", "--force"))):
        left = 560 + 74 * k
        parts += [figure.line((left, 18), (left + 16, 18), f"var({colour})", 3.0), _text(left + 22, 22, name)]
    title = "Estimated from seven inertial sensors: one stride as a stick figure, knee angle, ankle moment, ground reaction"
    return _svg(parts, 860, 524, title)


def sensors(estimate: Estimate) -> str:
    """The body from the right in mid-swing, its sensors with their axes, and which way angles count."""
    frames = _frames(estimate)
    (frame,), (sample,) = _stride(estimate, frames, np.array([POSE]))
    stage = figure.Stage(310 - 350 * frames["points"]["hip"]["x"][frame] / 1000.0, 462, 350.0)
    parts = [figure.line((12, 462), (530, 462), "var(--zero)", 1.5), figure.pose(frames, frame, stage, width=0.025)]
    parts.append(figure.forces(frames, frame, stage))
    body = build(estimate.subject.mass_kg, estimate.subject.height_m, skeleton=GAIT2D_TRUNK)
    q = torch.tensor([[estimate.coordinates[name][sample] for name in GAIT2D_TRUNK.coordinate_names]], dtype=torch.float64)
    motion = kin.forward(body, q, 0 * q, 0 * q)
    for segment in LOWER_BODY.segments:
        index = GAIT2D_TRUNK.segment_index(segment)
        place = torch.tensor([nominal_position(body, segment)[:2]], dtype=torch.float64)
        x, y = kin.positions(motion, (index,), place)[0, 0].tolist()
        place_px = stage.at(x, y)
        parts.append(_sensor(place_px, float(motion.frames.angle[0, index]), faint=segment.endswith("_l")))
        if not segment.endswith("_l"):
            parts.append(_text(place_px[0] + 50, place_px[1] - 24, segment, "axis"))
    turns = []
    for point, arc in ARCS.items():
        known = frames["points"][point]
        turns.append(_turn(stage.at(known["x"][frame] / 1000.0, known["y"][frame] / 1000.0), *arc))
    title = "Where the sensors sit, seen from the right, with their axes and the signs of angles"
    return _svg([*turns, *parts, _key()], 860, 480, title)


def _frames(estimate: Estimate) -> dict[str, Any]:
    found = figure.frames(estimate, slice(0, estimate.samples), periodic=False)
    assert found is not None
    return found


def _stride(estimate: Estimate, frames: dict[str, Any], phases: np.ndarray) -> tuple[list[int], list[int]]:
    """Frames and samples at these parts of a stride of the right leg in the middle of the recording."""
    strikes = estimate.events["heel_strike_r"]
    first, last = strikes[len(strikes) // 2 - 1 :][:2]
    samples = [round(first + part * (last - first)) for part in phases]
    step = estimate.rate_hz / frames["rate"]
    return [round(sample / step) for sample in samples], samples


def _named(drawn: list[Chart], title: str) -> Chart:
    return next(chart for chart in drawn if chart.title == title)


def _sensor(at: figure.Point, angle: float, *, faint: bool) -> Markup:
    """A box on the body with x forward and y along the segment."""
    parts = [
        Markup('<g transform="translate({:.1f} {:.1f}) rotate({:.1f})" opacity="{}">').format(
            *at, -math.degrees(angle), 0.55 if faint else 1
        ),
        Markup('<rect x="-7" y="-9" width="14" height="18" rx="3" fill="var(--card)" stroke="var(--ink)" stroke-width="2"/>'),
        Markup('<circle r="3.6" fill="none" stroke="var(--ink)"/><circle r="1.3" fill="var(--ink)"/>'),
    ]
    if not faint:
        parts += [figure.arrow((7, 0), (36, 0), "var(--ink)", 2.0), figure.arrow((0, -9), (0, -38), "var(--ink)", 2.0)]
        parts += [_text(38, 4, "x", "axis"), _text(4, -36, "y", "axis")]
    return Markup("").join([*parts, Markup("</g>")])


def _turn(at: figure.Point, coordinate: str, sign: str, first: float, last: float) -> Markup:
    """An arc with an arrow the way in which the angle grows, and what that is called."""
    radius, back = 34.0, math.copysign(18.0, first - last)
    begin, middle, end = (
        (at[0] + radius * math.cos(a), at[1] - radius * math.sin(a)) for a in np.radians([first, last + back, last])
    )
    arc = Markup('<path d="M{:.1f} {:.1f}A{r} {r} 0 0 {} {:.1f} {:.1f}" fill="none" stroke="{}" stroke-width="2"/>')
    return Markup("").join(
        [
            figure.line((132, at[1]), at, "var(--zero)", 1.0),
            arc.format(*begin, int(first > last), *middle, "var(--virtual)", r=radius),
            figure.arrow(middle, end, "var(--virtual)", 2.4),
            _text(126, at[1] - 3, coordinate, "axis", "end"),
            _text(126, at[1] + 14, sign, "", "end"),
        ]
    )


def _key() -> Markup:
    """What the drawing means, beside it."""
    rows = [
        ("Sensors, all seven or fewer", "axis"),
        ("pelvis: over the sacrum", ""),
        ("thigh: front and outside, half-way down", ""),
        ("shank: front, upper half", ""),
        ("foot: on the instep", ""),
        ("", ""),
        ("Axes of each segment", "axis"),
        ("x forward, y up along it, z right (to you)", ""),
        ("at rest a sensor reads +9.81 m/s² upwards", ""),
        ("turned sensors are found and put right", ""),
        ("", ""),
        ("Angles and moments", "axis"),
        ("as the arrows show; zero in straight standing", ""),
        ("(OpenSim files: knee_angle, extension +)", ""),
        ("", ""),
        ("Ground reaction", "axis"),
        ("what the ground does to the foot,", ""),
        ("x forward, y up, in body weights (BW)", ""),
    ]
    return Markup("").join(_text(548, 44 + 22 * k, words, style) for k, (words, style) in enumerate(rows) if words)


def _text(x: float, y: float, words: str, style: str = "", anchor: str = "start") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" class="{}" text-anchor="{}">{}</text>').format(x, y, style, anchor, words)


def _svg(parts: list[Markup], width: int, height: int, title: str) -> str:
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img">'
        "<title>{}</title><style>{}</style>"
        '<rect width="{w}" height="{h}" rx="10" fill="var(--card)" stroke="var(--edge)"/>{}</svg>'
    ).format(title, Markup(rendering.style() + FONT), Markup("").join(parts), w=width, h=height)


if __name__ == "__main__":
    for written in main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent):
        print(written)

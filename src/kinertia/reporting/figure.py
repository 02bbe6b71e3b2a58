"""Stick figures: data of the one that a script animates, and poses side by side as SVG for where no script runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from kinertia.estimation.estimate import Estimate
from kinertia.recording import Array
from kinertia.reporting.rendering import px

MAX_FRAME_RATE_HZ = 50.0  # of the animation; more is not seen
_TRUNK = (("head", "hip"),)
_LEG = (("hip", "knee_{}"), ("knee_{}", "ankle_{}"), ("ankle_{}", "heel_{}"), ("heel_{}", "toe_{}"), ("toe_{}", "ankle_{}"))
FORCE_M = 0.6  # length of an arrow of one body weight [m], as in the animation
HEAD_M = 0.1
FAINTEST_BW = 0.02
"""A smaller force has no arrow."""
COLOURS = {"r": "var(--right)", "l": "var(--left)", "": "var(--both)"}
Point = tuple[float, float]


def frames(estimate: Estimate, window: slice, *, periodic: bool) -> dict[str, Any] | None:
    """What the script needs to draw: points, bones and, where its point of application is known, ground reaction of samples.

    Returns
    -------
    ``rate`` [Hz], ``start`` [s], ``count``; ``points`` name to x and y lists [mm]; ``bones`` with side; ``forces`` side to
    ``x``, ``y`` [% BW] and ``at`` [mm]; ``speed`` [cm/s] or None. None when there is no hip or no bone to draw.
    """
    bones = _bones(estimate)
    if not bones or "hip" not in estimate.points:
        return None
    step = max(1, int(np.ceil(estimate.rate_hz / MAX_FRAME_RATE_HZ)))
    shown = slice(window.start, window.stop, step)
    used = sorted({name for bone in bones for name in bone[:2]})
    return {
        "rate": round(estimate.rate_hz / step, 4),
        "start": round(estimate.begin_s + window.start / estimate.rate_hz, 3),
        "count": len(range(*shown.indices(estimate.samples))),
        "periodic": periodic,
        "points": {
            name: {axis: _rounded(1000.0 * estimate.points[name][shown, i]) for i, axis in enumerate("xy")} for name in used
        },
        "bones": bones,
        "forces": {
            side: {
                "x": _rounded(100.0 * estimate.grf[f"grf_x_{side}"][shown]),
                "y": _rounded(100.0 * estimate.grf[f"grf_y_{side}"][shown]),
                "at": _rounded(1000.0 * estimate.cop_x[side][shown]),
            }
            for side in "rl"
            if {f"grf_x_{side}", f"grf_y_{side}"} <= estimate.grf.keys() and side in estimate.cop_x
        },
        "speed": None if estimate.speed is None else _rounded(100.0 * estimate.speed[shown]),
    }


def _bones(estimate: Estimate) -> list[tuple[str, str, str]]:
    """Pairs of known points with their side; the left leg first, so that the near leg is drawn over it."""
    pairs = [(a.format(side), b.format(side), side) for side in "l" for a, b in _LEG]
    pairs += [(a, b, "") for a, b in _TRUNK]
    pairs += [(a.format("r"), b.format("r"), "r") for a, b in _LEG]
    return [pair for pair in pairs if pair[0] in estimate.points and pair[1] in estimate.points]


def _rounded(values: Array) -> list[int | None]:
    return [int(v) if np.isfinite(v) else None for v in np.round(values)]


@dataclass(frozen=True)
class Stage:
    """From metres on the ground to the drawing."""

    left: float  # pixel at which x is 0
    ground: float  # pixel at which y is 0
    scale: float  # pixels per metre

    def at(self, x: float, y: float) -> Point:
        """Pixels of a place [m]."""
        return self.left + self.scale * x, self.ground - self.scale * y


def draw(frames: dict[str, Any], poses: Sequence[int], *, apart_m: float = 0.75, scale: float = 110.0) -> Markup:
    """SVG of several poses (numbers of :func:`frames`), ``apart_m`` [m] from each other; ``scale`` is in pixels per metre."""
    tallest = max([1.7, *(y / 1000.0 for frame in poses for _, y in _known(frames, frame))])
    width, height = scale * apart_m * len(poses), scale * tallest + 26.0
    parts = [line((0.0, height - 14.0), (width, height - 14.0), "var(--zero)", 1.5)]
    for k, frame in enumerate(poses):
        hip = (frames["points"]["hip"]["x"][frame] or 0) / 1000.0
        stage = Stage(scale * ((k + 0.5) * apart_m - hip), height - 14.0, scale)
        parts += [pose(frames, frame, stage), forces(frames, frame, stage)]
    said = f"{len(poses)} poses from {_time(frames, poses[0])} to {_time(frames, poses[-1])} s, with the ground reaction"
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        px(width), px(height), said, Markup("").join(parts)
    )


def pose(frames: dict[str, Any], frame: int, stage: Stage, width: float = 0.035) -> Markup:
    """Bones and head of one frame; lines ``width`` wide [m]."""
    points = {name: (p["x"][frame], p["y"][frame]) for name, p in frames["points"].items()}
    parts = []
    for first, last, side in frames["bones"]:
        ends = [points[name] for name in (first, last)]
        if any(v is None for end in ends for v in end):
            continue
        start, end = (stage.at(x / 1000.0, y / 1000.0) for x, y in ends)
        if first == "head":
            # the head's centre lies its radius below the vertex, along the trunk
            share = stage.scale * HEAD_M / math.dist(start, end)
            start = (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
            circle = Markup('<circle cx="{}" cy="{}" r="{}" fill="{}"/>')
            parts.append(circle.format(*map(px, start), px(stage.scale * HEAD_M), COLOURS[side]))
        parts.append(line(start, end, COLOURS[side], stage.scale * (width if side else 1.3 * width)))
    return Markup("").join(parts)


def forces(frames: dict[str, Any], frame: int, stage: Stage) -> Markup:
    """Arrows of the ground reaction of one frame, with an edge, so that they stand out from the leg behind them."""
    parts = []
    for force in frames["forces"].values():
        at, x, y = (force[key][frame] for key in ("at", "x", "y"))
        if None in (at, x, y) or math.hypot(x, y) < 100.0 * FAINTEST_BW:
            continue
        start = stage.at(at / 1000.0, 0.0)
        end = stage.at(at / 1000.0 + FORCE_M * x / 100.0, FORCE_M * y / 100.0)
        parts += [line(start, end, "var(--card)", 6.0), arrow(start, end, "var(--force)", 2.6)]
    return Markup("").join(parts)


def line(start: Point, end: Point, colour: str, width: float) -> Markup:
    """A straight line with round ends; places in pixels."""
    return Markup('<path d="M{} {}L{} {}" fill="none" stroke="{}" stroke-width="{}" stroke-linecap="round"/>').format(
        *map(px, (*start, *end)), colour, px(width)
    )


def arrow(start: Point, end: Point, colour: str, width: float) -> Markup:
    """A straight arrow; places in pixels."""
    angle, head = math.atan2(end[1] - start[1], end[0] - start[0]), min(4.0 * width, math.dist(start, end))
    wings = [(end[0] - head * math.cos(angle + turn), end[1] - head * math.sin(angle + turn)) for turn in (-0.42, 0.42)]
    neck = (end[0] - 0.8 * head * math.cos(angle), end[1] - 0.8 * head * math.sin(angle))
    tip = Markup('<path d="M{} {}L{} {}L{} {}Z" fill="{}"/>').format(*map(px, (*end, *wings[0], *wings[1])), colour)
    return line(start, neck, colour, width) + tip


def _known(frames: dict[str, Any], frame: int) -> list[tuple[int, int]]:
    places = [(p["x"][frame], p["y"][frame]) for p in frames["points"].values()]
    return [(x, y) for x, y in places if x is not None and y is not None]


def _time(frames: dict[str, Any], frame: int) -> str:
    return f"{frames['start'] + frame / frames['rate']:.2f}"

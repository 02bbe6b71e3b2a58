"""Stick figures as SVG, for where no script runs: poses side by side, with the ground reaction at each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

FORCE_M = 0.6
"""Length of an arrow of one body weight [m], as in the animation."""
HEAD_M = 0.1
FAINTEST_BW = 0.02
"""A smaller force has no arrow."""
COLOURS = {"r": "var(--right)", "l": "var(--left)", "": "var(--both)"}
Point = tuple[float, float]


@dataclass(frozen=True)
class Stage:
    """From metres on the ground to the drawing.

    Attributes
    ----------
    left : pixel at which x is 0.
    ground : pixel at which y is 0.
    scale : pixels per metre.
    """

    left: float
    ground: float
    scale: float

    def at(self, x: float, y: float) -> Point:
        """Pixels of a place [m]."""
        return self.left + self.scale * x, self.ground - self.scale * y


def draw(frames: dict[str, Any], poses: Sequence[int], *, apart_m: float = 0.75, scale: float = 110.0) -> Markup:
    """SVG of several poses from left to right, all with the hip at the middle of their place.

    Parameters
    ----------
    frames : of :func:`kinertia.reporting.animation.frames`.
    poses : frames to show.
    apart_m : distance between poses [m].
    scale : pixels per metre.
    """
    tallest = max([1.7, *(y / 1000.0 for frame in poses for _, y in _known(frames, frame))])
    width, height = scale * apart_m * len(poses), scale * tallest + 26.0
    parts = [line((0.0, height - 14.0), (width, height - 14.0), "var(--zero)", 1.5)]
    for k, frame in enumerate(poses):
        hip = (frames["points"]["hip"]["x"][frame] or 0) / 1000.0
        stage = Stage(scale * ((k + 0.5) * apart_m - hip), height - 14.0, scale)
        parts += [pose(frames, frame, stage), forces(frames, frame, stage)]
    said = f"{len(poses)} poses from {_time(frames, poses[0])} to {_time(frames, poses[-1])} s, with the ground reaction"
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _n(width), _n(height), said, Markup("").join(parts)
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
            parts.append(circle.format(*map(_n, start), _n(stage.scale * HEAD_M), COLOURS[side]))
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
        *map(_n, (*start, *end)), colour, _n(width)
    )


def arrow(start: Point, end: Point, colour: str, width: float) -> Markup:
    """A straight arrow; places in pixels."""
    angle, head = math.atan2(end[1] - start[1], end[0] - start[0]), min(4.0 * width, math.dist(start, end))
    wings = [(end[0] - head * math.cos(angle + turn), end[1] - head * math.sin(angle + turn)) for turn in (-0.42, 0.42)]
    neck = (end[0] - 0.8 * head * math.cos(angle), end[1] - 0.8 * head * math.sin(angle))
    tip = Markup('<path d="M{} {}L{} {}L{} {}Z" fill="{}"/>').format(*map(_n, (*end, *wings[0], *wings[1])), colour)
    return line(start, neck, colour, width) + tip


def _known(frames: dict[str, Any], frame: int) -> list[tuple[int, int]]:
    places = [(p["x"][frame], p["y"][frame]) for p in frames["points"].values()]
    return [(x, y) for x, y in places if x is not None and y is not None]


def _time(frames: dict[str, Any], frame: int) -> str:
    return f"{frames['start'] + frame / frames['rate']:.2f}"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")

"""Line charts as inline SVG. Colours come from the page's style sheet, so that they follow light, dark and print."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from kinertia.recording import Array
from kinertia.reporting import rendering
from kinertia.reporting.rendering import px

LEFT, RIGHT, TOP, BOTTOM = 46.0, 10.0, 22.0, 36.0  # margins around the plot area [px]
WIDE = 1100  # width of a chart that takes the whole page [px]
MAX_POINTS = 700  # longer lines are thinned to about this many points


@dataclass(frozen=True)
class Line:
    """One curve."""

    label: str  # what it is, for the description that screen readers read
    x: Array
    y: Array  # (N,) values; NaN leaves a gap
    style: str  # class in the style sheet: right, left, both, measured, virtual, norm
    dashed: bool = False  # reference curves are
    spread: Array | None = None  # (N,) half height of the shade around the curve
    band: Array | None = None  # (N,) half height of a wider, lighter one: where the truth may be

    @property
    def shades(self) -> list[tuple[str, Array]]:
        """Class and half height of the shades around the curve, the widest first."""
        return [(style, half) for style, half in (("confidence", self.band), ("band", self.spread)) if half is not None]


@dataclass(frozen=True)
class Chart:
    """What one chart shows."""

    title: str  # heading; also the first words of the description
    x_label: str
    y_label: str  # quantities with units
    lines: tuple[Line, ...]  # drawn in this order
    x_range: tuple[float, float] | None = None  # from the lines when None
    levels: tuple[tuple[float, str], ...] = ()  # horizontal marks: value and label
    spans: tuple[tuple[float, float], ...] = ()  # parts of the x axis that are marked
    note: str = ""  # small print under the heading
    only: str = ""  # class of a chart that a switch of the page shows and hides; empty for one that is always there


def draw(chart: Chart, width: int = 360, height: int = 220) -> Markup:
    """SVG of a chart, of a size [px] which the page scales; axes without a curve when no value is finite."""
    low, high = limits(_extents(chart))
    margin = 0.04 * (high - low)
    x_range = chart.x_range or limits([line.x for line in chart.lines])
    area = _Area(*x_range, low - margin, high + margin, width, height)
    scale = ticks(area.y_low, area.y_high, max(2, round(area.plot_height / 36)))
    kinds = ["zero" if abs(value) < 1e-12 else "grid" for value in scale]
    shades = [(f"{kind} {line.style}", _shade(area, line, half)) for line in chart.lines for kind, half in line.shades]
    curves = [(f"line {line.style}{' dashed' if line.dashed else ''}", _curve(area, line)) for line in chart.lines]
    return rendering.render(
        "chart.svg.j2",
        area=area,
        spans=[[min(max(area.x(at), LEFT), area.right) for at in span] for span in chart.spans],
        y_scale=zip(map(area.y, scale), labels(scale), kinds, strict=True),
        levels=[(area.y(value), label) for value, label in chart.levels if area.y_low <= value <= area.y_high],
        paths=shades + curves,
        x_label=chart.x_label,
        y_label=chart.y_label,
        description=describe(chart),
    )


def draw_bars(bars: dict[str, list[tuple[float, float]]], x_range: tuple[float, float], x_label: str, said: str) -> Markup:
    """SVG of horizontal bars, a row for each style, from the top, with where its bars begin and end; ``said`` describes it."""
    area = _Area(*x_range, 0.0, 1.0, WIDE, 66 + 26 * len(bars))
    placed = [(row, *one) for row, one in enumerate(bars.items())]
    return rendering.render(
        "chart.svg.j2",
        area=area,
        rows=[style.capitalize() for style in bars],
        bars=[(row, style, area.x(start), area.x(stop)) for row, style, ends in placed for start, stop in ends],
        x_label=x_label,
        description=said,
    )


def describe(chart: Chart) -> str:
    """One sentence per curve: its range, in words that need no picture."""
    said = [f"{chart.title}. {chart.y_label} against {chart.x_label}."]
    for line in chart.lines:
        finite = line.y[np.isfinite(line.y)]
        if finite.size:
            said.append(f"{line.label}: from {_number(finite.min())} to {_number(finite.max())}.")
        else:
            said.append(f"{line.label}: no values.")
    return " ".join(said)


def limits(arrays: list[Array]) -> tuple[float, float]:
    """Smallest and largest finite value, never equal; (0, 1) when there is none."""
    finite = [array[np.isfinite(array)] for array in arrays]
    finite = [array for array in finite if array.size]
    if not finite:
        return 0.0, 1.0
    low, high = min(float(a.min()) for a in finite), max(float(a.max()) for a in finite)
    if high - low <= 1e-9 * max(1.0, abs(high)):
        margin = 0.5 * abs(high) or 0.5
        return low - margin, high + margin
    return low, high


def ticks(low: float, high: float, count: int) -> list[float]:
    """About ``count`` round values (steps of 1, 2, 2.5 or 5 times a power of ten) between the limits."""
    raw = (high - low) / max(1, count)
    power = 10.0 ** math.floor(math.log10(raw))
    steps = [0.1 * power * factor for factor in (1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0)]
    choice = next(i for i, step in enumerate(steps) if step >= raw * (1 - 1e-9))
    # Fewer than three values make no scale: then the next finer step.
    values = _multiples(low, high, steps[choice])
    return values if len(values) > 2 else _multiples(low, high, steps[choice - 1])


def labels(values: list[float]) -> list[str]:
    """Values of a scale in words, with as many digits as tell them apart."""
    digits = next((d for d in range(4, 9) if len({_number(v, d) for v in values}) == len(values)), 9)
    return [_number(value, digits) for value in values]


def _multiples(low: float, high: float, step: float) -> list[float]:
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


def thin(x: Array, y: Array) -> tuple[Array, Array]:
    """Fewer points that keep every peak: the lowest and highest value of each run of samples.

    A run with a missing value stays missing at its place only.
    """
    size = x.shape[0]
    if size <= MAX_POINTS:
        return x, y
    bounds = np.linspace(0, size, MAX_POINTS // 2 + 1).astype(int)
    keep: set[int] = {0, size - 1}
    for begin, end in itertools.pairwise(bounds):
        part = y[begin:end]
        finite = np.flatnonzero(np.isfinite(part))
        if finite.size:
            keep |= {begin + int(finite[np.argmin(part[finite])]), begin + int(finite[np.argmax(part[finite])])}
        if finite.size < part.size:
            keep.add(begin + int(np.flatnonzero(~np.isfinite(part))[0]))
    index = np.array(sorted(keep))
    return x[index], y[index]


@dataclass(frozen=True)
class _Area:
    """From values to pixels."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    width: int
    height: int
    left = LEFT
    top = TOP

    @property
    def right(self) -> float:
        return self.width - RIGHT

    @property
    def bottom(self) -> float:
        return self.height - BOTTOM

    @property
    def plot_width(self) -> float:
        return self.width - LEFT - RIGHT

    @property
    def plot_height(self) -> float:
        return self.height - TOP - BOTTOM

    @property
    def x_scale(self) -> Iterable[tuple[float, str]]:
        """Places and labels of the ticks of the x axis."""
        values = ticks(self.x_low, self.x_high, max(2, round(self.plot_width / 75)))
        return zip(map(self.x, values), labels(values), strict=True)

    def x(self, value):
        return LEFT + (value - self.x_low) / (self.x_high - self.x_low) * self.plot_width

    def y(self, value):
        return TOP + (self.y_high - value) / (self.y_high - self.y_low) * self.plot_height


def _extents(chart: Chart) -> list[Array]:
    arrays = [line.y for line in chart.lines]
    arrays += [line.y + sign * half for line in chart.lines for _, half in line.shades for sign in (-1.0, 1.0)]
    # Zero belongs to the picture when the curves come near it: a standing figure needs its ground.
    low, high = limits(arrays)
    reach = 0.25 * (high - low)
    if 0 < low < reach or 0 < -high < reach:
        arrays.append(np.zeros(1))
    return arrays


def _curve(area: _Area, line: Line) -> str:
    return "".join(_run(area.x(xs), area.y(ys)) for xs, ys in _runs(*thin(line.x, line.y)))


def _shade(area: _Area, line: Line, half: Array) -> str:
    path = ""
    for xs, low, high in _runs(*_thin_shade(line.x, line.y - half, line.y + half)):
        path += _run(area.x(np.concatenate([xs, xs[::-1]])), area.y(np.concatenate([high, low[::-1]]))) + "Z"
    return path


def _thin_shade(x: Array, low: Array, high: Array) -> tuple[Array, Array, Array]:
    """Fewer points of a long shade: the lowest and the highest value of each run of samples."""
    step = -(-x.shape[0] // (MAX_POINTS // 2))
    if step == 1:
        return x, low, high
    begins = np.arange(0, x.shape[0], step)
    return x[begins], np.minimum.reduceat(low, begins), np.maximum.reduceat(high, begins)


def _runs(*arrays: Array) -> list[list[Array]]:
    """The arrays split where any of them is missing."""
    finite = np.isfinite(np.stack(arrays)).all(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], finite, [False]]).astype(int)))
    return [[array[begin:end] for array in arrays] for begin, end in zip(edges[::2], edges[1::2], strict=True)]


def _run(x: Array, y: Array) -> str:
    points = [f"{px(a)} {px(b)}" for a, b in zip(x, y, strict=True)]
    # A single sample between two gaps would draw nothing: give it a short dash.
    return f"M{points[0]}" + ("L" + " ".join(points[1:]) if len(points) > 1 else "h1")


def _number(value: float, digits: int = 4) -> str:
    text = f"{value:.{digits}g}" if abs(value) >= 1e-12 else "0"
    return text.replace("-", "\u2212")

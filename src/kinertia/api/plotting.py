"""Charts of an estimate drawn with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinertia.api.tables import INSTALL
from kinertia.io import extra
from kinertia.reporting.charts import Chart, Line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS, SIZE = 3, (3.6, 2.6)  # charts in a row, and their size [inch]
COLOURS = {"right": "#0063a6", "left": "#c8500a", "both": "#3d4654", "norm": "#8a929c"}
SHADES = {"confidence": 0.11, "band": 0.22}


def draw(shown: list[Chart], title: str) -> Figure:
    """A figure of charts; ModuleNotFoundError says what installs matplotlib where it is not installed."""
    if not extra.available("matplotlib"):
        raise ModuleNotFoundError(f"a plot needs matplotlib, which is not installed. Fix: {INSTALL}", name="matplotlib")
    import matplotlib
    from matplotlib import pyplot

    rows = -(-len(shown) // COLUMNS)
    figure, axes = pyplot.subplots(
        rows, COLUMNS, figsize=(COLUMNS * SIZE[0], rows * SIZE[1]), squeeze=False, layout="constrained"
    )
    for chart, place in zip(shown, axes.flat, strict=False):
        _chart(place, chart)
    for empty in axes.flat[len(shown) :]:
        empty.set_visible(False)
    first = next(iter(axes.flat))
    figure.legend(*first.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
    figure.suptitle(title)
    if matplotlib.get_backend().endswith("inline"):
        pyplot.close(figure)  # a notebook shows what a cell returns, and what is open once more
    return figure


def _chart(axes: Axes, chart: Chart) -> None:
    for line in chart.lines:
        _line(axes, line)
    for begin, end in chart.spans:
        axes.axvspan(begin, end, color="#b3261e", alpha=0.15, linewidth=0)
    if chart.x_range is not None:
        axes.set_xlim(*chart.x_range)
    axes.set_title(chart.title + (f" ({chart.note})" if chart.note else ""), fontsize="medium", loc="left")
    axes.set_xlabel(chart.x_label)
    axes.set_ylabel(chart.y_label)
    axes.grid(alpha=0.3)


def _line(axes: Axes, line: Line) -> None:
    colour = COLOURS.get(line.style, COLOURS["both"])
    for style, half in line.shades:
        axes.fill_between(line.x, line.y - half, line.y + half, color=colour, alpha=SHADES[style], linewidth=0)
    axes.plot(line.x, line.y, color=colour, linestyle="--" if line.dashed else "-", linewidth=1.6, label=line.label)

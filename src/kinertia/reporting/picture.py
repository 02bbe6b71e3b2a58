"""Several charts as one picture that stands alone, with its own style."""

from __future__ import annotations

from importlib import resources

from markupsafe import Markup

from kinertia.reporting import charts
from kinertia.reporting.charts import Chart

WIDTH, HEIGHT, TITLE, GAP, STRIP, COLUMNS = 360, 220, 22, 14, 190, 2
"""Of a chart, of the line above it, between charts, of a drawing above them [px]; charts in a row."""


def draw(shown: list[Chart], above: Markup | None = None) -> Markup:
    """SVG of charts in rows, each under its title; and, over the whole width above them, another drawing."""
    rows = -(-len(shown) // COLUMNS)
    width = COLUMNS * (WIDTH + GAP) - GAP
    top = 0 if above is None else STRIP + GAP
    height = top + rows * (HEIGHT + TITLE + GAP) - GAP
    parts = [] if above is None else [placed(above, 0, 0, width, STRIP)]
    parts += [_under_title(chart, top, *divmod(i, COLUMNS)) for i, chart in enumerate(shown)]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -6 {} {}"><style>{} text {{ font-family: sans-serif; }}</style>'
        '<rect x="-10" y="-6" width="{}" height="{}" fill="var(--card)"/>{}</svg>'
    ).format(width + 20, height + 12, Markup(style()), width + 20, height + 12, Markup("").join(parts))


def style() -> str:
    """Colours and lines of the report."""
    return resources.files("kinertia.reporting").joinpath("templates", "charts.css").read_text(encoding="utf-8")


def placed(drawing: Markup, x: float, y: float, width: float, height: float) -> Markup:
    """A whole SVG drawing as part of another one."""
    put = Markup('<svg x="{}" y="{}" width="{}" height="{}" viewBox').format(x, y, width, height)
    return Markup(drawing.replace("<svg viewBox", put, 1))


def _under_title(chart: Chart, top: int, row: int, column: int) -> Markup:
    x, y = column * (WIDTH + GAP), top + row * (HEIGHT + TITLE + GAP)
    title = Markup('<text class="axis" x="{}" y="{}" font-weight="bold">{}<tspan font-weight="normal"> {}</tspan></text>')
    drawn = charts.draw(chart, WIDTH, HEIGHT)
    return title.format(x + 4, y + 14, chart.title, chart.note) + placed(drawn, x, y + TITLE, WIDTH, HEIGHT)

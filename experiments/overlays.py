"""A page of plots in sections, each with a key below it: one HTML file that opens without a network."""

from __future__ import annotations

from pathlib import Path

import kinertia
from kinertia.io.files import write_text
from kinertia.reporting import charts
from kinertia.reporting.charts import Chart
from kinertia.reporting.page import environment

TEMPLATE = Path(__file__).parent / "templates" / "overlays.html.j2"
Sections = list[tuple[str, list[Chart]]]


def write(path: Path | str, title: str, about: str, sections: Sections) -> Path:
    """Write the page.

    Parameters
    ----------
    path : HTML file to create or replace.
    title, about : heading, and a sentence below it.
    sections : heading to charts; the labels of a chart's lines are its key.

    Returns
    -------
    The path.
    """
    return write_text(path, render(title, about, sections))


def render(title: str, about: str, sections: Sections) -> str:
    """The page as text; parameters as for :func:`write`."""
    drawn = [(heading, [(chart, charts.draw(chart)) for chart in some]) for heading, some in sections]
    return (
        environment()
        .from_string(TEMPLATE.read_text())
        .render(version=kinertia.__version__, title=title, about=about, sections=drawn)
    )

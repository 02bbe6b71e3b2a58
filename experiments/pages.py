"""Pages of experiments: one HTML file each, which opens without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kinertia.io.files import write_text
from kinertia.reporting import charts
from kinertia.reporting.charts import Chart
from kinertia.reporting.rendering import environment

TEMPLATES = Path(__file__).parent / "templates"
Sections = list[tuple[str, list[Chart]]]


def render(template: str, **content: Any) -> str:
    """A page as text, from a template here that may take parts from those of the package."""
    return environment().from_string((TEMPLATES / template).read_text()).render(content)


def write_overlays(path: Path, title: str, about: str, sections: Sections) -> Path:
    """Write a page of plots in sections, each with a key below it.

    Parameters
    ----------
    path : HTML file to create or replace.
    title, about : heading, and a sentence below it.
    sections : heading to charts; the labels of a chart's lines are its key.
    """
    drawn = [(heading, [(chart, charts.draw(chart)) for chart in some]) for heading, some in sections]
    return write_text(path, render("overlays.html.j2", title=title, about=about, sections=drawn))

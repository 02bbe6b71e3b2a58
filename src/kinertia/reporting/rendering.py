"""The templates of pages and drawings: everything that is filled in is escaped."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import kinertia
from kinertia.reporting import names


@cache
def environment() -> Environment:
    """Templates of this package, in which ``number`` and ``px`` write figures and pixels."""
    made = Environment(
        loader=PackageLoader("kinertia.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"number": names.number, "px": px, "version": kinertia.__version__}
    return made


def render(template: str, **content: Any) -> Markup:
    """A page or a drawing of what it is to show."""
    return Markup(environment().get_template(template).render(content))


def style() -> str:
    """Colours and lines of all charts, which follow light, dark and print."""
    return resources.files("kinertia.reporting").joinpath("templates", "charts.css").read_text(encoding="utf-8")


def px(value: float) -> str:
    """Pixels, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")


def placed(drawing: Markup, x: float, y: float, width: float, height: float) -> Markup:
    """A whole SVG drawing as part of another one."""
    put = Markup('<svg x="{}" y="{}" width="{}" height="{}" viewBox').format(x, y, width, height)
    return Markup(drawing.replace("<svg viewBox", put, 1))

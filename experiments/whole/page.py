"""The page of the whole table, as HTML and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from experiments import pages
from experiments.protocol import Json
from experiments.whole import tables
from experiments.whole.plan import Plan
from experiments.whole.running import Result
from kinertia.io.files import write_text

CURVES = "curves/curves.html"
"""What the run of `cycles` with adapting draws, in the folder of the table."""


def write(out: Path, plan: Plan, results: Sequence[Result], *, quick: bool) -> None:
    """Write both pages, from what there is."""
    content = _content(plan, results, quick) | {"curves": _curves(out / CURVES)}
    write_text(out / "index.html", pages.render("whole.html.j2", **content))
    write_text(out / "index.md", pages.render("whole.md.j2", **content))


def _content(plan: Plan, results: Sequence[Result], quick: bool) -> Json:
    there = [one for one in results if one.row is not None]
    numbers = {id(one): k for k, one in enumerate(there, start=1)}
    return {
        "quick": quick,
        "sections": [(section, tables.of_section(section, plan, results)) for section in plan.section],
        "number_of": lambda row: numbers.get(id(row.result), ""),
        "missing": [one for one in results if one.row is None],
        "total": len(results),
        "unused": plan.unused,
        "sources": [(k, one.row, _people(one, plan), _data(one, plan)) for k, one in enumerate(there, start=1)],
    }


def _people(result: Result, plan: Plan) -> int:
    """How many people figures are of, as their trials or they say it; else all those of the data."""
    row = result.row or {"figures": {}, "people": 0}
    trials = {name.partition("_")[0] for one in row["figures"].get("sets", {}).values() for name in one["trials"]}
    stated = len(trials) or _stated(row["figures"]) or row["people"]
    return stated or sum(plan.data[name].people for name, _, _ in _data(result, plan))


def _stated(figures: Json) -> int:
    """The largest number of people that figures say anywhere, but for the options that they were made with; 0 for none."""
    counts = [value for key, value in figures.items() if key == "people" and isinstance(value, int)]
    inner = (
        one for key, value in figures.items() if key != "options" for one in (value if isinstance(value, list) else [value])
    )
    return max((*counts, *(_stated(one) for one in inner if isinstance(one, dict))), default=0)


def _data(result: Result, plan: Plan) -> list[tuple[str, str, str]]:
    """Names, words and licences of what a run read."""
    section = result.part.section
    read = [name for name in section.data if any(name in word.split("/") for word in result.part.words)] or section.data
    return [(name, plan.data[name].about, plan.data[name].licence) for name in read]


def _curves(path: Path) -> Markup | None:
    """What stands on the page of curves that another benchmark of this package drew and escaped; None where it is not there."""
    found = re.search(r"<main>(.*)</main>", path.read_text(), re.DOTALL) if path.is_file() else None
    return None if found is None else Markup(found.group(1))

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
        "sources": [(k, one.row, _people(one), _data(one, plan)) for k, one in enumerate(there, start=1)],
    }


def _people(result: Result) -> str:
    """How many people the figures are of."""
    figures = result.figures or {}
    stated = figures.get("conditions", {}).get("people")
    names = [name for one in figures.get("sets", {}).values() for name in one.get("trials", ())]
    tested = [row["table"]["angle_rmsd_deg"]["people"] for row in figures.values() if isinstance(row, dict) and "table" in row]
    if names:
        return str(len({name.partition("_")[0] for name in names}))
    if stated is not None or tested:
        return str(stated if stated is not None else max(tested))
    return "as the data say"


def _data(result: Result, plan: Plan) -> list[tuple[str, str, str]]:
    """Names, words and licences of what a run read."""
    section = result.part.section
    named = [name for name in section.data if name in result.part.words] or section.data
    return [(name, plan.data[name].about, plan.data[name].licence) for name in named]


def _curves(path: Path) -> Markup | None:
    """What stands on the page of curves that another benchmark of this package drew and escaped; None where it is not there."""
    found = re.search(r"<main>(.*)</main>", path.read_text(), re.DOTALL) if path.is_file() else None
    return None if found is None else Markup(found.group(1))

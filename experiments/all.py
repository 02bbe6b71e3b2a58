"""The whole table: every method on every data set at hand, as one page."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from pathlib import Path

from experiments import people as simulated
from experiments.labels_setting import RECORDINGS, SEED
from experiments.protocol import QUIET, Context, Found, table
from experiments.whole import page, plan, running
from experiments.whole.running import Result, Setting

QUICK_MINUTES = 28.0
"""With --quick; what is cut off then leaves time to end within half an hour."""
PEOPLE, QUICK_PEOPLE = (50, RECORDINGS), (4, ("walk_2", "run_2"))
"""How many people are simulated where none are given, and which of their recordings."""
LOOKED = "judges were scored (P01, the walk of the gait toolbox): enter this look in the ledger at the end of docs/journal.md"


def all(
    out: Path,
    data: Path | None = None,
    people: Path | None = None,
    quick: bool = False,
    minutes: float | None = None,
    sealed_judge: bool = False,
    jobs: int = 1,
    context: Context = QUIET,
) -> Found:
    """Every method on every data set at hand, on one page (index.html, index.md); goes on where it was interrupted.

    Parameters
    ----------
    out
        Folder for the page, and in `parts` the figures and output of every command that it is made of.
    data
        Folder that holds the data sets; default $KINERTIA_DATA.
    people
        Folder of simulated people that no model learned from; without, some are simulated once and kept in the user's cache.
    quick
        Fewer seeds, people, steps and methods; within half an hour on two idle cores.
    minutes
        Begin nothing after so many minutes and end what runs; default none, with --quick 28. What is missing is said.
    sealed_judge
        Score the sealed judges too; each look is to be put in the ledger.
    jobs
        Processes that simulate people.
    """
    home = data or (Path(os.environ["KINERTIA_DATA"]) if os.environ.get("KINERTIA_DATA") else None)
    if home is None or not home.is_dir():
        raise ValueError(f"{home or 'no folder of data sets'}: give --data, or set KINERTIA_DATA, to the folder of data sets")
    whole = plan.load()

    @cache
    def ready() -> Path:
        if people is not None:
            return people
        count, only = QUICK_PEOPLE if quick else PEOPLE
        name = "whole-quick" if quick else "labels"
        return simulated.make(simulated.cache(name, SEED), count, only, jobs, context, SEED)

    def show(results: list[Result]) -> None:
        page.write(out, whole, results, quick=quick)

    limit = QUICK_MINUTES if quick and minutes is None else minutes
    setting = Setting(home, ready, out, limit, replace(context, json=None))
    parts = plan.parts(whole, quick=quick, sealed_judge=sealed_judge)
    results = running.run(parts, setting, running.as_command, show)
    missing = [(one.part.command, one.reason) for one in results if one.row is None]
    figures = {"runs": len(results) - len(missing), "missing": dict(missing)}
    shown = table("missing", "why", rows=missing) if missing else "nothing is missing"
    lines = (f"page: {out / 'index.html'}", f"the same in Markdown: {out / 'index.md'}")
    return Found(figures, (shown, *lines, *((LOOKED,) if len(missing) < len(results) else ())))

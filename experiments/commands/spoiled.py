"""``kinertia benchmark spoiled``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from experiments.commands.options import Spoiled, Spoiling
from kinertia.cli.options import Reading, read
from kinertia.recording import Recording

HUNDRED = Spoiling()
SAVED_EVERY = 100
"""Variants between two versions of the file of figures."""


def spoiled(
    spoiling: Spoiled = HUNDRED,
    json: Path | None = None,
    failures: Path | None = None,
    keep: Path | None = None,
) -> None:
    """Recordings spoiled on purpose, in every way that is known: is the right cause named first?

    Parameters
    ----------
    spoiling
        What is spoiled, and how often.
    json
        File to write the figures to; while it runs, those so far.
    failures
        File to write to what was said where it was not right.
    keep
        Folder to leave the spoiled files in, each beside the sound one.
    """
    from experiments import results
    from experiments.spoiled import run as benchmark
    from experiments.spoiled import source, table
    from kinertia.cli.progress import samples_bar
    from kinertia.io.files import write_text

    plan = benchmark.Plan(spoiling.variants, spoiling.seed, spoiling.only, spoiling.first, keep)
    done = 0
    with samples_bar(spoiling.variants * len(benchmark.chosen(spoiling.only)), "variants") as bar:

        def advance(found: dict[str, Any]) -> None:
            nonlocal done
            done += 1
            bar(1)
            if json is not None and done % SAVED_EVERY == 0:
                results.write(json, found)

        found = benchmark.run(source.available(spoiling.people, spoiling.data), plan, look, advance)
    results.write(json, found)
    if failures is not None:
        write_text(failures, table.failures(found).strip() + "\n")
    Console().print(table.render(found))


def look(path: Path, stated: Mapping[str, float]) -> Recording:
    """A recording read and checked as by every command, with what was stated on the command line."""
    return read(path, Reading(**stated))  # type: ignore[arg-type]

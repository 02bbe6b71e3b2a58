"""``kinertia benchmark spoiled``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from kinertia.cli.options import Reading, read
from kinertia.recording import Recording

SAVED_EVERY = 100
"""Variants between two versions of the file of figures."""


def spoiled(
    people: tuple[Path, ...] = (),
    data: Path | None = None,
    json: Path | None = None,
    variants: int = 100,
    first: int = 0,
    only: tuple[str, ...] = (),
    failures: Path | None = None,
    keep: Path | None = None,
    seed: int = 1,
) -> None:
    """Recordings spoiled on purpose, in every way that is known: is the right cause named first?

    Parameters
    ----------
    people
        Folders of simulated people, as `kinertia simulate` writes them.
    data
        Folder with real walks: `imu_mocap_gaittoolbox`, `imu_hugadb`.
    json
        File to write the figures to; while it runs, those so far.
    variants
        Of each kind.
    first
        Number of the first variant.
    only
        Kinds to try; all by default.
    failures
        File to write to what was said where it was not right.
    keep
        Folder to leave the spoiled files in, each beside the sound one.
    seed
        Draws recordings, sensors, axes, instants and amounts.
    """
    from kinertia.benchmark import results
    from kinertia.benchmark.spoiled import run as benchmark
    from kinertia.benchmark.spoiled import source, table
    from kinertia.cli.progress import samples_bar
    from kinertia.io.files import write_text

    plan = benchmark.Plan(variants, seed, only, first, keep)
    done = 0
    with samples_bar(variants * len(benchmark.chosen(only)), "variants") as bar:

        def advance(found: dict[str, Any]) -> None:
            nonlocal done
            done += 1
            bar(1)
            if json is not None and done % SAVED_EVERY == 0:
                results.write(json, found)

        found = benchmark.run(source.available(people, data), plan, look, advance)
    if json is not None:
        results.write(json, found)
    if failures is not None:
        write_text(failures, table.failures(found).strip() + "\n")
    Console().print(table.render(found))


def look(path: Path, stated: Mapping[str, float]) -> Recording:
    """A recording read and checked as by every command, with what was stated on the command line."""
    return read(path, Reading(**stated))  # type: ignore[arg-type]

"""``kinertia benchmark height``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table


def height(data: Path, json: Path | None = None, people: tuple[str, ...] = ()) -> None:
    """How well body height is found from the motion where nobody gave it, beside guessing the mean of people.

    Parameters
    ----------
    data
        Folder of recordings that state a height, such as simulated people.
    json
        File to write the figures to.
    people
        Folders of the people to take; all by default.
    """
    from experiments import height as benchmark
    from experiments import results
    from kinertia.cli.progress import samples_bar

    paths = benchmark.recordings(data, people)
    with samples_bar(len(paths), "recordings") as advance:
        found = benchmark.run(paths, lambda _: advance(1))
    results.write(json, found)
    table = Table(
        "height", "recordings", "found, %", "error, cm", "90 %, cm", "bias, cm", "of guessing, %", "stated, cm", "in 90 %, %"
    )
    for name, row in {**found["kinds"], "all": found["all"]}.items():
        table.add_row(
            name,
            str(row["recordings"]),
            f"{100 * row['found']:.0f}",
            *(f"{100 * row[key]:.1f}" for key in ("error_m_median", "error_m_90", "bias_m")),
            "-" if row["ratio"] is None else f"{100 * row['ratio']:.0f}",
            f"{100 * row['stated_m']:.1f}",
            f"{100 * row['coverage_90']:.0f}",
        )
    Console().print(table)

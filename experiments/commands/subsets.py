"""``kinertia benchmark subsets``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table


def subsets(
    data: Path,
    json: Path | None = None,
    plot: Path | None = None,
    regime: Literal["individual", "general", "adaptive"] = "general",
    sets: str = "",
    sizes: str = "1,2,3,4,5,6,7",
    people: int | None = None,
    only: tuple[str, ...] = (),
    jobs: int = 1,
) -> None:
    """Which sensors matter for which joint: fit and test with every choice of them; goes on where it was interrupted.

    Parameters
    ----------
    data
        Folder with one folder of recordings with truth per person, as `kinertia simulate` writes it.
    json
        File to write the figures to; finished rows are kept beside it.
    plot
        File for a picture (.svg): errors over the number of sensors, and what each sensor is worth.
    regime
        Whose labels are learned from, as in `kinertia fit`.
    sets
        Sensor sets, with commas between them: initials of P pelvis, T thighs, S shanks, F feet, each with r or l
        behind it for one side, such as TrFr; all choices of the sizes without any.
    sizes
        Numbers of sensors, with commas between them.
    people
        The first so many people; all without.
    only
        Names of recordings, such as walk_1; all without any.
    jobs
        Processes.
    """
    from experiments import results, sparse, subsets_plot
    from experiments import subsets as benchmark

    status = Console(stderr=True)
    names = [name for name in sets.split(",") if name] or benchmark.subsets(_numbers(sizes))
    found = benchmark.run(
        data,
        regime,
        names,
        most=people,
        only=only,
        keep=None if json is None else sparse.kept_file(json),
        jobs=jobs,
        show=lambda text: status.print(text, style="dim", highlight=False),
    )
    results.write(json, found)
    console = Console()
    table = Table("sensors", "best for hip", "knee", "ankle", title=f"{regime}: best subset of each size, RMSD [deg]")
    for size, best in found["best"].items():
        cells = []
        for joint in benchmark.JOINTS:
            name = best.get(joint)
            cells.append(
                "-" if name is None else f"{name} {found['rows'][name]['figures'][f'angle_rmsd_deg.{joint}']['mean']:.2f}"
            )
        table.add_row(size, *cells)
    console.print(table)
    for joint, gains in found["importance"].items():
        said = ", ".join(f"{name} {gains[name]:+.2f}" for name in sorted(gains, key=gains.__getitem__, reverse=True))
        if said:
            console.print(f"{joint}: {said} deg less with it", highlight=False)
    for joint, best in found["published"].items():
        if best is not None:
            console.print(f"{joint}: {benchmark.PUBLISHED} {'is' if best else 'is not'} the best pair", highlight=False)
    if plot is not None:
        console.print(f"plot: {subsets_plot.write(plot, found)}", highlight=False)


def _error(found: dict[str, Any], name: str, joint: str) -> float:
    return found["rows"][name]["figures"][f"angle_rmsd_deg.{joint}"]["mean"]


def _numbers(text: str) -> list[int]:
    try:
        found = [int(part) for part in text.split(",") if part]
    except ValueError as error:
        raise ValueError(f"--sizes {text}: give whole numbers with commas between them") from error
    if not found or not all(1 <= size <= 7 for size in found):
        raise ValueError(f"--sizes {text}: give numbers from 1 to 7")
    return found

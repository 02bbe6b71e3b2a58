"""``kinertia benchmark turned``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from experiments.commands.options import AS_USUAL, Shared
from experiments.methods import MethodName


def turned(
    data: Path,
    method: MethodName = "pretrained",
    json: Path | None = None,
    degrees: float = 20.0,
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5),
    unknown_axes: bool = False,
    untreated: bool = False,
    learning: Shared = AS_USUAL,
) -> None:
    """Turn every sensor at random, put the recordings right with placement, and score a method against the unturned ones.

    Recordings that state the same person and sensor places are one session: turned alike, and placed together.

    Parameters
    ----------
    data
        Folder of CSV + JSON pairs, one per averaged gait cycle with references (see docs/formats.md).
    method
        What estimates.
    json
        File to write the figures to.
    degrees
        Angle by which each sensor is turned, about an axis of any direction.
    seeds
        Each draws other axes.
    unknown_axes
        Say that the axes of the turned sensors are unknown, instead of leaving them said to be the segments'.
    untreated
        Score the turned recordings without placement too.
    learning
        How learned methods are trained, and from which model.
    """
    from experiments import results
    from experiments import turned as benchmark

    chosen = learning.method(method)
    plan = benchmark.Plan(degrees, seeds, stated=not unknown_axes, untreated=untreated)
    status = Console(stderr=True)
    found = benchmark.run(data, chosen, method, plan, lambda work: status.print(work, style="dim"))
    results.write(json, found)
    parts = ["placed", *(["untreated"] if untreated else [])]
    table = Table(f"{method}, angle RMSD [deg]", *(name for part in parts for name in (part, f"{part}, synced")))
    table.add_row("unturned", *_cells(found["unturned"]), *[""] * (2 * len(parts) - 2))
    for seed in found["placed"]:
        table.add_row(f"seed {seed}", *(cell for part in parts for cell in _cells(found[part][seed])))
    console = Console()
    console.print(table)
    mean, most = found["worse_deg_mean"], found["worse_deg_most"]
    console.print(f"turned by {degrees:g} deg and placed: {mean:+.2f} deg on average, {most:+.2f} at most", highlight=False)


def _cells(figures: dict[str, dict[str, float]]) -> list[str]:
    return [f"{figures[key]['angle_rmsd_deg']:.2f}" for key in ("mean", "mean_synced")]

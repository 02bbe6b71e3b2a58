"""``kinertia benchmark mass``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from experiments import mass as benchmark
from experiments import results
from experiments.commands.options import AS_USUAL, Shared
from experiments.methods import MethodName
from kinertia.io import folder as folders
from kinertia.io.read import read


def mass(
    data: tuple[Path, ...],
    method: MethodName = "pretrained",
    json: Path | None = None,
    only: tuple[str, ...] = (),
    learning: Shared = AS_USUAL,
) -> None:
    """What 30 % more and less body mass change: angles, speed, and forces and moments per body weight, at any sample.

    Parameters
    ----------
    data
        Folders of recordings that state a mass.
    method
        What estimates.
    json
        File to write the figures to.
    only
        Names of the recordings to use, for example walk_2 run_2; default all.
    learning
        How learned methods are trained, and from which model.
    """
    chosen = learning.method(method)
    files = [file for folder in data for file in folders.recordings(folder) if not only or file.stem in only]
    status = Console(stderr=True)
    found = benchmark.run(map(read, files), chosen, lambda name: status.print(name, style="dim"))
    results.write(json, found)
    table = Table("recordings", "angles [deg]", "speed [m/s]", "ground reaction [BW]", "moments [BWBH%]")
    table.title = "largest change with 30 % more or less body mass"
    table.add_row(str(len(found["rows"])), *(f"{value:.2g}" for value in found["largest"].values()))
    Console().print(table)

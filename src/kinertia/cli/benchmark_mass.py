"""``kinertia benchmark mass``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from kinertia.benchmark import mass as benchmark
from kinertia.benchmark import methods, results
from kinertia.benchmark.methods import MethodName
from kinertia.cli.options import DEFAULT, choose_config
from kinertia.cli.progress import training_bar
from kinertia.io import folder as folders
from kinertia.io.read import read
from kinertia.learning.config import Config


def mass(
    data: tuple[Path, ...],
    method: MethodName = "pretrained",
    json: Path | None = None,
    model: str | None = None,
    only: tuple[str, ...] = (),
    config_file: Path | None = None,
    config: Config = DEFAULT,
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
    model
        Model of the methods pretrained and adapted, instead of the one that comes with the package.
    only
        Names of the recordings to use, for example walk_2 run_2; default all.
    config_file
        Configuration of learned methods, to read instead of the options below.
    config
        How learned methods are trained.
    """
    wanted = choose_config(config_file, config)
    chosen = methods.choose(method, wanted.training.seed, wanted, training_bar, model)
    files = [file for folder in data for file in folders.recordings(folder) if not only or file.stem in only]
    status = Console(stderr=True)
    found = benchmark.run(map(read, files), chosen, lambda name: status.print(name, style="dim"))
    if json is not None:
        results.write(json, found)
    table = Table("recordings", "angles [deg]", "speed [m/s]", "ground reaction [BW]", "moments [BWBH%]")
    table.title = "largest change with 30 % more or less body mass"
    table.add_row(str(len(found["rows"])), *(f"{value:.2g}" for value in found["largest"].values()))
    Console().print(table)

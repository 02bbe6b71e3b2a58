"""``kinertia benchmark sparse``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table

from kinertia.cli.options import DEFAULT, choose_config
from kinertia.cli.progress import training_bar
from kinertia.learning.config import Config

Kind = Literal["network", "pretrained", "solve"]


def sparse(
    data: Path,
    sets: str = "all,FST,PTS,FT,FS,FP,TS,F,S,P",
    json: Path | None = None,
    only: tuple[Kind, ...] = ("network", "solve"),
    recordings: tuple[str, ...] = (),
    model: str | None = None,
    config_file: Path | None = None,
    config: Config = DEFAULT,
) -> None:
    """Estimate recordings from fewer and fewer sensors, without labels; goes on where it was interrupted.

    Parameters
    ----------
    data
        Folder of averaged gait cycles, of the continuous recording of the gait toolbox (see docs/formats.md),
        or of people that `kinertia simulate` wrote.
    sets
        Sensor sets, with commas between them: `all`, or initials of P pelvis, T thighs, S shanks, F feet, each
        with r or l behind it for one side, such as FT or FrTr.
    json
        File to write the figures to; finished rows are kept beside it.
    only
        What estimates: network (the shipped model, adapted to each wearer), pretrained (the shipped model as it
        is) or solve (trajectory optimisation).
    recordings
        Of simulated people, names of the recordings to score, for example walk_2 run_2; default all.
    model
        Folder that `kinertia train` wrote, instead of the model that comes with the package.
    config_file
        Configuration of the adaptation, to read instead of the options below.
    config
        How the model is adapted; settings not given are the model's.
    """
    from kinertia.benchmark import methods, results
    from kinertia.benchmark import sparse as benchmark
    from kinertia.learning import shipped

    wanted = choose_config(config_file, config)
    seed = wanted.training.seed
    known = {
        "network": lambda: methods.choose("adapted", seed, wanted, training_bar, model),
        "pretrained": lambda: methods.choose("pretrained", seed, wanted, training_bar, model),
        "solve": lambda: methods.choose("solve", seed, wanted),
    }
    console, status = Console(), Console(stderr=True)
    found = benchmark.run(
        data,
        [name for name in sets.split(",") if name],
        {kind: known[kind]() for kind in only},
        None if json is None else benchmark.kept_file(json),
        lambda name, method: status.print(f"{name}: {method}", style="dim"),
        recordings,
        f"{shipped.load(shipped.DEFAULT if model is None else model).fingerprint} {wanted}",
    )
    if json is not None:
        results.write(json, found)
    table = Table("sensors", "method", "angle [deg]", "moment [BWBH%]", "GRF [BW%]", "speed [m/s]", title="synced")
    for name, row in found.items():
        for method, figures in row.items():
            table.add_row(name, method, *_cells(figures["mean_synced"]))
    console.print(table)
    console.print(f"published: {benchmark.PUBLISHED}", highlight=False)


def _cells(mean: dict[str, float | None]) -> list[str]:
    names = ("angle_rmsd_deg", "moment_rmsd_bwbh", "grf_rmsd_bw", "speed_error")
    return ["" if (value := mean[name]) is None else f"{value:.2f}" for name in names]

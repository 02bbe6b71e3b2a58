"""``kinertia benchmark sparse``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table

from experiments.commands.options import AS_USUAL, Shared
from experiments.methods import MethodName

Kind = Literal["network", "pretrained", "solve"]


def sparse(
    data: Path,
    sets: str = "all,FST,PTS,FT,FS,FP,TS,F,S,P",
    json: Path | None = None,
    only: tuple[Kind, ...] = ("network", "solve"),
    recordings: tuple[str, ...] = (),
    learning: Shared = AS_USUAL,
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
    learning
        How learned methods are trained, and from which model.
    """
    from experiments import results
    from experiments import sparse as benchmark
    from kinertia.learning import shipped

    known: dict[Kind, MethodName] = {"network": "adapted", "pretrained": "pretrained", "solve": "solve"}
    console, status = Console(), Console(stderr=True)
    found = benchmark.run(
        data,
        [name for name in sets.split(",") if name],
        {kind: learning.method(known[kind]) for kind in only},
        None if json is None else benchmark.kept_file(json),
        lambda name, method: status.print(f"{name}: {method}", style="dim"),
        recordings,
        f"{shipped.load(learning.model or shipped.DEFAULT).fingerprint} {learning.configuration}",
    )
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

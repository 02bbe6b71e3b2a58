"""``kinertia benchmark loss``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table


def loss(
    data: Path,
    json: Path | None = None,
    model: str = "default",
    only: tuple[str, ...] = ("walk_2", "run_2"),
    seed: int = 1,
) -> None:
    """Stream simulated people with and without lost packets, each sensor over a link of its own, and compare the errors.

    Parameters
    ----------
    data
        Folder of simulated people that `kinertia simulate` wrote.
    json
        File to write the figures to.
    model
        Folder that `kinertia train` or `kinertia export` wrote; `default` is the model that comes with the package.
    only
        Names of the recordings.
    seed
        Seed of what is lost.
    """
    from experiments import packet_loss, results
    from kinertia.api.models import streaming
    from kinertia.cli.progress import samples_bar
    from kinertia.io.read import read
    from kinertia.transport.faults import Faults

    paths = [path for name in only for path in sorted(data.glob(f"*/{name}.parquet"))]
    if not paths:
        raise ValueError(f"{data}: no recordings {', '.join(only)} in folders of people; make some with `kinertia simulate`")
    conditions = {
        "nothing lost": Faults(),
        "5 % lost": Faults(loss=0.05, seed=seed),
        "20 % lost": Faults(loss=0.2, seed=seed),
        "bursts of 50 ms, 20 a minute": Faults(bursts_per_min=20.0, burst_s=0.05, seed=seed),
    }
    with samples_bar(len(paths) * len(conditions), "streams") as advance:
        measured = packet_loss.measure(streaming(model), (read(path) for path in paths), conditions, advance)
    results.write(json, measured)
    table = Table("condition", "angle [deg]", "worse by [deg]", "trusted", "recordings")
    for name, row in measured.items():
        cells = (f"{row['angle_deg']:.2f}", f"{row['worse_deg']:.3f}", f"{row['trusted']:.0%}", str(row["recordings"]))
        table.add_row(name, *cells)
    Console().print(table)

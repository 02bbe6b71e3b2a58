"""``kinertia benchmark faults``."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

FAULTS = 8


def faults(json: Path | None = None, model: str = "default", seconds: float = 60.0, packets: int = 100_000) -> None:
    """Let everything go wrong in a stream, on purpose: does it go on, is the fault seen and counted, is nothing lost on disk.

    Exit code 1 if one of these is not so.

    Parameters
    ----------
    json
        File to write the figures to.
    model
        Folder that `kinertia train` or `kinertia export` wrote; `default` is the model that comes with the package.
    seconds
        Length of each stream.
    packets
        Malformed datagrams.
    """
    from experiments import results, stream_faults
    from kinertia.api.models import streaming
    from kinertia.cli.progress import samples_bar

    with samples_bar(FAULTS, "faults") as advance:
        measured = stream_faults.measure(streaming(model), seconds, packets, advance)
    results.write(json, measured)
    table = Table("fault", "goes on", "seen", "counted")
    for name, row in measured.items():
        counted = ", ".join(f"{k} {v:g}" for k, v in row.items() if k not in ("goes_on", "seen") and v)
        table.add_row(name, *("yes" if row[k] else "NO" for k in ("goes_on", "seen")), counted)
    Console().print(table)
    if not all(row["goes_on"] and row["seen"] for row in measured.values()):
        sys.exit(1)

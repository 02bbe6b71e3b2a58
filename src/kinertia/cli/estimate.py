"""``kinertia estimate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from kinertia.cli import options
from kinertia.cli.options import NOTHING_GIVEN, Shared
from kinertia.cli.presenting import AS_USUAL, Shown


def estimate(
    recording: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RECORDING")],
    /,
    out: Path,
    model: str = "default",
    csv: bool = False,
    overwrite: bool = False,
    reading: Shared = NOTHING_GIVEN,
    shown: Shown = AS_USUAL,
) -> None:
    """Estimate angles, moments, ground reaction and speed of a recording; write OpenSim files, a table and a report.

    Parameters
    ----------
    recording
        File or folder of any supported format.
    out
        Folder for the results: NAME_coordinates.mot, NAME_grf.mot, NAME_external_loads.xml, NAME_moments.sto,
        NAME_estimate.parquet with NAME_estimate.json, and NAME_report.html.
    model
        Folder that `kinertia train`, `kinertia export` or `kinertia fit` wrote; `default` is the model that comes with
        the package, and its sibling `sparse` where sensors are missing.
    csv
        Write the table as CSV instead of Parquet, which needs kinertia[train].
    overwrite
        Replace what is there already, even if it was not estimated from this recording; never what is read.
    reading
        What the file does not say itself.
    shown
        How results are shown.
    """
    from kinertia.api import models
    from kinertia.benchmark.single import score_single
    from kinertia.cli import output
    from kinertia.cli.progress import samples_bar
    from kinertia.io import inputs
    from kinertia.io.outputs import Outputs

    measured = options.read(recording, reading)
    read = inputs.of(recording, reading.columns, reading.placement, models.folder(model))
    guard = Outputs("kinertia estimate", read, measured.source, overwrite)
    planned = output.planned(out, measured.name, csv=csv)
    guard.check(planned)
    result = models.estimate(model, measured, samples_bar)
    scores = score_single(result, measured)
    with guard.writing(planned):
        paths = output.write(out, result, measured, scores, shown, csv=csv)
    console = Console()
    output.show(console, result, measured, scores)
    for path in paths:
        console.print(f"  {path}", highlight=False, soft_wrap=True)

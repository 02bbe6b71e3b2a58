"""``kinertia estimate``."""

from __future__ import annotations

from rich.console import Console

from kinertia.cli import options
from kinertia.cli.options import NOTHING_GIVEN, Files, Out, Shared
from kinertia.cli.presenting import AS_USUAL, Shown


def estimate(
    recordings: Files,
    /,
    out: Out = None,
    model: str = "default",
    csv: bool = False,
    overwrite: bool = False,
    reading: Shared = NOTHING_GIVEN,
    shown: Shown = AS_USUAL,
) -> None:
    """Estimate angles, moments, ground reaction and speed; write OpenSim files, a table and a report.

    Of each recording: NAME_coordinates.mot, NAME_grf.mot, NAME_external_loads.xml, NAME_moments.sto, NAME_estimate.parquet with
    NAME_estimate.json, and NAME_report.html. Several recordings get one summary.csv besides, with a row for each.

    Parameters
    ----------
    recordings
        Files of any supported format, or folders of them.
    out
        Folder for the results; default NAME_kinertia here (of several files recordings_kinertia).
    model
        Folder that `kinertia adapt`, `train`, `export` or `fit` wrote; `default` is the model that comes with
        the package, and its sibling `sparse` where sensors are missing.
    csv
        Write tables as CSV instead of Parquet, which needs kinertia[train].
    overwrite
        Replace what is there already, even if it was not estimated from these recordings; never what is read.
    reading
        What the files do not say themselves; mass and height then hold for all recordings.
    shown
        How results are shown.
    """
    from kinertia.api import models
    from kinertia.cli import output, several, single
    from kinertia.cli.progress import samples_bar
    from kinertia.io import inputs

    files = options.files(recordings, reading)
    read = inputs.of(*recordings, reading.columns, reading.placement, models.folder(model))
    asked = single.Asked(out or options.default_out(recordings), model, csv, overwrite, reading, shown, read)
    if len(files) > 1:
        several.run(files, asked, str(recordings[0]))
        return
    made = single.one(files[0], asked.out, asked, samples_bar)
    console = Console()
    output.show(console, made.estimate, made.recording, made.scores)
    for path in made.paths:
        console.print(f"  {path}", highlight=False, soft_wrap=True)

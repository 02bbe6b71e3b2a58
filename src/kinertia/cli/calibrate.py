"""``kinertia calibrate``."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console
from rich.table import Table


def calibrate(
    model: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="MODEL")],
    /,
    data: tuple[Path, ...],
    note: str = "simulated people",
    out: Path | None = None,
    overwrite: bool = False,
) -> None:
    """Measure a model's errors on people with known truth and write the 90 % bands that follow; goes on after an interruption.

    Parameters
    ----------
    model
        Folder that `kinertia train`, `kinertia export` or `kinertia ship` wrote.
    data
        Folders of people with all seven sensors and truth, on whom the model was not trained; ten or more people,
        as `kinertia simulate` writes them. One person per folder that holds recordings.
    note
        Who they are, in words that follow their number in reports.
    out
        File to write; default MODEL/bands.json, which estimates with this model then use.
    overwrite
        Replace a file that was not calibrated for this model; never what is read.
    """
    from kinertia.benchmark import band_samples
    from kinertia.benchmark.calibrate import calibrate as measure
    from kinertia.cli.models import runner
    from kinertia.cli.progress import recordings_bar
    from kinertia.io import inputs
    from kinertia.io.outputs import Outputs
    from kinertia.uncertainty import store
    from kinertia.uncertainty.scale import GROUPS

    if not model.is_dir():
        raise ValueError(f"{model}: no folder; give the folder of a model, beside whose weights the bands are kept")
    path, loaded = out or model / store.FILE, runner(str(model))
    keep = path.with_name(f".{path.stem}.parts")
    read = [file for file in inputs.of(model, *data) if file != model / store.FILE]
    guard = Outputs("kinertia calibrate", tuple(read), str(model), overwrite or (out is None and store.is_calibration(path)))
    guard.check([path])
    status = Console(stderr=True)
    total = sum(len(person.files) for person in band_samples.people(data))
    with recordings_bar(total) as show:
        found = measure(loaded, data, keep, note, show)
    with nullcontext() if out is None else guard.writing([path]):  # that of a model's folder says itself what it is
        store.write(path, found)
    band_samples.forget(keep)
    table = Table("outputs", *GROUPS, title=f"{found.people} {note}, each judged by the others: truth within the 90 % band [%]")
    for kind, shares in found.coverage.items():
        table.add_row(kind, *(f"{100.0 * share:.1f}" for share in shares))
    Console().print(table)
    status.print(f"bands written to {path}", highlight=False)

"""``kinertia calibrate``."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.console import Console

from experiments.calibration import files
from kinertia.cli import output
from kinertia.cli.progress import recordings_bar
from kinertia.io import inputs
from kinertia.io.outputs import Outputs
from kinertia.uncertainty import store
from kinertia.uncertainty.half_width import GROUPS

WORN = 4
"""Times that virtual sensors are put on for each measured movement, where estimating takes no time."""


def calibrate(
    model: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="MODEL")],
    /,
    data: tuple[Path, ...],
    measured: tuple[Path, ...] = (),
    way: Literal["shipped", "adapted", "solve"] = "shipped",
    only: tuple[str, ...] = (),
    steps: int = 450,
    note: str = "",
    out: Path | None = None,
    overwrite: bool = False,
) -> None:
    """Measure errors on people with known truth and write the 90 % bands that follow; goes on after an interruption.

    Parameters
    ----------
    model
        Folder that `kinertia train`, `kinertia export` or `kinertia ship` wrote.
    data
        Folders of people with all seven sensors and truth, on whom the model was not trained; ten or more people,
        as `kinertia simulate` writes them. One person per folder that holds recordings.
    measured
        Folders of motion capture with force plates (see docs/formats.md): virtual sensors on tissue ride on that motion.
        All these people together count as much as all simulated ones.
    way
        How estimates are made: by the model as it is; by the model adapted to each recording; or by trajectory
        optimisation. The last two need the bands of the first, and make them wider or narrower.
    only
        Names of the recordings in --data to use, for example walk_2 run_2; default all.
    steps
        Most steps of adapting to each recording.
    note
        Who the people are, in words that reports give; default their numbers.
    out
        File to write; default MODEL/bands.json, which estimates with this model then use.
    overwrite
        Replace a file that was not calibrated for this model; never what is read.
    """
    from experiments.calibration import bands as calibration
    from experiments.calibration import errors as band_samples
    from experiments.calibration import people as band_people
    from kinertia.api.models import runner

    if not model.is_dir():
        raise ValueError(f"{model}: no folder; give the folder of a model, beside whose weights the bands are kept")
    path, before = out or model / store.FILE, model / store.FILE
    read = [file for file in inputs.of(model, *data, *measured) if file != before]
    guard = Outputs("kinertia calibrate", tuple(read), str(model), overwrite or (out is None and files.is_calibration(path)))
    guard.check([path])
    people = band_people.people(data, measured, only, times=WORN if way == "shipped" else 1)
    words = note or band_people.in_words(people)
    keep = path.with_name(f".{path.stem}.parts")
    with recordings_bar(sum(len(person.names) for person in people)) as show:
        if way == "shipped":
            bands = calibration.as_it_is(runner(str(model)), people, keep, words, show)
        else:
            if not before.is_file():
                raise ValueError(f"{before}: no such file; calibrate the model as it is first")
            bands = calibration.otherwise(store.read(before), way, str(model), steps, people, keep, words, show)
    with nullcontext() if out is None else guard.writing([path]):  # that of a model's folder says itself what it is
        files.write(path, bands)
    band_samples.forget(keep)
    use = bands.uses[way]
    rows = [
        (whose, gait, kind, *("-" if share is None else f"{100.0 * share:.1f}" for share in shares))
        for whose, coverage in (("simulated", use.simulated), ("measured", use.measured))
        for gait, by_kind in coverage.items()
        for kind, shares in by_kind.items()
    ]
    headings, title = ("people", "gait", "outputs", *GROUPS), f"{words}, each judged by the others: truth within the band [%]"
    Console().print(output.table(headings, rows, title, headings))
    Console(stderr=True).print(f"bands written to {path}", highlight=False)

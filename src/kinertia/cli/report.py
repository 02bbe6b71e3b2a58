"""``kinertia report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from kinertia.api import models
from kinertia.api import results as writing
from kinertia.cli import options, output
from kinertia.cli.options import AS_USUAL, NOTHING_GIVEN, Out, Presented, Presenting, Reading, Shared
from kinertia.cli.progress import samples_bar
from kinertia.estimation.convention import Knee
from kinertia.io import inputs, stored
from kinertia.io.outputs import Outputs, made_by
from kinertia.io.stored import Session, Stored
from kinertia.recording import RecordingError
from kinertia.reporting import pdf
from kinertia.reporting.shown import Shown

DEFAULT = ("default",)


def report(
    results: Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RESULT [RESULT]")],
    /,
    model: tuple[str, ...] = DEFAULT,
    out: Out = None,
    overwrite: bool = False,
    reading: Shared = NOTHING_GIVEN,
    shown: Presented = AS_USUAL,
) -> None:
    """Write the report of an estimate anew, or one report of two estimates side by side: before and after.

    `kinertia report A B` compares two results or two recordings; `kinertia report RECORDING --model default MODEL` compares
    two models on one recording, as before and after adapting.

    Args:
        results: One or two of: a folder with the results of one recording, a NAME_estimate file, a recording (which is
            estimated).
        model: For recordings: one model, or two, before and after.
        out: Folder for the report; default where the results are, or NAME_kinertia here.
        overwrite: Replace what is there already, even if it is of something else; never what is read.
        reading: What the files do not say themselves.
        shown: How results are shown.
    """
    if shown.pdf:
        pdf.browser()
    estimates = _found(results, model, reading)
    paths = _planned(results, estimates, out, shown)
    kept = [file for path in results if stored.is_stored(path) for file in stored.files(path)]
    made = [path for path in results if not stored.is_stored(path)]
    read = inputs.of(*made, reading.columns, reading.placement, *(models.folder(name) for name in model))
    source = " and ".join(dict.fromkeys(one.recording.source for one in estimates))
    # the report of one recording is the one that estimating writes, which may be written again by either
    command = "kinertia report" if len(estimates) == 2 else (made_by(kept[0]) if kept else "") or "kinertia estimate"
    guard = Outputs(command, (*read, *kept), source, overwrite)
    last = estimates[-1]
    session = Session(shown.session or last.session.heading, shown.note or last.session.note)
    knee = Knee.OPENSIM if Knee.OPENSIM in (shown.knee, last.knee) else Knee.FLEXION
    labels = _labels(results, estimates, model) if len(estimates) == 2 else [""]
    told = [Shown(e.estimate, e.recording, session, knee, label) for e, label in zip(estimates, labels, strict=True)]
    with guard.writing(paths):
        writing.report(paths[0], told)
        if shown.pdf:
            pdf.write(paths[1], paths[0])
    console = Console()
    for one in told:
        output.show(console, one, errors=False)
    for path in paths:
        output.tell(console, f"  {path}")


def _found(results: tuple[Path, ...], names: tuple[str, ...], reading: Reading) -> list[Stored]:
    """One or two estimates, read or made."""
    made = [path for path in results if not stored.is_stored(path)]
    if len(results) > 2 or len(names) > 2 or (len(results) == 2 and len(names) == 2 and len(made) < 2) or not results:
        fix = "name one or two results or recordings; for recordings one model, or two, before and after"
        raise RecordingError(f"{len(results)} results and {len(names)} models were given", fix=fix)
    if not made and names != DEFAULT:
        raise RecordingError("--model is for recordings", file=str(results[0]), fix="name the recording, or leave --model out")
    recordings = {path: options.read(path, reading) for path in made}
    count = max(len(results), len(names))
    estimates = []
    for path, name in zip(results * (count // len(results)), names * (count // len(names)), strict=True):
        if path in recordings:
            estimates.append(Stored(models.estimate(name, recordings[path], samples_bar), recordings[path]))
        else:
            estimates.append(stored.read(path))
    return estimates


def _planned(results: tuple[Path, ...], estimates: list[Stored], out: Path | None, shown: Presenting) -> list[Path]:
    """The page, and its PDF where that is asked for."""
    first = results[0]
    beside = (first if first.is_dir() else first.parent) if stored.is_stored(first) else options.default_out(results[:1])
    names = "_and_".join(dict.fromkeys(one.estimate.name for one in estimates))
    page = (out or beside) / f"{names}_{'before_after' if len(estimates) == 2 else 'report'}.html"
    return [page, page.with_suffix(".pdf")] if shown.pdf else [page]


def _labels(results: tuple[Path, ...], estimates: list[Stored], names: tuple[str, ...]) -> list[str]:
    """What the two are called: by their session or recording, else by model or folder."""
    if len(names) == 2:
        return list(names)
    said = [one.session.heading or one.estimate.name for one in estimates]
    if said[0] != said[1]:
        return said
    folders = [path if path.is_dir() else path.parent for path in (path.resolve() for path in results)]
    return [f"{one.estimate.name} in {folder.name}" for one, folder in zip(estimates, folders, strict=True)]

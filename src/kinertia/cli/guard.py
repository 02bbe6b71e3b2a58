"""What stands before trainings and streams write anything."""

from __future__ import annotations

from pathlib import Path

from kinertia.api import models
from kinertia.cli.sources import SourceOptions
from kinertia.io import inputs
from kinertia.io.outputs import Outputs
from kinertia.recording import RecordingError

FINISHED, UNFINISHED = ("model", "encoder", "fitted", "export"), ("checkpoint", "pretraining", "fitting", "rows")
"""Stems of the .json files that say what a folder holds."""


def training(
    command: str, out: Path, read: tuple[Path, ...], *names: str, resume: bool = False, overwrite: bool = False
) -> None:
    """Whether a training may write into a folder.

    Parameters
    ----------
    command : as a user calls it.
    out : the folder.
    read : every file that is read.
    names : of the files that are written beside the models.
    resume, overwrite : a training that is there goes on, or is replaced.

    Raises
    ------
    RecordingError : the folder holds a model or a training and the user neither resumes nor insists; something that is read
        would be replaced; or something that is not of a training.
    """
    if not (resume or overwrite):
        finished, begun = ([out / f"{stem}.json" for stem in stems] for stems in (FINISHED, UNFINISHED))
        if there := [path for path in (*finished, *begun) if path.is_file()]:
            unfinished = any(path.is_file() for path in begun)
            raise RecordingError(
                f"this folder holds a {'training' if unfinished else 'model'} already, which stays as it is",
                file=str(there[0]),
                fix=f"give another --out{', --resume to go on with it' if unfinished else ''}, or --overwrite to replace it",
            )
    cards = (f"{stem}.json" for stem in (*FINISHED, *UNFINISHED))
    Outputs(command, read, overwrite=resume or overwrite).check(out / name for name in (*names, *cards))


def of_stream(command: str, source: SourceOptions, model: str) -> Outputs:
    """The guard of what is recorded of a stream; nothing there is ever written over."""
    file = source.replay.file if source.source == "replay" else None
    read = inputs.of(file, source.placement, models.folder(model))
    return Outputs(command, read, "" if file is None else str(file), elsewhere="choose another name", option="")

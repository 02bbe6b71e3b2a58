"""``kinertia adapt``."""

from __future__ import annotations

from typing import Annotated

from rich.console import Console

from kinertia.cli import options
from kinertia.cli.helping import RARE
from kinertia.cli.options import NOTHING_GIVEN, Files, Out, Run, Shared


def adapt(
    recordings: Files,
    /,
    out: Out = None,
    model: str = "default",
    device: Annotated[str, RARE] = "cpu",
    resume: bool = False,
    overwrite: bool = False,
    reading: Shared = NOTHING_GIVEN,
) -> None:
    """Adapt the model to one wearer, from the wearer's own recordings, without labels.

    Best are a few minutes at several speeds, with the sensors strapped on once. `kinertia train --from` is the same with every
    setting.

    Parameters
    ----------
    recordings
        Files of any supported format, or folders of them, all of one person.
    out
        Folder for the model; default NAME_kinertia/model here.
    model
        Model to start from: `default` comes with the package (its sibling `sparse` where sensors are missing);
        or a folder that `adapt` or `train` wrote.
    device
        Where to compute: cpu, cuda, ...
    resume
        Go on from where an interrupted run in OUT stopped.
    overwrite
        Replace a model that OUT holds; never what is read.
    reading
        What the files do not say themselves; mass and height hold for all recordings.
    """
    from kinertia.cli.train import train

    folder = options.default_out(recordings) / "model" if out is None else out
    run = Run(out=folder, resume=resume, overwrite=overwrite)
    train(recordings, run=run, start=model, device=device, reading=reading)
    shown = " ".join(str(path) for path in recordings)
    console = Console()
    console.print(f"next: kinertia estimate {shown} --model {folder}", highlight=False, soft_wrap=True)
    if len(recordings) == 1:
        said = f"before and after: kinertia report {shown} --model {model} {folder}"
        console.print(said, highlight=False, soft_wrap=True)

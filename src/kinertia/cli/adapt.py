"""``kinertia adapt``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from rich.console import Console

from kinertia.cli import options
from kinertia.cli.helping import RARE
from kinertia.cli.options import NOTHING_GIVEN, Files, Out, Reading, Run, Shared
from kinertia.recording import RecordingError


def adapt(
    recordings: Files,
    /,
    out: Out = None,
    model: str = "default",
    steps: Annotated[int | None, RARE] = None,
    seed: Annotated[int | None, RARE] = None,
    device: Annotated[str, RARE] = "cpu",
    resume: bool = False,
    overwrite: bool = False,
    reading: Shared = NOTHING_GIVEN,
) -> None:
    """Adapt the model to one wearer, from the wearer's own recordings, without labels.

    Half a minute is enough; best are a few minutes at several speeds, with the sensors strapped on once. `kinertia train
    --from` is the same with every setting.

    Parameters
    ----------
    recordings
        Files of any supported format, or folders of them, all of one person.
    out
        Folder for the model; default NAME_kinertia/model here.
    model
        Model to start from: `default` comes with the package (its sibling `sparse` where sensors are missing);
        or a folder that `adapt` or `train` wrote.
    steps
        How long to train at the most; default as long as held-out stretches fit better.
    seed
        Start of all random numbers.
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

    _require_one_person(recordings, reading)
    folder = options.default_out(recordings) / "model" if out is None else out
    run = Run(out=folder, steps=steps, seed=seed, resume=resume, overwrite=overwrite)
    train(recordings, run=run, start=model, device=device, reading=reading)
    said = [str(path) for path in recordings]
    said += [f"--{name} {value:g}" for name in ("mass", "height") if (value := getattr(reading, name)) is not None]
    console, words = Console(), " ".join(said)
    console.print(f"next: kinertia estimate {words} --model {folder}", highlight=False, soft_wrap=True)
    if len(recordings) == 1:
        compare = f"before and after: kinertia report {words} --model {model} {folder}"
        console.print(compare, highlight=False, soft_wrap=True)


def _require_one_person(recordings: Sequence[Path], reading: Reading) -> None:
    """
    Raises
    ------
    RecordingError : several recordings that do not state one and the same person.
    """
    first, *others = options.read_stated(recordings, reading)
    for other in others:
        if first.subject.assumed or other.subject.assumed:
            unknown = first if first.subject.assumed else other
            raise RecordingError(
                "mass or height is not known, so that nothing says that all recordings are of one person",
                file=unknown.source,
                fix="give --mass and --height",
            )
        if other.subject != first.subject:
            people = " and ".join(f"{s.mass_kg:g} kg, {s.height_m:.2f} m" for s in (first.subject, other.subject))
            raise RecordingError(
                f"is of another person than {first.source} ({people})", file=other.source, fix="adapt to each person apart"
            )

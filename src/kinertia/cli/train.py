"""``kinertia train``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import tyro
from rich.console import Console

from kinertia.cli.progress import training_bar
from kinertia.io import read as reader
from kinertia.learning import checkpoint
from kinertia.learning import config as configuration
from kinertia.learning.config import Config
from kinertia.learning.prepare import to_sequence
from kinertia.learning.training import train as run
from kinertia.recording import Recording


def with_person(recording: Recording, mass: float | None, height: float | None) -> Recording:
    """The recording with mass [kg] and height [m] that the user gave."""
    given = {k: v for k, v in (("mass_kg", mass), ("height_m", height)) if v is not None}
    assumed = tuple(a for a in recording.subject.assumed if f"{a}_" not in " ".join(f"{k}_" for k in given) and a not in given)
    return replace(recording, subject=replace(recording.subject, **given, assumed=assumed))


def train(
    recordings: tyro.conf.Positional[tuple[Path, ...]],
    /,
    out: Path,
    mass: float | None = None,
    height: float | None = None,
    placement: Path | None = None,
    resume: bool = False,
    device: str = "cpu",
    config_file: Path | None = None,
    config: Config = Config(),  # noqa: B008
) -> None:
    """Train a network on recordings, without labels.

    Parameters
    ----------
    recordings : files or folders to train on.
    out : folder for the model, its checkpoint and its loss history.
    mass : body mass [kg], for all recordings; default from the file, else 75.
    height : body height [m]; default from the file, else 1.80.
    placement : file that says which sensor is on which segment (see docs/formats.md).
    resume : continue an interrupted training in OUT; the result is the same as without the interruption.
    device : where to compute: cpu, cuda, ...
    config_file : configuration to read instead of the options below; OUT/config.json is such a file.
    config : what to train and how.
    """
    chosen = configuration.load(config_file) if config_file is not None else config
    options = {} if placement is None else {"placement": placement}
    read = [with_person(reader.read(path, **options), mass, height) for path in recordings]
    console = Console(stderr=True)
    for recording in read:
        for warning in recording.warnings:
            console.print(f"[yellow]{recording.name}: {warning}")
    sequences = [to_sequence(recording, chosen) for recording in read]
    out.mkdir(parents=True, exist_ok=True)
    configuration.save(chosen, out / "config.json")
    start = checkpoint.read(out, checkpoint.CHECKPOINT)[1].step if resume else 0
    with training_bar(chosen.training.steps, start) as progress:
        run(sequences, chosen, out, device=device, resume=resume, progress=progress)
    console.print(f"model written to {out}")

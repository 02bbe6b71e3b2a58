"""``kinertia train``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.text import Text

from kinertia.cli import options
from kinertia.cli.options import DEFAULT, NOTHING_GIVEN, Files, Shared, choose_config
from kinertia.learning import config as configuration
from kinertia.learning.config import Config


def train(
    recordings: Files,
    /,
    out: Path,
    resume: bool = False,
    device: str = "cpu",
    reading: Shared = NOTHING_GIVEN,
    config_file: Path | None = None,
    config: Config = DEFAULT,
) -> None:
    """Train a network on recordings, without labels.

    Parameters
    ----------
    recordings
        Files or folders to train on, any number of people.
    out
        Folder for the model, its checkpoint, its configuration and its loss history.
    resume
        Continue an interrupted training in OUT, with its configuration; the result is the same as
        without the interruption.
    device
        Where to compute: cpu, cuda, ...
    reading
        What the files do not say themselves; mass and height then hold for all recordings.
    config_file
        Configuration to read instead of the options below; OUT/config.json is such a file.
    config
        What to train and how.
    """
    from kinertia.cli.progress import training_bar
    from kinertia.learning import checkpoint
    from kinertia.learning.device import usable
    from kinertia.learning.prepare import to_segments, to_sequence
    from kinertia.learning.training import train as run

    card = checkpoint.read(out, checkpoint.CHECKPOINT)[1] if resume else None
    stated = config_file is not None or config != DEFAULT
    chosen = choose_config(config_file, config) if card is None or stated else card.config
    place = usable(device)
    console = Console(stderr=True)
    ready = [to_segments(recording) for recording in options.read_all(recordings, reading)]
    for recording in ready:
        for warning in dict.fromkeys(recording.warnings):
            console.print(Text(f"{recording.name}: {warning}", style="yellow"))
    sequences = [to_sequence(recording, chosen) for recording in ready]
    if card is None:
        out.mkdir(parents=True, exist_ok=True)
        configuration.save(chosen, out / "config.json")
    try:
        with training_bar(chosen.training.steps, card.step if card else 0) as progress:
            run(sequences, chosen, out, device=place, resume=resume, progress=progress)
    except KeyboardInterrupt:
        saved = (out / f"{checkpoint.CHECKPOINT}.json").is_file()
        advice = "the same command with --resume goes on from the last checkpoint" if saved else "no checkpoint was written yet"
        console.print(f"interrupted; {advice}", highlight=False)
        raise
    console.print(f"model written to {out}", highlight=False)

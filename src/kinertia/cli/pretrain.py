"""``kinertia pretrain``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import tyro
from rich.console import Console
from rich.text import Text

from kinertia.api import models
from kinertia.cli import guard, options
from kinertia.cli.helping import RARE
from kinertia.cli.options import NOTHING_GIVEN, Reading, Shared
from kinertia.cli.progress import training_bar
from kinertia.pretraining.config import PretrainingConfig

if TYPE_CHECKING:
    from kinertia.pretraining.windows import Windows

DEFAULT = PretrainingConfig()


def pretrain(
    data: Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="DATA...")] = (),
    /,
    *,
    out: Path,
    start: Annotated[str, tyro.conf.arg(name="from", metavar="MODEL")] = "default",
    resume: bool = False,
    overwrite: bool = False,
    reading: Shared = NOTHING_GIVEN,
    config_file: Path | None = None,
    config: Annotated[PretrainingConfig, tyro.conf.arg(name=""), RARE] = DEFAULT,
) -> None:
    """Train an encoder of IMU signals on recordings, without labels.

    The default sizes take less than 15 minutes on two processor cores.

    Parameters
    ----------
    data
        Files or folders to train on, in any format that kinertia reads, any number of people. With the physics
        method none are needed.
    out
        Folder for the encoder and its checkpoint.
    start
        With the physics method: model of `kinertia train` that becomes the encoder. With DATA
        it is trained further on them first, as `kinertia train --from` does.
    resume
        Continue an interrupted training in OUT; the result is the same as without the interruption.
    overwrite
        Replace a training or model that OUT holds, when the first checkpoint of this one is written; never what is read.
    reading
        What the files do not say themselves.
    config_file
        Configuration to read instead of the options below, such as a recipe.
    config
        How the encoder is trained.
    """
    from kinertia.io import inputs
    from kinertia.pretraining import checkpoint
    from kinertia.pretraining.training import pretrain as run

    chosen = _choose(config_file, config)
    console = Console(stderr=True)
    physics = chosen.method == checkpoint.PHYSICS
    own = models.folder(start) if physics else None
    read = inputs.of(*data, reading.columns, reading.placement, own, None if resume else config_file)
    guard.training("kinertia pretrain", out, read, resume=resume, overwrite=overwrite)
    if physics:
        _take(data, out, start, resume, reading, console)
        console.print(f"encoder written to {out}", highlight=False)
        return
    windows = _read(data, reading, chosen, console)
    done = checkpoint.read(out, checkpoint.STATE)[1].step if resume else 0
    console.print(f"{len(windows)} windows of {len(windows.tracks)} recordings", style="dim", highlight=False)
    try:
        with training_bar(chosen.steps, done) as progress:
            run(windows, chosen, out, resume=resume, progress=progress)
    except KeyboardInterrupt:
        saved = (out / f"{checkpoint.STATE}.json").is_file()
        advice = "the same command with --resume goes on from the last checkpoint" if saved else "no checkpoint was written yet"
        console.print(f"interrupted; {advice}", highlight=False)
        raise
    console.print(f"encoder written to {out}", highlight=False)


def _choose(file: Path | None, config: PretrainingConfig) -> PretrainingConfig:
    if file is None:
        return config
    if config != DEFAULT:
        raise ValueError(f"{file}: a configuration file and options were both given; change the file instead")
    try:
        return msgspec.json.decode(file.read_bytes(), type=PretrainingConfig)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{file}: not a valid configuration of pre-training: {error}") from error


def _read(data: Sequence[Path], reading: Reading, config: PretrainingConfig, console: Console) -> Windows:
    """Windows of all recordings; those that cannot be brought into segment frames are an error, warnings are shown once."""
    from kinertia.pretraining.config import check
    from kinertia.pretraining.windows import cut, to_track

    check(config)
    tracks, remarks = [], dict[str, list[str]]()
    for recording in options.read_each(data, reading):
        for warning in recording.remarks:
            remarks.setdefault(warning, []).append(recording.name)
        tracks.append(to_track(recording, config.rate_hz))
    for warning, names in remarks.items():
        others = f" and {len(names) - 1} more" if len(names) > 1 else ""
        console.print(Text(f"{names[0]}{others}: {warning}", style="yellow"))
    return cut(tracks, config.window, config.smallest_movement_g)


def _take(data: Sequence[Path], out: Path, start: str, resume: bool, reading: Reading, console: Console) -> None:
    """The physics method: train a model further where there is data, and keep it as an encoder."""
    from kinertia.learning import adaptation, shipped
    from kinertia.learning.prepare import to_sequence
    from kinertia.learning.training import train
    from kinertia.pretraining import checkpoint
    from kinertia.pretraining.checkpoint import ENCODER, FORMAT, Card

    source, recordings = start, 0
    if data:
        model = shipped.load(start)
        settings = adaptation.settings(model.config)
        sequences = [to_sequence(recording, settings) for recording in options.read_each(data, reading)]
        with training_bar(settings.training.steps) as progress:
            train(sequences, settings, out / "model", start=model, resume=resume, progress=progress)
        source, recordings = str(out / "model"), len(sequences)
    elif resume:
        raise ValueError("there is nothing to resume without DATA: the encoder is taken from the model as it is")
    found = checkpoint.from_model(source)
    card = Card(FORMAT, ENCODER, 0, found.config, recordings=recordings, note=f"network of {start}")
    checkpoint.write(out, found.encoder.state_dict(), card)
    console.print(f"network of {source}", style="dim", highlight=False)

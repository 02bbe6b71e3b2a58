"""``kinertia pretrain``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro
from rich.console import Console

from experiments.encoders.config import Method, PretrainingConfig
from kinertia.api import models
from kinertia.cli import options, output
from kinertia.cli.options import NOTHING_GIVEN, ONCE, Reading, Running, Shared
from kinertia.cli.parsing import RARE
from kinertia.cli.progress import training_bar

if TYPE_CHECKING:
    from experiments.encoders.windows import Windows

DEFAULT = PretrainingConfig()


def pretrain(
    data: Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="DATA...")] = (),
    /,
    method: Annotated[Method | None, tyro.conf.arg(metavar="METHOD")] = None,
    run: Running = ONCE,
    start: Annotated[str, tyro.conf.arg(name="from", metavar="MODEL")] = "default",
    reading: Shared = NOTHING_GIVEN,
    config: Annotated[PretrainingConfig, RARE] = DEFAULT,
) -> None:
    """Train an encoder of IMU signals on recordings, without labels.

    The default sizes take less than 15 minutes on two processor cores.

    Parameters
    ----------
    data
        Files or folders to train on, in any format that kinertia reads, any number of people. With the physics
        method none are needed.
    method
        contrastive: accelerometer against gyroscope; masked (default): samples that are left out; physics: equations of
        motion.
    run
        How it runs.
    start
        With the physics method: model of `kinertia train` that becomes the encoder. With DATA
        it is trained further on them first, as `kinertia train --from` does.
    reading
        What the files do not say themselves.
    config
        How the encoder is trained.
    """
    from experiments.encoders import checkpoint
    from experiments.encoders.training import pretrain as begin
    from kinertia.io import inputs

    chosen = options.configured(run, config, DEFAULT, ("steps",), "seed")
    chosen = chosen if method is None else replace(chosen, method=method)
    resume = run.resume
    out = run.out or (options.default_out(data) if data else Path(f"{Path(start).name}_kinertia")) / "encoder"
    console = Console(stderr=True)
    physics = chosen.method == checkpoint.PHYSICS
    own = models.folder(start) if physics else None
    read = inputs.of(*data, reading.columns, reading.placement, own, None if resume else run.config_file)
    options.guard("kinertia pretrain", out, read, "config.json", resume=resume, overwrite=run.overwrite)
    if physics:
        _take(data, out, start, resume, reading, console)
        console.print(f"encoder written to {out}", highlight=False)
        return
    windows = _read(data, reading, chosen, console)
    done = checkpoint.read(out, checkpoint.STATE)[1].step if resume else 0
    console.print(f"{len(windows)} windows of {len(windows.tracks)} recordings", style="dim", highlight=False)
    try:
        with training_bar(chosen.steps, done) as progress:
            begin(windows, chosen, out, resume=resume, progress=progress)
    except KeyboardInterrupt:
        saved = (out / f"{checkpoint.STATE}.json").is_file()
        advice = "the same command with --resume goes on from the last checkpoint" if saved else "no checkpoint was written yet"
        console.print(f"interrupted; {advice}", highlight=False)
        raise
    console.print(f"encoder written to {out}", highlight=False)


def _read(data: Sequence[Path], reading: Reading, config: PretrainingConfig, console: Console) -> Windows:
    """Windows of all recordings; those that cannot be brought into segment frames are an error, warnings are shown once."""
    from experiments.encoders.config import check
    from experiments.encoders.windows import cut, to_track

    check(config)
    tracks, remarks = [], list[tuple[str, Sequence[str]]]()
    for recording in options.read_each(data, reading):
        remarks.append((recording.name, recording.remarks))
        tracks.append(to_track(recording, config.rate_hz))
    output.show_shared(console, remarks)
    return cut(tracks, config.window, config.smallest_movement_g)


def _take(data: Sequence[Path], out: Path, start: str, resume: bool, reading: Reading, console: Console) -> None:
    """The physics method: train a model further where there is data, and keep it as an encoder."""
    from experiments.encoders import checkpoint
    from experiments.encoders.checkpoint import ENCODER, FORMAT, Card
    from kinertia.learning import adaptation, shipped
    from kinertia.learning.prepare import to_sequence
    from kinertia.learning.training import train

    source, recordings = start, 0
    if data:
        model = shipped.load(start)
        settings = adaptation.longer(adaptation.settings(model.config))
        sequences = [to_sequence(recording, settings) for recording in options.read_each(data, reading)]
        with training_bar(settings.training.steps) as progress:
            train(sequences, settings, out / "model", start=model, resume=resume, progress=progress)
        source, recordings = str(out / "model"), len(sequences)
    elif resume:
        raise ValueError("there is nothing to resume without DATA: the encoder is taken from the model as it is")
    encoder = checkpoint.from_model(source)
    note = f"network of {start}"
    card = Card(format=FORMAT, kind=ENCODER, step=0, config=encoder.config, recordings=recordings, note=note)
    checkpoint.write(out, encoder.encoder.state_dict(), card)
    console.print(f"network of {source}", style="dim", highlight=False)

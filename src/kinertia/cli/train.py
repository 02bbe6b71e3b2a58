"""``kinertia train``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro
from rich.console import Console

from kinertia.api import models
from kinertia.cli import findings, guard, labelled, options
from kinertia.cli.helping import RARE
from kinertia.cli.options import AS_USUAL, DEFAULT, NOTHING_GIVEN, STEPS, Files, Reading, Running, Shared
from kinertia.learning.config import Config

if TYPE_CHECKING:
    from kinertia.learning.checkpoint import Model
    from kinertia.learning.sequence import Sequence as Signals


def train(
    recordings: Files,
    /,
    run: Running = AS_USUAL,
    start: Annotated[str | None, tyro.conf.arg(name="from", metavar="MODEL")] = None,
    labels: Annotated[tuple[Path, ...], tyro.conf.arg(metavar="FILE...")] = (),
    device: str = "cpu",
    reading: Shared = NOTHING_GIVEN,
    config: Annotated[Config, RARE] = DEFAULT,
) -> None:
    """Train a network on recordings, without labels or with those of some recordings.

    Written are the model, its checkpoint, its configuration and its loss history. To adapt the model to one wearer,
    `kinertia adapt` is shorter.

    Parameters
    ----------
    recordings
        Files or folders to train on, any number of people; folders are searched for tables.
    run
        How it runs.
    start
        Model to train on from: `default`, the one that comes with the package (its sibling `sparse` where sensors are
        missing), or a folder that `kinertia train` wrote. Steps and learning rates are then those of config.adaptation, and
        settings that are not given are the model's. One wearer's recordings without labels take seconds,
        as with `kinertia adapt`.
    labels
        Recordings whose reference (angles, moments, ground reaction, speed) is learned from too, such as a few
        cycles of the same person from a laboratory. The others are learned from without labels, as ever.
    device
        Where to compute: cpu, cuda, ...
    reading
        What the files do not say themselves; mass and height then hold for all recordings.
    config
        What to train and how.
    """
    from kinertia.cli.progress import training_bar
    from kinertia.io import inputs
    from kinertia.learning import adaptation, checkpoint, shipped
    from kinertia.learning.adapting import adapt
    from kinertia.learning.batch import wearers_of
    from kinertia.learning.training import train as begin
    from kinertia.train.device import usable

    own = None if start is None else models.folder(start)
    out, files = run.out or options.default_out(recordings) / "model", None if run.resume else run.config_file
    read = inputs.of(*recordings, *labels, reading.columns, reading.placement, own, files)
    guard.training("kinertia train", out, read, "config.json", "history.csv", resume=run.resume, overwrite=run.overwrite)
    card = checkpoint.read(out, checkpoint.CHECKPOINT)[1] if run.resume else None
    begun = "" if card is None else card.start
    model = _begun_with(begun) if start is None else shipped.load(start)
    stated = run.stated or config != DEFAULT
    given = options.configured(run, config, DEFAULT, STEPS, "training.seed")
    if card is not None and not stated:
        chosen = card.config
    else:
        chosen = given if model is None else adaptation.settings(model.config, given)
    place = usable(device)
    console = Console(stderr=True)
    known, references = labelled.read(labels, reading, chosen, console) if labels else ([], [])
    others = labelled.without(recordings, labels)
    unlabelled = _prepare(others, reading, chosen, console) if others or not known else []
    sequences = [*unlabelled, *known]
    if start == shipped.DEFAULT and not all(sequence.complete for sequence in sequences):
        console.print(f"sensors are missing: adapting the model {shipped.SPARSE}", highlight=False)
        model = shipped.load(shipped.SPARSE)
        chosen = chosen if card is not None and not stated else adaptation.settings(model.config, given)
    given_labels = [*[None] * len(unlabelled), *references] if references else []
    one = not known and max(wearers_of(sequences, chosen.training.one_mounting)) == 0
    alone = one and model is not None
    if one and begun and model is None:
        raise ValueError(
            f"{out}: the adaptation began with a model that does not come with the package; give it with --from too"
        )
    if model is not None and not alone and (card is None or stated):
        chosen = adaptation.longer(chosen)
    words: tuple[str, ...] = ()
    try:
        label = "adapting" if alone else "training"
        with training_bar(chosen.training.steps, card.step if card else 0, label, terms=not alone) as progress:
            if alone and model is not None:
                adapted = adapt(model, sequences, chosen, out, device=place, resume=run.resume, progress=progress)
                words = adapted.outcome.lines
            else:
                begin(
                    sequences, chosen, out, start=model, labels=given_labels, device=place, resume=run.resume, progress=progress
                )
    except KeyboardInterrupt:
        saved = (out / f"{checkpoint.CHECKPOINT}.json").is_file()
        advice = "the same command with --resume goes on from the last checkpoint" if saved else "no checkpoint was written yet"
        console.print(f"interrupted; {advice}", highlight=False)
        raise
    for line in words:
        console.print(line, highlight=False, soft_wrap=True)
    console.print(f"model written to {out}", highlight=False)


def _begun_with(mark: str) -> Model | None:
    """The shipped model with this fingerprint, which an interrupted training began with."""
    from kinertia.learning import shipped

    models = (shipped.load(name) for name in shipped.names()) if mark else ()
    return next((model for model in models if model.fingerprint == mark), None)


def _prepare(files: Sequence[Path], reading: Reading, config: Config, console: Console) -> list[Signals]:
    """Recordings one at a time, so that only what is learned from stays in memory; then what is worth a warning."""
    from kinertia.learning.prepare import to_segments, to_sequence

    sequences: list[Signals] = []
    remarks: list[tuple[str, Sequence[str]]] = []
    for recording in options.read_each(files, reading):
        ready = to_segments(recording)
        remarks.append((ready.name, ready.remarks))
        sequences.append(to_sequence(ready, config))
    findings.show_shared(console, remarks)
    return sequences

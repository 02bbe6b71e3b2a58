"""``kinertia train``, and ``kinertia adapt``, which is the same for one wearer with fewer options."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro
from rich.console import Console
from rich.text import Text

from kinertia.api import models
from kinertia.cli import options, output
from kinertia.cli.options import DEFAULT, NOTHING_GIVEN, ONCE, STEPS, Files, Out, Reading, Run, Running, Shared
from kinertia.cli.parsing import RARE
from kinertia.cli.progress import interrupted, training_bar
from kinertia.io import inputs
from kinertia.learning.config import Config
from kinertia.recording import RecordingError

if TYPE_CHECKING:
    from kinertia.learning.checkpoint import Model
    from kinertia.learning.sequence import Sequence as Signals
    from kinertia.learning.supervision import Labels


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

    Args:
        recordings: Files of any supported format, or folders of them, all of one person.
        out: Folder for the model; default NAME_kinertia/model here.
        model: Model to start from: `default` comes with the package (its sibling `sparse` where sensors are missing); or a
            folder that `adapt` or `train` wrote.
        steps: How long to train at the most; default as long as held-out stretches fit better.
        seed: Start of all random numbers.
        device: Where to compute: cpu, cuda, ...
        resume: Go on from where an interrupted run in OUT stopped.
        overwrite: Replace a model that OUT holds; never what is read.
        reading: What the files do not say themselves; mass and height hold for all recordings.
    """
    _require_one_person(recordings, reading)
    folder = options.default_out(recordings) / "model" if out is None else out
    run = Run(out=folder, steps=steps, seed=seed, resume=resume, overwrite=overwrite)
    train(recordings, run=run, start=model, device=device, reading=reading)
    said = [str(path) for path in recordings]
    said += [f"--{name} {value:g}" for name in ("mass", "height") if (value := getattr(reading, name)) is not None]
    console, words = Console(), " ".join(said)
    output.tell(console, f"next: kinertia estimate {words} --model {folder}")
    if len(recordings) == 1:
        output.tell(console, f"before and after: kinertia report {words} --model {model} {folder}")


def train(
    recordings: Files,
    /,
    run: Running = ONCE,
    start: Annotated[str | None, tyro.conf.arg(name="from", metavar="MODEL")] = None,
    labels: Annotated[tuple[Path, ...], tyro.conf.arg(metavar="FILE...")] = (),
    device: str = "cpu",
    reading: Shared = NOTHING_GIVEN,
    config: Annotated[Config, RARE] = DEFAULT,
) -> None:
    """Train a network on recordings, without labels or with those of some recordings.

    Written are the model, its checkpoint, its configuration and its loss history. To adapt the model to one wearer,
    `kinertia adapt` is shorter.

    Args:
        recordings: Files or folders to train on, any number of people; folders are searched for tables.
        run: How it runs.
        start: Model to train on from: `default`, the one that comes with the package (its sibling `sparse` where sensors are
            missing), or a folder that `kinertia train` wrote. Steps and learning rates are then those of config.adaptation, and
            settings that are not given are the model's. One wearer's recordings without labels take seconds, as with `kinertia
            adapt`.
        labels: Recordings whose reference (angles, moments, ground reaction, speed) is learned from too, such as a few cycles
            of the same person from a laboratory. The others are learned from without labels, as ever.
        device: Where to compute: cpu, cuda, ...
        reading: What the files do not say themselves; mass and height then hold for all recordings.
        config: What to train and how.
    """
    from kinertia.learning import adaptation, checkpoint, shipped
    from kinertia.learning.adapting import adapt
    from kinertia.learning.batch import wearers_of
    from kinertia.learning.rebodied import onto
    from kinertia.learning.training import train as begin
    from kinertia.train.group import joined
    from kinertia.train.state import usable

    own, resume = None if start is None else models.folder(start), run.resume
    out, files = run.out or options.default_out(recordings) / "model", None if resume else run.config_file
    read = inputs.of(*recordings, *labels, reading.columns, reading.placement, own, files)
    options.guard("kinertia train", out, read, "config.json", "history.csv", resume=resume, overwrite=run.overwrite)
    card = checkpoint.read(out, checkpoint.CHECKPOINT)[1] if resume else None
    begun = "" if card is None else card.start
    model = _begun_with(begun) if start is None else shipped.load(start)
    stated = run.stated or config != DEFAULT
    given = options.configured(run, config, DEFAULT, STEPS, "training.seed")
    if model is not None and given.body not in (DEFAULT.body, model.config.body):
        model = onto(model, given.body)
    if card is not None and not stated:
        chosen = card.config
    else:
        chosen = given if model is None else adaptation.settings(model.config, given)
    place, group = usable(device), joined()
    console = Console(stderr=True, quiet=group.rank > 0)
    known, references = _labelled(labels, reading, chosen, console) if labels else ([], [])
    # nobody is learned from twice
    others = [path for path in recordings if path.resolve() not in {path.resolve() for path in labels}]
    unlabelled = _unlabelled(others, reading, chosen, console) if others or not known else []
    sequences = [*unlabelled, *known]
    if start == shipped.DEFAULT and not all(sequence.complete for sequence in sequences):
        console.print(f"sensors are missing: adapting the model {shipped.SPARSE}", highlight=False)
        model = shipped.load(shipped.SPARSE)
        chosen = chosen if card is not None and not stated else adaptation.settings(model.config, given)
    one = not known and max(wearers_of(sequences, chosen.training.one_mounting)) == 0
    alone = one and model is not None
    if one and begun and model is None:
        raise ValueError(
            f"{out}: the adaptation began with a model that does not come with the package; give it with --from too"
        )
    if model is not None and not alone and (card is None or stated):
        chosen = adaptation.longer(chosen)
    if alone and group.size > 1:
        raise ValueError("adapting to one wearer takes seconds and is done by one process; start it without torchrun")
    words: tuple[str, ...] = ()
    done, label = card.step if card else 0, "adapting" if alone else "training"
    bar = nullcontext() if group.rank else training_bar(chosen.training.steps, done, label, terms=not alone)
    with interrupted(console, out / f"{checkpoint.CHECKPOINT}.json"), bar as progress:
        if alone and model is not None:
            adapted = adapt(model, sequences, chosen, out, device=place, resume=resume, progress=progress)
            words = adapted.outcome.lines
        else:
            marks = [*[None] * len(unlabelled), *references] if references else []
            training = partial(begin, start=model, labels=marks, device=place, resume=resume, progress=progress)
            training(sequences, chosen, out, group=group)
    for line in words:
        output.tell(console, line)
    console.print(f"model written to {out}", highlight=False)


def _begun_with(mark: str) -> Model | None:
    """The shipped model with this fingerprint, which an interrupted training began with."""
    from kinertia.learning import shipped

    models = (shipped.load(name) for name in shipped.names()) if mark else ()
    return next((model for model in models if model.fingerprint == mark), None)


def _unlabelled(files: Sequence[Path], reading: Reading, config: Config, console: Console) -> list[Signals]:
    """Recordings one at a time, so that only what is learned from stays in memory; then what is worth a warning."""
    from kinertia.learning.prepare import to_sequence
    from kinertia.sensing.alignment import to_segments

    sequences: list[Signals] = []
    remarks: list[tuple[str, Sequence[str]]] = []
    for recording in options.read_each(files, reading):
        ready = to_segments(recording)
        remarks.append((ready.name, ready.remarks))
        sequences.append(to_sequence(ready, config))
    output.show_shared(console, remarks)
    return sequences


def _labelled(files: Sequence[Path], reading: Reading, config: Config, console: Console) -> tuple[list[Signals], list[Labels]]:
    """Signals and labels of recordings with a reference, which is moved to the sensors' clock first.

    Raises
    ------
    RecordingError : a recording cannot be read or holds no reference.
    """
    from kinertia.learning import supervision
    from kinertia.learning.prepare import to_sequence
    from kinertia.metrics.sync import synced

    sequences, labels = [], []
    for recording in options.read_each(files, reading):
        known, shift_s = synced(recording)
        said = "not synced: no angles to compare" if shift_s is None else f"sensors {1000 * shift_s:+.0f} ms behind it"
        console.print(Text(f"{recording.name}: learning from its reference, {said}", style="dim"))
        sequences.append(to_sequence(recording, config))
        labels.append(supervision.labels_of(known, config))
    return sequences, labels


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

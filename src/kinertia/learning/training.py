"""The training loop: draw windows, add sensor noise, take a step on the self-supervised objective."""

from __future__ import annotations

import csv
from collections.abc import Callable
from collections.abc import Sequence as Several
from dataclasses import asdict, dataclass, replace
from math import isfinite
from pathlib import Path

import torch
from torch import Tensor

from kinertia.io.files import replacing
from kinertia.learning import adaptation, anchor, checkpoint, objective, probe, sparse, store, supervision
from kinertia.learning.batch import Batch, Pool
from kinertia.learning.checkpoint import CHECKPOINT, FORMAT, MODEL, Card, Model, Person
from kinertia.learning.config import Config
from kinertia.learning.device import usable
from kinertia.learning.network import features
from kinertia.learning.personal import Deviation
from kinertia.learning.schedule import fade, one_cycle
from kinertia.learning.sequence import Sequence
from kinertia.learning.state import TrainingState
from kinertia.learning.supervision import Labels
from kinertia.recording import channels
from kinertia.uncertainty.calibration import Uncalibrated

LOG_EVERY = 20
SHORTEST = 16
HELD_OUT = "held_out"
PATIENCE, GAIN = 2, 0.004
"""Adapting ends when so many judgements in a row lower the objective by less than this part."""
Progress = Callable[[int, dict[str, float]], None]


@dataclass(frozen=True)
class Course:
    """How adapting differs from training.

    Attributes
    ----------
    weights, personal : what it begins with.
    pool : what is learned from.
    before_step : called with the state before every step.
    judge : objective on what was held out.
    settle : called with the finished state, which it may put back to less.
    """

    weights: dict[str, Tensor]
    personal: Tensor
    pool: Pool
    before_step: Callable[[TrainingState], None]
    judge: Callable[[TrainingState], float]
    settle: Callable[[TrainingState], None]


def fingerprint(sequence: Sequence) -> str:
    """Short hash of a sequence's signals, to recognise a recording that a model was trained on."""
    return channels.fingerprint(sequence.signals.numpy())


def _noise(batch: Batch, config: Config, generator: torch.Generator) -> torch.Tensor:
    level = torch.tensor([config.training.acc_noise, config.training.acc_noise, config.training.gyro_noise])
    white = torch.randn(batch.signals.shape, generator=generator)
    return (white * level).to(batch.signals.device) * batch.present


def step(state: TrainingState, pool: Pool, config: Config, labels: Several[Labels | None] = ()) -> dict[str, torch.Tensor]:
    """One optimisation step; returns the weighted terms and their sum under ``"total"``."""
    training = config.training
    for group, peak in zip(
        state.optimiser.param_groups, (training.learning_rate, training.personal_learning_rate), strict=True
    ):
        group["lr"] = one_cycle(state.step, training.steps, peak)
    chosen = pool.choose(training.batch, training.window, state.generator)
    batch = pool.windows(*chosen, training.window)
    known = supervision.windows(labels, *chosen, training.window)
    noisy = batch.signals + _noise(batch, config, state.generator)
    shown = batch.present
    if training.sparse_share > 0.0:
        shown = shown * sparse.draw(len(shown), training.sparse_share, state.generator).to(shown)[:, None, :, None]
    raw, _ = state.network(features(noisy, shown, batch.body, batch.position))
    found = objective.terms(raw, batch, state.personal[batch.wearer], config, None if known is None else known.to(raw))
    if state.anchor is not None:
        with torch.no_grad():
            held, _ = state.anchor(features(batch.signals, batch.present, batch.body, batch.position))
        found["anchor"] = anchor.distance(raw, held, training.warm_up, len(batch.body.skeleton.rotations))
    hint = config.weights.speed_hint * fade(state.step, training.steps, training.hint_share)
    used = replace(config.weights, speed_hint=hint)
    weights = asdict(used)
    loss = objective.total(found, used)
    state.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(state.network.parameters(), training.gradient_clip)
    state.optimiser.step()
    state.step += 1
    state.update_average(training.ema)
    return {"total": loss.detach(), **{k: weights[k] * v.detach() for k, v in found.items()}}


def _people(state: TrainingState, run: _Run) -> tuple[Person, ...]:
    def person(wearer: int, s: Sequence, misalignment: Tensor, inclination: Tensor) -> Person:
        found = Deviation.of(state.personal[wearer].detach().cpu(), misalignment, s.size_error, inclination)
        angle = tuple(round(float(a), 6) for a in found.angle)
        shift = tuple((round(float(x), 6), round(float(y), 6)) for x, y in found.shift)
        size = round(float(found.size), 6)
        return Person(s.name, fingerprint(s), s.mass_kg, float(s.body.height), angle, shift, size)

    return tuple(person(*each) for each in zip(run.wearers, run.sequences, run.misalignment, run.inclination, strict=True))


@dataclass(frozen=True)
class _Run:
    """What is trained on, how, and from which weights; does not change on the way.

    ``wearers`` has one number a sequence, ``misalignment`` and ``inclination`` seven, as :class:`Pool` has them.
    """

    sequences: list[Sequence]
    wearers: list[int]
    misalignment: Tensor
    inclination: Tensor
    config: Config
    start: str
    labels: str

    def save(self, folder: Path, kind: str, state: TrainingState, log: list[dict[str, float]]) -> None:
        tensors = state.average.state_dict() if kind == MODEL else state.tensors()
        answer = probe.answer(state.average, self.config)
        people = _people(state, self)
        card = Card(FORMAT, kind, state.step, self.config, people, answer, tuple(log), start=self.start, labels=self.labels)
        checkpoint.write(folder, dict(tensors), card)


def _resume(folder: Path, state: TrainingState, run: _Run) -> tuple[_Run, list[dict[str, float]]]:
    tensors, card = checkpoint.read(folder, CHECKPOINT)
    if card.config != run.config:
        raise ValueError(
            f"{folder}: the checkpoint was trained with another configuration; use its config.json or another --out"
        )
    if [_identity(p) for p in card.people] != [_identity(p) for p in _people(state, run)]:
        raise ValueError(
            f"{folder}: the checkpoint was trained on other recordings or people; use the same ones, in the same order, "
            "with the same height, or another --out"
        )
    if run.start not in ("", card.start):
        raise ValueError(f"{folder}: the checkpoint was started from other weights; give the same --from, or another --out")
    if run.labels != card.labels:
        raise ValueError(f"{folder}: the checkpoint was trained with other labels; give the same --labels, or another --out")
    try:
        state.restore(tensors, card.step)
    except ValueError as error:
        raise ValueError(f"{folder}: {CHECKPOINT} is damaged ({error}); train again or restore the folder") from error
    checkpoint.check(folder, card, state.average)
    return replace(run, start=card.start), list(card.history)


def _identity(person: Person) -> tuple[str, float]:
    return person.fingerprint, person.height_m


def check(sequences: list[Sequence], config: Config) -> None:
    """ValueError if there is nothing to train on, or not with this configuration."""
    if not sequences:
        raise ValueError("no recordings to train on")
    for s in sequences:
        if s.rate_hz != config.rate_hz:
            raise ValueError(f"{s.name}: sequence at {s.rate_hz} Hz, configuration asks for {config.rate_hz} Hz")
    training = config.training
    shortest = training.warm_up + SHORTEST
    if training.window < shortest:
        raise ValueError(f"training.window is {training.window}: with this warm_up it must be at least {shortest} samples")
    for s in sequences:
        if s.signals.shape[0] < shortest:
            raise ValueError(
                f"{s.name}: {s.signals.shape[0]} samples at {s.rate_hz:g} Hz, training needs {shortest}; record longer"
            )
    for name in ("steps", "batch"):
        if getattr(training, name) < 1:
            raise ValueError(f"training.{name} is {getattr(training, name)}: it must be at least 1")


def _finite(found: dict[str, torch.Tensor], step: int) -> dict[str, float]:
    shown = {k: float(v) for k, v in found.items()}
    if not all(map(isfinite, shown.values())):
        raise ValueError(f"training diverged at step {step}: {shown}; lower the learning rate")
    return shown


def converged(log: list[dict[str, float]]) -> bool:
    """Whether the last judgements of what was held out are no better than the best one before them."""
    found = [row[HELD_OUT] for row in log if HELD_OUT in row]
    return len(found) > PATIENCE + 1 and min(found[-PATIENCE:]) > (1.0 - GAIN) * min(found[:-PATIENCE])


def write_history(path: Path, log: list[dict[str, float]]) -> None:
    """Write the recorded loss terms as CSV."""
    if log:
        with replacing(path) as part, part.open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(log[0]))
            writer.writeheader()
            writer.writerows(log)


def train(
    sequences: list[Sequence],
    config: Config,
    out: Path | str | None = None,
    *,
    start: Model | None = None,
    course: Course | None = None,
    labels: Several[Labels | None] = (),
    device: torch.device | str = "cpu",
    resume: bool = False,
    checkpoint_s: float | None = None,
    stop_after: int | None = None,
    progress: Progress | None = None,
) -> Model:
    """Train a network on people's signals, without labels.

    Parameters
    ----------
    sequences : one per recording, at ``config.rate_hz``.
    config : what to train and how.
    out : folder for checkpoint, model and loss history; None keeps everything in memory.
    start : model whose weights training starts from; random ones without it. What was learned about its people is not used.
    course : where adapting begins, and when it ends before ``config.training.steps``; its pool is on ``device``.
    labels : what was measured of each recording's motion, None where nothing was; empty: nothing of any. Errors against it
        are a term of the objective beside the others.
    device : where to compute.
    resume : continue from the checkpoint in ``out``; the result equals an uninterrupted run.
    checkpoint_s : time between checkpoints [s]; default 30.
    stop_after : stop (with a checkpoint) at this step.
    progress : called after every step with the step number and the weighted terms of the last logged one.

    Returns
    -------
    The model with averaged weights.

    Raises
    ------
    ValueError
        If there are no sequences, one is too short or at another rate, the device is not there, training diverges, or the
        checkpoint, the model to start from or the labels do not fit.
    """
    check(sequences, config)
    if labels:
        supervision.check(labels, sequences)
    if start is not None:
        adaptation.require_same_network(start.config, config)
    folder = None if out is None else Path(out)
    if resume and folder is None:
        raise ValueError("resuming needs the folder of the checkpoint")
    place = usable(device)
    pool = Pool.of(sequences, config.training.one_mounting).to(place)
    state = TrainingState.start(config, pool.wearers, place)
    if start is not None:
        state.take_over(start.network.state_dict())
    if course is not None:
        state.take_over(course.weights, course.personal)
    if config.weights.anchor > 0.0 and (start is not None or resume):
        state.hold()
    mark = "" if start is None else start.fingerprint
    mounting = pool.misalignment.cpu(), pool.inclination.cpu()
    run = _Run(sequences, pool.wearer.tolist(), *mounting, config, mark, supervision.fingerprint(labels))
    log: list[dict[str, float]] = []
    if folder is not None and resume:
        run, log = _resume(folder, state, run)
    shown: dict[str, float] = {}
    clock = store.Clock(checkpoint_s)
    training = config.training
    end = training.steps if stop_after is None else min(stop_after, training.steps)
    drawn = pool if course is None else course.pool
    while state.step < end and not converged(log):
        if course is not None:
            course.before_step(state)
        found = step(state, drawn, config, labels)
        logged = state.step % LOG_EVERY == 0 or state.step == training.steps
        if logged or not bool(torch.isfinite(found["total"])):
            shown = _finite(found, state.step)
        if logged:
            judged = {} if course is None else {HELD_OUT: course.judge(state)}
            log.append({"step": float(state.step), **shown, **judged})
        if progress is not None:
            progress(state.step, shown)
        if folder is not None and (clock.due() or state.step == end or converged(log)):
            run.save(folder, CHECKPOINT, state, log)
            if not resume:  # a model that was there is replaced by this training
                store.retire(folder, MODEL)
    finished = state.step == training.steps or converged(log)
    if course is not None and finished:
        course.settle(state)
    if folder is not None and finished:
        run.save(folder, MODEL, state, log)
        write_history(folder / "history.csv", log)
    calibration = Uncalibrated() if start is None else start.calibration.after_training()
    return Model(state.average.to("cpu").eval(), config, _people(state, run), start=run.start, calibration=calibration)

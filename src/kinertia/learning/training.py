"""The training loop: draw windows, add sensor noise, take a step on the self-supervised objective."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import torch

from kinertia.learning import checkpoint, objective
from kinertia.learning.batch import Batch, Pool
from kinertia.learning.checkpoint import CHECKPOINT, FORMAT, MODEL, Card, Model, Person
from kinertia.learning.config import Config
from kinertia.learning.network import features
from kinertia.learning.schedule import one_cycle
from kinertia.learning.sequence import Sequence
from kinertia.learning.state import TrainingState

LOG_EVERY = 20
Progress = Callable[[int, dict[str, float]], None]


def fingerprint(sequence: Sequence) -> str:
    """Short hash of a sequence's signals, to recognise a recording that a model was trained on."""
    return sha256(sequence.signals.numpy().tobytes()).hexdigest()[:16]


def _noise(batch: Batch, config: Config, generator: torch.Generator) -> torch.Tensor:
    level = torch.tensor([config.training.acc_noise, config.training.acc_noise, config.training.gyro_noise])
    white = torch.randn(batch.signals.shape, generator=generator)
    return (white * level).to(batch.signals.device) * batch.present


def step(state: TrainingState, pool: Pool, config: Config) -> dict[str, torch.Tensor]:
    """One optimisation step; returns the weighted terms and their sum under ``"total"``."""
    training = config.training
    for group, peak in zip(state.optimiser.param_groups, (training.learning_rate, training.offset_learning_rate), strict=True):
        group["lr"] = one_cycle(state.step, training.steps, peak)
    batch = pool.draw(training.batch, training.window, state.generator)
    noisy = batch.signals + _noise(batch, config, state.generator)
    raw, _ = state.network(features(noisy, batch.present, batch.body, batch.position))
    found = objective.terms(raw, batch, state.angle[batch.person], config)
    weights = asdict(config.weights)
    loss = objective.total(found, config.weights)
    state.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(state.network.parameters(), training.gradient_clip)
    state.optimiser.step()
    state.step += 1
    state.update_average(training.ema)
    return {"total": loss.detach(), **{k: weights[k] * v.detach() for k, v in found.items()}}


def _people(state: TrainingState, sequences: list[Sequence]) -> tuple[Person, ...]:
    return tuple(
        Person(
            s.name,
            fingerprint(s),
            float(s.body.total_mass),
            float(s.body.height),
            tuple(round(float(a), 6) for a in state.angle[i].detach()),
        )
        for i, s in enumerate(sequences)
    )


def _save(
    folder: Path, kind: str, state: TrainingState, config: Config, sequences: list[Sequence], log: list[dict[str, float]]
) -> None:
    tensors = state.average.state_dict() if kind == MODEL else state.tensors()
    card = Card(FORMAT, kind, state.step, config, _people(state, sequences), tuple(log))
    checkpoint.write(folder, dict(tensors), card)


def _resume(folder: Path, state: TrainingState, config: Config, sequences: list[Sequence]) -> list[dict[str, float]]:
    tensors, card = checkpoint.read(folder, CHECKPOINT)
    if card.config != config:
        raise ValueError(
            f"{folder}: the checkpoint was trained with another configuration; use its config.json or another --out"
        )
    if [p.fingerprint for p in card.people] != [fingerprint(s) for s in sequences]:
        raise ValueError(f"{folder}: the checkpoint was trained on other recordings; use the same ones or another --out")
    state.restore(tensors, card.step)
    return list(card.history)


def write_history(path: Path, log: list[dict[str, float]]) -> None:
    """Write the recorded loss terms as CSV."""
    if log:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(log[0]))
            writer.writeheader()
            writer.writerows(log)


def train(
    sequences: list[Sequence],
    config: Config,
    out: Path | None = None,
    *,
    device: torch.device | str = "cpu",
    resume: bool = False,
    checkpoint_every: int = 500,
    stop_after: int | None = None,
    progress: Progress | None = None,
) -> Model:
    """Train a network on people's signals, without labels.

    Parameters
    ----------
    sequences : one per recording, at ``config.rate_hz``.
    config : what to train and how.
    out : folder for checkpoint, model and loss history; None keeps everything in memory.
    device : where to compute.
    resume : continue from the checkpoint in ``out``; the result equals an uninterrupted run.
    checkpoint_every : steps between checkpoints.
    stop_after : stop (with a checkpoint) at this step.
    progress : called after every step with the step number and the weighted terms of the last logged one.

    Returns
    -------
    The model with averaged weights.

    Raises
    ------
    ValueError
        If there are no sequences, a rate differs from the configuration's, or the checkpoint does not fit.
    """
    if not sequences:
        raise ValueError("no recordings to train on")
    for s in sequences:
        if s.rate_hz != config.rate_hz:
            raise ValueError(f"{s.name}: sequence at {s.rate_hz} Hz, configuration asks for {config.rate_hz} Hz")
    place = torch.device(device)
    pool = Pool.of(sequences).to(place)
    state = TrainingState.start(config, len(sequences), place)
    log: list[dict[str, float]] = []
    if out is not None and resume:
        log = _resume(out, state, config, sequences)
    shown: dict[str, float] = {}
    end = config.training.steps if stop_after is None else min(stop_after, config.training.steps)
    while state.step < end:
        found = step(state, pool, config)
        if state.step % LOG_EVERY == 0 or state.step == end:
            shown = {k: float(v) for k, v in found.items()}
            if not all(map(torch.isfinite, found.values())):
                raise ValueError(f"training diverged at step {state.step}: {shown}; lower the learning rate")
            log.append({"step": float(state.step), **shown})
        if progress is not None:
            progress(state.step, shown)
        if out is not None and (state.step % checkpoint_every == 0 or state.step == end):
            _save(out, CHECKPOINT, state, config, sequences, log)
    if out is not None and state.step == config.training.steps:
        _save(out, MODEL, state, config, sequences, log)
        write_history(out / "history.csv", log)
    state.average.eval()
    return Model(state.average, config, _people(state, sequences))

"""Training of encoders without labels: draw windows, take a step on the pretext task; goes on where it stopped."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from kinertia.learning import store
from kinertia.pretraining import checkpoint
from kinertia.pretraining.build import build
from kinertia.pretraining.checkpoint import ENCODER, FORMAT, STATE, Card, Pretrained
from kinertia.pretraining.config import PretrainingConfig, check
from kinertia.pretraining.contrastive import Contrastive
from kinertia.pretraining.encoder import Encoder
from kinertia.pretraining.masked import Masked
from kinertia.pretraining.resnet import ResNetEncoder
from kinertia.pretraining.transformer import TransformerEncoder
from kinertia.pretraining.windows import Windows

LOG_EVERY = 20  # steps
Progress = Callable[[int, dict[str, float]], None]


@dataclass
class _State:
    """Everything that changes in training."""

    task: nn.Module
    optimiser: torch.optim.AdamW
    generator: torch.Generator
    step: int = 0

    def tensors(self) -> dict[str, Tensor]:
        out = {f"task.{name}": x for name, x in self.task.state_dict().items()}
        out["generator"] = self.generator.get_state()
        for index, slot in self.optimiser.state_dict()["state"].items():
            out |= {f"optimiser.{index}.{name}": torch.as_tensor(x) for name, x in slot.items()}
        return {name: x.detach().clone() for name, x in out.items()}

    def restore(self, tensors: dict[str, Tensor], step: int) -> None:
        self.task.load_state_dict({k.removeprefix("task."): v for k, v in tensors.items() if k.startswith("task.")})
        self.generator.set_state(tensors["generator"])
        saved = self.optimiser.state_dict()
        slots: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith("optimiser."):
                _, index, name = key.split(".", 2)
                slots.setdefault(int(index), {})[name] = value
        if step > 0 and len(slots) != len(self.optimiser.param_groups[0]["params"]):
            raise KeyError("optimiser")
        saved["state"] = slots
        self.optimiser.load_state_dict(saved)
        self.step = step


def cosine(step: int, steps: int, peak: float, rise: float) -> float:
    """Learning rate: linear from zero to ``peak`` over ``rise`` of the steps, then a cosine to zero."""
    turn = rise * steps
    if step < turn:
        return peak * (step + 1) / (turn + 1)
    return 0.5 * peak * (1.0 + math.cos(math.pi * (step - turn) / max(steps - turn, 1.0)))


def make_task(encoder: Encoder, config: PretrainingConfig) -> nn.Module:
    """Encoder with the pretext task of its method."""
    if isinstance(encoder, ResNetEncoder):
        return Contrastive(encoder, config)
    if isinstance(encoder, TransformerEncoder):
        return Masked(encoder, config)
    raise ValueError("the physics method is trained by kinertia train; its encoder is taken from that model")


def pretrain(
    windows: Windows,
    config: PretrainingConfig,
    out: Path | None = None,
    *,
    resume: bool = False,
    checkpoint_s: float | None = None,
    stop_after: int | None = None,
    progress: Progress | None = None,
) -> Pretrained:
    """Train an encoder on windows without labels.

    Parameters
    ----------
    windows : of any number of recordings.
    config : contrastive or masked.
    out : folder for encoder and checkpoint; None keeps everything in memory.
    resume : go on from the checkpoint in ``out``; the result equals an uninterrupted training.
    checkpoint_s : time between checkpoints [s]; default 30.
    stop_after : stop (with a checkpoint) at this step.
    progress : called after every step with the step number and the last recorded loss.

    Raises
    ------
    ValueError
        If the configuration cannot be, the checkpoint does not fit, or training diverges.
    """
    check(config)
    state = _start(windows, config)
    log: list[dict[str, float]] = []
    if resume:
        if out is None:
            raise ValueError("resuming needs the folder of the checkpoint")
        log = _resume(out, state, windows, config)
    shown: dict[str, float] = {}
    clock = store.Clock(checkpoint_s)
    end = config.steps if stop_after is None else min(stop_after, config.steps)
    while state.step < end:
        loss = step(state, windows, config)
        if state.step % LOG_EVERY == 0 or state.step == config.steps or not math.isfinite(loss):
            if not math.isfinite(loss):
                raise ValueError(f"training diverged at step {state.step}: loss {loss}; lower the learning rate")
            shown = {"loss": loss}
            log.append({"step": float(state.step), **shown})
        if progress is not None:
            progress(state.step, shown)
        if out is not None and (clock.due() or state.step == end):
            checkpoint.write(out, state.tensors(), _card(STATE, state.step, windows, config, log))
            if not resume:  # an encoder that was there is replaced by this training
                store.retire(out, ENCODER)
    encoder = state.task.encoder
    assert isinstance(encoder, Encoder)
    if out is not None and state.step == config.steps:
        checkpoint.write(out, encoder.state_dict(), _card(ENCODER, state.step, windows, config, log))
    return Pretrained(encoder.eval(), config)


def step(state: _State, windows: Windows, config: PretrainingConfig) -> float:
    """One optimisation step; returns its loss."""
    for group in state.optimiser.param_groups:
        group["lr"] = cosine(state.step, config.steps, config.learning_rate, config.rise)
    chosen = torch.randint(len(windows), (config.batch,), generator=state.generator)
    state.task.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed * 1_000_003 + state.step)  # of dropout, which takes no generator
        loss = state.task(windows.gather(chosen), state.generator)
        state.optimiser.zero_grad(set_to_none=True)
        loss.backward()
    state.optimiser.step()
    state.step += 1
    return float(loss.detach())


def _start(windows: Windows, config: PretrainingConfig) -> _State:
    encoder = build(config)
    encoder.scale = windows.scale()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed + 1)
        task = make_task(encoder, config)
    optimiser = torch.optim.AdamW(task.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    return _State(task, optimiser, torch.Generator().manual_seed(config.seed))


def _card(kind: str, step: int, windows: Windows, config: PretrainingConfig, log: list[dict[str, float]]) -> Card:
    return Card(FORMAT, kind, step, config, windows.fingerprint, len(windows), len(windows.tracks), tuple(log))


def _resume(folder: Path, state: _State, windows: Windows, config: PretrainingConfig) -> list[dict[str, float]]:
    tensors, card = checkpoint.read(folder, STATE)
    if card.config != config:
        raise ValueError(f"{folder}: the checkpoint was trained with another configuration; give the same, or another --out")
    if card.data != windows.fingerprint:
        raise ValueError(f"{folder}: the checkpoint was trained on other recordings; give the same ones, or another --out")
    try:
        state.restore(tensors, card.step)
    except (RuntimeError, KeyError, ValueError) as error:
        raise ValueError(f"{folder}: the checkpoint is damaged ({error}); pretrain again or restore the folder") from error
    return list(card.history)

"""Training of encoders without labels: draw windows, take a step on the pretext task."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from experiments.encoders import checkpoint
from experiments.encoders.build import build
from experiments.encoders.checkpoint import FORMAT, Card, Pretrained
from experiments.encoders.config import PretrainingConfig, check
from experiments.encoders.contrastive import Contrastive
from experiments.encoders.encoder import Encoder
from experiments.encoders.masked import Masked
from experiments.encoders.resnet import ResNetEncoder
from experiments.encoders.schedule import cosine
from experiments.encoders.transformer import TransformerEncoder
from experiments.encoders.windows import Windows
from kinertia.train import loop
from kinertia.train.loop import Progress, Running
from kinertia.train.state import Part, State


@dataclass(kw_only=True)
class PretrainingState(State):
    """Encoder with its pretext task."""

    encoder: Encoder
    task: nn.Module
    generator: torch.Generator

    @property
    def parts(self) -> dict[str, Part]:
        return {"task": self.task, "generator": self.generator}


@dataclass
class Training(loop.Training[PretrainingState, Card]):
    """What is trained on, and how."""

    windows: Windows
    config: PretrainingConfig

    store = checkpoint.STORE
    log_every = 20  # steps

    @property
    def steps(self) -> int:
        return self.config.steps

    def step(self, state: PretrainingState) -> dict[str, Tensor]:
        config = self.config
        chosen = torch.randint(len(self.windows), (config.batch,), generator=state.generator)
        state.task.train()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed * 1_000_003 + state.step)  # of dropout, which takes no generator
            loss = state.task(self.windows.gather(chosen), state.generator)
            state.descend(loss, [cosine(state.step, config.steps, config.learning_rate, config.rise)], state.task)
        return {"loss": loss.detach()}

    def model(self, state: PretrainingState) -> dict[str, Tensor]:
        return state.encoder.state_dict()

    def card(self, kind: str, state: PretrainingState) -> Card:
        return Card(
            format=FORMAT,
            kind=kind,
            step=state.step,
            config=self.config,
            history=tuple(state.history),
            data=self.windows.fingerprint,
            windows=len(self.windows),
            recordings=len(self.windows.tracks),
        )

    def differs(self, card: Card) -> str:
        """What of the training of a card was different, and what to give instead; empty where nothing was."""
        if card.config != self.config:
            return "trained with another configuration; give the same"
        return "trained on other recordings; give the same ones" if card.data != self.windows.fingerprint else ""


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
    resume, checkpoint_s, stop_after, progress : see :class:`kinertia.train.loop.Running`.

    Raises
    ------
    ValueError
        If the configuration cannot be, the checkpoint does not fit, or training diverges.
    """
    check(config)
    encoder = build(config)
    encoder.scale = windows.scale()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed + 1)
        task = make_task(encoder, config)
    optimiser = torch.optim.AdamW(task.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    generator = torch.Generator().manual_seed(config.seed)
    state = PretrainingState(encoder=encoder, task=task, optimiser=optimiser, generator=generator)
    training = Training(windows, config)
    how = Running(out, resume, stop_after, checkpoint_s, progress)
    if resume and out is not None:
        checkpoint.STORE.resume(out, state, training.differs)
    loop.run(training, state, how)
    return Pretrained(encoder.eval(), config)

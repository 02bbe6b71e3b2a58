"""Learning labels: passes over examples until people who were held back are predicted no better."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from kinertia.recording import sensor_set
from kinertia.supervised import augment, channels, checkpoint
from kinertia.supervised.checkpoint import FITTED, FORMAT, STATE, Card, Fitted
from kinertia.supervised.config import FitConfig, TrainingConfig, check
from kinertia.supervised.examples import Examples, Scale
from kinertia.supervised.networks import Network
from kinertia.train import loop
from kinertia.train.loop import IN_MEMORY, Running
from kinertia.train.schedule import one_cycle
from kinertia.train.state import Part, State
from kinertia.train.store import fingerprint

BATCH = 512  # examples that are predicted at once


@dataclass(kw_only=True)
class FitState(State):
    """The network, and that which was best for the people held back; random numbers are new in every pass."""

    network: Network
    kept: Network

    @property
    def parts(self) -> dict[str, Part]:
        return {"network": self.network, "kept": self.kept}


@dataclass
class Training(loop.Training[FitState, Card]):
    """What is learned, and from what; a step is a pass over the examples."""

    # train, held: examples to learn from, and those that say when to stop
    train: Examples
    held: Examples
    # scale, config, regime: of the model
    scale: Scale
    config: FitConfig
    regime: str
    settings: TrainingConfig  # numbers of this training, or of adapting
    first: float | None = None  # loss of ``held`` that has to be beaten; None from random weights
    # fingerprint of the model that training starts from; empty for random weights, whose rate then rises and falls
    start: str = ""

    store = checkpoint.STORE

    @property
    def steps(self) -> int:
        return self.settings.epochs

    def step(self, state: FitState) -> dict[str, Tensor]:
        settings, train = self.settings, self.train
        seed = 1_000_003 * settings.seed + state.step
        generator = torch.Generator().manual_seed(seed)
        order = torch.randperm(len(train), generator=generator).split(settings.batch)
        total = 0.0
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)  # of dropout, which takes no generator
            state.network.train()
            for i, index in enumerate(order):
                given, named = (train.inputs[index], train.targets[index]), (train.layout, train.targets_named)
                options = self.config.inputs, self.config.augmentation
                seen = augment.vary(*given, named, train.rate_hz[index], *options, generator)
                loss = self._loss(state.network(self.scale.read(seen[0])), *seen, train.peaks[index])
                rate = self._rate(state.step * len(order) + i, len(order))
                state.descend(loss, [rate], state.network, settings.gradient_clip)
                total += float(loss.detach()) * len(index)
        held = self.judged(state.network)
        best, _ = self._best(state.history)
        if best is None or held < best:
            state.kept.load_state_dict(state.network.state_dict())
        result = {"train": total / len(train), "held": held}
        return {name: torch.tensor(x, dtype=torch.float64) for name, x in result.items()}

    def converged(self, history: list[dict[str, float]]) -> bool:
        return self._best(history)[1] >= self.settings.patience

    def model(self, state: FitState) -> dict[str, Tensor]:
        return self.fitted(state).tensors()

    def card(self, kind: str, state: FitState) -> Card:
        train = self.train
        return Card(
            format=FORMAT,
            kind=kind,
            step=len(state.history),
            config=self.config,
            columns=train.layout.names,
            targets=train.targets_named,
            peaks=train.peaks_named,
            people=tuple(sorted(set(train.owner))),
            regime=self.regime,
            data=f"{train.fingerprint} {self.held.fingerprint}",
            start=self.start,
            history=tuple(state.history),
            weights=fingerprint(state.kept) if kind == FITTED else "",
        )

    def fitted(self, state: FitState) -> Fitted:
        """The model that was best for the people held back."""
        network = copy.deepcopy(state.kept).requires_grad_(False).eval()
        return Fitted(network, self.scale, self.card(FITTED, state))

    def differs(self, card: Card) -> str:
        """What of the training of a card was different, and what to give instead; empty where nothing was."""
        if card.config != self.config or card.regime != self.regime:
            return "trained with another configuration; give the same options"
        if card.data != f"{self.train.fingerprint} {self.held.fingerprint}" or card.start != self.start:
            return "trained on other recordings or from another start; give the same"
        return ""

    @torch.no_grad()
    def judged(self, network: Network) -> float:
        """Loss of those who say when to stop."""
        held = self.held
        return float(self._loss(predict(network, self.scale, held.inputs), held.inputs, held.targets, held.peaks))

    def _best(self, history: list[dict[str, float]]) -> tuple[float | None, int]:
        """Smallest loss of the people held back, and passes since then."""
        best, waited = self.first, 0
        for row in history:
            best, waited = (row["held"], 0) if best is None or row["held"] < best else (best, waited + 1)
        return best, waited

    def _rate(self, step: int, steps: int) -> float:
        peak = self.settings.learning_rate
        return peak if self.start else one_cycle(step, self.settings.epochs * steps, peak)

    def _loss(self, found: tuple[Tensor, Tensor], inputs: Tensor, targets: Tensor, peaks: Tensor) -> Tensor:
        """Mean squared error without units; every curve counts the same, and all peaks together as much as one."""
        scale, train = self.scale, self.train
        if self.config.network.kinematic:  # what inclinations say already is not learned
            targets = targets - channels.angles(inputs, train.layout, train.targets_named)
        loss = _error(found[0].flatten(0, 1), ((targets - scale.targets[0]) / scale.targets[1]).flatten(0, 1))
        if peaks.shape[1]:
            loss = loss + _error(found[1], (peaks - scale.peaks[0]) / scale.peaks[1]) / found[0].shape[-1]
        return loss


def fit(
    train: Examples,
    held: Examples,
    config: FitConfig,
    how: Running = IN_MEMORY,
    *,
    start: Fitted | None = None,
    regime: str = "general",
) -> Fitted:
    """Learn the labels of ``train``, whose scales alone count; ``held`` are examples that say when to stop.

    Steps are passes, and without a state in the folder of ``how`` there is nothing to resume. With a model to ``start`` from,
    and its scales, ``adaptation`` settings hold instead of those of training; the regime is written beside the model.

    ValueError if there is nothing to learn from or to stop by, the configuration cannot be, training diverges, or state or
    model do not fit.
    """
    check(config)
    segments = sensor_set.by_initials(config.inputs.sensors).segments
    train, held = train.with_sensors(segments), held.with_sensors(segments)
    if not len(train) or not len(held):
        raise ValueError(
            f"{len(train)} examples to learn from and {len(held)} to stop by: both are needed; give more recordings"
        )
    if start is None:
        training = Training(train, held, Scale.of(train, config.network.kinematic), config, regime, config.training)
    else:
        reads = train.layout.names, train.targets_named, train.peaks_named
        if (start.card.columns, start.card.targets, start.card.peaks) != reads:
            raise ValueError(
                "the model to start from reads or predicts something else; give the configuration it was made with"
            )
        numbers = {name: getattr(config.adaptation, name) for name in ("epochs", "patience", "batch", "learning_rate")}
        settings = replace(config.training, weight_decay=0.0, **numbers)
        training = Training(train, held, start.scale, config, regime, settings, start=start.fingerprint)
    state = _begin(training, start)
    if start is not None:
        training.first = training.judged(state.network)  # adapting must not be worse than not adapting
    how = replace(how, resume=how.resume and how.out is not None and (how.out / f"{STATE}.json").is_file())
    if how.resume and how.out is not None:
        checkpoint.STORE.resume(how.out, state, training.differs)
    loop.run(training, state, how)
    return training.fitted(state)


def _begin(training: Training, start: Fitted | None) -> FitState:
    train, settings = training.train, training.settings
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        sizes = len(train.layout.names), len(train.targets_named), len(train.peaks_named)
        network = Network(training.config.network, *sizes)
    if start is not None:
        network.load_state_dict(start.network.state_dict())
    head = start is not None and training.config.adaptation.layers == "head"
    parameters = network.last() if head else list(network.parameters())
    optimiser = torch.optim.AdamW(parameters, lr=settings.learning_rate, weight_decay=settings.weight_decay)
    return FitState(network=network, kept=copy.deepcopy(network), optimiser=optimiser)


@torch.no_grad()
def predict(network: Network, scale: Scale, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """Curves and peaks of (N, T, C) inputs, without units."""
    network.eval()
    parts = [network(scale.read(x)) for x in inputs.split(BATCH)]
    return torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])


def _error(found: Tensor, wanted: Tensor) -> Tensor:
    known = torch.isfinite(wanted)
    square = torch.where(known, found - torch.nan_to_num(wanted), 0.0).square()
    return (square.sum(0) / known.sum(0).clamp_min(1)).mean()

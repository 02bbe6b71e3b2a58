"""Learning labels: passes over examples until people who were held back are predicted no better."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from kinertia.learning import store
from kinertia.learning.schedule import one_cycle
from kinertia.recording import sensor_set
from kinertia.supervised import augment, baseline, checkpoint
from kinertia.supervised.checkpoint import FITTED, FORMAT, STATE, Card, Fitted
from kinertia.supervised.config import FitConfig, TrainingConfig, check
from kinertia.supervised.examples import Examples
from kinertia.supervised.networks import Network
from kinertia.supervised.scale import Scale

Progress = Callable[[int, dict[str, float]], None]
BATCH = 512
"""Examples that are predicted at once."""


@dataclass
class _State:
    """Everything that changes; random numbers do not: every pass has its own."""

    network: Network
    kept: dict[str, Tensor]
    optimiser: torch.optim.AdamW
    epoch: int = 0
    best: float | None = None
    waited: int = 0
    history: tuple[dict[str, float], ...] = ()


@dataclass(frozen=True)
class _Run:
    """What is learned, from what, and where it is kept."""

    train: Examples
    held: Examples
    scale: Scale
    config: FitConfig
    regime: str
    rate: float
    falling: bool
    start: str

    @property
    def data(self) -> str:
        return f"{self.train.fingerprint} {self.held.fingerprint}"

    def fitted(self, state: _State) -> Fitted:
        network = copy.deepcopy(state.network)
        network.load_state_dict(state.kept)
        network.requires_grad_(False).eval()
        people = tuple(sorted(set(self.train.owner)))
        names = self.train.layout, self.train.targets_named, self.train.peaks_named
        return Fitted(network, self.scale, self.config, *names, people, self.regime, state.history)

    def save(self, folder: Path, state: _State) -> None:
        card = Card(
            FORMAT,
            STATE,
            state.epoch,
            self.config,
            self.train.layout.names,
            self.train.targets_named,
            self.train.peaks_named,
            tuple(sorted(set(self.train.owner))),
            self.regime,
            self.data,
            self.start,
            state.history,
            state.best,
            state.waited,
        )
        tensors = {f"network.{name}": x for name, x in state.network.state_dict().items()}
        tensors |= {f"kept.{name}": x for name, x in state.kept.items()}
        for i, slot in state.optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{i}.{name}": torch.as_tensor(value) for name, value in slot.items()}
        checkpoint.write(folder, tensors, card)


def fit(
    train: Examples,
    held: Examples,
    config: FitConfig,
    out: Path | None = None,
    *,
    start: Fitted | None = None,
    regime: str = "general",
    resume: bool = False,
    stop_after: int | None = None,
    checkpoint_s: float | None = None,
    progress: Progress | None = None,
) -> Fitted:
    """Learn labels.

    Parameters
    ----------
    train : examples to learn from; scales are theirs alone.
    held : examples that say when to stop.
    config : what is learned and how.
    out : folder for model and state; None keeps everything in memory.
    start : model to go on from, with its scales; its ``adaptation`` settings then hold instead of those of training.
    regime : written beside the model.
    resume : go on from the state in ``out``, where there is one; the result equals an uninterrupted run.
    stop_after : stop, with the state written, after so many passes.
    checkpoint_s : time between writing the state [s]; default 30.
    progress : called after every pass with its number and losses.

    Raises
    ------
    ValueError
        If there is nothing to learn from or to stop by, the configuration cannot be, training diverges, or state or model do
        not fit.
    """
    check(config)
    segments = sensor_set.by_initials(config.inputs.sensors).segments
    train, held = train.with_sensors(segments), held.with_sensors(segments)
    if not len(train) or not len(held):
        raise ValueError(
            f"{len(train)} examples to learn from and {len(held)} to stop by: both are needed; give more recordings"
        )
    run = _run(train, held, config, start, regime)
    settings = _settings(config, start)
    state = _begin(run, settings, start)
    if resume and out is not None and (out / f"{STATE}.json").is_file():
        _restore(out, run, state)
    clock = store.Clock(checkpoint_s)
    end = settings.epochs if stop_after is None else min(stop_after, settings.epochs)
    while state.epoch < end and state.waited < settings.patience:
        found = _pass(run, settings, state)
        if progress is not None:
            progress(state.epoch, found)
        done = state.epoch == end or state.waited >= settings.patience
        if out is not None and (clock.due() or done):
            run.save(out, state)
            if not resume:  # a model that was there is replaced by this training
                store.retire(out, FITTED)
    fitted = run.fitted(state)
    if out is not None and (state.epoch == settings.epochs or state.waited >= settings.patience):
        checkpoint.save(out, fitted, run.data, run.start)
    return fitted


def _run(train: Examples, held: Examples, config: FitConfig, start: Fitted | None, regime: str) -> _Run:
    if start is None:
        scale = Scale.of(train, config.network.kinematic)
        return _Run(train, held, scale, config, regime, config.training.learning_rate, True, "")
    if start.layout != train.layout or start.targets != train.targets_named or start.peaks != train.peaks_named:
        raise ValueError("the model to start from reads or predicts something else; give the configuration it was made with")
    return _Run(train, held, start.scale, config, regime, config.adaptation.learning_rate, False, start.fingerprint)


def _settings(config: FitConfig, start: Fitted | None) -> TrainingConfig:
    if start is None:
        return config.training
    own = config.adaptation
    return replace(config.training, epochs=own.epochs, patience=own.patience, batch=own.batch, learning_rate=own.learning_rate)


def _begin(run: _Run, settings: TrainingConfig, start: Fitted | None) -> _State:
    sizes = len(run.train.layout.names), len(run.train.targets_named), len(run.train.peaks_named)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        network = Network(run.config.network, *sizes)
    parameters = list(network.parameters())
    if start is not None:
        network.load_state_dict(start.network.state_dict())
        if run.config.adaptation.layers == "head":
            parameters = network.last()
    decay = 0.0 if start is not None else settings.weight_decay
    optimiser = torch.optim.AdamW(parameters, lr=run.rate, weight_decay=decay)
    state = _State(network, copy.deepcopy(network.state_dict()), optimiser)
    if start is not None:
        state.best = _held(run, network)  # adapting must not be worse than not adapting
    return state


def _restore(folder: Path, run: _Run, state: _State) -> None:
    tensors, card = checkpoint.read(folder, STATE)
    if card.config != run.config or card.regime != run.regime:
        raise ValueError(f"{folder}: the interrupted fit had another configuration; give the same options, or another --out")
    if card.data != run.data or card.start != run.start:
        raise ValueError(
            f"{folder}: the interrupted fit had other recordings or another start; give the same, or another --out"
        )
    try:
        state.network.load_state_dict(_part(tensors, "network."))
        state.kept = _part(tensors, "kept.")
        slots: dict[int, dict[str, Tensor]] = {}
        for name, value in _part(tensors, "optimiser.").items():
            index, _, slot = name.partition(".")
            slots.setdefault(int(index), {})[slot] = value
        state.optimiser.load_state_dict({"state": slots, "param_groups": state.optimiser.state_dict()["param_groups"]})
    except (RuntimeError, ValueError, KeyError) as error:
        raise ValueError(f"{folder}: {STATE} is damaged ({error}); fit again without --resume") from error
    state.epoch, state.best, state.waited, state.history = card.epoch, card.best, card.waited, card.history


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): x for name, x in tensors.items() if name.startswith(prefix)}


def _pass(run: _Run, settings: TrainingConfig, state: _State) -> dict[str, float]:
    """One pass over the examples, and a look at the people held back."""
    seed = 1_000_003 * settings.seed + state.epoch
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(run.train), generator=generator).split(settings.batch)
    total = 0.0
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        state.network.train()
        for i, index in enumerate(order):
            for group in state.optimiser.param_groups:
                group["lr"] = _rate(run, settings, state.epoch * len(order) + i, len(order))
            total += _step(run, settings, state, index, generator) * len(index)
    held = _held(run, state.network)
    mean = total / len(run.train)
    if not (torch.isfinite(torch.tensor([mean, held])).all()):
        raise ValueError(
            f"training diverged in pass {state.epoch + 1} (loss {mean:g}, held back {held:g}); lower the learning rate"
        )
    state.epoch += 1
    if state.best is None or held < state.best:
        state.best, state.kept, state.waited = held, copy.deepcopy(state.network.state_dict()), 0
    else:
        state.waited += 1
    found = {"train": mean, "held": held}
    state.history = (*state.history, {"epoch": float(state.epoch), **found})
    return found


def _rate(run: _Run, settings: TrainingConfig, step: int, steps: int) -> float:
    return one_cycle(step, settings.epochs * steps, run.rate) if run.falling else run.rate


def _step(run: _Run, settings: TrainingConfig, state: _State, index: Tensor, generator: torch.Generator) -> float:
    train, config = run.train, run.config
    named = train.layout, train.targets_named
    seen = augment.vary(
        train.inputs[index], train.targets[index], named, train.rate_hz[index], config.inputs, config.augmentation, generator
    )
    loss = _loss(run.scale, state.network(run.scale.read(seen[0])), _left(run, *seen), train.peaks[index])
    state.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(state.network.parameters(), settings.gradient_clip)
    state.optimiser.step()
    return float(loss.detach())


@torch.no_grad()
def _held(run: _Run, network: Network) -> float:
    curves, peaks = predict(network, run.scale, run.held.inputs)
    return float(_loss(run.scale, (curves, peaks), _left(run, run.held.inputs, run.held.targets), run.held.peaks))


def _left(run: _Run, inputs: Tensor, targets: Tensor) -> Tensor:
    """Targets without what inclinations say already."""
    if not run.config.network.kinematic:
        return targets
    return targets - baseline.curves(inputs, run.train.layout, run.train.targets_named)


@torch.no_grad()
def predict(network: Network, scale: Scale, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """Curves and peaks of (N, T, C) inputs, without units."""
    network.eval()
    parts = [network(scale.read(x)) for x in inputs.split(BATCH)]
    return torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])


def _loss(scale: Scale, found: tuple[Tensor, Tensor], targets: Tensor, peaks: Tensor) -> Tensor:
    """Mean squared error without units; every curve counts the same, and all peaks together as much as one."""
    loss = _error(found[0].flatten(0, 1), ((targets - scale.targets[0]) / scale.targets[1]).flatten(0, 1))
    if peaks.shape[1]:
        loss = loss + _error(found[1], (peaks - scale.peaks[0]) / scale.peaks[1]) / found[0].shape[-1]
    return loss


def _error(found: Tensor, wanted: Tensor) -> Tensor:
    known = torch.isfinite(wanted)
    square = torch.where(known, found - torch.nan_to_num(wanted), 0.0).square()
    return (square.sum(0) / known.sum(0).clamp_min(1)).mean()

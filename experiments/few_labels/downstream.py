"""Predicting labels from an encoder's features: the last layer alone, or everything; with few labels or many."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from experiments.encoders.encoder import Encoder
from experiments.encoders.schedule import cosine
from experiments.encoders.windows import Inputs, Windows
from experiments.few_labels.targets import CURVES, PEAKS, Labelled, Labels

Regime = Literal["probe", "tuned", "short", "scratch"]
REGIMES: tuple[Regime, ...] = ("probe", "tuned", "short", "scratch")
PRETRAINED: tuple[Regime, ...] = ("probe", "tuned")
"""Those of encoders that were trained before; statistics of random features say nothing, as they change at once."""


@dataclass(frozen=True)
class DownstreamConfig:
    """How labels are learned."""

    batch: int = 32
    """Windows per step."""
    probe_steps: int = 300
    """Steps of the last layer alone."""
    probe_rate: float = 1e-2
    """Highest learning rate of these after pre-training."""
    tune_rate: float = 5e-4
    """Highest learning rate of everything, after pre-training."""
    short_steps: int = 300
    """Steps of everything in the published comparison, which stops before random weights have converged."""
    short_rate: float = 1e-4
    """Learning rate of these."""
    scratch_rate: float = 1e-3
    """Highest learning rate of everything, from random weights."""
    most_steps: int = 5000
    """Steps of everything at most; training stops when people held back are no longer predicted better."""
    check_every: int = 100
    """Steps between looks at the people held back."""
    patience: int = 8
    """Looks without improvement after which training stops: more than the rise of the rate takes."""
    weight_decay: float = 1e-5
    """Of AdamW."""
    most_checked: int = 256
    """Windows of the people held back that are looked at."""


@dataclass(frozen=True)
class Scale:
    """Mean and standard deviation of every target over the windows that are learned from."""

    curves: tuple[Tensor, Tensor]
    peaks: tuple[Tensor, Tensor]

    @classmethod
    def of(cls, labels: Labels) -> Scale:
        return cls(_moments(labels.curves.flatten(0, 1)), _moments(labels.peaks))

    def apply(self, labels: Labels) -> Labels:
        """Without units."""
        return Labels((labels.curves - self.curves[0]) / self.curves[1], (labels.peaks - self.peaks[0]) / self.peaks[1])

    def undo(self, labels: Labels) -> Labels:
        """With units again."""
        return Labels(labels.curves * self.curves[1] + self.curves[0], labels.peaks * self.peaks[1] + self.peaks[0])


class Standard(nn.Module):
    """Takes features to mean 0 and standard deviation 1, as they were when :meth:`settle` saw them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))

    def settle(self, x: Tensor) -> None:
        """Take over mean and standard deviation of (..., width) features; one that hardly changes stays small."""
        flat = x.flatten(0, -2)
        spread = flat.std(0)
        self.mean = flat.mean(0)
        self.spread = spread.clamp_min(0.05 * float(spread.mean()) + 1e-9)

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.spread


class Predictor(nn.Module):
    """Encoder with linear layers: every token predicts the curves of its own samples, the summary the peaks.

    The linear layers read standardised features, so that they are learned at one rate whatever the encoder.
    """

    def __init__(self, encoder: Encoder, window: int, scale: Scale) -> None:
        super().__init__()
        self.encoder = encoder
        self.scale = scale
        self.standards = nn.ModuleList(Standard(width) for _, width in encoder.shapes)
        self.standard = Standard(encoder.summary_width)
        self.curves = nn.ModuleList(nn.Linear(width, window // tokens * len(CURVES)) for tokens, width in encoder.shapes)
        self.peaks = nn.Linear(encoder.summary_width, len(PEAKS))

    @property
    def last(self) -> list[nn.Parameter]:
        """Parameters of the linear layers."""
        return [*self.curves.parameters(), *self.peaks.parameters()]

    def forward(self, inputs: Inputs) -> Labels:
        """Scaled predictions."""
        return self.from_maps(self.encoder.maps(inputs))

    def from_maps(self, maps: list[Tensor]) -> Labels:
        """Scaled predictions from the encoder's features."""
        parts = [
            layer(standard(x)).unflatten(-1, (-1, len(CURVES))).flatten(1, 2)
            for layer, standard, x in zip(self.curves, self.standards, maps, strict=True)
        ]
        return Labels(torch.stack(parts).sum(0), self.peaks(self.standard(self.encoder.summary(maps))))

    @torch.no_grad()
    def settle(self, windows: Windows, most: int = 256) -> None:
        """Standardise features by those of windows, spread evenly; the linear layers then begin with predicting means."""
        self.eval()
        maps = self.encoder.maps(windows.gather(torch.linspace(0, len(windows) - 1, min(most, len(windows))).long()))
        for standard, x in zip(self.standards, maps, strict=True):
            assert isinstance(standard, Standard)
            standard.settle(x)
        self.standard.settle(self.encoder.summary(maps))
        for parameter in self.last:
            nn.init.zeros_(parameter)

    @torch.no_grad()
    def predict(self, data: Labelled, batch: int = 256) -> Labels:
        """Predictions of windows with units."""
        self.eval()
        found = [self(data.windows.gather(index)) for index in torch.arange(len(data.windows)).split(batch)]
        return self.scale.undo(Labels(torch.cat([x.curves for x in found]), torch.cat([x.peaks for x in found])))


def loss(found: Labels, wanted: Labels) -> Tensor:
    """Mean squared error of scaled targets, every curve and every peak counting the same."""
    return _error(found.curves.flatten(0, 1), wanted.curves.flatten(0, 1)) + _error(found.peaks, wanted.peaks)


def fit(
    encoder: Encoder,
    train: Labelled,
    check: Labelled,
    regime: Regime,
    config: DownstreamConfig,
    seed: int = 0,
    probed: Predictor | None = None,
) -> Predictor:
    """Learn labels.

    Parameters
    ----------
    encoder : where training starts; not changed.
    train : windows to learn from; scales are theirs.
    check : windows of other people, who say when to stop.
    regime : ``probe`` linear layers alone; ``tuned`` these first, then everything until the others are no longer predicted
        better; ``short`` these first, then everything for a fixed number of steps; ``scratch`` everything from the beginning.
    config : numbers.
    seed : start of all random numbers.
    probed : result of ``probe`` with the same windows and seed, which ``tuned`` and ``short`` then go on from.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if probed is not None:
            predictor = copy.deepcopy(probed)
        else:
            predictor = Predictor(copy.deepcopy(encoder), train.windows.length, Scale.of(train.labels))
            if regime in PRETRAINED:
                predictor.settle(train.windows)
            if regime != "scratch":
                rate = config.probe_rate if regime in PRETRAINED else config.scratch_rate
                _probe(predictor, train, rate, config, _batches(len(train.windows), config.batch, seed))
        if regime == "short":
            _train(predictor, train, None, config.short_rate, config.short_steps, config, seed)
        elif regime != "probe":
            rate = config.scratch_rate if regime == "scratch" else config.tune_rate
            _train(predictor, train, check, rate, config.most_steps, config, seed)
    return predictor.eval()


def _probe(predictor: Predictor, train: Labelled, rate: float, config: DownstreamConfig, batches: Iterator[Tensor]) -> None:
    optimiser = torch.optim.AdamW(predictor.last, lr=rate, weight_decay=config.weight_decay)
    predictor.eval()
    for step in range(config.probe_steps):
        index = next(batches)
        with torch.no_grad():
            maps = predictor.encoder.maps(train.windows.gather(index))
        _step(
            optimiser,
            cosine(step, config.probe_steps, rate, 0.2),
            lambda m=maps: predictor.from_maps(m),
            predictor,
            train,
            index,
        )


def _train(
    predictor: Predictor,
    train: Labelled,
    check: Labelled | None,
    rate: float,
    steps: int,
    config: DownstreamConfig,
    seed: int,
) -> None:
    """Everything; with people to check on, the weights that were best for them are kept."""
    optimiser = torch.optim.AdamW(predictor.parameters(), lr=rate, weight_decay=config.weight_decay)
    batches = _batches(len(train.windows), config.batch, seed + 1)
    best, kept, waited = float("inf"), None, 0
    for step in range(steps):
        index = next(batches)
        predictor.train()
        inputs = train.windows.gather(index)
        _step(optimiser, cosine(step, steps, rate, 0.2), lambda x=inputs: predictor(x), predictor, train, index)
        if check is None or ((step + 1) % config.check_every and step + 1 < steps):
            continue
        found = _checked(predictor, check, config)
        if found < best:
            best, kept, waited = found, copy.deepcopy(predictor.state_dict()), 0
        else:
            waited += 1
            if waited >= config.patience:
                break
    if kept is not None:
        predictor.load_state_dict(kept)


def _step(
    optimiser: torch.optim.Optimizer,
    rate: float,
    predict: Callable[[], Labels],
    predictor: Predictor,
    train: Labelled,
    index: Tensor,
) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad(set_to_none=True)
    loss(predict(), predictor.scale.apply(train.labels.select(index))).backward()
    torch.nn.utils.clip_grad_norm_(predictor.parameters(), 1.0)
    optimiser.step()


def _checked(predictor: Predictor, check: Labelled, config: DownstreamConfig) -> float:
    """Loss of people held back, over windows that are spread evenly."""
    count = len(check.windows)
    some = check.select(torch.linspace(0, count - 1, min(config.most_checked, count)).long())
    found = predictor.predict(some)
    return float(loss(predictor.scale.apply(found), predictor.scale.apply(some.labels)))


def _batches(count: int, size: int, seed: int) -> Iterator[Tensor]:
    """Without end: all windows in random order, again and again."""
    generator = torch.Generator().manual_seed(seed)
    left = torch.empty(0, dtype=torch.long)
    while True:
        while len(left) < min(size, count):
            left = torch.cat([left, torch.randperm(count, generator=generator)])
        yield left[:size]
        left = left[size:]


def _moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each column where it is known; 0 and 1 where it is not."""
    known = torch.isfinite(x)
    count = known.sum(0).clamp_min(1)
    mean = torch.where(known, x, 0.0).sum(0) / count
    spread = (torch.where(known, x - mean, 0.0).square().sum(0) / count).sqrt()
    return mean, torch.where(spread > 0.0, spread, 1.0)


def _error(found: Tensor, wanted: Tensor) -> Tensor:
    known = torch.isfinite(wanted)
    square = torch.where(known, found - torch.nan_to_num(wanted), 0.0).square()
    return (square.sum(0) / known.sum(0).clamp_min(1)).mean()

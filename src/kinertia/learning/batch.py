"""Windows of several people's sequences as one batch."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor

from kinertia.bodies import Body, stack
from kinertia.learning import differences
from kinertia.learning.inclination import fuse
from kinertia.learning.sequence import Sequence
from kinertia.recording import GRAVITY, LOWER_BODY, SensorSet

RAMP, STANDING_TILT_RAD = 25, 0.08
"""Samples from standing to moving; standard deviation of how segments and sensors on them are turned in standing (5 deg)."""
PAIRED = 0.6  # share of sparse sets of sensors that have whole pairs of left and right


@dataclass(frozen=True)
class Wearers:
    """What is known of the people of N windows or recordings."""

    body: Body  # (N,) bodies
    variance: Tensor  # (N, S, C) of the signals
    position: Tensor  # (N, S, 2) of the sensors
    # misalignment, inclination: (N, S) standard deviation and mean of what is expected of the sensors' inclinations
    misalignment: Tensor
    inclination: Tensor
    size_error: Tensor  # (N,)
    # speed_hint, knee_hint: (N,), NaN where there is none
    speed_hint: Tensor
    knee_hint: Tensor
    wearer: Tensor  # (N,) whose deviations hold for each, from 0

    def at(self, index: Tensor | slice) -> dict[str, Any]:
        """Everything of some of them, by name."""
        parts = {field.name: getattr(self, field.name) for field in fields(Wearers)}
        return {name: x.select(index) if isinstance(x, Body) else x[index] for name, x in parts.items()}


@dataclass(frozen=True)
class Batch(Wearers):
    """B windows of T samples, and whose they are.

    A window is one stretch of one recording. Where the recording is shorter, zeros that count as missing follow it.
    """

    # signals, present: (B, T, S, C)
    signals: Tensor
    present: Tensor

    def part(self, some: slice) -> Batch:
        """Some of the windows."""
        return Batch(**self.at(some), signals=self.signals[some], present=self.present[some])


@dataclass(frozen=True)
class Pool(Wearers):
    """Recordings to draw windows from, and whose they are."""

    sequences: tuple[Sequence, ...]

    @classmethod
    def of(cls, sequences: list[Sequence], one_mounting: bool = False) -> Pool:
        """Collect sequences; ValueError when there are none.

        With ``one_mounting`` recordings of one session have one wearer, otherwise each has its own.
        """
        wearers = wearers_of(sequences, one_mounting)
        stated = torch.stack([s.misalignment for s in sequences])
        inclination, misalignment = fuse(torch.stack([s.placed for s in sequences]), stated, wearers)
        same = ("variance", "position", "size_error", "speed_hint", "knee_hint")
        return cls(
            sequences=tuple(sequences),
            body=stack([s.body for s in sequences]),
            misalignment=misalignment,
            inclination=inclination,
            wearer=torch.tensor(wearers),
            **{name: torch.stack([getattr(s, name) for s in sequences]) for name in same},
        )

    @property
    def wearers(self) -> int:
        """How many there are."""
        return int(self.wearer.max()) + 1

    def to(self, device: torch.device) -> Pool:
        """Move every tensor to a device."""
        sequences = tuple(replace(s, signals=s.signals.to(device), present=s.present.to(device)) for s in self.sequences)
        return replace(self, sequences=sequences, **{f.name: getattr(self, f.name).to(device=device) for f in fields(Wearers)})

    def draw(self, size: int, window: int, generator: torch.Generator) -> Batch:
        """Windows of ``window`` samples as :meth:`choose` draws them."""
        return self.windows(*self.choose(size, window, generator), window)

    def choose(self, size: int, window: int, generator: torch.Generator) -> tuple[list[int], list[int]]:
        """Draw recording and first sample of ``size`` windows; recordings in turn, or some at random of very many."""
        count = len(self.sequences)
        if count > size:
            person = torch.randperm(count, generator=generator)[:size].tolist()
        else:
            first = int(torch.randint(count, (1,), generator=generator))
            person = [(first + b) % count for b in range(size)]
        rooms = [max(self.sequences[p].signals.shape[0] - window, 0) for p in person]
        return person, [int(torch.randint(room + 1, (1,), generator=generator)) for room in rooms]

    def windows(self, person: list[int], start: list[int], window: int) -> Batch:
        """Windows of ``window`` samples from these samples of these recordings on."""
        chosen = [(self.sequences[p], first) for p, first in zip(person, start, strict=True)]
        pieces = torch.stack([_window(sequence.signals, first, window) for sequence, first in chosen])
        masks = torch.stack([_window(sequence.present, first, window) for sequence, first in chosen])
        return Batch(**self.at(torch.tensor(person, device=self.variance.device)), signals=pieces, present=masks)


def wearers_of(sequences: list[Sequence], one_mounting: bool) -> list[int]:
    """Number of each sequence's wearer, from 0 in order of appearance; each its own without ``one_mounting``."""
    names = [s.wearer if one_mounting and s.wearer else str(i) for i, s in enumerate(sequences)]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return [numbers[name] for name in names]


def covered(present: Tensor) -> Tensor:
    """Samples whose differences are time derivatives of a stretch with sensors, (B, T, S, C) to (B, T - 4).

    1 where all the samples that the differences reach carry a sensor; 0 near gaps of all sensors and past a recording's end.
    """
    seen = present.flatten(-2).amax(-1)
    return seen.unfold(-1, 2 * differences.REACH + 1, 1).amin(-1)


def _window(x: Tensor, start: int, window: int) -> Tensor:
    piece = x[start : start + window]
    if piece.shape[0] < window:
        piece = torch.cat([piece, piece.new_zeros(window - piece.shape[0], *piece.shape[1:])])
    return piece


def draw_shown(count: int, share: float, generator: torch.Generator, sensors: SensorSet = LOWER_BODY) -> Tensor:
    """(B, S) 1 where a sensor is shown to the network in ``count`` windows, ``share`` of which are shown some sensors only.

    So one network serves every set of sensors. Of the sparse sets most have pelvis, thighs, shanks and feet each whole or not
    at all; in the others every sensor is there or not by itself. Small sets are as frequent as large ones; none is empty.
    """
    sparse = torch.rand(count, 1, generator=generator) < share
    paired = torch.rand(count, 1, generator=generator) < PAIRED
    names = [segment.partition("_")[0] for segment in sensors.segments]
    parts = list(dict.fromkeys(names))
    pairs = _subset(count, len(parts), generator)[:, [parts.index(name) for name in names]]
    shown = torch.where(paired, pairs, _subset(count, len(sensors), generator))
    return torch.where(sparse, shown, torch.ones_like(shown))


def standing_first(batch: Batch, share: float, generator: torch.Generator, sensors: SensorSet = LOWER_BODY) -> Batch:
    """The same windows, ``share`` of which begin with somebody who stands still for up to half of them and then moves at once.

    Sensors then read gravity along y, turned by up to a few degrees each; between both is a quarter of a second.
    """
    signals = batch.signals
    count, samples = signals.shape[:2]
    chosen = torch.rand(count, 1, generator=generator) < share
    last = torch.where(chosen, torch.randint(RAMP, samples // 2, (count, 1), generator=generator), -RAMP)
    tilt = STANDING_TILT_RAD * torch.randn(count, len(sensors), generator=generator)
    reads = {"acc_x": GRAVITY * tilt.sin(), "acc_y": GRAVITY * tilt.cos()}
    still = torch.stack([reads.get(channel, torch.zeros_like(tilt)) for channel in sensors.channels], dim=-1)
    # 0 while standing, 1 when moving
    moving = ((torch.arange(samples) - last) / RAMP).clamp(0.0, 1.0).to(signals)[..., None, None]
    return replace(batch, signals=moving * signals + (1.0 - moving) * still[:, None].to(signals) * batch.present)


def _subset(count: int, items: int, generator: torch.Generator) -> Tensor:
    """(B, items) 1 for the members of a random subset, of every size from 1 to all but one equally often."""
    size = torch.randint(1, items, (count, 1), generator=generator)
    rank = torch.rand(count, items, generator=generator).argsort(-1).argsort(-1)
    return (rank < size).float()

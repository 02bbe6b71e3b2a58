"""Stretches of recordings: what is learned from, and what is held out to see whether it was worth it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import torch
from torch import Tensor

from kinertia.learning.batch import Batch, Pool
from kinertia.learning.config import Config
from kinertia.learning.network import Network, features
from kinertia.learning.sequence import Sequence

PERIOD_S, HELD_S = 30.0, 6.0
"""Of every so many seconds the last ones are held out; a shorter recording is learned from as a whole."""
LEAD_S = 1.0  # before a stretch, for the network's memory to fill
LENGTH_S = 5.0  # of a stretch on which the network is judged
MOST = 8  # stretches on which it is judged: more take longer and say the same


@dataclass(frozen=True)
class Stretches:
    """Stretches of equal length, with what comes before them."""

    leading: Batch  # (B, lead + T) windows for the network
    batch: Batch  # (B, T) windows that count
    recordings: float = 1.0  # of each wearer, on average

    def outputs(self, network: Network, signals: Tensor | None = None) -> Tensor:
        """(B, T, outputs) raw outputs; of other (B, lead + T, S, C) ``signals``, where given."""
        given = self.leading
        x = features(given.signals if signals is None else signals, given.present, given.body, given.position, network.sensors)
        return network.outputs(x)[:, -self.batch.signals.shape[1] :]


def even(pool: Pool, config: Config) -> Stretches:
    """Stretches that are spread evenly over recordings, as many of each as it is long."""
    lead, length = round(LEAD_S * config.rate_hz), round(LENGTH_S * config.rate_hz)
    sizes = [len(s.signals) for s in pool.sequences]
    if min(sizes) < lead + length:
        lead = min(config.training.warm_up, min(sizes) // 4)
        length = min(length, min(sizes) - lead)
    share = [max(round(MOST * size / sum(sizes)), 1) for size in sizes]
    chosen = [
        (k, round(i * (size - lead - length) / max(count - 1, 1)))
        for k, (size, count) in enumerate(zip(sizes, share, strict=True))
        for i in range(count)
    ]
    person, start = [k for k, _ in chosen], [first for _, first in chosen]
    return Stretches(
        pool.windows(person, start, lead + length),
        pool.windows(person, [first + lead for first in start], length),
        len({sequence.name for sequence in pool.sequences}) / pool.wearers,
    )


def split(pool: Pool, rate_hz: float) -> tuple[Pool, Pool]:
    """What to learn from and what to hold out, both with the people of ``pool``.

    Where no recording is long enough to hold anything out, both are the whole of it, one and the same.
    """
    learned, held = [], []
    period, last = round(PERIOD_S * rate_hz), round(HELD_S * rate_hz)
    for k, sequence in enumerate(pool.sequences):
        samples = len(sequence.signals)
        # a remainder goes with what comes before it
        edges = [*(range(0, samples - period + 1, period) or [0]), samples]
        for begin, end in pairwise(edges):
            if end - begin < period:
                learned.append((k, _part(sequence, begin, end)))
                continue
            learned.append((k, _part(sequence, begin, end - last)))
            held.append((k, _part(sequence, end - last, end)))
    most = _of(pool, learned)
    return most, _of(pool, held) if held else most


def _part(sequence: Sequence, begin: int, end: int) -> Sequence:
    return replace(sequence, signals=sequence.signals[begin:end], present=sequence.present[begin:end])


def _of(pool: Pool, parts: list[tuple[int, Sequence]]) -> Pool:
    index = torch.tensor([k for k, _ in parts], device=pool.variance.device)
    return replace(pool, sequences=tuple(part for _, part in parts), **pool.at(index))

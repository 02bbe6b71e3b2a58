"""Labelled examples: pieces of recordings with what is predicted of them; their means and spreads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from kinertia.supervised import channels
from kinertia.supervised.channels import Layout
from kinertia.supervised.targets import PEAKS

ROWS = ("inputs", "targets", "peaks", "rate_hz", "begin", "end")  # tensors with one row per example
SMALLEST = 1e-4  # spread below which a column counts as constant


@dataclass(frozen=True)
class Examples:
    """N examples of T samples."""

    layout: Layout  # columns of the inputs
    targets_named: tuple[str, ...]  # what the last axis of ``targets`` holds
    peaks_named: tuple[str, ...]  # what the last axis of ``peaks`` holds
    inputs: Tensor  # (N, T, C) in SI units; NaN where missing
    targets: Tensor  # (N, T, K) see :func:`kinertia.supervised.targets.curves`; NaN where not known
    peaks: Tensor  # (N, S) see :data:`kinertia.supervised.targets.PEAKS`; NaN where not known; S is 0 for windows
    rate_hz: Tensor  # (N,) samples per second
    owner: tuple[str, ...]  # (N,) person of each
    begin: Tensor  # (N,) where in its recording it begins, as a share of the recording
    end: Tensor  # (N,) likewise where it ends

    @classmethod
    def of(cls, layout: Layout, targets_named: tuple[str, ...], owner: str, *rows: ArrayLike) -> Examples:
        """Of one person, from arrays in the order of :data:`ROWS`."""
        tensors = {name: torch.as_tensor(np.array(x), dtype=torch.float32) for name, x in zip(ROWS, rows, strict=True)}
        owners, peaks = (owner,) * len(tensors["inputs"]), PEAKS if tensors["peaks"].shape[1] else ()
        return cls(layout, targets_named, peaks, owner=owners, **tensors)

    def __len__(self) -> int:
        return len(self.inputs)

    @cached_property
    def fingerprint(self) -> str:
        """Short hash of everything."""
        result = sha256(repr((self.layout.names, self.targets_named, self.owner)).encode())
        for tensor in (self.inputs, self.targets, self.peaks, self.rate_hz):
            result.update(np.ascontiguousarray(tensor.numpy()).tobytes())
        return result.hexdigest()[:16]

    def between(self, begin: float, end: float) -> Examples:
        """Those that lie entirely within a part of their recordings, given as shares."""
        index = torch.nonzero((self.begin >= begin - 1e-6) & (self.end <= end + 1e-6))[:, 0]
        owner = tuple(self.owner[i] for i in index.tolist())
        return replace(self, owner=owner, **{name: getattr(self, name)[index] for name in ROWS})

    def with_sensors(self, segments: tuple[str, ...]) -> Examples:
        """With the columns of some sensors only."""
        layout, kept = self.layout.choose(segments)
        return replace(self, layout=layout, inputs=self.inputs[..., kept])


def join(parts: Iterable[Examples | None]) -> Examples:
    """All examples, one after the other; ValueError if there are none."""
    given = [part for part in parts if part is not None and len(part)]
    if not given:
        raise ValueError("no example is left to learn from; give more or longer recordings")
    tensors = {name: torch.cat([getattr(part, name) for part in given]) for name in ROWS}
    return replace(given[0], owner=tuple(owner for part in given for owner in part.owner), **tensors)


@dataclass(frozen=True)
class Scale:
    """Means and standard deviations over the examples that are learned from, and over no others."""

    inputs: Tensor  # (2, C)
    targets: Tensor  # (2, K)
    peaks: Tensor  # (2, S)

    @classmethod
    def of(cls, examples: Examples, kinematic: bool = False) -> Scale:
        """Fitted on examples; ``kinematic`` targets are what is left of them once angles from inclinations are taken away."""
        targets = examples.targets
        if kinematic:
            targets = targets - channels.angles(examples.inputs, examples.layout, examples.targets_named)
        return cls(_moments(examples.inputs.flatten(0, 1)), _moments(targets.flatten(0, 1)), _moments(examples.peaks))

    def read(self, inputs: Tensor) -> Tensor:
        """Inputs without units; what is missing is at the mean."""
        return torch.nan_to_num((inputs - self.inputs[0]) / self.inputs[1], nan=0.0)

    def curves(self, outputs: Tensor) -> Tensor:
        """Curves with units from a network's outputs."""
        return outputs * self.targets[1] + self.targets[0]


def _moments(x: Tensor) -> Tensor:
    """(2, C) of (n, C); 0 and 1 where nothing is known or nothing varies."""
    known = torch.isfinite(x)
    count = known.sum(0).clamp_min(1)
    values = torch.where(known, x, 0.0).double()
    mean = values.sum(0) / count
    spread = (torch.where(known, values - mean, 0.0).square().sum(0) / count).sqrt()
    return torch.stack([mean, torch.where(spread > SMALLEST, spread, 1.0)]).float()

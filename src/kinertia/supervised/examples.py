"""Labelled examples: pieces of recordings with what is predicted of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256

import numpy as np
import torch
from torch import Tensor

from kinertia.supervised.layout import Layout


@dataclass(frozen=True)
class Examples:
    """N examples of T samples."""

    layout: Layout  # columns of the inputs
    # targets_named, peaks_named: what the last axis of ``targets`` and ``peaks`` holds
    targets_named: tuple[str, ...]
    peaks_named: tuple[str, ...]
    inputs: Tensor  # (N, T, C) in SI units; NaN where missing
    targets: Tensor  # (N, T, K) see :func:`kinertia.supervised.targets.curves`; NaN where not known
    peaks: Tensor  # (N, S) see :data:`kinertia.supervised.targets.PEAKS`; NaN where not known; S is 0 for windows
    rate_hz: Tensor  # (N,) samples per second
    owner: tuple[str, ...]  # (N,) person of each
    # begin, end: (N,) where in its recording it lies, as a share of the recording
    begin: Tensor
    end: Tensor

    def __len__(self) -> int:
        return len(self.inputs)

    @cached_property
    def fingerprint(self) -> str:
        """Short hash of everything."""
        found = sha256(repr((self.layout.names, self.targets_named, self.owner)).encode())
        for tensor in (self.inputs, self.targets, self.peaks, self.rate_hz):
            found.update(np.ascontiguousarray(tensor.numpy()).tobytes())
        return found.hexdigest()[:16]

    def select(self, index: Tensor) -> Examples:
        """Some of them, as an index or a mask."""
        if index.dtype == torch.bool:
            index = torch.nonzero(index)[:, 0]
        parts = {name: getattr(self, name)[index] for name in ("inputs", "targets", "peaks", "rate_hz", "begin", "end")}
        return replace(self, owner=tuple(self.owner[i] for i in index.tolist()), **parts)

    def of_people(self, people: Collection[str]) -> Examples:
        """Those of some people."""
        return self.select(torch.tensor([owner in people for owner in self.owner], dtype=torch.bool))

    def between(self, begin: float, end: float) -> Examples:
        """Those that lie entirely within a part of their recordings, given as shares."""
        return self.select((self.begin >= begin - 1e-6) & (self.end <= end + 1e-6))

    def with_sensors(self, segments: tuple[str, ...]) -> Examples:
        """With the columns of some sensors only."""
        layout, kept = self.layout.choose(segments)
        return replace(self, layout=layout, inputs=self.inputs[..., kept])


def join(parts: Iterable[Examples]) -> Examples:
    """All examples, one after the other.

    Raises
    ------
    ValueError : if there are none.
    """
    given = list(parts)
    if not any(len(part) for part in given):
        raise ValueError("no example is left to learn from; give more or longer recordings")
    tensors = {
        name: torch.cat([getattr(part, name) for part in given])
        for name in ("inputs", "targets", "peaks", "rate_hz", "begin", "end")
    }
    return replace(given[0], owner=tuple(owner for part in given for owner in part.owner), **tensors)

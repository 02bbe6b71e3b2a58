"""How sizes of imperfections are stated: never negative, and as ranges by kind of segment from which sensors draw their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from kinertia.recording import Array

Range = tuple[float, float]


def not_negative(sizes: Any) -> None:
    """Refuse a dataclass of sizes with one below zero, or none at all, with a ValueError."""
    for field in fields(sizes):
        if not getattr(sizes, field.name) >= 0.0:
            raise ValueError(f"{field.name} must not be negative, got {getattr(sizes, field.name)}")


def drawn(
    segments: Sequence[str], kinds: Mapping[str, Any], names: Sequence[str], what: str, generator: np.random.Generator
) -> Array:
    """(K, N) values drawn evenly between the ends of N named ranges of each segment's kind (``femur`` of ``femur_r``).

    Raises
    ------
    ValueError : a segment without ranges.
    """
    unknown = [segment for segment in segments if segment.partition("_")[0] not in kinds]
    if unknown:
        raise ValueError(f"no {what} is given for {unknown[0]!r}; known are {', '.join(kinds)}")
    ends = [[getattr(kinds[segment.partition("_")[0]], name) for name in names] for segment in segments]
    low, high = np.moveaxis(np.array(ends).reshape(-1, len(names), 2), -1, 0)
    return low + (high - low) * generator.uniform(size=low.shape)

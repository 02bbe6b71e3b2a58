"""Methods that benchmarks know by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, get_args

from kinertia.benchmark import normative
from kinertia.estimation.estimate import Estimate
from kinertia.recording import Recording
from kinertia.sensing import strapdown

MethodName = Literal["strapdown", "normative"]
METHOD_NAMES: tuple[str, ...] = get_args(MethodName)


class Method(Protocol):
    """Estimates all recordings of a benchmark, having seen no truth.

    Training, where a method needs it, happens on these recordings and is part of the call. One estimate per recording, in
    order, on the recording's own samples; ``seed`` makes it repeatable.
    """

    def __call__(self, recordings: Sequence[Recording], *, seed: int) -> list[Estimate]: ...


def integrate_gyroscopes(recordings: Sequence[Recording], *, seed: int) -> list[Estimate]:
    """Strapdown baseline; draws nothing at random."""
    del seed
    return [strapdown.solve(recording) for recording in recordings]


def place_population_curve(recordings: Sequence[Recording], *, seed: int) -> list[Estimate]:
    """Sensorless population curve; draws nothing at random."""
    del seed
    return [normative.solve(recording) for recording in recordings]


METHODS: dict[str, Method] = {"strapdown": integrate_gyroscopes, "normative": place_population_curve}

"""Methods that benchmarks know by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, Protocol, get_args

from kinertia.benchmark import normative
from kinertia.estimation.estimate import Estimate
from kinertia.recording import Recording
from kinertia.sensing import orientation, strapdown
from kinertia.sensing.alignment import align

MethodName = Literal["strapdown", "orientation", "normative"]
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
    return [_solve_aligned(strapdown.solve, recording) for recording in recordings]


def subtract_inclinations(recordings: Sequence[Recording], *, seed: int) -> list[Estimate]:
    """Orientation filter, for continuous recordings; draws nothing at random."""
    del seed
    return [_solve_aligned(orientation.solve, recording) for recording in recordings]


def place_population_curve(recordings: Sequence[Recording], *, seed: int) -> list[Estimate]:
    """Sensorless population curve; draws nothing at random."""
    del seed
    return [_solve_aligned(normative.solve, recording) for recording in recordings]


def _solve_aligned(solve: Callable[[Recording], Estimate], recording: Recording) -> Estimate:
    aligned, alignment = align(recording)
    estimate = solve(aligned)
    return replace(estimate, warnings=(*alignment.warnings, *estimate.warnings))


METHODS: dict[str, Method] = {
    "strapdown": integrate_gyroscopes,
    "orientation": subtract_inclinations,
    "normative": place_population_curve,
}

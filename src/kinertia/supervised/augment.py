"""Random changes of inputs: what differs between the sensors of one person and another's, and between simulated and real ones.

Turned by an angle a about z, a sensor reads R(a)^T s, and its inclination is larger by a. Shifted by d in its segment,

    s' = s + alpha x d - omega^2 d

On tissue, a damped mass on a spring: acceleration and rate pass (2 d w p + w^2) / (p^2 + 2 d w p + w^2), as in
:mod:`kinertia.sensing.skin`, whose turn follows from the rate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from kinertia.supervised import channels
from kinertia.supervised.channels import ACC, GYRO, INCLINATION, Layout
from kinertia.supervised.config import Augmentation, InputConfig

FREQUENCY_HZ, DAMPING = (8.0, 40.0), (0.15, 0.5)  # ranges from which tissue is drawn


def vary(
    x: Tensor,
    targets: Tensor,
    named: tuple[Layout, Sequence[str]],
    rate_hz: Tensor,
    inputs: InputConfig,
    config: Augmentation,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """Inputs (B, T, C) and targets (B, T, K) in SI units (not changed) with random changes, see :class:`.Augmentation`.

    ``named`` are columns of the inputs and names of the targets, ``rate_hz`` (B,) samples per second; ``inputs`` says whether
    they are cycles.
    """
    if config == Augmentation():
        return x, targets
    x, (columns, names) = x.clone(), named
    draw = _Draws(len(x), generator)
    periodic = inputs.reading == "cycles"
    gain = 1.0 + config.gain * draw.normal(len(columns.segments))
    for k, segment in enumerate(columns.segments):
        if periodic and config.position_m > 0.0:
            _shift(x, columns, segment, rate_hz, config.position_m * draw.normal(2))
        if periodic and config.tissue > 0.0:
            _ride(x, columns, segment, rate_hz, draw, config.tissue)
        if config.gain > 0.0:
            _enlarge(x, columns, segment, gain[:, k])
    if config.misalignment_deg > 0.0:
        _turn_all(x, columns, config.misalignment_deg, config.most_misalignment_deg, draw)
    if config.posture_deg > 0.0:
        angles = channels.angles(x, columns, names)
        _turn_all(x, columns, config.posture_deg, 2.0 * config.posture_deg, draw)
        targets = targets + channels.angles(x, columns, names) - angles
    if periodic and config.shift_s > 0.0:
        x = _advance(x, config.shift_s * draw.normal(1)[:, 0] * rate_hz)
    for name, i in ((name, i) for i, name in enumerate(columns.names)):
        noise = {ACC: config.acc_noise, GYRO: config.gyro_noise}.get(name.partition(".")[2].partition("_")[0], 0.0)
        if noise > 0.0:
            x[..., i] += noise * draw.normal(x.shape[1])
    return x, targets


class _Draws:
    """Random numbers of B examples."""

    def __init__(self, count: int, generator: torch.Generator) -> None:
        self.count, self.generator = count, generator

    def normal(self, size: int) -> Tensor:
        return torch.randn(self.count, size, generator=self.generator)

    def uniform(self, low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(self.count, generator=self.generator)


def _turn_all(x: Tensor, columns: Layout, size_deg: float, most_deg: float, draw: _Draws) -> None:
    size, most = math.radians(size_deg), math.radians(most_deg)
    kinds = {segment.partition("_")[0] for segment in columns.segments}
    shared = {kind: draw.normal(1)[:, 0] for kind in sorted(kinds)}
    for segment in columns.segments:
        # one strap is put on like the other
        both = math.sqrt(0.5) * (shared[segment.partition("_")[0]] + draw.normal(1)[:, 0])
        _turn(x, columns, segment, (size * both).clamp(-most, most))


def _at(columns: Layout, segment: str, *names: str) -> list[int]:
    """Columns of channels of a segment; none unless all of them are there."""
    result = [k for name in names if (k := columns.index(f"{segment}.{name}")) is not None]
    return result if len(result) == len(names) else []


def _turn(x: Tensor, columns: Layout, segment: str, angle: Tensor) -> None:
    cos, sin = torch.cos(angle)[:, None], torch.sin(angle)[:, None]
    for kind in (ACC, GYRO):
        if at := _at(columns, segment, f"{kind}_x", f"{kind}_y"):
            # R^T v
            a, b = (x[..., i].clone() for i in at)
            x[..., at[0]], x[..., at[1]] = cos * a + sin * b, cos * b - sin * a
    for k in _at(columns, segment, INCLINATION):
        x[..., k] += angle[:, None]


def _shift(x: Tensor, columns: Layout, segment: str, rate_hz: Tensor, place: Tensor) -> None:
    if at := _at(columns, segment, "acc_x", "acc_y", "gyro_z"):
        rate = x[..., at[2]]
        frequency = _frequencies(x, rate_hz)
        turning = torch.fft.irfft(2j * math.pi * frequency * torch.fft.rfft(rate, dim=1), n=x.shape[1], dim=1)
        # alpha x d - omega^2 d
        dx, dy = place[:, :1], place[:, 1:]
        x[..., at[0]] += -turning * dy - rate.square() * dx
        x[..., at[1]] += turning * dx - rate.square() * dy


def _ride(x: Tensor, columns: Layout, segment: str, rate_hz: Tensor, draw: _Draws, share: float) -> None:
    on = draw.uniform(0.0, 1.0) < share
    p = 2j * math.pi * _frequencies(x, rate_hz)
    for names in (("acc_x",), ("acc_y",), ("gyro_z", INCLINATION)):
        w, d = 2 * math.pi * draw.uniform(*FREQUENCY_HZ)[:, None], draw.uniform(*DAMPING)[:, None]
        response = (2 * d * w * p + w * w) / (p * p + 2 * d * w * p + w * w)
        response = torch.where(on[:, None], response, torch.ones_like(response))
        for i in (i for name in names for i in _at(columns, segment, name)):
            x[..., i] = torch.fft.irfft(torch.fft.rfft(x[..., i], dim=1) * response, n=x.shape[1], dim=1)


def _enlarge(x: Tensor, columns: Layout, segment: str, gain: Tensor) -> None:
    for i, name in enumerate(columns.names):
        if name.startswith(f"{segment}."):
            mean = x[..., i].mean(dim=1, keepdim=True)
            x[..., i] = mean + gain[:, None] * (x[..., i] - mean)


def _advance(x: Tensor, samples: Tensor) -> Tensor:
    """(B, T, C) read later by so many samples, around the cycle."""
    harmonics = torch.arange(x.shape[1] // 2 + 1)
    turn = torch.exp(2j * math.pi * harmonics * samples[:, None] / x.shape[1])
    return torch.fft.irfft(torch.fft.rfft(x, dim=1) * turn[..., None], n=x.shape[1], dim=1)


def _frequencies(x: Tensor, rate_hz: Tensor) -> Tensor:
    """(B, T // 2 + 1) [Hz]."""
    return torch.arange(x.shape[1] // 2 + 1) / x.shape[1] * rate_hz[:, None]

"""Sampling instants of real devices: every sensor has its own clock that starts late, runs off and jitters."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import sparse, special

from kinertia.recording import Array
from kinertia.sensing.errors import not_negative

LOBES = 16  # half width of the interpolating kernel, in samples of the lower rate
KAISER_BETA = 7.0  # shape of the kernel's window
_MAX_JITTER = 0.4  # of a sampling step, so that samples keep their order


@dataclass(frozen=True)
class Clock:
    """How clocks differ; standard deviations, zero switches a deviation off.

    Quartz oscillators are off by 10 to 50 parts per million, sensors started over radio by a millisecond or so.
    """

    jitter_s: float = 0.2e-3  # from sample to sample [s]
    drift: float = 20e-6  # relative error of a sensor's rate
    offset_s: float = 1.0e-3  # late or early start of a sensor [s]

    def __post_init__(self) -> None:
        not_negative(self)


EXACT = Clock(0.0, 0.0, 0.0)  # all sensors sample on the nominal grid


def instants(samples: int, rate_hz: float, sensors: int, clock: Clock, generator: np.random.Generator) -> Array:
    """(samples, sensors) increasing times at which each sensor really samples, beside n / rate [s]."""
    offset, drift = clock.offset_s * generator.standard_normal(sensors), clock.drift * generator.standard_normal(sensors)
    jitter = clock.jitter_s * generator.standard_normal((samples, sensors))
    jitter = np.clip(jitter, -_MAX_JITTER / rate_hz, _MAX_JITTER / rate_hz)
    # t_n = offset + (1 + drift) n / f + jitter_n
    return offset + (1.0 + drift) * np.arange(samples)[:, None] / rate_hz + jitter


def at(values: Array, rate_hz: float, time_s: Array, cutoff_hz: float | None = None) -> Array:
    """Band-limited interpolation of evenly sampled signals at any instants.

    A constant stays that constant; on the samples' own instants and without a cutoff they come back as they are.

    Parameters
    ----------
    values : (..., T, C) samples at n / rate.
    time_s : (N,) instants [s]; outside the signals their first or last sample goes on.
    cutoff_hz : highest frequency to keep, so that a lower rate does not alias [Hz]; default and maximum half the rate.

    ValueError: a rate or cutoff that is not positive.
    """
    cutoff = 0.5 * rate_hz if cutoff_hz is None else min(cutoff_hz, 0.5 * rate_hz)
    if not cutoff > 0.0:
        raise ValueError(f"rate and cutoff must be positive, got {rate_hz} and {cutoff_hz}")
    samples, channels = values.shape[-2:]
    position = np.asarray(time_s) * rate_hz
    share = 2.0 * cutoff / rate_hz
    half = math.ceil(LOBES / share)
    column = np.floor(position).astype(np.int64)[:, None] + np.arange(1 - half, half + 1)
    distance = column - position[:, None]
    # h(x) = sinc(share x) w(x / half), with a Kaiser window
    inside = np.clip(1.0 - (distance / half) ** 2, 0.0, None)
    weight = np.sinc(share * distance) * special.i0(KAISER_BETA * np.sqrt(inside))
    weight /= weight.sum(axis=1, keepdims=True)
    rows = np.repeat(np.arange(len(position)), column.shape[1])
    matrix = sparse.csr_matrix(
        (weight.ravel(), (rows, np.clip(column, 0, samples - 1).ravel())), shape=(len(position), samples)
    )
    flat = np.moveaxis(values, -2, 0).reshape(samples, -1)
    return np.moveaxis((matrix @ flat).reshape(len(position), *values.shape[:-2], channels), 0, -2)

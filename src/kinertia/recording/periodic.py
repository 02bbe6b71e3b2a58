"""One periodic gait cycle, repeated."""

from __future__ import annotations

import numpy as np

from kinertia.recording.recording import Array

LEAD_S = 3.0
TILE_S = 30.0
"""Length to which a periodic cycle is repeated, in training and where it is recognised again [s]."""


def lead_cycles(period_s: float) -> int:
    """Complete cycles that a network sees before the one that is reported."""
    return int(np.ceil(LEAD_S / period_s))


def tile(signals: Array, cycle_rate_hz: float, rate_hz: float, duration_s: float, phase_s: float = 0.0) -> Array:
    """Repeat one periodic cycle (T, ...) at another rate by trigonometric interpolation.

    Parameters
    ----------
    signals : (T, ...) one period, sampled at ``cycle_rate_hz``.
    rate_hz, duration_s : rate and length of the result.
    phase_s : time within the cycle of the first returned sample [s].
    """
    samples = signals.shape[0]
    period = samples / cycle_rate_hz
    spectrum = np.fft.rfft(signals, axis=0)
    # harmonics below half the new rate
    keep = min(len(spectrum), int(np.ceil(0.5 * rate_hz * period - 1e-9)))
    time = phase_s + np.arange(round(duration_s * rate_hz)) / rate_hz
    angle = 2 * np.pi * np.outer(time / period, np.arange(keep))
    weight = np.full(keep, 2.0)
    weight[0] = 1.0
    if keep == len(spectrum) and samples % 2 == 0:
        weight[-1] = 1.0
    basis = np.exp(1j * angle) * weight
    flat = spectrum[:keep].reshape(keep, -1)
    return (basis @ flat).real.reshape(len(time), *signals.shape[1:]) / samples

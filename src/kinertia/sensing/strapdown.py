"""Closed-form joint angles: integrated gyroscopes, levelled by the mean specific force.

No model of the body, no labels, no training: the baseline that any learned method has to beat. In steady movement the mean
acceleration of a segment over a gait cycle has no forward component, so the mean specific force in the ground frame points
straight up; this fixes the one unknown that integration leaves, the inclination of each segment.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kinertia.estimation.estimate import Estimate
from kinertia.recording import Array, Recording
from kinertia.sensing import sagittal

LEVELLING_WINDOW_S = 6.0  # window over which a continuous recording is taken to move steadily: several strides


def solve(recording: Recording) -> Estimate:
    """:func:`kinertia.sensing.sagittal.joint_angles` of one periodic gait cycle, or of a continuous recording.

    RecordingError: signals not in segment frames, a sample missing, or no joint with a sensor on either side of it.
    """
    return sagittal.joint_angles(recording, "strapdown", segment_angle)


def segment_angle(recording: Recording, segment: str) -> Array:
    """(T,) inclination of one segment about the right-pointing axis, zero when upright [rad]."""
    rate = sagittal.angular_rate(recording, segment)
    force = sagittal.specific_force(recording, segment)
    if recording.periodic:
        return _level(_integrate_cycle(rate, recording.rate_hz), force, lambda signal: np.mean(signal, keepdims=True))
    # theta(t) = integral of the rate (trapezoid)
    angle = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]))]) / recording.rate_hz
    window = np.hanning(2 * round(0.5 * LEVELLING_WINDOW_S * recording.rate_hz) + 1)

    def mean(signal: Array) -> Array:
        """Weighted by the window around each sample, over the samples that exist."""
        around = slice(len(window) // 2, len(window) // 2 + len(signal))
        return np.convolve(signal, window)[around] / np.convolve(np.ones_like(signal), window)[around]

    return _level(angle, force, mean)


def _integrate_cycle(rate: Array, rate_hz: float) -> Array:
    """Periodic, zero-mean integral of the rate less its mean, by its Fourier series: Theta_k = Omega_k / (i w_k)."""
    samples = len(rate)
    spectrum = np.fft.rfft(rate)
    spectrum[1:] /= 2j * np.pi * np.fft.rfftfreq(samples, 1.0 / rate_hz)[1:]
    spectrum[0] = 0.0
    if samples % 2 == 0:
        spectrum[-1] = 0.0  # the integral of the Nyquist cosine is a sine that the samples cannot show
    return np.fft.irfft(spectrum, samples)


def _level(angle: Array, force: Array, mean: Callable[[Array], Array]) -> Array:
    """Add the inclination c for which the mean ground-frame force R(theta + c) s has no forward component."""
    c, s = np.cos(angle), np.sin(angle)
    forward = mean(c * force[:, 0] - s * force[:, 1])
    upward = mean(s * force[:, 0] + c * force[:, 1])
    # R(c) (X, Y) = (0, |.|)  =>  c = atan2(X, Y)
    return angle + np.unwrap(np.arctan2(forward, upward))

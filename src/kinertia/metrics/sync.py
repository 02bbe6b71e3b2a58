"""One time shift per trial between the sensors' clock and the reference's clock.

Sensors and reference system may be out of step by a few samples, and a correct estimate is then scored as wrong. The shift is
found once per trial, from the strapdown baseline (integration of the gyroscopes cannot lag behind them), and applied to every
method alike: it cannot hide a method's own delay. It is part of scoring only.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinertia.estimation.estimate import Estimate
from kinertia.metrics import errors
from kinertia.recording import Array, Recording, RecordingError
from kinertia.sensing import strapdown
from kinertia.sensing.alignment import align

MAX_SHIFT_S = 0.040  # of devices that were meant to be synchronous
STEP_S = 0.001  # of shifts tried


def advance(curve: Array, shift_s: float, rate_hz: float, *, periodic: bool) -> Array:
    """The (T,) curve read ``shift_s`` [s] later: y(t) = x(t + shift), positive when it lags behind what it is compared with.

    One period of a repeating curve is shifted by its Fourier series, any other by linear interpolation, with NaN where the
    shifted time lies outside the recording.
    """
    if shift_s == 0.0:
        return curve
    samples = curve.shape[-1]
    if periodic:
        # x(t + s) = sum_k X_k exp(i w_k (t + s))
        turn = np.exp(2j * np.pi * np.fft.rfftfreq(samples, 1.0 / rate_hz) * shift_s)
        return np.fft.irfft(np.fft.rfft(curve) * turn, samples)
    index = np.arange(samples, dtype=float)
    return np.interp(index + shift_s * rate_hz, index, curve, left=np.nan, right=np.nan)


def on_sensor_clock(recording: Recording, shift_s: float) -> Recording:
    """Copy whose truth is moved to the sensors' clock, so that a model which learns from it does not learn the lag too.

    ``shift_s`` is the time by which the sensors lag behind the truth (:func:`sync_shift`) [s].
    """
    if recording.truth is None or shift_s == 0.0:
        return recording
    moved = recording.truth.over_time(lambda c: advance(c, -shift_s, recording.rate_hz, periodic=recording.periodic))
    return replace(recording, truth=moved)


def sync_shift(baseline: Estimate, recording: Recording) -> float | None:
    """Time by which the sensors lag behind the reference [s]; ``baseline`` is the strapdown estimate of this recording.

    It is the shift in -40..40 ms on a 1 ms grid with the highest mean correlation between the baseline's joint angles and the
    true ones; None where there is no angle to compare.
    """
    truth = recording.truth.angles if recording.truth is not None else {}
    pairs = [(baseline.coordinates[name], angle) for name, angle in truth.items() if name in baseline.coordinates]
    pairs = [(estimate, angle) for estimate, angle in pairs if np.isfinite(angle).any()]
    if not pairs:
        return None
    # The same samples for every candidate: the ends, which some shifts push out of the recording, are left out.
    margin = 0 if recording.periodic else int(np.ceil(MAX_SHIFT_S * recording.rate_hz))
    inner = np.zeros(recording.samples, dtype=bool)
    inner[margin : recording.samples - margin] = True

    def agreement(shift_s: float) -> float:
        values = []
        for estimate, angle in pairs:
            use = inner & np.isfinite(angle)
            moved = advance(estimate, shift_s, recording.rate_hz, periodic=recording.periodic)
            values.append(errors.correlation(moved[use], angle[use]))
        return float(np.mean(values))

    steps = round(MAX_SHIFT_S / STEP_S)
    # In order of size, so that equal agreement means the smaller shift.
    candidates = sorted((k * STEP_S for k in range(-steps, steps + 1)), key=abs)
    scores = np.array([agreement(shift) for shift in candidates])
    return round(candidates[int(np.nanargmax(scores))], 6) if np.isfinite(scores).any() else None


def synced(recording: Recording) -> tuple[Recording, float | None]:
    """The recording with its truth on the sensors' clock, and the shift that this took [s].

    Sensors and reference may be out of step by some samples. A model that learned this from labels would repeat it on
    recordings that are in step. Where no shift can be found (None) nothing is moved.
    """
    try:
        shift_s = sync_shift(strapdown.solve(align(recording.without_truth())[0]), recording)
    except RecordingError:
        shift_s = None
    return (recording if shift_s is None else on_sensor_clock(recording, shift_s)), shift_s

"""Whether one sensor's clock is late, or runs fast or slow, against those of the others: told from steady gait.

Late: each sensor's stride begins at the same instant of the gait model, but for a few hundredths of a second by which people
differ. Fast or slow: from one stride to the next the phase of every sensor, in whatever axes, moves on alike; one that gains on
the others has a faster clock.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.placement import assignment, harmonics
from kinertia.placement.fault import FITS
from kinertia.placement.steady_gait import Steady, repeats, stride_samples
from kinertia.recording import LOWER_BODY, Array, Recording
from kinertia.sensing.gait_phase import bridged

LEAST_LAG_S = 0.06
"""Sound sensors come out within 0.03 s of the model (18 HuGaDB walks, gait toolbox, P01, walkers and runners of motion capture,
60 simulated recordings), those that are 0.2 s late within 0.02 s of that."""
LEAST_GAIN = 4.0
"""Log-likelihood that the lag has to explain: sound sensors reach 1.7 in the same recordings, late ones are above 15."""
CLEARER = 2.0  # log-likelihood by which it has to explain more than exchanged sensors do
LEAST_DRIFT = 0.008
"""Part by which a clock runs fast or slow: crystals are within 0.0001, in sound recordings it seems up to 0.003."""
GROSS = 0.15  # difference of stride lengths from which a sensor has another rate, not a bad clock
_HARMONICS = np.array([1, 2])
_MOVING = 0.3  # least size of a sensor's wave in a window, as part of what it usually is
_SAME_PACE = 0.6  # most by which the phase of all sensors may move on in a stride of another length [rad]
_LEAST_WINDOWS = 6
_OUTLIER = 4.5  # median distances from the median: where a person starts, stops or begins to run, phases jump
_SURE = 4.0  # standard errors by which a drift has to be above zero
LEAST_GROWTH = 0.015
"""Part of the time by which the lag of a late sensor grows whose clock drifts: in the few strides of a short walk the lag of a
sensor that is merely late seems to grow by up to 0.006 (gait toolbox, HuGaDB, simulated people), of one 2.6 % off by 0.02."""
_WINDOW_STRIDES = 2.0
_MULTIPLE = 1.5  # times the common stride from which a sensor's own may be several of them
_ALIKE = 0.3
"""Correlation of a sensor's rates a common stride later that shows its stride to be the common one: 0.49 in the least regular
window of HuGaDB; a sensor of twice the rate shows half its stride later, when a leg turns the other way."""


@dataclass(frozen=True)
class Late:
    """A sensor that is late."""

    index: int  # which one
    lag_s: float  # by how much [s], negative for early; up to a whole stride, for a pelvis half a stride
    again_s: float  # the time after which the movement repeats, so that the lag may be longer or shorter by it [s]


def late(steady: Steady, stated: tuple[str, ...]) -> Late | None:
    """The sensor that is late by most, if one is.

    Nothing is said with fewer than three sensors, or where they are not stated on different segments of the model.
    """
    if len(stated) < 3 or len(set(stated)) < len(stated) or not set(stated) <= set(LOWER_BODY.segments):
        return None
    leg, pelvis = harmonics.of_sensors(steady)
    lags = assignment.lags(leg, pelvis, steady.stride_hz, stated)
    worst = int(np.argmax(lags.gain))
    again = 0.5 if stated[worst] == "pelvis" else 1.0
    lag = float((lags.strides[worst] + 0.5 * again) % again - 0.5 * again) / steady.stride_hz
    if lags.gain[worst] < max(LEAST_GAIN, lags.rival + CLEARER) or abs(lag) < LEAST_LAG_S:
        return None
    if np.median(np.delete(lags.misfit, worst)) > FITS:
        return None
    return Late(worst, lag, again / steady.stride_hz)


def growth(recording: Recording, stated: tuple[str, ...], index: int, stride: float) -> float:
    """By how much the lag of one sensor grows against the others [s/s]: its clock runs fast or slow where that is not zero.

    Unlike :func:`drifts` it compares with the gait model, so that two strides at either end of a short walk are enough. The
    recording is continuous and of the sensors that are compared, ``stride`` in samples, ``index`` that of :func:`late`.
    """
    acc, gyro = bridged(recording.acc), bridged(recording.gyro)
    length, hop = round(_WINDOW_STRIDES * stride), max(round(0.5 * stride), 1)
    again = 0.5 if stated[index] == "pelvis" else 1.0
    at, lag = [], []
    for start in range(0, len(gyro) - length + 1, hop):
        part = slice(start, start + length)
        window = Steady((acc[part],), (gyro[part] - gyro[part].mean(axis=0),), (stride,), recording.rate_hz)
        result = assignment.lags(*harmonics.of_sensors(window), window.stride_hz, stated)
        if np.median(np.delete(result.misfit, index)) < FITS:
            at.append(start)
            lag.append(result.strides[index])
    if len(at) < 2:
        return 0.0
    turns = np.asarray(np.unwrap(np.array(lag), period=again), dtype=np.float64) * stride
    i, j = np.triu_indices(len(at), 1)
    return float(np.median((turns[j] - turns[i]) / (np.array(at)[j] - np.array(at)[i])))


def drifts(recording: Recording, stride: float) -> Array:
    """(K,) part by which each sensor's clock runs fast against the median of all; NaN where it cannot be told, or is not sure.

    Every sensor of the continuous recording has angular rates, in any axes and units; ``stride`` is in samples.
    """
    gyro = bridged(recording.gyro)
    hop, length = max(round(stride), 1), max(round(2 * stride), 4)
    starts = np.arange(0, len(gyro) - length + 1, hop)
    if len(starts) <= _LEAST_WINDOWS:
        return np.full(gyro.shape[1], np.nan)
    pieces = np.stack([gyro[start : start + length] for start in starts])  # (W, n, K, 3)
    pieces = (pieces - pieces.mean(axis=1, keepdims=True)) * np.hanning(length)[:, None, None]
    turns = np.exp(-2j * np.pi * _HARMONICS[:, None] * np.arange(length) / stride)
    waves = np.einsum("hn,wnki->hwki", turns, pieces)
    # a hop is a whole number of samples, a stride is none
    ahead = np.exp(-2j * np.pi * _HARMONICS * hop / stride)[:, None, None]
    products = (waves[:, :-1].conj() * waves[:, 1:]).sum(axis=-1) * ahead
    size = np.abs(products)
    usual = np.quantile(size, 0.8, axis=1)
    stronger = np.argmax(usual, axis=0)  # a pelvis moves twice a stride
    k = np.arange(gyro.shape[1])
    gain = (np.angle(products) / _HARMONICS[:, None, None])[stronger, :, k].T
    moving = _MOVING * usual[stronger, k] < size[stronger, :, k].T
    common = np.median(gain, axis=1, keepdims=True)
    used = moving & (moving.mean(axis=1, keepdims=True) > 0.7) & (np.abs(common) < _SAME_PACE)
    relative = gain - common

    def middle(values: Array) -> Array:
        return np.array([np.median(values[used[:, i], i]) if used[:, i].any() else 0.0 for i in k])

    apart = np.abs(relative - middle(relative))
    spread = middle(apart)
    used &= apart <= _OUTLIER * np.maximum(spread, 1e-3)
    count = np.maximum(used.sum(axis=0), 1)
    mean = np.where(used, relative, 0.0).sum(axis=0) / count
    error = np.sqrt((np.where(used, relative - mean, 0.0) ** 2).sum(axis=0)) / count
    sure = (count >= _LEAST_WINDOWS) & (np.abs(mean) > _SURE * error)
    return np.where(sure, mean * stride / (2.0 * np.pi * hop), np.nan)


def stride_ratios(steady: Steady, stated: tuple[str, ...]) -> Array:
    """(K,) how long each sensor's own stride is against that of all together; NaN where it does not repeat by itself.

    A pelvis may repeat every step.
    """
    single = np.array(
        [[stride_samples(gyro[:, [k]], steady.rate_hz) or np.nan for k in range(len(stated))] for gyro in steady.gyro]
    )
    # a walk of few strides may repeat best after two of them
    again = np.array([repeats(gyro, stride) for gyro, stride in zip(steady.gyro, steady.stride, strict=True)])
    common = np.array(steady.stride)[:, None]
    single = np.where((single > _MULTIPLE * common) & (again > _ALIKE), common, single)
    known = np.isfinite(single).mean(axis=0) > 0.5
    ratio = np.full(len(stated), np.nan)
    ratio[known] = np.nanmedian((single / common)[:, known], axis=0)
    step = np.array([name == "pelvis" for name in stated]) & (np.abs(2.0 * ratio - 1.0) < np.abs(ratio - 1.0))
    return np.where(step, 2.0 * ratio, ratio)

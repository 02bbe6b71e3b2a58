"""Another sampling rate, without aliasing."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from kinertia.numerics.signals import resample_periodic, resample_polyphase
from kinertia.recording import gaps
from kinertia.recording.errors import RecordingError
from kinertia.recording.gaps import runs
from kinertia.recording.recording import Array, Recording

_MAX_DENOMINATOR = 20_000  # of the ratio of rates: the new rate is within 2.5e-5 of the one asked for


def resample(recording: Recording, rate_hz: float, *, keep_gaps: bool = False) -> Recording:
    """Resample signals, variances, orientation and truth.

    A periodic cycle is resampled as a Fourier series; its rate becomes whole samples over the unchanged duration, so it may
    differ slightly from ``rate_hz``. Other recordings pass a zero-phase polyphase FIR low-pass below the lower Nyquist rate, to
    a rate within 2.5e-5 of ``rate_hz``. RecordingError: missing samples, or a rate that is not positive, or fewer than four
    samples would remain.

    Parameters
    ----------
    recording : any recording.
    rate_hz : new rate [Hz].
    keep_gaps : bridge gaps by a straight line for filtering and make them NaN again (also their filter's surroundings);
        otherwise missing samples are refused. A signal that is missing altogether stays missing, truth gaps are always kept.
    """
    if not (np.isfinite(rate_hz) and rate_hz > 0):
        raise RecordingError(f"cannot resample to {rate_hz} Hz", file=recording.source, fix="give a positive rate")
    if not keep_gaps:
        _refuse_gaps(recording)
    samples = recording.samples
    ratio = Fraction(rate_hz / recording.rate_hz).limit_denominator(_MAX_DENOMINATOR)
    count = (
        round(recording.duration_s * rate_hz)
        if recording.periodic
        else -(-samples * ratio.numerator // max(ratio.denominator, 1))
    )
    if ratio == 0 or count < 4:
        raise RecordingError(f"too short to resample to {rate_hz} Hz", file=recording.source, fix="choose a higher rate")
    new_rate = count / recording.duration_s if recording.periodic else recording.rate_hz * float(ratio)

    def convert(values: Array) -> Array:
        return _resample_array(values, count, ratio, recording.periodic)

    arrays = {name: convert(array) for name, array in recording.arrays.items() if name != "orientation"}
    arrays |= {name: np.maximum(array, 0.0) for name, array in arrays.items() if name.endswith("_var")}
    if recording.orientation is not None:
        arrays["orientation"] = _resample_orientation(recording.orientation, count, ratio, recording.periodic)
    truth = recording.truth and recording.truth.over_time(convert)
    return replace(recording, rate_hz=new_rate, truth=truth, **arrays)


def _refuse_gaps(recording: Recording) -> None:
    result = gaps.find(recording)
    if result:
        first = result[0]
        count = sum(gap.samples for gap in result if (gap.sensor, gap.signal) == (first.sensor, first.signal))
        raise RecordingError(
            f"{count} {first.signal} samples are missing",
            file=recording.source,
            sensor=recording.sensors[first.sensor].name,
            sample=first.start,
            fix="fill short gaps first (gaps.fill), crop the recording, or resample with keep_gaps",
        )


def _resample_array(values: Array, count: int, ratio: Fraction, periodic: bool) -> Array:
    """(T, ...) to (count, ...); NaN stretches are bridged, then made NaN again."""
    flat = values.reshape(len(values), -1)
    result = np.full((count, flat.shape[1]), np.nan)
    missing = np.isnan(flat)
    known = np.flatnonzero(~missing.all(axis=0))
    bridged = flat[:, known]
    for c in np.flatnonzero(missing[:, known].any(axis=0)):
        good = np.flatnonzero(~missing[:, known[c]])
        bridged[:, c] = np.interp(np.arange(len(flat)), good, bridged[good, c], period=len(flat) if periodic else None)
    if periodic:
        result[:, known] = resample_periodic(bridged, count)
    else:
        result[:, known] = resample_polyphase(bridged, ratio.numerator, ratio.denominator)[:count]
    scale = count / len(flat) if periodic else float(ratio)
    for c in known:
        for start, stop in runs(missing[:, c]):
            result[max(int(np.floor((start - 1) * scale)) + 1, 0) : int(np.ceil(stop * scale)), c] = np.nan
    return result.reshape(count, *values.shape[1:])


def _resample_orientation(orientation: Array, count: int, ratio: Fraction, periodic: bool) -> Array:
    """Quaternion components with continuous signs, resampled and normalised."""
    result = np.full((count, orientation.shape[1], 4), np.nan)
    for k in range(orientation.shape[1]):
        quaternion = orientation[:, k]
        good = np.isfinite(quaternion).all(axis=1)
        if not good.any():
            continue
        quaternion = quaternion.copy()
        quaternion[good] = gaps.continuous_signs(quaternion[good])
        if periodic:
            # a cycle may end at -q: over two cycles the components are periodic in any case
            last, first = quaternion[good][-1], quaternion[good][0]
            twice = np.concatenate([quaternion, quaternion * (1.0 if last @ first >= 0 else -1.0)])
            components = _resample_array(twice, 2 * count, ratio, periodic)[:count]
        else:
            components = _resample_array(quaternion, count, ratio, periodic)
        result[:, k] = components / np.linalg.norm(components, axis=1, keepdims=True)
    return result

"""Time-normalised gait cycles, each seen from one leg: examples to learn from, and what a network reads of a recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from kinertia.estimation import gait
from kinertia.estimation.gait import Strides
from kinertia.numerics.spline import CubicSpline
from kinertia.recording import Array, Recording, RecordingError
from kinertia.sensing import contact_events
from kinertia.supervised import channels, targets
from kinertia.supervised.channels import Layout
from kinertia.supervised.config import FitConfig, InputConfig
from kinertia.supervised.examples import Examples

NODES = 100  # samples of a cycle, from heel strike to just before the next one; the 101st point, 100 %, repeats the first
TOLERANCE = 0.1  # strides whose duration is further from the median than this part of it are left out


def average(recording: Recording, side: str, config: InputConfig) -> list[tuple[Recording, float, float]]:
    """Mean cycles of successive strides of a leg, with begin and end of these strides as shares of the recording.

    Periodic recordings of :data:`NODES` samples; none where no strides are found. The recording is continuous, in segment
    frames, without gaps in the sensors of the leg; truth is averaged alike. ``side``, ``r`` or ``l``, says whose heel
    strikes begin the cycles.
    """
    result = gait.find(contact_events.locate(recording).get(f"heel_strike_{side}", np.empty(0)), tolerance=TOLERANCE)
    last = recording.samples - 1
    index = [i for i in range(result.count) if result.begin[i] >= 0 and result.end[i] <= last]
    groups = [index[k : k + config.averaged] for k in range(0, len(index) - config.averaged + 1, config.averaged)]
    if not groups and index:
        groups = [index]
    if config.most_cycles and len(groups) > config.most_cycles:
        groups = [groups[k] for k in np.linspace(0, len(groups) - 1, config.most_cycles).round().astype(int)]
    return [_mean(recording, Strides(result.begin[group], result.end[group])) for group in groups]


def _mean(recording: Recording, chosen: Strides) -> tuple[Recording, float, float]:
    phase = np.arange(NODES) / NODES
    at = chosen.begin[:, None] + phase * chosen.durations[:, None]
    first, stop = int(chosen.begin[0]), int(np.ceil(chosen.end[-1])) + 1
    time = np.arange(first, stop)

    def signals(values: Array) -> Array:
        piece = values[first:stop]
        mean = np.full((NODES, *values.shape[1:]), np.nan)
        whole = np.isfinite(piece).all(axis=(0, 2))
        if whole.any():
            mean[:, whole] = CubicSpline(time, piece[:, whole])(at).mean(axis=0)
        return mean

    def curve(values: Array) -> Array:
        return np.interp(at, np.arange(len(values)), values).mean(axis=0)

    duration_s = float(chosen.durations.mean()) / recording.rate_hz
    truth, rate_hz = recording.truth and recording.truth.over_time(curve), NODES / duration_s
    means = signals(recording.acc), signals(recording.gyro)
    cycle = recording.with_signals(*means, rate_hz=rate_hz, periodic=True, truth=truth)
    return cycle, first / recording.samples, min(stop / recording.samples, 1.0)


def view(recording: Recording, side: str, config: InputConfig) -> tuple[Layout, Array, float]:
    """A periodic recording as a network reads it, from heel strike of one leg on.

    Columns, (NODES, C) inputs, a left leg seen in a mirror, and heel strike within the recording [samples].
    RecordingError if the recording is not one cycle, or no heel strike of the leg is found in it.
    """
    if not recording.periodic:
        fix = "give an averaged gait cycle, or a model that reads windows"
        raise recording.error("is continuous, the model reads one gait cycle", fix)
    strike = contact_events.locate(recording).get(f"heel_strike_{side}", np.empty(0))
    if strike.size != 1:
        fix = "give one whole gait cycle with a gyroscope on that foot or shank"
        raise recording.error(f"{strike.size} heel strikes of the {'right' if side == 'r' else 'left'} leg in one cycle", fix)
    columns, values = channels.read(recording, config)
    turned = periodic_at(values, strike[0] + np.arange(NODES) * recording.samples / NODES)
    if side == "l":
        turned = channels.mirror(columns, turned)
    return columns, turned, float(strike[0])


def periodic_at(values: Array, at: Array) -> Array:
    """(M, ...) one period (T, ...) by its Fourier series at any samples; missing columns stay missing."""
    samples = len(values)
    spectrum = np.fft.rfft(values, axis=0)
    weight = np.full(len(spectrum), 2.0)
    weight[0] = 1.0
    if samples % 2 == 0:
        weight[-1] = 1.0
    basis = weight * np.exp(2j * np.pi * np.outer(at, np.arange(len(spectrum))) / samples)
    return np.real(basis @ spectrum.reshape(len(spectrum), -1)).reshape(len(at), *values.shape[1:]) / samples


def examples(recording: Recording, owner: str, config: FitConfig, every: bool = False) -> Examples | None:
    """Cycles of both legs of a recording of ``owner``, or of one periodic cycle; None where none is found.

    ``every`` takes all strides one by one: little data is used fully. RecordingError if the recording has no truth.
    """
    chosen = replace(config.inputs, averaged=1, most_cycles=0) if every else config.inputs
    wanted, columns, rows = targets.names(config), None, []
    for side in ("r", "l") if config.inputs.mirrored else ("r",):
        for cycle, begin, end in [(recording, 0.0, 1.0)] if recording.periodic else average(recording, side, chosen):
            try:
                columns, seen, strike = view(cycle, side, chosen)
            except RecordingError:
                continue  # what was averaged is no gait cycle
            at, curves = strike + np.arange(NODES) * cycle.samples / NODES, targets.curves(cycle, wanted, f"_{side}")
            # linear, as forces have kinks
            known = np.stack([np.interp(at, np.arange(len(curves)), c, period=len(curves)) for c in curves.T], axis=-1)
            rows.append((seen, known, _peaks(known, wanted, cycle.duration_s), cycle.rate_hz, begin, end))
    return None if columns is None else Examples.of(columns, wanted, owner, *zip(*rows, strict=True))


def _peaks(curves: Array, named: Sequence[str], duration_s: float) -> Array:
    if "grf.grf_y" not in named or "moment.knee_angle" not in named:
        return np.empty(0)
    return targets.peaks(curves[:, named.index("grf.grf_y")], curves[:, named.index("moment.knee_angle")], duration_s)

"""A supervised model at work on a recording."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from kinertia.estimation import gait
from kinertia.estimation.estimate import Estimate
from kinertia.numerics.spline import CubicSpline
from kinertia.recording import Array, Recording, periodic, sensor_set
from kinertia.sensing import activity
from kinertia.sensing.alignment import to_segments
from kinertia.supervised import channels, cycles, targets, training, windows
from kinertia.supervised.checkpoint import Fitted
from kinertia.train.windows import starts

METHOD = "supervised"
SEEN = 0.25
"""Part of a window that has to lie before and after a sample for its value to be judged: at the ends of a window networks see
only what comes after, or went before."""


def estimate(fitted: Fitted, recording: Recording, method: str = METHOD) -> Estimate:
    """Estimate what a model predicts, at the recording's own rate and length; truth in it is not read.

    Windows of a continuous recording, in sensor or segment axes, overlap and are averaged; a periodic cycle is repeated for
    them. Models of cycles read one periodic cycle, leg by leg. RecordingError if the recording lacks a sensor that the model
    reads, is too short or no cycle, or cannot be aligned.
    """
    begin, inputs = time.perf_counter(), fitted.config.inputs
    ready, reads_cycles = to_segments(recording), inputs.reading == "cycles"
    curves = _of_cycle(fitted, ready) if reads_cycles else _of_windows(fitted, ready)
    return replace(
        _assemble(fitted, ready, curves, method),
        activity=activity.classify(ready),
        settled=None if ready.periodic or reads_cycles else _settled(fitted, ready),
        output_delay_s=ready.duration_s if reads_cycles else inputs.window / inputs.rate_hz,
        seconds=time.perf_counter() - begin,
    )


def _settled(fitted: Fitted, recording: Recording) -> NDArray[np.bool_]:
    """(T,) where some window saw enough on either side, and signals of the sensors that the model reads."""
    inputs = fitted.config.inputs
    beyond = SEEN * inputs.window / inputs.rate_hz
    read = [k for k, sensor in enumerate(recording.sensors) if sensor.segment in fitted.layout.segments]
    there = np.isfinite(recording.acc[:, read]).all(axis=(1, 2)) & np.isfinite(recording.gyro[:, read]).all(axis=(1, 2))
    return there & (recording.time_s >= beyond) & (recording.time_s <= recording.time_s[-1] - beyond)


def _assemble(fitted: Fitted, recording: Recording, curves: dict[str, Array], method: str) -> Estimate:
    parts: dict[str, dict[str, Array]] = {"angle": {}, "moment": {}, "grf": {}}
    unit, count = targets.moment_unit(recording.subject), len(fitted.card.people)
    for name, curve in curves.items():
        kind, _, rest = name.partition(".")
        if kind in parts:
            parts[kind][rest] = curve * unit if kind == "moment" else curve
    # what is said of missing sensors holds of models with a body only
    remarks = [remark for remark in recording.remarks if not remark.startswith("no sensor on ")]
    learned = (
        f"predicted by a network that learned from labels of {count} {'person' if count == 1 else 'people'}; nothing makes it "
        "obey the equations of motion"
    )
    return Estimate(
        name=recording.name,
        method=method,
        rate_hz=recording.rate_hz,
        subject=recording.subject,
        coordinates=parts["angle"],
        moments=parts["moment"],
        grf=parts["grf"],
        speed=curves.get(targets.SPEED),
        begin_s=recording.begin_s,
        events=gait.from_grf(parts["grf"], recording.rate_hz, recording.periodic),
        warnings=(*remarks, learned),
    )


def _require(recording: Recording, segments: Sequence[str]) -> None:
    absent = [segment for segment in segments if recording.sensor_index(segment) is None]
    if absent:
        fix = "fit a model with fewer sensors (--config.inputs.sensors)"
        raise recording.error(f"no sensor on {', '.join(absent)}, which the model reads", fix)


def _of_windows(fitted: Fitted, recording: Recording) -> dict[str, Array]:
    inputs = fitted.config.inputs
    _require(recording, fitted.layout.segments)
    ready = windows.at_rate(replace(recording, truth=None), inputs.rate_hz)
    columns, values = windows.read(ready, inputs)
    _, kept = columns.choose(fitted.layout.segments)
    first = starts(ready.samples, inputs.window, inputs.stride)
    index = np.array(first)[:, None] + np.arange(inputs.window)
    result = _predict(fitted, values[index][..., kept])
    # in the middle of a window the network sees most
    weight = np.minimum(np.arange(1, inputs.window + 1), np.arange(inputs.window, 0, -1)).astype(float)
    total, sums = np.zeros(ready.samples), np.zeros((ready.samples, result.shape[-1]))
    np.add.at(total, index, np.broadcast_to(weight, index.shape))
    np.add.at(sums, index, result * weight[:, None])
    curves = sums / total[:, None]
    return dict(zip(fitted.targets, _wanted(curves, ready, recording).T, strict=True))


def _wanted(curves: Array, ready: Recording, recording: Recording) -> Array:
    """Curves on the samples of the recording."""
    if not recording.periodic and ready.rate_hz == recording.rate_hz:
        return curves
    lead_s = periodic.lead_cycles(recording.duration_s) * recording.duration_s if recording.periodic else 0.0
    at = np.minimum(lead_s + recording.time_s, (ready.samples - 1) / ready.rate_hz)
    return np.asarray(CubicSpline(ready.time_s, curves)(at))


def _of_cycle(fitted: Fitted, recording: Recording) -> dict[str, Array]:
    """Of every leg for which the sensors are there."""
    result: dict[str, Array] = {}
    wanted = sensor_set.by_initials(fitted.config.inputs.sensors).segments
    for side in ("r", "l"):
        needed = wanted if side == "r" else tuple(channels.other_side(segment) for segment in wanted)
        if side == "l" and any(recording.sensor_index(segment) is None for segment in needed):
            continue
        _require(recording, needed)
        columns, inputs, strike = cycles.view(recording, side, fitted.config.inputs)
        _, kept = columns.choose(wanted)
        curves = _predict(fitted, inputs[None, :, kept])[0]
        at = (np.arange(recording.samples) - strike) * cycles.NODES / recording.samples
        on_samples = cycles.periodic_at(curves, at)
        for name, curve in zip(fitted.targets, on_samples.T, strict=True):
            result.setdefault(name if name == targets.SPEED else f"{name}_{side}", curve)
    return result


def _predict(fitted: Fitted, inputs: Array) -> Array:
    """(N, T, K) with units."""
    x = torch.as_tensor(inputs, dtype=torch.float32)
    result = fitted.scale.curves(training.predict(fitted.network, fitted.scale, x)[0])
    if fitted.config.network.kinematic:
        result = result + channels.angles(x, fitted.layout, fitted.targets)
    return result.double().numpy()

"""Signals that were collected from a stream: as a recording, and how well a model fits them."""

from __future__ import annotations

import numpy as np

from kinertia.recording import LOWER_BODY, Array, Frame, Recording
from kinertia.runtime.card import Wearer
from kinertia.runtime.model import ExportedModel
from kinertia.sensing.gait_phase import MOVING_RATE
from kinertia.streaming.sample import Session
from kinertia.streaming.segment_signals import SegmentSignals
from kinertia.streaming.trust import kinds

SETTLE_S = 1.0
"""What the network needs to find into a movement is not judged."""
MOVING_SHARE = 0.5  # of the samples; with less there is little to learn from


def as_recording(session: Session, rows: Array, rate_hz: float) -> Recording:
    """Collected rows as a recording in segment frames.

    Parameters
    ----------
    session : who wears which sensors, aligned.
    rows : (T, K, 6) in sensor axes, NaN where missing.
    rate_hz : their rate [Hz].

    Raises
    ------
    ValueError
        If the sensors are not aligned, or there is little walking in it.
    """
    if session.rotations is None:
        raise ValueError("the sensors are not aligned; calibrate first")
    bias = np.zeros((len(session.sensors), 3)) if session.bias is None else session.bias
    used = [k for k, sensor in enumerate(session.sensors) if sensor.segment in LOWER_BODY.segments]
    acc = np.einsum("kij,tkj->tki", session.rotations, rows[..., :3])[:, used]
    gyro = np.einsum("kij,tkj->tki", session.rotations, rows[..., 3:] - bias)[:, used]
    blocks = np.nan_to_num(gyro)[: len(gyro) // round(rate_hz) * round(rate_hz)].reshape(-1, round(rate_hz), len(used), 3)
    moving = np.median(np.sqrt((blocks**2).sum(-1).mean(axis=1)), axis=1) > MOVING_RATE
    if moving.mean() < MOVING_SHARE:
        raise ValueError(f"only {moving.sum()} of {len(moving)} seconds were walking; walk, and adapt again")
    sensors = tuple(session.sensors[k] for k in used)
    return Recording("walking", rate_hz, sensors, acc, gyro, session.subject, Frame.SEGMENT)


def misfit(model: ExportedModel, wearer: Wearer | None, session: Session, rows: Array) -> float:
    """How far a model's virtual signals are from the measured ones, as a part of what these vary.

    Parameters
    ----------
    model, wearer : the model, and what it knows of the wearer.
    session, rows : as for :func:`as_recording`.
    """
    assert session.rotations is not None
    align = SegmentSignals(session.sensors, session.rotations, session.bias, model.sensors)
    samples = np.stack([align.turn_some(row) for row in rows])
    signals = samples.reshape(len(rows), -1)
    stepper = model.stepper(session.subject, session.sensors, wearer)
    outputs = [values for row in samples if (values := stepper.step(row)) is not None]
    begin = round(SETTLE_S * model.rate_hz)
    measured = signals[: len(outputs)][begin:]
    error = np.stack(outputs)[begin:, model.layout.virtual] - measured
    there = np.isfinite(measured).any(axis=0)
    spread = np.nanvar(measured[:, there], axis=0)
    kind = kinds(model.sensors)[:, there]
    return float(np.sqrt(np.mean(kind @ np.nanmean(error[:, there] ** 2, axis=0) / (kind @ spread))))

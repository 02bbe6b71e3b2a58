"""The recording as it should have been: units, names and axes put right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinertia.numerics import rotations
from kinertia.placement import orientation
from kinertia.placement.fault import Kind
from kinertia.placement.inference import Placement, SensorPlacement
from kinertia.recording import Array, Frame, Recording, SensorPose, Truth

WORN_RAD = np.deg2rad(15.0)
"""Signals said to be in segment axes are turned when they are off by more: less is how sensors are worn, and what is known.
Where most sensors are off by more, what is said of the axes holds for none."""


def correct(recording: Recording, placement: Placement) -> Recording:
    """A copy in segment axes with what was found put right.

    Parameters
    ----------
    recording : as given to :func:`kinertia.placement.inference.place`.
    placement : what that returned.

    Returns
    -------
    Sensors on the segments found, with units corrected and signals turned; positions are those found, sideways as stated.
    Sensors that could not be judged are kept where the recording was in segment axes and their segment is free, and else left
    out, with a warning. The sampling rate stays as stated: it is known only roughly, so the true one has to be given when
    reading.
    """
    kept, warnings = _kept(recording, placement)
    trusted = recording.frame is Frame.SEGMENT and not _mostly_turned(placement)
    turns = [_turn(placement.sensors[k], trusted) for k in kept]
    turn = np.stack(turns) if turns else np.zeros((0, 3, 3))
    acc = np.einsum("kij,tkj->tki", turn, recording.acc[:, kept] * placement.acc_factor[kept, None])
    acc = acc - _offsets(recording, placement, kept)
    return replace(
        recording,
        frame=Frame.SEGMENT,
        sensors=tuple(
            replace(
                recording.sensors[k],
                segment=placement.sensors[k].segment,
                position_m=_position(placement.sensors[k]),
            )
            for k in kept
        ),
        acc=acc,
        gyro=np.einsum("kij,tkj->tki", turn, recording.gyro[:, kept] * placement.gyro_factor[kept, None]),
        acc_var=None,
        gyro_var=None,
        orientation=None,
        truth=_truth(recording, placement, dict(zip(kept, turns, strict=True))),
    ).with_warnings(*warnings)


def _kept(recording: Recording, placement: Placement) -> tuple[list[int], list[str]]:
    taken = {placed.segment for placed in placement.sensors if placed.rotation is not None}
    kept, warnings = [], []
    for k, placed in enumerate(placement.sensors):
        silent = bool(np.isnan(recording.acc[:, k]).all() or np.isnan(recording.gyro[:, k]).all())
        if placed.rotation is None:
            if silent or recording.frame is not Frame.SEGMENT or placed.segment in taken:
                warnings.append(f"sensor {placed.sensor.name} on {placed.segment} is left out: it could not be judged")
                continue
            taken.add(placed.segment)
        kept.append(k)
    return kept, warnings


def _mostly_turned(placement: Placement) -> bool:
    off = [orientation.angle(placed.rotation) > WORN_RAD for placed in placement.sensors if placed.rotation is not None]
    return 2 * sum(off) > len(off)


def _turn(placed: SensorPlacement, trusted: bool) -> Array:
    if placed.rotation is None or (trusted and orientation.angle(placed.rotation) < WORN_RAD):
        return np.eye(3)
    return placed.rotation


def _offsets(recording: Recording, placement: Placement, kept: list[int]) -> Array:
    """(K, 3) what is read too much along the vertical of the segment [m/s^2]."""
    wrong = {name for fault in placement.faults if fault.kind is Kind.OFFSET for name in fault.sensors}
    excess = [placement.sensors[k].excess_m_s2 if recording.sensors[k].name in wrong else 0.0 for k in kept]
    return np.array(excess)[:, None] * np.array([0.0, 1.0, 0.0])


def _position(placed: SensorPlacement) -> tuple[float, float, float] | None:
    if placed.position_m is None:
        return placed.sensor.position_m
    side = {"r": 1.0, "l": -1.0}.get(placed.segment[-1:] if "_" in placed.segment else "", 0.0)
    sideways = 0.0 if placed.sensor.position_m is None else side * abs(placed.sensor.position_m[2]) + 0.0  # no -0.0
    return (*placed.position_m, sideways)


def _truth(recording: Recording, placement: Placement, turns: dict[int, Array]) -> Truth | None:
    """Truth whose poses belong to the turned signals."""
    if recording.truth is None or not recording.truth.poses:
        return recording.truth
    poses: dict[str, SensorPose] = {}
    for k, turn in turns.items():
        pose = recording.truth.poses.get(recording.sensors[k].segment)
        if pose is not None:
            # v_segment = R v = (R turn^T) (turn v)
            back = rotations.from_matrix(turn.T[None])[0]
            w, x, y, z = rotations.multiply(np.array(pose.orientation), back).tolist()
            poses[placement.sensors[k].segment] = replace(pose, orientation=(w, x, y, z))
    return replace(recording.truth, poses=poses)

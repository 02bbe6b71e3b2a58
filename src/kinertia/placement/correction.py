"""The recording as it should have been: units, names and axes put right, and a height and mass where nobody gave them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinertia.numerics import rotations
from kinertia.placement.fault import Kind
from kinertia.placement.inference import Placement, SensorPlacement, place
from kinertia.placement.joint_positions import Height
from kinertia.recording import Array, Frame, Recording, SensorPose, Truth

WORN_RAD = np.deg2rad(15.0)
"""Signals said to be in segment axes are turned when they are off by more: less is how sensors are worn, and what is known.
Where most sensors are off by more, what is said of the axes holds for none."""
BMI = 24.3
"""Mean body mass index of the world's adults [kg/m^2] (NCD Risk Factor Collaboration, Lancet 387:1377, 2016); in some countries
it is 29."""
BMI_SPREAD = 4.5  # about its standard deviation
LIMITS_M = (1.2, 2.2)  # of people who walk by themselves
NOT_GIVEN = {"height_m": "body height not given", "mass_kg": "body mass not given"}


def correct(recording: Recording, placement: Placement) -> Recording:
    """A copy in segment axes with what :func:`kinertia.placement.inference.place` says of it put right.

    Sensors are on the segments inferred, with units corrected and signals turned, at the places inferred, sideways as stated.
    Those that could not be judged are kept where the recording was in segment axes and their segment is free, and else left
    out, with a warning. The sampling rate stays as stated: it is known only roughly, so the true one has to be given when
    reading.
    """
    kept, warnings = _kept(recording, placement)
    stated = recording.frame is Frame.SEGMENT
    off = [rotations.angle(placed.rotation) > WORN_RAD for placed in placement.sensors if placed.rotation is not None]
    worn_rad = WORN_RAD if stated and 2 * sum(off) <= len(off) else 0.0
    turns: dict[int, Array] = {}
    for k in kept:
        rotation = placement.sensors[k].rotation
        turns[k] = np.eye(3) if rotation is None or rotations.angle(rotation) < worn_rad else rotation
    turn = np.array(list(turns.values())).reshape(-1, 3, 3)
    # what is read too much along the vertical of the segment
    wrong = {name for fault in placement.faults if fault.kind is Kind.OFFSET for name in fault.sensors}
    excess = [placement.sensors[k].excess_m_s2 if recording.sensors[k].name in wrong else 0.0 for k in kept]
    acc = np.einsum("kij,tkj->tki", turn, recording.acc[:, kept] * placement.acc_factor[kept, None])
    placed = [(recording.sensors[k], placement.sensors[k]) for k in kept]
    acc = acc - np.array(excess)[:, None] * np.array([0.0, 1.0, 0.0])
    gyro = np.einsum("kij,tkj->tki", turn, recording.gyro[:, kept] * placement.gyro_factor[kept, None])
    sensors = tuple(replace(sensor, segment=p.segment, position_m=_position(p)) for sensor, p in placed)
    truth = _truth(recording, placement, turns)
    corrected = recording.with_signals(acc, gyro, frame=Frame.SEGMENT, sensors=sensors, truth=truth)
    return corrected.with_warnings(*warnings)


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


def with_estimated_size(recording: Recording) -> Recording:
    """The recording, in any axes, with a height from its motion, and a mass that goes with it, where they were not given.

    Quantities in ``subject.assumed`` are replaced, and the reader's warnings about them; they stay in ``assumed``. Nothing is
    changed where nothing was assumed, or where the motion does not tell the height.
    """
    subject = recording.subject
    if not subject.assumed:
        return recording
    warnings: list[str] = []
    known = Height(subject.height_m)
    if "height_m" in subject.assumed:
        result = place(recording).height
        if result is None or not LIMITS_M[0] < result.height_m < LIMITS_M[1]:
            return recording
        known = Height(round(result.height_m, 2), result.spread_m)
        subject = replace(subject, height_m=known.height_m, height_error_m=known.spread_m)
        warnings.append(
            f"{NOT_GIVEN['height_m']}: estimated {known.height_m:.2f} \u00b1 {known.spread_m:.2f} m from the motion; "
            "speed and moments scale with it; give --height"
        )
    if "mass_kg" in subject.assumed:
        mass = BMI * known.height_m**2
        spread = mass * float(np.hypot(BMI_SPREAD / BMI, 2.0 * known.spread_m / known.height_m))
        subject = replace(subject, mass_kg=round(mass, 1))
        warnings.append(
            f"{NOT_GIVEN['mass_kg']}: {mass:.0f} \u00b1 {spread:.0f} kg is usual at that height; forces in N and moments in "
            "N m scale with it, per body weight they do not depend on it; give --mass"
        )
    replaced = tuple(NOT_GIVEN[name] for name in subject.assumed)
    kept = tuple(warning for warning in recording.warnings if not warning.startswith(replaced))
    return replace(recording, subject=subject, warnings=(*kept, *warnings))

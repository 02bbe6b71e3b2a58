"""What is wrong with a recording's sensors: which differences of stated and inferred placement are faults, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from kinertia.numerics import rotations
from kinertia.placement import interpretation
from kinertia.placement.interpretation import Interpretation
from kinertia.recording import GRAVITY, LOWER_BODY, Array, Frame, Recording

OFFSET_STANDING = 0.66
"""Difference from gravity in standing [m/s^2]: three standard deviations (0.22) of what consumer sensors have from the factory,
so that one recording of seven sensors in fifty is above."""
OFFSET_WALKING, OFFSET_RUNNING = 0.75, 1.6  # over whole strides; impacts that sampling misses move it in running
FITS = 3.2
"""Median distance from what is usual, in spreads between people, over which the movement is no gait that could show anything:
people come to 2, their most unusual sensor to 2.8."""
EXCHANGE_GAIN = 3.0  # log-likelihood by which another assignment must be better than the stated one
TURNED_RAD = np.deg2rad(37.0)  # sensors strapped on by eye are up to 15, rarely 30 degrees off


class Kind(StrEnum):
    """What is wrong; held, lost and cut-off samples are named by the checks (:mod:`kinertia.checks`)."""

    MISSING = "missing"  # no sensor, or no signal, on a segment
    OFFSET = "offset"  # gravity has the wrong size
    EXCHANGED = "exchanged"  # on another segment or side than stated
    TURNED = "axes turned"  # signals said to be in segment axes are not
    MIRRORED = "axes mirrored"  # left-handed axes, or one signal with the wrong sign
    ACC_UNIT = "unit of acceleration"
    GYRO_UNIT = "unit of angular rate"
    RATE = "sampling rate"


@dataclass(frozen=True)
class Fault:
    """A fault and where."""

    kind: Kind  # what is wrong
    sensors: tuple[str, ...]  # names of the sensors concerned (of the segment, where there is no sensor); empty for all of them
    message: str  # a sentence for the user
    change: str = ""  # what ``--apply`` does about it; empty where nothing can be done


def missing(recording: Recording, absent: np.ndarray) -> list[Fault]:
    """Segments and sensors that give nothing; ``absent`` (K,) are without a signal."""
    without = "gives no signal: its acceleration or angular rate is missing throughout"
    faults = [
        Fault(Kind.MISSING, (sensor.name,), f"{sensor.segment} {without}", "it is left out")
        for sensor, silent in zip(recording.sensors, absent, strict=True)
        if silent
    ]
    stated = {sensor.segment for sensor in recording.sensors}
    bare = [name for name in LOWER_BODY.segments if name not in stated] if stated & set(LOWER_BODY.segments) else []
    message = "there is no sensor on {}: movement there follows from the others"
    return faults + [Fault(Kind.MISSING, (name,), message.format(name)) for name in bare]


def on_units(recording: Recording, acc_factor: Array, gyro_factor: Array) -> list[Fault]:
    """Units and signs that are not what the recording says."""
    faults = []
    units = {GRAVITY: "g", GRAVITY / 1000.0: "mg", interpretation.DEGREE: "deg/s"}
    for kind, signal, factors, expected in (
        (Kind.ACC_UNIT, "acceleration", acc_factor, "m/s^2"),
        (Kind.GYRO_UNIT, "angular rate", np.abs(gyro_factor), "rad/s"),
    ):
        for factor in np.unique(factors[factors != 1.0]):
            which = [sensor for sensor, f in zip(recording.sensors, factors, strict=True) if f == factor]
            unit = units.get(float(factor), "rad/s divided by 57.3")
            where = "of all sensors" if len(which) == len(recording.sensors) else f"of {', '.join(s.segment for s in which)}"
            message = f"{signal} {where} is in {unit}, not in {expected}"
            faults.append(Fault(kind, tuple(s.name for s in which), message, f"it is multiplied by {factor:.5g}"))
    apart = (
        "acceleration and angular rate do not belong together: the axes are left-handed, or the angular rate has the wrong sign"
    )
    change = "its angular rate is negated, which is right in the sagittal plane in both cases"
    negated = [recording.sensors[k] for k in np.flatnonzero(gyro_factor < 0)]
    return faults + [Fault(Kind.MIRRORED, (s.name,), f"{s.segment}: {apart}", change) for s in negated]


def on_reading(
    recording: Recording,
    judged: list[int],
    clipped: np.ndarray,
    reading: Interpretation,
    standing_up: Array | None,
    pace: float,
    mirrored: np.ndarray,
) -> list[Fault]:
    """Faults that steady gait shows; axes of ``mirrored`` (K,) sensors are not named, a reflection has none."""
    faults = []
    if pace != 1.0:
        message = (
            f"the sampling rate is about {recording.rate_hz * pace:.3g} Hz, not {recording.rate_hz:.4g} Hz: "
            "at the stated rate thighs and shanks would have another length than the height allows, or the gait be unlike any"
        )
        faults.append(Fault(Kind.RATE, (), message, "nothing: give the true rate when the file is read"))
    faults += _exchanged(recording, judged, reading)
    for i, k in enumerate(judged):
        if not mirrored[k]:
            faults += _axes(recording, k, reading, i)
        faults += _offset(recording, k, bool(clipped[k]), reading, i, None if standing_up is None else standing_up[i])
    return faults


def _exchanged(recording: Recording, judged: list[int], reading: Interpretation) -> list[Fault]:
    stated = [recording.sensors[k].segment for k in judged]
    inferred = reading.assignment.segments
    wrong = [i for i, (a, b) in enumerate(zip(stated, inferred, strict=True)) if a != b and a in LOWER_BODY.segments]
    gain = reading.assignment.log_likelihood - reading.assignment.log_stated
    if not wrong or gain < EXCHANGE_GAIN:
        return []
    faults, named = [], set()
    for i in wrong:
        if i in named:
            continue
        other = next((j for j in wrong if stated[j] == inferred[i] and inferred[j] == stated[i]), None)
        if other is None:
            message = f"the sensor stated on {stated[i]} moves as one on {inferred[i]}"
            faults.append(Fault(Kind.EXCHANGED, (recording.sensors[judged[i]].name,), message, f"it is put on {inferred[i]}"))
            continue
        named |= {i, other}
        message = f"the sensors stated on {stated[i]} and {stated[other]} are exchanged"
        if stated[i][:-2] == stated[other][:-2] and len(judged) < len(LOWER_BODY):
            message += " (or all others are; of two mirror images the one is taken that agrees with more names)"
        which = tuple(recording.sensors[judged[j]].name for j in (i, other))
        faults.append(Fault(Kind.EXCHANGED, which, message, "their names are exchanged"))
    return faults


def _axes(recording: Recording, k: int, reading: Interpretation, i: int) -> list[Fault]:
    sensor = recording.sensors[k]
    rotation = reading.rotation[i]
    off = rotations.angle(rotation)
    if recording.frame is not Frame.SEGMENT or off < TURNED_RAD:
        return []
    best, rest = rotations.nearest(rotation)
    how = (
        f"is not aligned with its segment, {np.rad2deg(off):.0f} deg off"
        if np.allclose(best, np.eye(3))
        else f"has turned axes: {rotations.words(rotation)} (and {np.rad2deg(rest):.0f} deg from that)"
    )
    return [Fault(Kind.TURNED, (sensor.name,), f"{sensor.segment} {how}", "its signals are turned into segment axes")]


def _offset(
    recording: Recording, k: int, clipped: bool, reading: Interpretation, i: int, standing: Array | None
) -> list[Fault]:
    sensor = recording.sensors[k]
    if standing is not None:
        size, limit, when = float(np.linalg.norm(standing)), OFFSET_STANDING, "in standing"
    elif clipped:
        return []  # what is cut off moves the mean
    else:
        size, when = float(reading.force[i]), "over whole strides"
        limit = OFFSET_RUNNING if reading.assignment.running else OFFSET_WALKING
    if abs(size - GRAVITY) < limit:
        return []
    message = (
        f"{sensor.segment} reads {size:.2f} m/s^2 {when} instead of {GRAVITY}: "
        f"its acceleration is off by {100 * (size / GRAVITY - 1):+.0f} % of gravity along the vertical"
    )
    return [Fault(Kind.OFFSET, (sensor.name,), message, "the difference is subtracted along the vertical axis")]

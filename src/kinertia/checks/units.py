"""Whether signals are in the stated units, of the size of gravity, and without offset; what is unambiguous is converted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from kinertia.checks.stage import Checked, faulty, names, standing
from kinertia.placement.fault import OFFSET_STANDING
from kinertia.recording import GRAVITY, Array, Cause, Finding, Recording, Severity

STEADY_PART = {"foot": 0.5}
"""Mean vector over root mean square: 0.504 to 0.86 at feet, 0.41 to 0.98 elsewhere, with gravity (41
simulated and 5 real people, walking and running); without it 0.24 to 0.50 at feet, 0.32 at most elsewhere."""
STEADY_PART_ELSEWHERE = 0.37
SHORTEST_S = 2.0
"""In less than a stride or two the mean is not gravity: one of 12 walks of 1.3 s would be called free of it."""
LEAST_IN_G = 0.5  # mean acceleration that is less than gravity in any unit
MOST_IN_G = 5.5  # mean vectors are 0.97 to 3.3 in g, 9.5 to 32 in m/s^2 (runners' feet read most)
IN_MG = (700.0, 3500.0)  # mean size of the force, 1 g and what movement adds
COUNTS = 100.0  # a mean force of 10 g is no movement of a person
DEGREE = np.pi / 180.0
STANDING_ERROR = OFFSET_STANDING / GRAVITY
MOVING = (0.35, 5.0)  # while moving only a gross error shows: the median of a fast runner's foot reaches 41 m/s^2
MOST_OFFSET = 0.05  # offset of a resting gyroscope [rad/s], about 3 deg/s


TURNING = {"pelvis": (0.15, 8.0), "femur": (0.8, 20.0), "tibia": (1.5, 30.0), "foot": (2.0, 40.0)}
"""How fast a segment turns: least and most of the 99th percentile of its angular rate over a recording with gait [rad/s], in
anybody; twice what was seen, and half, of the people above."""
TURNING_ELSEWHERE = (0.15, 40.0)
MOVES = 1.0
"""Standard deviation of the specific force of a sensor that moves [m/s^2]; on a walking pelvis 1.9 or more."""


def check(recording: Recording) -> Checked:
    """Accelerations without gravity, in g, mg or counts; angular rates in deg/s, in counts or converted twice."""
    free = np.array([_is_free(recording, k) for k in range(len(recording.sensors))])
    findings: list[Finding] = []
    if free.any():
        message = 'gravity was removed from the acceleration ("free" or "linear" acceleration)'
        fix = "export the acceleration as it is measured, with gravity"
        findings.append(Finding(Cause.FREE_ACCELERATION, Severity.ERROR, message, fix, names(recording, free)))
    factors, told = _acceleration(recording, free)
    findings += told
    recording = replace(recording, acc=recording.acc * factors[:, None], acc_var=_scaled(recording.acc_var, factors))
    factors, told = _rate(recording)
    findings += told
    gyro = recording.gyro * factors[:, None]
    return replace(recording, gyro=gyro, gyro_var=_scaled(recording.gyro_var, factors)), tuple(findings)


def _scaled(variance: Array | None, factors: Array) -> Array | None:
    return None if variance is None else variance * factors[:, None] ** 2


def _live(signal: Array) -> Array:
    return signal[np.isfinite(signal).all(axis=1)]


def _part(recording: Recording, k: int) -> str:
    return recording.sensors[k].segment.split("_")[0]


def _is_free(recording: Recording, k: int) -> bool:
    acc = _live(recording.acc[:, k])
    if not len(acc):
        return False
    mean, size = float(np.linalg.norm(acc.mean(axis=0))), float(np.sqrt((acc**2).sum(axis=1).mean()))
    limit = STEADY_PART.get(_part(recording, k), STEADY_PART_ELSEWHERE)
    long = recording.periodic or recording.duration_s >= SHORTEST_S
    free = size < LEAST_IN_G or (long and mean < limit * size)
    # a runner's shank whose sensor is said to be the foot's looks as a foot without gravity does
    return free and not (mean >= STEADY_PART_ELSEWHERE * size and _turns_less_than_shank(recording, k))


def _turns_less_than_shank(recording: Recording, k: int) -> bool:
    """Whether a foot turns less than the shank of its leg, which no foot does (1.06 times as much or more in 105 runs)."""
    shank = recording.sensor_index(recording.sensors[k].segment.replace("foot", "tibia"))
    if shank is None or shank == k:
        return False
    both = np.isfinite(recording.gyro[:, [k, shank]]).all(axis=(1, 2))
    own, other = ((recording.gyro[both, j] ** 2).sum() for j in (k, shank))
    return bool(own < other)


def _acceleration(recording: Recording, free: np.ndarray) -> tuple[Array, list[Finding]]:
    """(K,) factors to m/s^2, and what is said about them."""
    count = len(recording.sensors)
    mean = np.full(count, GRAVITY)
    for k in np.flatnonzero(~free):
        if len(acc := _live(recording.acc[:, k])):
            mean[k] = np.linalg.norm(acc.mean(axis=0))
    factors, findings = np.ones(count), []
    for unit, which, factor in (
        ("g", mean < MOST_IN_G, GRAVITY),
        ("mg", (mean > IN_MG[0]) & (mean < IN_MG[1]), GRAVITY / 1000.0),
    ):
        which = which & ~free
        if which.any():
            factors[which] = factor
            message = f"acceleration is in {unit}, not in m/s^2; converted"
            fix = f"state the unit {unit}"
            findings.append(Finding(Cause.ACC_UNIT, Severity.WARNING, message, fix, names(recording, which), mended=True))
    counts = ~free & (mean > COUNTS) & (factors == 1.0)
    if counts.any():
        message = f"acceleration is about {np.median(mean[counts]):.0f} in size: it looks like raw counts"
        fix = "convert the counts to m/s^2 with the sensor's range"
        findings.append(Finding(Cause.ACC_UNIT, Severity.ERROR, message, fix, names(recording, counts)))
    return factors, findings


def _rate(recording: Recording) -> tuple[Array, list[Finding]]:
    """(K,) factors to rad/s, and what is said about them."""
    count = len(recording.sensors)
    fastest, usual = np.full(count, np.nan), [TURNING.get(_part(recording, k), TURNING_ELSEWHERE) for k in range(count)]
    moves = np.zeros(count, dtype=bool)
    for k in range(count):
        gyro, acc = _live(recording.gyro[:, k]), _live(recording.acc[:, k])
        if len(gyro):
            fastest[k] = np.percentile(np.linalg.norm(gyro, axis=1), 99)
            moves[k] = len(acc) > 0 and float(np.sqrt(acc.var(axis=0).sum())) > MOVES
    least, most = np.array(usual).reshape(count, 2).T
    degrees = (fastest > most) & (fastest * DEGREE > least) & (fastest * DEGREE < most)
    unlike = (fastest > most) & ~degrees
    if unlike.any():  # one cause for all: another factor than that of degrees
        unlike, degrees = unlike | degrees, np.zeros(count, dtype=bool)
    twice = moves & (fastest > 0) & (fastest < least) & (fastest / DEGREE > least) & (fastest / DEGREE < most)
    factors, findings = np.where(degrees, DEGREE, np.where(twice, 1.0 / DEGREE, 1.0)), []
    for which, what, fix in (
        (degrees, "is in deg/s, not in rad/s; converted", "state the unit deg/s"),
        (twice, "is 57.3 times too small, as if converted from deg/s twice; converted back", "state the unit rad/s"),
    ):
        if which.any():
            message = f"angular rate {what}"
            findings.append(Finding(Cause.GYRO_UNIT, Severity.WARNING, message, fix, names(recording, which), mended=True))
    if unlike.any():
        message = f"angular rate exceeds {np.nanmax(fastest[unlike]):.0f} rad/s in 1 % of samples: nobody turns so fast"
        fix = "check the range that counts were converted with, and the unit"
        findings.append(Finding(Cause.GYRO_UNIT, Severity.ERROR, message, fix, names(recording, unlike)))
    return factors, findings


@dataclass(frozen=True)
class Size:
    """Size of one sensor's specific force: mean vector while standing, else the median of all samples [m/s^2]."""

    sensor: str
    size: float
    standing: bool

    @property
    def ok(self) -> bool:
        """Within 7 % of gravity while standing; while moving only a gross error shows."""
        ratio = self.size / GRAVITY
        return abs(ratio - 1) < STANDING_ERROR if self.standing else MOVING[0] < ratio < MOVING[1]


def check_gravity(recording: Recording) -> Checked:
    """Size of gravity, offset of gyroscopes."""
    return recording, (*_gravity(recording), *_offset(recording))


def sizes(recording: Recording) -> list[Size | None]:
    """Size of the specific force of every sensor; None where it has no acceleration."""
    still = standing(recording)
    results: list[Size | None] = []
    for k, sensor in enumerate(recording.sensors):
        acc = recording.acc[:, k]
        good = np.isfinite(acc).all(axis=1)
        if (good & still).any():
            results.append(Size(sensor.name, float(np.linalg.norm(acc[good & still].mean(axis=0))), True))
        elif good.any():
            results.append(Size(sensor.name, float(np.median(np.linalg.norm(acc[good], axis=1))), False))
        else:
            results.append(None)
    return results


def _gravity(recording: Recording) -> Iterator[Finding]:
    known = faulty(recording)
    for result, skip in zip(sizes(recording), known, strict=True):
        if result is None or result.ok or skip:
            continue
        where = "while standing" if result.standing else "in the median"
        message = f"specific force is {result.size:.2f} m/s^2 {where}, expected {GRAVITY}"
        fix = "check range and calibration of the accelerometer"
        yield Finding(Cause.GRAVITY, Severity.WARNING, message, fix, (result.sensor,))


def _offset(recording: Recording) -> Iterator[Finding]:
    still = standing(recording)
    offset = np.zeros(len(recording.sensors))
    for k in range(len(recording.sensors)):
        good = still & np.isfinite(recording.gyro[:, k]).all(axis=1)
        if good.any():
            offset[k] = np.linalg.norm(recording.gyro[good, k].mean(axis=0))
    which = (offset > MOST_OFFSET) & ~faulty(recording)
    if which.any():
        message = f"gyroscope reads up to {np.rad2deg(offset[which].max()):.1f} deg/s while standing"
        fix = "calibrate the sensor, or let it lie still when it is switched on"
        yield Finding(Cause.OFFSET, Severity.WARNING, message, fix, names(recording, which), int(np.argmax(still)))

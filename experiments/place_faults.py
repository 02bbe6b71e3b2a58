"""Faults put into a recording of seven sensors on purpose, and the name each should be given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from kinertia.numerics.rotations import right_angled
from kinertia.placement.fault import Kind
from kinertia.recording import Array, Recording
from kinertia.recording.standing import standing_periods

GRAVITY = 9.81
PACES = (0.5, 0.6, 0.8, 1.25, 2.0)
"""Stated over true sampling rate."""


@dataclass(frozen=True)
class Broken:
    """A recording with one fault.

    Attributes
    ----------
    recording : with the fault in it.
    kind : what is wrong.
    sensors : names of the sensors concerned; empty for all.
    """

    recording: Recording
    kind: Kind
    sensors: frozenset[str]


Inject = Callable[[Recording, np.random.Generator], Broken | None]


def missing(recording: Recording, generator: np.random.Generator) -> Broken:
    """One sensor is not in the file, or has no numbers."""
    k = _any(recording, generator)
    name = recording.sensors[k].name
    if generator.random() < 0.5:
        acc, gyro = _copies(recording)
        acc[:, k], gyro[:, k] = np.nan, np.nan
        return Broken(replace(recording, acc=acc, gyro=gyro), Kind.MISSING, frozenset({name}))
    keep = [i for i in range(len(recording.sensors)) if i != k]
    left = replace(
        recording,
        sensors=tuple(recording.sensors[i] for i in keep),
        acc=recording.acc[:, keep],
        gyro=recording.gyro[:, keep],
    )
    return Broken(left, Kind.MISSING, frozenset({recording.sensors[k].segment}))


def exchanged(recording: Recording, generator: np.random.Generator) -> Broken:
    """Two sensors carry each other's names: half of the time those of a pair, left and right."""
    segments = [sensor.segment for sensor in recording.sensors]
    if generator.random() < 0.5:
        part = str(generator.choice(["femur", "tibia", "foot"]))
        a, b = segments.index(f"{part}_r"), segments.index(f"{part}_l")
    else:
        a, b = generator.choice(len(segments), 2, replace=False).tolist()
    sensors = list(recording.sensors)
    sensors[a], sensors[b] = (replace(sensors[i], segment=segments[j]) for i, j in ((a, b), (b, a)))
    return Broken(replace(recording, sensors=tuple(sensors)), Kind.EXCHANGED, frozenset({sensors[a].name, sensors[b].name}))


def offset(recording: Recording, generator: np.random.Generator) -> Broken | None:
    """One sensor reads 10 % of gravity too much or too little along the vertical in standing; None without standing."""
    periods = standing_periods(recording)
    if not periods:
        return None
    k, (acc, _) = _any(recording, generator), _copies(recording)
    up = recording.acc[slice(*periods[0]), k].mean(axis=0)
    acc[:, k] += generator.choice([-0.1, 0.1]) * GRAVITY * up / np.linalg.norm(up)
    return Broken(replace(recording, acc=acc), Kind.OFFSET, frozenset({recording.sensors[k].name}))


def turned(recording: Recording, generator: np.random.Generator) -> Broken:
    """Signals of one sensor, said to be in segment axes, are turned by right angles, or by any angle above 60 degrees."""
    k, (acc, gyro) = _any(recording, generator), _copies(recording)
    if generator.random() < 0.5:
        choices = right_angled()
        turn = choices[generator.choice([i for i, c in enumerate(choices) if not np.allclose(c, np.eye(3))])]
    else:
        turn = rotation(generator, np.deg2rad(60.0), np.pi)
    acc[:, k], gyro[:, k] = acc[:, k] @ turn.T, gyro[:, k] @ turn.T
    return Broken(replace(recording, acc=acc, gyro=gyro), Kind.TURNED, frozenset({recording.sensors[k].name}))


def mirrored(recording: Recording, generator: np.random.Generator) -> Broken:
    """A sensor on a leg has one axis with the wrong sign (left-handed axes), or its angular rate has."""
    legs = [k for k, sensor in enumerate(recording.sensors) if sensor.segment != "pelvis"]
    k, (acc, gyro) = int(generator.choice(legs)), _copies(recording)
    if generator.random() < 0.5:
        axis = int(generator.integers(3))
        acc[:, k, axis], gyro[:, k, axis] = -acc[:, k, axis], -gyro[:, k, axis]
    else:
        gyro[:, k] = -gyro[:, k]
    return Broken(replace(recording, acc=acc, gyro=gyro), Kind.MIRRORED, frozenset({recording.sensors[k].name}))


def acc_unit(recording: Recording, generator: np.random.Generator) -> Broken:
    """Acceleration of one sensor, or of all, in g."""
    which, (acc, _) = _one_or_all(recording, generator), _copies(recording)
    acc[:, which] /= GRAVITY
    return Broken(replace(recording, acc=acc), Kind.ACC_UNIT, frozenset(recording.sensors[k].name for k in which))


def gyro_unit(recording: Recording, generator: np.random.Generator) -> Broken:
    """Angular rate of one sensor, or of all, in deg/s."""
    which, (_, gyro) = _one_or_all(recording, generator), _copies(recording)
    gyro[:, which] = np.rad2deg(gyro[:, which])
    return Broken(replace(recording, gyro=gyro), Kind.GYRO_UNIT, frozenset(recording.sensors[k].name for k in which))


def rate(recording: Recording, generator: np.random.Generator) -> Broken:
    """A sampling rate that is not the true one."""
    stated = recording.rate_hz * float(generator.choice(PACES))
    return Broken(replace(recording, rate_hz=stated), Kind.RATE, frozenset())


FAULTS: dict[str, Inject] = {
    "missing": missing,
    "exchanged": exchanged,
    "offset": offset,
    "turned": turned,
    "mirrored": mirrored,
    "acc_unit": acc_unit,
    "gyro_unit": gyro_unit,
    "rate": rate,
}


def rotation(generator: np.random.Generator, least: float, most: float) -> Array:
    """(3, 3) rotation about an axis of any direction, by an angle drawn evenly [rad]."""
    axis = generator.standard_normal(3)
    axis /= np.linalg.norm(axis)
    angle = generator.uniform(least, most)
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * cross @ cross


def _any(recording: Recording, generator: np.random.Generator) -> int:
    return int(generator.integers(len(recording.sensors)))


def _one_or_all(recording: Recording, generator: np.random.Generator) -> list[int]:
    return list(range(len(recording.sensors))) if generator.random() < 0.5 else [_any(recording, generator)]


def _copies(recording: Recording) -> tuple[Array, Array]:
    return recording.acc.copy(), recording.gyro.copy()

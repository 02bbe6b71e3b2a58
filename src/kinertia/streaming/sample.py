"""What comes in: samples, the streams they come on, and who wears the sensors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.io.stream_log import StreamInfo
from kinertia.recording import LOWER_BODY, Array, Sensor, Subject


@dataclass(frozen=True, slots=True)
class Sample:
    """One message of one sender."""

    stream: int  # index into the session's streams
    time_s: float  # sender's clock [s]; NaN where the sender gives none
    sequence: int  # sender's running number, -1 where it gives none
    # (k, 6) specific force x, y, z [m/s^2] and angular rate x, y, z [rad/s] of the stream's k sensors, in their own axes; NaN
    # where missing. Never changed after the sample was made
    values: np.ndarray
    received_s: float  # ``time.perf_counter()`` when it came in [s]


@dataclass(frozen=True)
class Session:
    """One wearer with sensors."""

    subject: Subject  # the wearer
    sensors: tuple[Sensor, ...]  # K sensors
    streams: tuple[StreamInfo, ...]  # what they come on
    rotations: Array | None = None  # (K, 3, 3) sensor to segment axes, v_segment = R v_sensor; None while not aligned
    bias: Array | None = None  # (K, 3) gyroscope offset in sensor axes [rad/s], subtracted before turning; None for zero


MOST_HZ = 10_000.0  # no sensor for movement is faster


def check(session: Session) -> None:
    """Refuse a session that contradicts itself by a ValueError that names stream or sensor and the fix.

    It has no sensor on a known segment or no stream, a sensor comes on no stream or on several, a rate is not usable, or
    rotations or offsets are not those of its sensors.
    """
    count = len(session.sensors)
    if not any(sensor.segment in LOWER_BODY.segments for sensor in session.sensors):
        raise ValueError(f"no sensor sits on one of {', '.join(LOWER_BODY.segments)}; name the segments of the sensors")
    on: dict[int, str] = {}
    for info in session.streams:
        if not 0.0 < info.rate_hz <= MOST_HZ:
            raise ValueError(f"stream {info.name!r} has a rate of {info.rate_hz} Hz; state its true rate")
        if not info.sensors:
            raise ValueError(f"stream {info.name!r} carries no sensor; leave it out")
        for k in info.sensors:
            if not 0 <= k < count:
                raise ValueError(f"stream {info.name!r} carries sensor {k}, but there are {count} sensors, counted from 0")
            if k in on:
                raise ValueError(f"sensor {session.sensors[k].name!r} comes on {on[k]!r} and on {info.name!r}; keep one")
            on[k] = info.name
    silent = [sensor.name for k, sensor in enumerate(session.sensors) if k not in on]
    if silent:
        raise ValueError(f"no stream carries {', '.join(map(repr, silent))}; leave the sensor out or add its stream")
    for name, array, shape in (("rotations", session.rotations, (count, 3, 3)), ("bias", session.bias, (count, 3))):
        if array is not None and (array.shape != shape or not np.isfinite(array).all()):
            raise ValueError(f"{name} of {count} sensors must be {shape} numbers, got {array.shape}; calibrate again")

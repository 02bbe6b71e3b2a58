"""Whether a session fits together."""

from __future__ import annotations

import numpy as np

from kinertia.recording import LOWER_BODY
from kinertia.streaming.sample import Session

MOST_HZ = 10_000.0  # no sensor for movement is faster


def check(session: Session) -> None:
    """Refuse a session that contradicts itself.

    Raises
    ------
    ValueError
        If it has no sensor on a known segment or no stream, a sensor comes on no stream or on several, a rate is not usable, or
        rotations or offsets are not those of its sensors; the message names stream or sensor and the fix.
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

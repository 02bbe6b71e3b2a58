"""What comes in: samples, the streams they come on, who wears the sensors; how long the core waits, holds and remembers."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from kinertia.estimation.estimator import WARM_UP_S
from kinertia.estimation.trust import TRUSTED_DISAGREEMENT, TRUSTED_RESIDUAL_BW, TRUSTED_RESIDUAL_BWBH
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


@dataclass(frozen=True)
class Settings:
    """Times in seconds; the defaults suit sensors of 60 to 200 Hz over radio."""

    # how long a complete grid point waits for the stragglers of other streams, beyond their usual jitter
    patience_s: float = 0.015
    most_patience_s: float = 0.06  # the longest wait, jitter included
    interpolate_s: float = 0.05  # longest missing time that a straight line bridges, once the next sample is there
    hold_s: float = 0.03  # how long the last value stands in for samples that do not come; afterwards they are missing
    lost_s: float = 0.25  # a sensor that is silent for longer is lost, and nobody waits for it
    pause_s: float = 1.0  # when all sensors are silent for longer, the estimate pauses; it starts afresh when one returns
    frozen_s: float = 0.5  # a sensor whose values do not change for that long is frozen and counts as missing; 0 accepts it
    warm_up_s: float = WARM_UP_S  # time after a start in which estimates are not to be trusted
    residual_bw: float = TRUSTED_RESIDUAL_BW  # largest trusted residual of the equations of motion, RMS over a second [BW]
    residual_bwbh: float = TRUSTED_RESIDUAL_BWBH  # the same of its moment [BWBH]
    # largest trusted difference of virtual and measured angular rates over a second, as a part of the rates; accelerations
    # may differ five thirds as much
    disagreement: float = TRUSTED_DISAGREEMENT
    confirm_s: float = 0.03  # how long a foot must be on, or off, the ground before the event is told
    memory_s: float = 6.0  # how much of the signals is kept to warm another model up

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0.0 <= value < 3600.0:
                raise ValueError(f"streaming setting {field.name} is {value}: give a number from 0 to 3600")
        if self.pause_s < self.lost_s:
            raise ValueError(f"pause_s is {self.pause_s}: it must not be shorter than lost_s, {self.lost_s}")

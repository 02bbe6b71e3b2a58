"""What comes in: samples, the streams they come on, and who wears the sensors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.io.stream_log import StreamInfo
from kinertia.recording import Array, Sensor, Subject


@dataclass(frozen=True, slots=True)
class Sample:
    """One message of one sender.

    Attributes
    ----------
    stream : index into the session's streams.
    time_s : sender's clock [s]; NaN where the sender gives none.
    sequence : sender's running number, -1 where it gives none.
    values : (k, 6) specific force x, y, z [m/s^2] and angular rate x, y, z [rad/s] of the stream's k sensors, in their own
        axes; NaN where missing. Never changed after the sample was made.
    received_s : ``time.perf_counter()`` when it came in [s].
    """

    stream: int
    time_s: float
    sequence: int
    values: np.ndarray
    received_s: float


@dataclass(frozen=True)
class Session:
    """One wearer with sensors.

    Attributes
    ----------
    subject : the wearer.
    sensors : K sensors.
    streams : what they come on.
    rotations : (K, 3, 3) sensor to segment axes, v_segment = R v_sensor; None while not aligned.
    bias : (K, 3) gyroscope offset in sensor axes [rad/s], subtracted before turning; None for zero.
    """

    subject: Subject
    sensors: tuple[Sensor, ...]
    streams: tuple[StreamInfo, ...]
    rotations: Array | None = None
    bias: Array | None = None

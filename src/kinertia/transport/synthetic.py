"""A synthetic wearer: stands still, then walks at changing speeds, and stands when asked; sensors sit at random angles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from kinertia.recording import Array
from kinertia.streaming.sample import Sample, StreamInfo
from kinertia.transport import faults as injection
from kinertia.transport import walker as walkers
from kinertia.transport.faults import NO_FAULTS, Faults
from kinertia.transport.paced import PacedSource
from kinertia.transport.walker import Stage

STANDING = (Stage(5.0, 0.0),)
WALKING = (Stage(20.0, 1.2), Stage(20.0, 1.4), Stage(20.0, 1.0))
TILT_RAD = np.deg2rad(15.0)
"""Sensors are mounted along some axes of the segment, and askew by about so much."""
ACC_NOISE, GYRO_NOISE = 0.02, 0.003  # m/s^2, rad/s
GYRO_BIAS = np.deg2rad(0.5)


class SyntheticSource(PacedSource):
    """A walker's seven sensors, in their own axes.

    Parameters
    ----------
    seed : decides how the sensors sit, their offsets and their noise.
    rate_hz : sampling rate [Hz].
    speed : 1 is real time, see :class:`~kinertia.transport.paced.PacedSource`.
    seconds : where it ends; None for never.
    first, then : what the wearer does, once and then over and over.
    together : all sensors in one stream; else each is a stream with its own clock.
    aligned : tell the session how the sensors sit; else calibration has to find it.
    faults : what goes wrong on the way.

    Attributes
    ----------
    mounting : (S, 3, 3) how the sensors really sit, v_segment = R v_sensor.
    offset : (S, 3) their real gyroscope offsets in sensor axes [rad/s].
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        rate_hz: float = 100.0,
        speed: float = 1.0,
        seconds: float | None = None,
        first: tuple[Stage, ...] = STANDING,
        then: tuple[Stage, ...] = WALKING,
        together: bool = True,
        aligned: bool = False,
        faults: Faults = NO_FAULTS,
    ) -> None:
        if not 10.0 <= rate_hz <= 2000.0:
            raise ValueError(f"synthetic source: rate {rate_hz} Hz is outside 10..2000 Hz")
        person = walkers.load()
        generator = np.random.default_rng(seed)
        count = len(person.sensors)
        self.mounting = np.stack([_mounting(generator) for _ in range(count)])
        self.offset = GYRO_BIAS * generator.standard_normal((count, 3))
        streams = (
            (StreamInfo("walker", tuple(range(count)), rate_hz),)
            if together
            else tuple(StreamInfo(sensor.name, (k,), rate_hz) for k, sensor in enumerate(person.sensors))
        )

        def samples(counts: Counter[str]) -> Iterator[Sample]:
            ideal = walkers.walk(person, first, then, rate_hz, asked=self._asked_to_stand)
            sent = _samples(self._measured(ideal, generator), streams, rate_hz, seconds)
            return injection.inject(sent, faults, counts)

        super().__init__(
            "walker",
            person.sensors,
            streams,
            samples,
            speed=speed,
            subject=person.subject,
            rotations=self.mounting if aligned else None,
            bias=self.offset if aligned else None,
        )

    def _measured(self, ideal: Iterator[tuple[Array, Array]], generator: np.random.Generator) -> Iterator[Array]:
        """(T, S, 6) readings of each block, in sensor axes."""
        for acc, gyro in ideal:
            # v_sensor = R^T v_segment
            parts = [np.einsum("kij,tki->tkj", self.mounting, part) for part in (acc, gyro)]
            parts[0] += ACC_NOISE * generator.standard_normal(parts[0].shape)
            parts[1] += self.offset + GYRO_NOISE * generator.standard_normal(parts[1].shape)
            yield np.concatenate(parts, axis=-1)


def _samples(
    blocks: Iterator[Array], streams: tuple[StreamInfo, ...], rate_hz: float, seconds: float | None
) -> Iterator[Sample]:
    number = 0
    for block in blocks:
        parts = [np.ascontiguousarray(block[:, list(stream.sensors)]) for stream in streams]
        for at in range(len(block)):
            time_s = number / rate_hz
            if seconds is not None and time_s >= seconds:
                return
            for stream, part in enumerate(parts):
                yield Sample(stream, time_s, number, part[at], time_s)
            number += 1


def _mounting(generator: np.random.Generator) -> Array:
    """A rotation: along the segment's axes in any of the 24 ways, and askew."""
    axes = np.eye(3)[generator.permutation(3)] * generator.choice([-1.0, 1.0], 3)[:, None]
    axes[2] = np.cross(axes[0], axes[1])
    vector = TILT_RAD / np.sqrt(3.0) * generator.standard_normal(3)
    angle = np.linalg.norm(vector)
    x, y, z = vector / angle
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    # Rodrigues
    return (np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * cross @ cross) @ axes

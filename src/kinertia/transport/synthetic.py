"""A synthetic wearer: stands still, then walks at changing speeds, and stands when asked; sensors sit at random angles."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

import numpy as np

from kinertia.recording import Array
from kinertia.transport import walker as walkers
from kinertia.transport.faults import NO_FAULTS, Faults
from kinertia.transport.replay import PacedSource, sent, streams_of
from kinertia.transport.walker import Stage

STANDING = (Stage(5.0, 0.0),)
WALKING = (Stage(20.0, 1.2), Stage(20.0, 1.4), Stage(20.0, 1.0))
TILT_RAD = np.deg2rad(15.0)  # sensors are mounted along some axes of the segment, and askew by about so much
ACC_NOISE, GYRO_NOISE = 0.02, 0.003  # m/s^2, rad/s
GYRO_BIAS = np.deg2rad(0.5)


class SyntheticSource(PacedSource):
    """A walker's seven sensors, in their own axes.

    Parameters
    ----------
    seed : decides how the sensors sit, their offsets and their noise.
    seconds : where it ends; None for never.
    first, then : what the wearer does, once and then over and over.
    together : all sensors in one stream; else each is a stream with its own clock.
    aligned : tell the session how the sensors sit; else calibration has to find it.

    Attributes
    ----------
    mounting, offset : (S, 3, 3) how the sensors really sit, v_segment = R v_sensor; (S, 3) their gyroscope offsets [rad/s].
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
        person, self._generator = walkers.load(), np.random.default_rng(seed)
        self.mounting = np.stack([_mounting(self._generator) for _ in person.sensors])
        self.offset = GYRO_BIAS * self._generator.standard_normal((len(person.sensors), 3))
        streams = streams_of(person.sensors, rate_hz, "walker", together=together)
        samples = sent(self._measured(person, first, then, rate_hz), streams, rate_hz)
        super().__init__(
            "walker",
            person.sensors,
            streams,
            samples if seconds is None else takewhile(lambda sample: sample.time_s < seconds, samples),
            faults=faults,
            speed=speed,
            subject=person.subject,
            rotations=self.mounting if aligned else None,
            bias=self.offset if aligned else None,
        )

    def _measured(
        self, person: walkers.Walker, first: tuple[Stage, ...], then: tuple[Stage, ...], rate_hz: float
    ) -> Iterator[Array]:
        """(T, S, 6) readings of each block, in sensor axes."""
        for ideal in walkers.walk(person, first, then, rate_hz, asked=self._asked_to_stand):
            # v_sensor = R^T v_segment
            acc, gyro = (np.einsum("kij,tki->tkj", self.mounting, part) for part in ideal)
            acc += ACC_NOISE * self._generator.standard_normal(acc.shape)
            gyro += self.offset + GYRO_NOISE * self._generator.standard_normal(gyro.shape)
            yield np.concatenate([acc, gyro], axis=-1)


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

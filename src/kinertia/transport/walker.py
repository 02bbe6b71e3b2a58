"""A walker in numbers, as a recording and as a source: what seven sensors on a moving sagittal body read.

Signals come from Fourier coefficients of the joints of a simulated walk (:mod:`kinertia.simulation.walker_file`, file
``walker.json``). Between standing and that walk, and a little beyond, the joints' movement grows with the pace.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from itertools import islice, takewhile
from threading import Event

import msgspec
import numpy as np

from kinertia.numerics import rotations
from kinertia.recording import GRAVITY, LOWER_BODY, Array, Recording, Sensor, Subject
from kinertia.transport.replay import NO_FAULTS, Faults, PacedSource, sent, streams_of

RAMP_S = 2.0  # time from standing to walking, and from one speed to another
STAND_S = RAMP_S + 5.0  # how long somebody takes who is asked to stand still, until he or she begins to walk again
STEP_S = 1e-3  # distance of the three instants that an acceleration is the second difference of
SLOWEST_PACE = 0.55  # stride frequency relative to the own pace, as movements become small
WANDER_S = (7.3, 4.1)  # periods in which the pace wanders, no multiples of each other: no two strides are alike
WANDER = 0.02  # by how much in each

STANDING_S, RATES_HZ = 4.0, (10.0, 2000.0)  # of a made-up recording
BLOCK_S = 1.0  # of signals that are made at once
ACC_NOISE, GYRO_NOISE = 0.02, 0.002  # of a made-up recording's sensors [m/s^2], [rad/s]
TILT_RAD = np.deg2rad(15.0)  # sensors are mounted along some axes of the segment, and askew by about so much
STREAM_GYRO_NOISE = 0.003  # rad/s
GYRO_BIAS = np.deg2rad(0.5)


class Walker(msgspec.Struct, frozen=True, dict=True):
    """One person's symmetric walk over a stride from right heel strike."""

    mass_kg: float  # mass_kg, height_m: the person
    height_m: float
    stride_s: float  # duration of a stride at the own pace [s]
    thigh_m: float  # thigh_m, shank_m, ankle_height_m: lengths [m]
    shank_m: float
    ankle_height_m: float
    # joint to mean, then cosine and sine of each harmonic of a stride; the left leg is half a stride later [rad]
    joints: dict[str, list[float]]
    middle: dict[str, list[float]]  # ``pelvis_ty`` [m], ``pelvis_tilt`` [rad] and ``speed`` [m/s] likewise, harmonics of a step
    sensor_position_m: dict[str, tuple[float, float, float]]  # segment to where its sensor sits, from the proximal joint [m]

    @property
    def subject(self) -> Subject:
        return Subject(self.mass_kg, self.height_m)

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        """In the order of :data:`~kinertia.recording.LOWER_BODY`."""
        return tuple(Sensor(segment, segment, self.sensor_position_m[segment]) for segment in LOWER_BODY.segments)

    @property
    def speed(self) -> float:
        """At the own pace [m/s]."""
        return self.middle["speed"][0]

    @cached_property
    def places(self) -> Array:
        """(S, 2) sensor positions in the sagittal plane [m]."""
        return np.array([self.sensor_position_m[segment][:2] for segment in LOWER_BODY.segments])

    @cached_property
    def coefficients(self) -> tuple[Array, Array]:
        """(17, 3) of the joints, (9, 3) of the middle."""
        return np.array(list(self.joints.values())).T, np.array(list(self.middle.values())).T

    def effort(self, speed: Array) -> Array:
        """Size of the movements relative to the own pace at a forward speed [m/s]."""
        # v / v0 = a (s + (1 - s) a), the part in brackets being the pace
        s = SLOWEST_PACE
        return (np.sqrt(s * s + 4.0 * (1.0 - s) * speed / self.speed) - s) / (2.0 * (1.0 - s))

    def signals(self, phase: Array, effort: Array, rate: Array) -> tuple[Array, Array]:
        """What ideal sensors in segment axes read: (T, S, 3) specific force [m/s^2] and angular rate [rad/s].

        ``phase``, ``effort`` and ``rate`` (3, T) are strides so far, :meth:`effort` and strides per second at each instant,
        and at :data:`STEP_S` before and after it: rows before, now, after.
        """
        angle, arm, height, forward = self._pose(phase, effort, rate)
        cos, sin = np.cos(angle), np.sin(angle)
        x = arm[..., 0] + cos * self.places[:, 0] - sin * self.places[:, 1]
        y = arm[..., 1] + sin * self.places[:, 0] + cos * self.places[:, 1] + height[..., None]
        ax = _second(x) + ((forward[2] - forward[0]) / (2.0 * STEP_S))[:, None]
        ay = _second(y) + GRAVITY
        now = cos[1], sin[1]
        acc, gyro = np.zeros((2, *angle.shape[1:], 3))
        acc[..., 0], acc[..., 1] = now[0] * ax + now[1] * ay, now[0] * ay - now[1] * ax
        gyro[..., 2] = (angle[2] - angle[0]) / (2.0 * STEP_S)
        return acc, gyro

    def _pose(self, phase: Array, effort: Array, rate: Array) -> tuple[Array, Array, Array, Array]:
        """Angles (3, T, S), proximal joints (3, T, S, 2) from the hip, hip height and forward speed (3, T)."""
        legs, middle = self.coefficients
        right, left = (_series(phase + shift, len(legs)) @ legs * effort[..., None] for shift in (0.0, 0.5))
        height, tilt, speed = np.moveaxis(_series(2.0 * phase, len(middle)) @ middle, -1, 0)
        standing = self.thigh_m + self.shank_m + self.ankle_height_m
        tilt = tilt * effort
        chains = [tilt[..., None] + np.cumsum(leg, axis=-1) for leg in (right, left)]
        angle = np.concatenate([tilt[..., None], *chains], axis=-1)
        arm = np.zeros((*angle.shape, 2))
        for thigh in (1, 4):
            for child, length in ((thigh + 1, self.thigh_m), (thigh + 2, self.shank_m)):
                a = angle[..., child - 1]
                arm[..., child, :] = arm[..., child - 1, :] + length * np.stack([np.sin(a), -np.cos(a)], axis=-1)
        # the legs' bend, and the fall it causes, grow with the square of small movements
        height = standing + effort**2 * (height - standing)
        forward = (self.speed + effort * (speed - self.speed)) * effort * rate * self.stride_s
        return angle, arm, height, forward


def load() -> Walker:
    """The walker that comes with the package."""
    return msgspec.json.decode((resources.files("kinertia.transport") / "walker.json").read_bytes(), type=Walker)


@dataclass(frozen=True)
class Stage:
    """Part of a walk."""

    seconds: float  # how long
    speed: float  # forward speed [m/s]; 0 is standing still


STANDING = (Stage(5.0, 0.0),)
WALKING = (Stage(20.0, 1.2), Stage(20.0, 1.4), Stage(20.0, 1.0))


def walk(
    walker: Walker,
    first: tuple[Stage, ...],
    then: tuple[Stage, ...],
    rate_hz: float,
    asked: Event | None = None,
) -> Iterator[tuple[Array, Array]]:
    """Endless signals of ideal sensors in segment axes, block after block, as :meth:`Walker.signals` gives them.

    ``first`` stages come once, ``then`` is repeated forever. When ``asked`` is set, the person stands still for
    :data:`STAND_S`, beginning with the next block, and then walks on.
    """
    samples = max(1, round(BLOCK_S * rate_hz))
    at, strides, stopped_s = 0, 0.0, -np.inf
    steps = np.array([[-STEP_S], [0.0], [STEP_S]])

    def effort_at(time: Array) -> Array:
        # what is left after being asked to stand: 1, then 0, then 1 again
        going = 1.0 - _ramp(time - stopped_s) + _ramp(time - stopped_s - STAND_S)
        return walker.effort(_speed(time, first, then) * going)

    while True:
        if asked is not None and asked.is_set():
            asked.clear()
            if at / rate_hz > stopped_s + STAND_S:
                stopped_s = at / rate_hz
        time = (at + np.arange(samples + 1)) / rate_hz
        around = time[:-1] + steps
        effort = effort_at(around)
        rate, ends = _rate(walker, effort, around), _rate(walker, effort_at(time), time)
        phase = strides + np.concatenate([[0.0], np.cumsum(0.5 * (ends[1:] + ends[:-1]) / rate_hz)])
        change = (rate[2] - rate[0]) / (2.0 * STEP_S)
        # phase(t +- h) = phase +- h phase' + h^2 / 2 phase''
        yield walker.signals(phase[:-1] + steps * rate[1] + 0.5 * steps**2 * change, effort, rate)
        at, strides = at + samples, float(phase[-1] % 1.0)


def recording(seconds: float = 20.0, *, rate_hz: float = 100.0, seed: int = 0) -> Recording:
    """So many seconds of the walker that comes with the package, without a reference: four of standing, then walking.

    ``seed`` is that of the sensors' noise.
    """
    if not seconds > STANDING_S or not RATES_HZ[0] <= rate_hz <= RATES_HZ[1]:
        low, high = RATES_HZ
        raise ValueError(f"{seconds:g} s at {rate_hz:g} Hz: give more than {STANDING_S:g} s, and {low:g} to {high:g} Hz")
    person = load()
    stages = (Stage(STANDING_S, 0.0), Stage(seconds - STANDING_S, person.speed))
    blocks = list(islice(walk(person, stages, stages[1:], rate_hz), math.ceil(seconds)))
    generator = np.random.default_rng(seed)
    acc, gyro = (np.concatenate([block[i] for block in blocks])[: round(seconds * rate_hz)] for i in range(2))
    acc = acc + ACC_NOISE * generator.standard_normal(acc.shape)
    gyro = gyro + GYRO_NOISE * generator.standard_normal(gyro.shape)
    return Recording("walk", rate_hz, person.sensors, acc, gyro, person.subject)


def _rate(walker: Walker, effort: Array, time: Array) -> Array:
    """Strides per second."""
    wander = sum(WANDER * np.sin(2.0 * np.pi * time / period) for period in WANDER_S)
    return (SLOWEST_PACE + (1.0 - SLOWEST_PACE) * effort) / walker.stride_s * (1.0 + wander)


def _speed(time: Array, first: tuple[Stage, ...], then: tuple[Stage, ...]) -> Array:
    """Forward speed, each stage beginning with a smooth ramp from the one before."""
    once, round_s = sum(stage.seconds for stage in first), sum(stage.seconds for stage in then)
    # the stages around these instants are those of this lap, of the one before and of the one after
    skipped = max(0, int((time.max() - once) // round_s) - 1) if round_s > 0 else 0
    stages, begin, before = (*first, *then * 3), 0.0, (*first, *then)[0].speed
    if skipped:
        stages, begin, before = then * 3, once + skipped * round_s, then[-1].speed
    speed = np.full_like(time, before)
    for stage in stages:
        speed = speed + (stage.speed - before) * _ramp(time - begin)
        before, begin = stage.speed, begin + stage.seconds
    return speed


def _ramp(time: Array) -> Array:
    """From 0 to 1, smoothly within :data:`RAMP_S`."""
    s = np.clip(time / RAMP_S, 0.0, 1.0)
    return s**3 * (10.0 - 15.0 * s + 6.0 * s * s)


def _series(phase: Array, count: int) -> Array:
    """(..., count) values that coefficients are multiplied with: of the mean, then cosine and sine of each harmonic."""
    turn = 2.0 * np.pi * phase[..., None] * np.arange(1, (count + 1) // 2)
    waves = np.stack([np.cos(turn), np.sin(turn)], axis=-1).reshape(*phase.shape, -1)
    return np.concatenate([np.ones((*phase.shape, 1)), waves], axis=-1)


def _second(values: Array) -> Array:
    """Second derivative now, from before, now and after."""
    return (values[2] - 2.0 * values[1] + values[0]) / STEP_S**2


class SyntheticSource(PacedSource):
    """A walker's seven sensors, in their own axes; ``seconds`` is where it ends, None for never.

    The seed decides how the sensors really sit, ``mounting`` (S, 3, 3), v_segment = R v_sensor, their gyroscope ``offset`` (S,
    3) [rad/s] and their noise; with ``aligned`` the session is told, else calibration has to find it. The wearer does
    ``first`` once and ``then`` over and over. Sensors come ``together`` in one stream; else each is a stream with its own
    clock.
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
        person, self._generator = load(), np.random.default_rng(seed)
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

    def _measured(self, person: Walker, first: tuple[Stage, ...], then: tuple[Stage, ...], rate_hz: float) -> Iterator[Array]:
        """(T, S, 6) readings of each block, in sensor axes."""
        for ideal in walk(person, first, then, rate_hz, asked=self._asked_to_stand):
            # v_sensor = R^T v_segment
            acc, gyro = (np.einsum("kij,tki->tkj", self.mounting, part) for part in ideal)
            acc += ACC_NOISE * self._generator.standard_normal(acc.shape)
            gyro += self.offset + STREAM_GYRO_NOISE * self._generator.standard_normal(gyro.shape)
            yield np.concatenate([acc, gyro], axis=-1)


def _mounting(generator: np.random.Generator) -> Array:
    """A rotation: along the segment's axes in any of the 24 ways, and askew."""
    axes = np.eye(3)[generator.permutation(3)] * generator.choice([-1.0, 1.0], 3)[:, None]
    axes[2] = np.cross(axes[0], axes[1])
    return rotations.to_matrix(TILT_RAD / np.sqrt(3.0) * generator.standard_normal(3)) @ axes

"""A model that costs nothing and shows what it was given, with the attributes of an exported one; and senders."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from kinertia.recording import LOWER_BODY, Array, Sensor, Subject
from kinertia.runtime.card import GROUPS, Layout
from kinertia.runtime.model import ExportedModel
from kinertia.streaming.core import Core
from kinertia.streaming.frame import Frame
from kinertia.streaming.sample import Sample, Session, StreamInfo

DELAY = 2
SENSORS = tuple(Sensor(f"imu-{segment}", segment) for segment in LOWER_BODY.segments)
IDENTITY = np.tile(np.eye(3), (7, 1, 1))
ENTRIES = {
    "coordinates": ("pelvis_tx", "pelvis_ty"),
    "moments": ("knee_angle_r_moment",),
    "residual": ("residual_x", "residual_y", "residual_moment"),
    "grf": ("grf_x_r", "grf_y_r", "grf_x_l", "grf_y_l"),
    "speed": ("speed",),
    "virtual": tuple(f"{segment}_{kind}" for segment in LOWER_BODY.segments for kind in ("acc_x", "acc_y", "gyro_z")),
}
LAYOUT = Layout(sum(ENTRIES.values(), ()), tuple(len(ENTRIES.get(group, ())) for group in GROUPS))


class FakeStepper:
    """Gives back the signals two samples late: virtual signals are the measured ones, pelvis_ty their running mean.

    The right foot's vertical force is the thigh's acceleration along x over 10, the left one's the other thigh's.
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain, self.steps = gain, 0
        self.reset()

    def reset(self) -> None:
        self._past: list[Array] = []
        self._mean, self._travel = 0.0, 0.0

    def step(self, signals: Array) -> Array | None:
        self.steps += 1
        self._past.append(signals.copy())
        self._mean = 0.9 * self._mean + 0.1 * float(np.nan_to_num(signals[0, 1]))
        if len(self._past) <= DELAY:
            return None
        return self._values(self._past.pop(0))

    def finish(self) -> list[Array]:
        return [self._values(self._past.pop(0)) for _ in range(DELAY)]

    def _values(self, signals: Array) -> Array:
        values = np.zeros(len(LAYOUT.names))
        self._travel += 0.01
        values[0], values[1] = self._travel, self.gain * self._mean
        values[LAYOUT.virtual] = np.nan_to_num(signals).ravel()
        values[LAYOUT.index["grf_y_r"]], values[LAYOUT.index["grf_y_l"]] = np.nan_to_num(signals[[1, 4], 0]) / 10.0
        values[LAYOUT.index["residual_y"]] = float(np.nan_to_num(signals[0, 0])) / 1000.0
        return values


class IdleStepper:
    """Costs next to nothing."""

    def __init__(self) -> None:
        self._values = np.zeros(len(LAYOUT.names))

    def reset(self) -> None:
        pass

    def step(self, signals: Array) -> Array:
        return self._values.copy()


def model(gain: float = 1.0, rate_hz: float = 100.0, *, idle: bool = False) -> ExportedModel:
    def stepper(*_: Any) -> FakeStepper | IdleStepper:
        return IdleStepper() if idle else FakeStepper(gain)

    card = SimpleNamespace(layout=LAYOUT, coordinates=ENTRIES["coordinates"], sensors=LOWER_BODY)
    return cast(
        ExportedModel,
        SimpleNamespace(
            rate_hz=rate_hz, delay_samples=DELAY, layout=LAYOUT, stepper=stepper, card=card, sensors=LOWER_BODY, muscles=False
        ),
    )


def one_stream(rate_hz: float = 100.0, **given: Any) -> Session:
    """Seven sensors on one stream, aligned."""
    given.setdefault("rotations", IDENTITY)
    return Session(Subject(70.0, 1.75), SENSORS, (StreamInfo("all", tuple(range(7)), rate_hz),), **given)


def own_streams(rate_hz: float = 100.0) -> Session:
    """Every sensor on its own stream."""
    streams = tuple(StreamInfo(segment, (k,), rate_hz) for k, segment in enumerate(LOWER_BODY.segments))
    return Session(Subject(70.0, 1.75), SENSORS, streams, rotations=IDENTITY)


def signals(samples: int, rate_hz: float = 100.0, seed: int = 0, noise: float = 0.05) -> Array:
    """(T, 7, 6) smooth movement with noise, in segment axes."""
    rng = np.random.default_rng(seed)
    time = np.arange(samples) / rate_hz
    phase = rng.uniform(0, 2 * np.pi, (7, 6))
    wave = np.sin(2 * np.pi * 0.9 * time[:, None, None] + phase) * np.array([3.0, 2.0, 1.0, 0.5, 0.5, 2.5])
    wave[:, :, 1] += 9.81
    return wave + noise * rng.normal(size=wave.shape)


def samples_of(
    values: Array, rate_hz: float = 100.0, *, start_s: float = 0.0, received_s: float = 1000.0, stream: int = 0
) -> Iterator[Sample]:
    """Evenly sent, evenly received."""
    for i, row in enumerate(values):
        yield Sample(stream, start_s + i / rate_hz, i, row, received_s + i / rate_hz)


def run(core: Core, samples: Iterator[Sample] | list[Sample]) -> list[Frame]:
    """Frames of all samples, none polled."""
    return [frame for sample in samples for frame in core.push(sample)]


def sagittal(values: Array) -> Array:
    """(T, 7, 3) what the network sees of (T, 7, 6) values in segment axes."""
    return values[:, :, [0, 1, 5]]

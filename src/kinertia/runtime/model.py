"""Exported models: loading, steppers for people, and whole recordings: the graph that streams, sample after sample."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from importlib import resources
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from kinertia.estimation.estimator import Progress, Runner
from kinertia.estimation.series import Series
from kinertia.recording import Array, Recording, Sensor, SensorSet, Subject
from kinertia.runtime import card as cards
from kinertia.runtime.card import Card, Layout, Wearer
from kinertia.runtime.muscles import names as names_of_muscles
from kinertia.uncertainty import store as bands
from kinertia.uncertainty.calibration import Calibration, Uncalibrated

Numbers = dict[str, NDArray[np.floating]]
"""What the graph of a person gave: weight [N], moment scale [N m], and constants of the graph of one step by its inputs."""
DEFAULT = "default"
SPARSE = "sparse"  # for any set of sensors
REPORTED = 500  # samples between two words about progress


class Stepper:
    """The state of one wearer, whom ``numbers`` describe, in the graph of one step.

    The runtime reads and writes the state in place: each state's input and output are the same memory. That is safe because the
    graph reads every state before it can know its successor.
    """

    def __init__(self, session: ort.InferenceSession, card: Card, numbers: Numbers) -> None:
        self._session, self._card, self._shape = session, card, card.sensors.shape
        self._numbers = numbers  # the runtime reads their memory
        self._x = np.zeros((1, card.sensors.size + len(card.sensors)), dtype=np.float32)
        self._signals, self._seen = self._x[0, : card.sensors.size], self._x[0, card.sensors.size :]
        self._ones = np.ones_like(self._signals)
        self._hold = np.zeros(1, dtype=bool)
        self._states = {name: np.zeros((1, width), dtype=np.float32) for name, width in card.states.items()}
        self._repeats = 2 * (card.delay_samples - card.look_ahead)
        self._window = np.zeros((1, self._repeats * card.raw))
        self._out = np.zeros((1, len(card.layout.names)))
        self._row = self._out[0]
        self._binding = session.io_binding()
        inputs = {"x": self._x, "hold": self._hold, "window": self._window, **self._states}
        inputs |= {i.name: numbers[i.name] for i in session.get_inputs() if i.name not in inputs}
        for name, array in inputs.items():
            self._binding.bind_input(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        outputs = {"window_next": self._window, "out": self._out} | {f"{k}_next": v for k, v in self._states.items()}
        for name, array in outputs.items():
            self._binding.bind_output(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        self._step_s = 1.0 / card.rate_hz
        self._speed_at = card.layout.speed
        self.reset()

    def reset(self) -> None:
        """Back to the beginning."""
        for state in self._states.values():
            state[:] = 0.0
        self._samples, self._travel, self._speed = 0, 0.0, 0.0

    def step(self, signals: Array) -> Array | None:
        """Take in a sample and give the values (M,) of the sample ``delay_samples`` before it, None before there is one.

        ``signals`` (S, C) are channels of the model's sensor set in segment frames [m/s^2, rad/s], at the model's rate; NaN
        where missing. ValueError if they have another shape.
        """
        if signals.shape != self._shape:
            raise ValueError(f"sample has shape {signals.shape}, expected {self._shape}")
        self._signals[:] = signals.ravel()
        # a sum is finite only if every entry is
        if math.isfinite(self._signals.dot(self._ones)):
            self._seen[:] = 1.0
        else:
            present = np.isfinite(signals)
            self._signals[~present.ravel()] = 0.0
            self._seen[:] = present.any(axis=1)
        self._session.run_with_iobinding(self._binding)
        self._samples += 1
        if self._samples == 1 + self._card.look_ahead:
            # the output of the first sample is repeated before the beginning, as for whole recordings
            raw = self._card.raw
            self._window[0] = np.tile(self._window[0, -raw:], self._repeats)
        return self._values() if self._samples > self._card.delay_samples else None

    def finish(self) -> list[Array]:
        """Values of the last ``delay_samples`` samples; no samples can follow. ValueError if fewer than that were given."""
        if self._samples < self._card.delay_samples:
            raise ValueError(f"the stream had fewer than {self._card.delay_samples} samples")
        result = []
        for k in range(self._card.delay_samples):
            # first the last sample is repeated for a network that looks ahead, then its last output
            self._hold[0] = k >= self._card.look_ahead
            self._session.run_with_iobinding(self._binding)
            self._samples += 1
            if self._samples > self._card.delay_samples:
                result.append(self._values())
        self._hold[0] = False
        return result

    def _values(self) -> Array:
        values = self._row.copy()
        speed = float(values[self._speed_at])
        if self._samples > self._card.delay_samples + 1:
            # the way since the first sample, by the trapezoidal rule
            self._travel += 0.5 * (speed + self._speed) * self._step_s
        self._speed = speed
        values[0] = self._travel
        return values


@dataclass(frozen=True)
class ExportedModel:
    """A model as graphs."""

    card: Card  # facts
    step: bytes  # step, person: the graphs: one sample with its state, and the numbers of one person
    person: bytes
    calibration: Calibration | Uncalibrated = field(default_factory=Uncalibrated)  # of the bands around its outputs
    muscles: bool = False  # whether streams have muscles as well, which :mod:`kinertia.runtime.muscles` finds

    def __repr__(self) -> str:
        which = repr(self.name) if self.name else f"of {len(self.card.people)} recordings"
        bands = "without bands" if isinstance(self.calibration, Uncalibrated) else "with bands"
        return f"Exported model {which}: body {self.card.body}, {self.rate_hz:g} Hz, {bands}"

    @property
    def rate_hz(self) -> float:
        return self.card.rate_hz

    @property
    def delay_samples(self) -> int:
        return self.card.delay_samples

    @property
    def sensors(self) -> SensorSet:
        return self.card.sensors

    @cached_property
    def layout(self) -> Layout:
        """Of the values of a stream: those of the graph, and after them muscles where they were asked for."""
        known = self.card.layout
        if not self.muscles:
            return known
        more = names_of_muscles(known)
        return Layout((*known.names, *more), (*known.sizes, len(more)))

    @property
    def name(self) -> str:
        """Of a shipped model, else empty."""
        return self.card.name

    @cached_property
    def session(self) -> ort.InferenceSession:
        """The graph of one step, ready to run; shared by all steppers."""
        return ort.InferenceSession(self.step, _options(), providers=["CPUExecutionProvider"])

    def numbers(self, subject: Subject, sensors: tuple[Sensor, ...] = (), wearer: Wearer | None = None) -> Numbers:
        """What the graph of one step needs to know about a person, by its inputs' names; weight [N], moment scale [N m].

        Sensors sit mid-segment where not stated; ``wearer`` is what training learned about this person.
        """
        on, count = {sensor.segment: sensor.position_m for sensor in reversed(sensors)}, len(self.sensors)
        unknown = (np.nan, np.nan)
        positions = [(on.get(segment) or unknown)[:2] for segment in self.sensors.segments]
        angle, shift, size = (
            (np.zeros(count), np.zeros((count, 2)), 1.0)
            if wearer is None
            else (np.array(wearer.angle_rad), np.array(wearer.shift_m), wearer.size)
        )
        given = {
            "mass": np.array(subject.mass_kg, dtype=np.float64),
            "height": np.array(subject.height_m, dtype=np.float64),
            "position": np.array(positions, dtype=np.float64),
            "angle": angle,
            "shift": shift,
            "size": np.array(size, dtype=np.float64),
        }
        session = ort.InferenceSession(self.person, _options(), providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        return dict(zip(names, map(np.ascontiguousarray, session.run(names, given)), strict=True))

    def stepper(self, subject: Subject, sensors: tuple[Sensor, ...] = (), wearer: Wearer | None = None) -> Stepper:
        """One wearer's state, see :meth:`numbers`."""
        return Stepper(self.session, self.card, self.numbers(subject, sensors, wearer))

    @property
    def runner(self) -> Runner:
        """What runs it over whole recordings."""
        known = (self.sensors, self.rate_hz, self.delay_samples, self.card.model, self.calibration)
        return Runner(*known, self._stated_height_m, self._run, tells_progress=True)

    def _wearer(self, fingerprint: str) -> Wearer | None:
        return next((wearer for wearer in self.card.people if wearer.fingerprint == fingerprint), None)

    def _stated_height_m(self, fingerprint: str) -> float | None:
        wearer = self._wearer(fingerprint)
        return None if wearer is None else wearer.height_m

    def _run(self, signals: Array, present: Array, recording: Recording, mark: str, progress: Progress | None) -> Series:
        stepper = self.stepper(recording.subject, recording.sensors, self._wearer(mark))
        late, result = self.delay_samples, np.empty((len(signals), len(self.card.layout.names)))
        for k, sample in enumerate(np.where(present > 0, signals, np.nan)):
            values = stepper.step(sample)
            if values is not None:
                result[k - late] = values
            if progress is not None and (k + 1) % REPORTED == 0:
                progress(REPORTED)
        for k, values in enumerate(stepper.finish()):
            result[len(signals) - late + k] = values
        return self.card.series(result)


def names() -> list[str]:
    """Names of the shipped models."""
    folder = resources.files("kinertia") / "models"
    return sorted(entry.name for entry in folder.iterdir() if (entry / cards.CARD).is_file()) if folder.is_dir() else []


def load(model: str | Path = DEFAULT) -> ExportedModel:
    """A shipped model by its name, or any other by the folder that `kinertia export` wrote.

    ValueError if files are missing, damaged or of another version; the message names file and fix.
    """
    if str(model) not in names():
        return _load(Path(model))
    with resources.as_file(resources.files("kinertia") / "models" / str(model)) as folder:
        return _load(folder)


def _load(folder: Path) -> ExportedModel:
    card = cards.read(folder)
    graphs: dict[str, bytes] = {}
    for name in (cards.STEP, cards.PERSON):
        path = folder / card.file(name)
        if not path.is_file():
            raise ValueError(f"{path}: missing; export the model again")
        graphs[name] = path.read_bytes()
        if sha256(graphs[name]).hexdigest() != card.checksums.get(path.name):
            raise ValueError(f"{path}: does not belong to {cards.CARD} beside it, or is damaged; export the model again")
    calibration = bands.find(folder, card.model, card.start)
    return ExportedModel(card, graphs[cards.STEP], graphs[cards.PERSON], calibration)


def _options() -> ort.SessionOptions:
    """One thread, nothing spinning: several people run side by side in one process."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options

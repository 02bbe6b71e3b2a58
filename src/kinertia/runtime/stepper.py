"""One wearer's state in an exported model: one sample in, one vector of values out."""

from __future__ import annotations

import math

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from kinertia.recording import Array
from kinertia.runtime.card import Card

Numbers = dict[str, NDArray[np.floating]]
"""What the graph of a person gave: weight [N], moment scale [N m], and constants of the graph of one step by its inputs."""


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
        self._window = np.zeros((1, 2 * card.delay_samples * card.raw))
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
        if self._samples == 1:
            # the first output is repeated before the beginning, as for whole recordings
            raw = self._card.raw
            self._window[0] = np.tile(self._window[0, -raw:], 2 * self._card.delay_samples)
        return self._values() if self._samples > self._card.delay_samples else None

    def finish(self) -> list[Array]:
        """Values of the last ``delay_samples`` samples; no samples can follow. ValueError if fewer than that were given."""
        if self._samples < self._card.delay_samples:
            raise ValueError(f"the stream had fewer than {self._card.delay_samples} samples")
        result = []
        self._hold[0] = True
        for _ in range(self._card.delay_samples):
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

"""The exported graph of one step by itself, as any program with an ONNX runtime would run it."""

from __future__ import annotations

import time

import numpy as np

from kinertia.recording import Recording
from kinertia.runtime.model import ExportedModel

BACK_TO_BACK = 500


class BareGraph:
    """Runs the graph on one sample after the other, through ``session.run`` with arrays that it gives and gets.

    Parameters
    ----------
    model : an exported model.
    recording : in segment frames, of seven sensors without missing samples.

    Attributes
    ----------
    values : (M,) that the latest step gave, named by the model's layout.
    """

    def __init__(self, model: ExportedModel, recording: Recording) -> None:
        card, numbers = model.card, model.numbers(recording.subject, recording.sensors)
        signals = np.concatenate([recording.acc[..., :2], recording.gyro[..., 2:]], axis=-1)
        seen = np.ones(signals.shape[:2])
        self._rows = np.concatenate([signals.reshape(len(signals), -1), seen], axis=1).astype(np.float32)
        self._session, self._card, self._taken = model.session, card, 0
        self._outputs = [output.name for output in self._session.get_outputs()]
        self.values = np.full(len(card.layout.names), np.nan)
        self._inputs = {
            "hold": np.zeros(1, dtype=bool),
            "window": np.zeros((1, 2 * (card.delay_samples - card.look_ahead) * card.raw)),
            **{name: np.zeros((1, width), dtype=np.float32) for name, width in card.states.items()},
            **{one.name: numbers[one.name] for one in self._session.get_inputs() if one.name in numbers},
        }

    def step(self, index: int) -> float:
        """Take in a sample; how long that took [s]."""
        begin = time.perf_counter()
        self._inputs["x"] = self._rows[index : index + 1]
        found = self._session.run(None, self._inputs)
        for name, value in zip(self._outputs, found, strict=True):
            if name.endswith("_next"):
                self._inputs[name.removesuffix("_next")] = value
        spent = time.perf_counter() - begin
        self._taken += 1
        if self._taken == 1 + self._card.look_ahead:
            # the output of the first sample is repeated before the beginning
            window = self._inputs["window"]
            self._inputs["window"] = np.tile(window[:, -self._card.raw :], window.shape[1] // self._card.raw)
        self.values = np.ravel(np.asarray(found[self._outputs.index("out")]))
        return spent

    def back_to_back_s(self) -> float:
        """Median time of a step right after another, with everything in the processor's cache [s]."""
        return float(np.median([self.step(k % len(self._rows)) for k in range(BACK_TO_BACK)]))

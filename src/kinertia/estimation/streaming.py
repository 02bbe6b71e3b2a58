"""Estimation sample by sample with carried state, for live signals.

Equal to estimation of a whole recording without gaps (:mod:`kinertia.estimation.estimator` fills short gaps, which needs
samples from after the gap; here a missing sample is missing).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from kinertia.body import SKELETONS, build, stack
from kinertia.estimation import track
from kinertia.estimation.assembly import side_forces
from kinertia.estimation.track import Wearer
from kinertia.learning import differences
from kinertia.learning.checkpoint import Model
from kinertia.learning.network import State, features
from kinertia.learning.personal import Deviation
from kinertia.learning.sequence import placement
from kinertia.recording import SEGMENTS, Array, Sensor, Subject

CHANNELS = 3


@dataclass(frozen=True)
class Values:
    """Estimate at one sample.

    Attributes
    ----------
    coordinates : OpenSim coordinate name to value [rad or m]; pelvis_tx is the way since the first sample.
    moments : coordinate name to net joint moment [N m].
    grf : ``grf_x_r``, ``grf_y_r``, ``grf_x_l``, ``grf_y_l`` [BW].
    speed : forward speed [m/s].
    """

    coordinates: dict[str, float]
    moments: dict[str, float]
    grf: dict[str, float]
    speed: float


class Stream:
    """A model that reads one sample after the other.

    Parameters
    ----------
    model : a trained model with a causal cell (lstm, gru, tcn).
    subject : the person.
    sensors : where the sensors sit.
    deviation : what training learned about this wearer with these sensors (``model.people[0].deviation``); none without it.

    Attributes
    ----------
    delay_samples : how many samples the output is behind the input.
    delay_s : the same [s].

    Raises
    ------
    ValueError
        If the model's cell reads the signal backwards.
    """

    delay_samples = differences.REACH

    def __init__(
        self, model: Model, subject: Subject, sensors: tuple[Sensor, ...] = (), deviation: Deviation | None = None
    ) -> None:
        cell = model.config.network.cell
        if cell == "bilstm":
            raise ValueError(f"cell {cell!r} reads the signal backwards and cannot stream; train with lstm, gru or tcn")
        self._model = model
        like = next(model.network.parameters())
        # single precision first, as in estimation of whole recordings
        body = build(subject.mass_kg, subject.height_m, skeleton=SKELETONS[model.config.body])
        self._wearer = Wearer(
            stack([body.to(torch.float32)]).to(like.dtype, like.device),
            placement(sensors, body)[None].to(like),
            (deviation or Deviation.none()).to(like),
        )
        self._precise = self._wearer.precise()
        self._inputs: deque[Tensor] = deque(maxlen=track.look_back(model.network) + 1 if cell == "tcn" else 1)
        self._state: State = None
        self._outputs: deque[Tensor] = deque(maxlen=2 * differences.REACH + 1)
        self._travel = 0.0
        self._speed: float | None = None

    @property
    def delay_s(self) -> float:
        return self.delay_samples / self._model.config.rate_hz

    def push(self, sample: Array) -> Values | None:
        """Take in one sample and give the values of the sample ``delay_samples`` before it.

        Parameters
        ----------
        sample : (7, 3) acc x, acc y [m/s^2], gyro z [rad/s] in segment frames, rows in the order of
            :data:`~kinertia.recording.SEGMENTS`, at the model's rate; NaN where missing.

        Returns
        -------
        Values, or None for the first ``delay_samples`` samples.

        Raises
        ------
        ValueError
            If the sample has another shape.
        """
        signals = np.asarray(sample, dtype=np.float32)
        expected = (len(SEGMENTS), CHANNELS)
        if signals.shape != expected:
            raise ValueError(f"sample has shape {signals.shape}, expected {expected}: acc x, acc y, gyro z of each segment")
        with torch.no_grad():
            raw = self._advance(signals)
            # the first output is repeated before the beginning, as for whole recordings
            self._outputs.extend([raw] * (1 if self._outputs else 1 + differences.REACH))
            return self._values() if len(self._outputs) == self._outputs.maxlen else None

    def finish(self) -> list[Values]:
        """Values of the last ``delay_samples`` samples; no samples can follow.

        Raises
        ------
        ValueError
            If fewer samples than that were pushed.
        """
        if len(self._outputs) < 2 * differences.REACH:
            raise ValueError(f"the stream had fewer than {differences.REACH} samples")
        found = []
        with torch.no_grad():
            for _ in range(differences.REACH):
                self._outputs.append(self._outputs[-1])
                found.append(self._values())
        return found

    def _advance(self, sample: np.ndarray) -> Tensor:
        """Raw outputs (1, 1, outputs) of the network for the next sample."""
        like = self._wearer.position
        present = np.isfinite(sample)
        signals = torch.as_tensor(np.where(present, sample, 0.0))[None, None].to(like)
        mask = torch.as_tensor(present)[None, None].to(like)
        self._inputs.append(features(signals, mask, self._wearer.body, self._wearer.position))
        raw, self._state = self._model.network(torch.cat(list(self._inputs), dim=1), self._state)
        return raw[:, -1:]

    def _values(self) -> Values:
        found = track.physics(torch.cat(list(self._outputs), dim=1), self._precise, self._model.config)
        names = self._precise.body.skeleton.coordinate_names
        q, generalized = found.q[0].tolist(), found.generalized[0].tolist()
        speed = float(found.qd[0, 0])
        if self._speed is not None:
            self._travel += 0.5 * (speed + self._speed) / self._model.config.rate_hz
        self._speed = speed
        q[0] = self._travel
        force_bw = (found.force[0] / self._precise.body.weight).cpu().numpy()
        grf = side_forces(force_bw, self._precise.body)
        return Values(
            coordinates=dict(zip(names, q, strict=True)),
            moments={name: value for j, (name, value) in enumerate(zip(names, generalized, strict=True)) if j > 2},
            grf={k: float(v) for k, v in grf.items()},
            speed=speed,
        )

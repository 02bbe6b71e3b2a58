"""The supervised term of training: errors against what was measured of some recordings, beside the equations of motion.

Labels are given on purpose, for recordings that the user names; the truth that a file happens to hold is never read.
"""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import SKELETONS, Body
from kinertia.learning import differences
from kinertia.learning.config import Config
from kinertia.learning.losses import masked_mean
from kinertia.learning.sequence import NOMINAL_MASS_KG, Sequence
from kinertia.mechanics.motion import Motion
from kinertia.recording import Array, Recording, periodic
from kinertia.train.targets import columns, truth_of
from kinertia.train.windows import repeated, resampled

ANGLE_UNIT = np.deg2rad(5.0)  # rad
MOMENT_UNIT = 0.01  # BW H
FORCE_UNIT = 0.1  # BW
SPEED_UNIT = 0.2  # m/s
FORCES = ("grf_x_r", "grf_y_r", "grf_x_l", "grf_y_l")  # errors count in these units, so that one of each costs the same


@dataclass(frozen=True)
class Labels:
    """What is known of one recording's motion, at the model's rate; NaN where it is not."""

    angles: Tensor  # (T, n) generalized coordinates in the order of the skeleton; rotations only [rad]
    moments: Tensor  # (T, n - 3) joint moments [N m] of a body of nominal mass, as sequences have it
    forces: Tensor  # (T, 4) ground reaction on both feet, see :data:`FORCES` [BW]
    speed: Tensor  # (T, 1) forward speed [m/s]; the mean speed throughout where only that is known

    @property
    def all(self) -> Tensor:
        """(T, channels) side by side."""
        return torch.cat([self.angles, self.moments, self.forces, self.speed], dim=-1)

    @classmethod
    def split(cls, x: Tensor) -> Labels:
        """Counterpart of :attr:`all`, of any leading dimensions."""
        coordinates = (x.shape[-1] - len(FORCES) + 2) // 2
        sizes = [coordinates, coordinates - 3, len(FORCES), 1]
        return cls(*torch.split(x, sizes, dim=-1))

    @property
    def fingerprint(self) -> str:
        """Short hash, to recognise the same labels again."""
        return sha256(np.ascontiguousarray(self.all.numpy()).tobytes()).hexdigest()[:16]


def labels_of(recording: Recording, config: Config, tile_s: float = periodic.TILE_S) -> Labels:
    """What a recording's truth says, on the samples of its sequence (:func:`kinertia.learning.prepare.to_sequence`).

    RecordingError if the recording has no truth, or none of the quantities that a model estimates is in it.
    """
    truth_of(recording, "give it without labels")
    at_rate = resampled(recording, config.rate_hz)
    truth = truth_of(at_rate)
    skeleton = SKELETONS[config.body]
    names = skeleton.coordinate_names

    def known(curves: abc.Mapping[str, Array], wanted: abc.Sequence[str]) -> Tensor:
        result = repeated(columns(curves, wanted, at_rate.samples), at_rate, config.rate_hz, tile_s)
        return torch.as_tensor(result, dtype=torch.float32)

    speed = truth.speed_curve
    if speed is None:
        speed = np.full(at_rate.samples, np.nan if truth.speed is None else truth.speed)
    # N m of the person to N m of the sequence's body
    lighter = NOMINAL_MASS_KG / recording.subject.mass_kg
    turning = {name: curve for name, curve in truth.angles.items() if name in names[2:]}
    labels = Labels(
        known(turning, names),
        known({name: lighter * curve for name, curve in truth.moments.items()}, names[skeleton.joints]),
        known(truth.grf, FORCES),
        known({"speed": speed}, ("speed",)),
    )
    if not bool(torch.isfinite(labels.all).any()):
        what = "its reference has no joint angle, joint moment, ground reaction or speed that a model estimates"
        raise recording.error(what, "name the columns as docs/formats.md says, or give it without labels")
    return labels


def check(labels: abc.Sequence[Labels | None], sequences: abc.Sequence[Sequence]) -> None:
    """ValueError unless there are labels (or None) for every sequence, on its samples."""
    if len(labels) != len(sequences):
        raise ValueError(f"labels of {len(labels)} recordings for {len(sequences)} sequences; give None where there are none")
    for label, sequence in zip(labels, sequences, strict=True):
        if label is not None and len(label.all) != len(sequence.signals):
            raise ValueError(f"{sequence.name}: {len(label.all)} samples of labels for {len(sequence.signals)} of signals")


def fingerprint(labels: abc.Sequence[Labels | None]) -> str:
    """Of the labels of all recordings; empty where there are none."""
    marks = ["" if label is None else label.fingerprint for label in labels]
    return sha256(" ".join(marks).encode()).hexdigest()[:16] if any(marks) else ""


def windows(
    labels: abc.Sequence[Labels | None], person: abc.Sequence[int], start: abc.Sequence[int], window: int
) -> Tensor | None:
    """(B, window, channels) labels of drawn windows, NaN where not known; None where nothing is known of any."""
    known = [label for label in labels if label is not None]
    if not known:
        return None
    unknown = torch.full((window, known[0].all.shape[-1]), torch.nan)
    pieces = []
    for p, first in zip(person, start, strict=True):
        piece, label = unknown.clone(), labels[p]
        if label is not None:
            part = label.all[first : first + window]
            piece[: len(part)] = part
        pieces.append(piece)
    return torch.stack(pieces)


def term(motion: Motion, joint: Tensor, body: Body, labels: Tensor, mask: Tensor) -> Tensor:
    """Mean squared error of angles, moments, ground reaction and speed, each in its unit, added up.

    ``joint`` (B, T - 4, n - 3) are the joint moments [N m] of ``motion`` (B, T - 4, ...), ``body`` has a time axis, ``labels``
    (B, T, channels) are those of :func:`windows`, ``mask`` (B, T - 4) says which samples count.
    """
    labels = differences.centre(labels)
    seen, known = Labels.split(torch.isfinite(labels)), Labels.split(torch.nan_to_num(labels))
    sides = [[j for j, contact in enumerate(body.skeleton.contacts) if contact.side == side] for side in ("r", "l")]
    force = torch.cat([motion.force[..., points, :].sum(-2) for points in sides], dim=-1) / body.weight[..., None]
    moment = (joint - known.moments) / body.moment_scale[..., None]
    errors = (
        ((motion.q - known.angles) / ANGLE_UNIT, seen.angles),
        (moment / MOMENT_UNIT, seen.moments),
        ((force - known.forces) / FORCE_UNIT, seen.forces),
        ((motion.qd[..., :1] - known.speed) / SPEED_UNIT, seen.speed),
    )
    return torch.stack([masked_mean(error.square(), there * mask[..., None]) for error, there in errors]).sum()

"""Windows of recordings as encoders read them: three axes of every accelerometer and gyroscope, in segment frames."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256

import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import SKELETONS, build
from kinertia.learning.network import features
from kinertia.learning.sequence import NOMINAL_MASS_KG, placement
from kinertia.recording import LOWER_BODY, Recording, RecordingError
from kinertia.sensing.alignment import to_segments
from kinertia.train import windows

LEAD = 64
"""Samples before a window that a recurrent encoder runs through first; windows begin no sooner."""
STANDARD_GRAVITY = 9.80665  # m/s^2, what one g is
SENSORS, MODALITIES = len(LOWER_BODY), 2  # acceleration and angular rate
SKELETON = "gait2d_sole"


@dataclass(frozen=True)
class Inputs:
    """B windows.

    Attributes
    ----------
    signals : (B, LEAD + L, S, 2, 3) specific force [m/s^2] and angular rate [rad/s]; zero where missing.
    present : (B, S, 2) 1 where a triad was measured throughout.
    person : (B, 19) body and placement, as the recurrent network reads them.
    """

    signals: Tensor
    present: Tensor
    person: Tensor

    @property
    def inside(self) -> Tensor:
        """(B, L, S, 2, 3) signals of the windows themselves."""
        return self.signals[:, LEAD:]


@dataclass(frozen=True)
class Track:
    """One recording at the encoders' rate.

    Attributes
    ----------
    name, owner : of the recording, and of the person.
    signals : (T, S, 2, 3) as in :class:`Inputs`.
    present : (T, S, 2) whether a triad was measured.
    person : (19,) as in :class:`Inputs`.
    """

    name: str
    owner: str
    signals: Tensor
    present: Tensor
    person: Tensor


@dataclass(frozen=True)
class Windows:
    """Windows that do not overlap, of several recordings.

    Attributes
    ----------
    tracks : the recordings.
    track : (N,) which of them each window is of.
    start : (N,) first sample of each window.
    length : samples of a window.
    """

    tracks: tuple[Track, ...]
    track: Tensor
    start: Tensor
    length: int

    def __len__(self) -> int:
        return len(self.track)

    @property
    def owners(self) -> tuple[str, ...]:
        """Person of every window."""
        return tuple(self.tracks[i].owner for i in self.track.tolist())

    @cached_property
    def fingerprint(self) -> str:
        """Short hash of all signals and of where the windows are."""
        found = sha256(np.ascontiguousarray(torch.stack([self.track, self.start]).numpy()).tobytes())
        for track in self.tracks:
            found.update(np.ascontiguousarray(track.signals.numpy()).tobytes())
        return found.hexdigest()[:16]

    def select(self, index: Tensor) -> Windows:
        """Some of the windows."""
        return replace(self, track=self.track[index], start=self.start[index])

    def gather(self, index: Tensor) -> Inputs:
        """Signals of some of the windows; a triad with a gap in a window is missing there."""
        signals, present, person = [], [], []
        for i in index.tolist():
            track, start = self.tracks[int(self.track[i])], int(self.start[i])
            signals.append(track.signals[start - LEAD : start + self.length])
            present.append(track.present[start - LEAD : start + self.length].all(0))
            person.append(track.person)
        seen = torch.stack(present).float()
        return Inputs(torch.stack(signals) * seen[:, None, :, :, None], seen, torch.stack(person))

    def scale(self) -> Tensor:
        """(2,) standard deviation of all accelerometer channels together and of all gyroscope channels together."""
        total, square, count = (torch.zeros(MODALITIES, dtype=torch.float64) for _ in range(3))
        for i in sorted(set(self.track.tolist())):
            seen = self.tracks[i].present[..., None].double()
            x = self.tracks[i].signals.double() * seen
            total += x.sum((0, 1, 3))
            square += x.square().sum((0, 1, 3))
            count += 3 * seen.sum((0, 1, 3))
        mean = total / count.clamp_min(1.0)
        spread = (square / count.clamp_min(1.0) - mean.square()).clamp_min(0.0).sqrt()
        return torch.where(spread > 0.0, spread, 1.0).float()


def to_track(recording: Recording, rate_hz: float, owner: str = "") -> Track:
    """Bring a recording into segment frames and to a rate; a periodic cycle is repeated.

    Raises
    ------
    RecordingError
        If no known segment carries a sensor, or the signals cannot be aligned or resampled.
    """
    ready = windows.resampled(to_segments(recording), rate_hz)
    values = np.full((ready.samples, SENSORS, MODALITIES, 3), np.nan)
    for k, segment in enumerate(LOWER_BODY.segments):
        i = ready.sensor_index(segment)
        if i is not None:
            values[:, k, 0], values[:, k, 1] = ready.acc[:, i], ready.gyro[:, i]
    if not np.isfinite(values).any():
        raise RecordingError(
            f"none of the segments {', '.join(LOWER_BODY.segments)} carries a sensor",
            file=recording.source or recording.name,
            fix="name the segment of each sensor",
        )
    values = windows.repeated(values, ready, rate_hz)
    present = np.asarray(np.isfinite(values).all(-1))
    signals = torch.as_tensor(np.where(present[..., None], values, 0.0), dtype=torch.float32)
    return Track(recording.name, owner or recording.name, signals, torch.as_tensor(present), _person(ready))


def _person(recording: Recording) -> Tensor:
    subject = recording.subject
    body = build(NOMINAL_MASS_KG, subject.height_m, skeleton=SKELETONS[SKELETON])
    position = placement(recording.sensors, body)
    nothing = torch.zeros(1, SENSORS, 3)
    return features(nothing, nothing, body.to(torch.float32), position)[0, SENSORS * 4 :]


def cut(tracks: Iterable[Track], length: int, smallest_movement_g: float = 0.0) -> Windows:
    """Windows one after the other in every recording.

    Windows without a sensor are left out, and those in which the person hardly moves.

    Parameters
    ----------
    tracks : recordings.
    length : samples of a window.
    smallest_movement_g : smallest mean over channels of the accelerometers' standard deviation [g].

    Raises
    ------
    ValueError
        If no window is left.
    """
    kept = tuple(tracks)
    found = [
        (i, start)
        for i, track in enumerate(kept)
        for start in range(LEAD, len(track.signals) - length + 1, length)
        if _moves(track, start, length, smallest_movement_g)
    ]
    if not found:
        names = ", ".join(track.name for track in kept[:4])
        raise ValueError(
            f"no window of {length} samples is left of {len(kept)} recordings ({names}{' ...' if len(kept) > 4 else ''}): "
            f"give recordings of at least {length + LEAD} samples at the encoder's rate in which somebody moves"
        )
    track, start = torch.tensor(found).T
    return Windows(kept, track, start, length)


def _moves(track: Track, start: int, length: int, smallest_movement_g: float) -> bool:
    seen = track.present[start - LEAD : start + length].all(0)
    if not bool(seen.any()):
        return False
    if smallest_movement_g <= 0.0:
        return True
    acc = track.signals[start : start + length, seen[:, 0], 0]
    return bool(acc.numel()) and float(acc.std(0).mean()) >= smallest_movement_g * STANDARD_GRAVITY

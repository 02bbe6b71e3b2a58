"""What a method returns for a recording: motion, moments, ground reaction, speed, on one time axis."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from kinertia.recording import GRAVITY, Array, Subject

TOLD_BWBH = 0.005
"""Reserve moments above this are told and marked: half of what networks err by at least."""


class Activity(IntEnum):
    """What a person does at a sample."""

    OTHER = 0  # neither gait nor standing: sitting down, squats, jumps, stairs, turning on the spot
    STANDING = 1
    WALKING = 2
    RUNNING = 3

    @property
    def word(self) -> str:
        """As people call it."""
        return "something else" if self is Activity.OTHER else self.name.lower()


@dataclass(frozen=True)
class Bands:
    """How far the truth may be from the outputs of an estimate."""

    level: float = 0.0  # part of all samples in which the truth lies within the band (0.9); 0 where there are no bands
    # coordinates, moments, grf: (T,) half-widths, named and in the units of the estimate; outputs without a band are left out.
    # NaN where no sensor gave a value.
    coordinates: dict[str, Array] = field(default_factory=dict)
    moments: dict[str, Array] = field(default_factory=dict)
    grf: dict[str, Array] = field(default_factory=dict)
    speed: Array | None = None  # (T,) half-width [m/s]
    about: str = ""  # in words, what they were calibrated on and how well they hold, or why there are none

    def __repr__(self) -> str:
        return f"Bands at {100.0 * self.level:.0f} %: {self.about}" if self.level else f"Bands: none; {self.about}"


@dataclass(frozen=True)
class Estimate:
    """Estimated movement dynamics of one recording."""

    name: str  # name of the recording
    method: str  # name of the method
    rate_hz: float  # sampling rate [Hz]
    subject: Subject  # the person (mass and height scale moments and forces)
    coordinates: dict[str, Array]  # OpenSim coordinate name to (T,) [rad or m]; room for out-of-plane coordinates
    # coordinate name to (T,) net joint moment [N m]; empty for kinematic methods
    moments: dict[str, Array] = field(default_factory=dict)
    grf: dict[str, Array] = field(default_factory=dict)  # ``grf_x_r``, ``grf_y_r``, ``grf_x_l``, ``grf_y_l`` to (T,) [BW]
    # ``r``, ``l`` to (T,) forward position of the centre of pressure in the ground frame [m]; NaN in swing
    cop_x: dict[str, Array] = field(default_factory=dict)
    speed: Array | None = None  # (T,) forward speed [m/s], None for kinematic methods
    # landmark (``hip``, ``knee_r``, ``heel_r``, ``toe_r``, ``head``, ...) to (T, 2) ground-frame position [m]
    points: dict[str, Array] = field(default_factory=dict)
    root_residual: Array | None = None  # (T, 3) force x, y [BW] and moment [BWBH] at the pelvis that no joint explains
    # imu_measured, imu_virtual: (T, K, 3) acc x, acc y [m/s^2], gyro z [rad/s] in segment frames
    imu_measured: Array | None = None
    imu_virtual: Array | None = None
    sensor_segments: tuple[str, ...] = ()  # K segment names of the IMU arrays
    # muscle, with its side, to (T,) force along the tendon [N] and activation, 0 to 1; empty where muscles were not asked for
    muscle_forces: dict[str, Array] = field(default_factory=dict)
    muscle_activations: dict[str, Array] = field(default_factory=dict)
    muscle_reserves: dict[str, Array] = field(default_factory=dict)  # coordinate to (T,) moment that no muscle gives [N m]
    # ``hip_r``, ``knee_r``, ... to (T, 2) force of the joint on its distal body, in the ground frame [N]; with muscles
    contact_forces: dict[str, Array] = field(default_factory=dict)
    events: dict[str, np.ndarray] = field(default_factory=dict)  # ``heel_strike_r``, ``toe_off_r``, ... to sample indices.
    output_delay_s: float = 0.0  # how far behind the input the output is, by construction [s]
    seconds: float = 0.0  # wall time of training and estimation
    bands: Bands = field(default_factory=Bands)  # half-widths around the outputs
    # reason (see :mod:`kinertia.estimation.trust`) to (T,) True where the outputs should not be trusted for it
    doubts: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    activity: NDArray[np.int8] | None = None  # (T,) :class:`Activity` at each sample; None where it was not told
    # (T,) True where the method has seen enough to be judged: not while a network warms up, nor in the last samples, whose
    # differences look past the end; None for all. What is not settled counts in no mean, cycle, band, verdict or score.
    settled: NDArray[np.bool_] | None = None
    begin_s: float = 0.0  # time of the first sample [s]
    # figures on how well the method solved its problem, by name; empty for methods that solve none
    convergence: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()  # what a user should know before trusting it
    notes: tuple[str, ...] = ()  # what else is worth knowing; nothing is wrong

    def __repr__(self) -> str:
        kinds = {"moments": self.moments, "ground reaction": self.grf, "speed": self.speed is not None}
        known = ", ".join(["angles", *(kind for kind, there in kinds.items() if there)])
        return f"Estimate of {self.name!r} by {self.method}: {self.samples} samples at {self.rate_hz:.6g} Hz of {known}"

    @property
    def samples(self) -> int:
        return next(iter(self.coordinates.values())).shape[0]

    @property
    def time_s(self) -> Array:
        """(T,) time of each sample, on the recording's own axis [s]."""
        return self.begin_s + np.arange(self.samples) / self.rate_hz

    @property
    def counted(self) -> NDArray[np.bool_]:
        """(T,) True at the samples that count in means, cycles, verdicts and scores: those that are settled."""
        return np.ones(self.samples, dtype=bool) if self.settled is None else self.settled

    @property
    def known(self) -> NDArray[np.bool_]:
        """(T,) True at the samples that count and in which the person walks, runs or stands; all that count where not told."""
        return self.counted if self.activity is None else self.counted & (self.activity != Activity.OTHER)

    @property
    def in_gait(self) -> NDArray[np.bool_]:
        """(T,) True at the samples that count and in which the person walks or runs; all that count where that was not told."""
        if self.activity is None:
            return self.counted
        return self.counted & np.isin(self.activity, (Activity.WALKING, Activity.RUNNING))

    @property
    def muscles_lack(self) -> dict[str, NDArray[np.bool_]]:
        """``r``, ``l`` to (T,) True where a moment is more than muscles can give; empty without muscles."""
        limit = TOLD_BWBH * self.subject.mass_kg * GRAVITY * self.subject.height_m
        found: dict[str, NDArray[np.bool_]] = {}
        for name, values in self.muscle_reserves.items():
            found[name[-1]] = found.get(name[-1], np.zeros(self.samples, bool)) | (np.abs(np.nan_to_num(values)) > limit)
        return found

    @property
    def doubted(self) -> NDArray[np.bool_]:
        """(T,) True where something speaks against the outputs."""
        return np.any([np.zeros(self.samples, dtype=bool), *self.doubts.values()], axis=0)

    @property
    def trusted(self) -> NDArray[np.bool_]:
        """(T,) True where the outputs count and nothing speaks against them."""
        return self.counted & ~self.doubted

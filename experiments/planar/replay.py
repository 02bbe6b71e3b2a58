"""Measured motion as one periodic gait cycle of the sagittal body, with the measured ground reaction.

Each foot's ground reaction is kept as a wrench about the hips, so that it needs no centre of pressure in swing. Everything
passes the same low-pass, so that motion and forces stay in step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from experiments.captured import MotionCapture
from experiments.planar import periodic
from kinertia.bodies import GAIT2D_TRUNK, STANDARD_GRAVITY, Body, SegmentLengths, build
from kinertia.mechanics import dynamics
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.kinematics import Kinematics
from kinertia.numerics.spline import CubicSpline
from kinertia.recording import Array
from kinertia.recording.errors import RecordingError

CUTOFF_HZ = 20.0
ORDER = 8
"""Of the low-pass: gain 1 / (1 + (f / cutoff)^8), about that of a fourth-order Butterworth filter run in both directions."""
LEAST_GAIN = 0.01
"""Harmonics that the low-pass leaves less of are left out; at 20 Hz a cycle of 100 samples holds the others."""
GRID = 256
"""Samples per stride from which the Fourier series is taken."""
CONTACT_BW = 0.05  # usual limit of a force plate's contact
SHORTEST_STRIDE_S = 0.4  # runners take longer ones
LEGS = tuple(f"{joint}_{side}" for side in "rl" for joint in ("hip_flexion", "knee_angle", "ankle_angle"))


@dataclass(frozen=True)
class Cycle:
    """One gait cycle that repeats, as Fourier series of its phase.

    Attributes
    ----------
    body : the person, with a lumbar joint.
    period_s : duration of the cycle [s].
    speed : mean forward speed [m/s].
    coordinates : (n, C) coefficients of the body's coordinates [m, rad]; ``pelvis_tx`` without its steady advance.
    wrench : side to (3, C) coefficients of ground reaction: forward and upward force [N], moment about the hips [N m].
    moments : coordinate to (C,) coefficients of measured joint moments [N m].
    strides : how many strides were averaged.
    force_gain : what the measured forces were multiplied with, so that their mean is the weight.
    """

    body: Body
    period_s: float
    speed: float
    coordinates: Tensor
    wrench: dict[str, Tensor]
    moments: dict[str, Tensor]
    strides: int
    force_gain: float

    @property
    def harmonics(self) -> int:
        return (self.coordinates.shape[-1] - 1) // 2

    def at(self, coefficients: Tensor, phase: Tensor, order: int = 0) -> Tensor:
        """(T, R) series of (R, C) coefficients, or their time derivatives, at ``phase`` (T,)."""
        return periodic.basis(phase, self.harmonics, order) @ coefficients.T / self.period_s**order


@dataclass(frozen=True)
class Moving:
    """The cycle sampled: (T, n) coordinates [m, rad], their time derivatives, and what follows from them.

    ``force`` is side to (T, 2) ground reaction [N], ``generalized`` (T, n) what explains the motion under it [N, N m]: of the
    root what no joint can carry.
    """

    q: Tensor
    qd: Tensor
    qdd: Tensor
    kinematics: Kinematics
    force: dict[str, Tensor]
    generalized: Tensor


def average(capture: MotionCapture, cutoff_hz: float = CUTOFF_HZ) -> Cycle:
    """Mean gait cycle of a measured movement, from one heel strike to the next, or as long as the one measured cycle is.

    Parameters
    ----------
    capture : motion and ground reaction of both feet.
    cutoff_hz : of the low-pass for motion, forces and moments.

    Raises
    ------
    RecordingError : a coordinate is missing, or there are no two heel strikes of one foot.
    """
    geometry, subject, given = capture.geometry, capture.subject, coordinates(capture)
    time = np.arange(capture.samples) / capture.rate_hz
    hip = np.stack([given["pelvis_tx"], given["pelvis_ty"]], axis=-1)
    bounds = strides(capture, time)
    gain, turn = weigh(capture, time, bounds)
    wrenches = {}
    for side, plate in capture.plates.items():
        arm, force = plate.centre[:, :2] - hip, gain * (plate.force @ turn)[:, :2]
        wrenches[side] = np.column_stack([force, arm[:, 0] * force[:, 1] - arm[:, 1] * force[:, 0]])
    given["pelvis_tx"] = hip[:, 0] + capture.belt_speed * time
    period = float(np.mean(np.diff(bounds)))

    def mean(values: Array) -> tuple[Tensor, float]:
        return series(time, values, bounds, cutoff_hz)

    rows, advance = zip(*map(mean, given.values()), strict=True)
    return Cycle(
        body=build(
            subject.mass_kg,
            subject.height_m,
            SegmentLengths(thigh=geometry.thigh, shank=geometry.shank),
            skeleton=GAIT2D_TRUNK,
        ),
        period_s=period,
        speed=advance[list(given).index("pelvis_tx")] / period,
        coordinates=torch.stack(rows),
        wrench={side: torch.stack([mean(column)[0] for column in w.T]) for side, w in wrenches.items()},
        moments={name: mean(capture.moments[name])[0] for name in LEGS if name in capture.moments},
        strides=len(bounds) - 1,
        force_gain=gain,
    )


def coordinates(capture: MotionCapture) -> dict[str, Array]:
    """Coordinates of the body with a lumbar joint in its order, the root at the hips instead of the model's pelvis origin.

    Raises
    ------
    RecordingError : a coordinate is missing.
    """
    names = GAIT2D_TRUNK.coordinate_names
    if missing := [name for name in names if name not in capture.coordinates]:
        raise RecordingError(f"has no coordinate {missing[0]}", file=capture.source, fix="export all coordinates of the model")
    given = {name: capture.coordinates[name] for name in names}
    # hip = pelvis origin + R(tilt) h
    cos, sin = np.cos(given["pelvis_tilt"]), np.sin(given["pelvis_tilt"])
    x, y = capture.geometry.hip
    return given | {
        "pelvis_tx": given["pelvis_tx"] + cos * x - sin * y,
        "pelvis_ty": given["pelvis_ty"] + sin * x + cos * y,
    }


def sample(cycle: Cycle, phase: Tensor) -> Moving:
    """Motion, forces and inverse dynamics of a cycle at ``phase`` (T,)."""
    q, qd, qdd = (cycle.at(cycle.coordinates, phase, order) for order in range(3))
    forward = cycle.body.skeleton.coordinate_index("pelvis_tx")
    steady = torch.zeros(len(cycle.body.skeleton.coordinates), dtype=phase.dtype)
    steady[forward] = cycle.speed
    q, qd = q + cycle.period_s * phase[:, None] * steady, qd + steady
    body = cycle.body.with_time_axis()
    kinematics = kin.forward(body, q, qd, qdd)
    generalized = dynamics.inertia_forces(body, kinematics)
    force = {}
    for side, coefficients in cycle.wrench.items():
        wrench = cycle.at(coefficients, phase)
        foot = cycle.body.skeleton.segment_index(f"foot_{side}")
        force[side] = wrench[:, :2]
        # The force as if at the hips, and the moment about them, which every joint between hips and foot passes on.
        at_hip = dynamics.external_forces(body, kinematics, (foot,), kinematics.origin[:, :1], wrench[:, None, :2])
        passed_on = cycle.body.skeleton.rotation_path[foot].to(phase)
        generalized = generalized - at_hip - wrench[:, 2:] * passed_on
    return Moving(q, qd, qdd, kinematics, force, generalized)


def root_residual(cycle: Cycle, phase: Tensor) -> Tensor:
    """(T, 3) fore-aft and vertical force [BW] and moment [BWBH] at the root that the ground reaction does not explain."""
    weight, scale = cycle.body.weight, cycle.body.moment_scale
    return sample(cycle, phase).generalized[:, cycle.body.skeleton.root] / torch.stack([weight, weight, scale])


def with_coordinates(cycle: Cycle, coordinates: Tensor) -> Cycle:
    """The cycle with other coordinates under the same ground reaction: forces act where they did in the room."""
    moved = coordinates - cycle.coordinates
    names = cycle.body.skeleton
    shift = moved[[names.coordinate_index("pelvis_tx"), names.coordinate_index("pelvis_ty")]]
    waves = periodic.basis(torch.arange(GRID, dtype=coordinates.dtype) / GRID, cycle.harmonics)
    # coefficients = B+ values, with the pseudo-inverse of an orthogonal basis
    inverse = waves.T / waves.square().sum(dim=0)[:, None]
    wrench = {}
    for side, rows in cycle.wrench.items():
        force, by = waves @ rows[:2].T, waves @ shift.T
        # (p - h - d) x F = (p - h) x F - d x F
        change = inverse @ (by[:, 0] * force[:, 1] - by[:, 1] * force[:, 0])
        wrench[side] = torch.cat([rows[:2], rows[2:] - change])
    return replace(cycle, coordinates=coordinates, wrench=wrench)


def strides(capture: MotionCapture, time: Array) -> Array:
    """Times at which cycles begin and end."""
    if capture.one_cycle:
        return time[[0, -1]]
    found = [_strikes(capture.plates[side].force[:, 1] / capture.subject.mass_kg, time) for side in "rl"]
    strikes = max(found, key=len)  # the right foot's, unless the left one has more
    if len(strikes) < 2:
        raise RecordingError("has no two heel strikes of one foot", file=capture.source, fix="give at least one whole stride")
    return strikes


def _strikes(load: Array, time: Array) -> Array:
    """Times at which a vertical force [N per kg of body mass] begins, no two closer than a stride can be."""
    down = load > CONTACT_BW * STANDARD_GRAVITY
    strikes: list[float] = []
    for start in time[1:][down[1:] & ~down[:-1]]:
        if not strikes or start - strikes[-1] > SHORTEST_STRIDE_S:
            strikes.append(float(start))
    return np.array(strikes)


def weigh(capture: MotionCapture, time: Array, bounds: Array) -> tuple[float, Array]:
    """Gain and rotation (3, 3) of the plates with which the mean force over whole strides is the weight, straight up.

    Forces as rows are multiplied with the rotation from the right.
    """
    total = sum(plate.force for plate in capture.plates.values())
    at = np.concatenate([bounds[:1], time[(time > bounds[0]) & (time < bounds[-1])], bounds[-1:]])
    spline, step = CubicSpline(time, total), np.diff(at)
    left, middle, right = spline(at[:-1]), spline(at[:-1] + 0.5 * step), spline(at[1:])
    # Simpson's rule, which is exact for each cubic piece
    mean = step @ (left + 4.0 * middle + right) / 6.0 / (bounds[-1] - bounds[0])
    size = float(np.linalg.norm(mean))
    # the shortest turn of u onto e: R = 1 - (u + e) (u + e)^T / (1 + u . e) + 2 e u^T
    u, e = mean / size, np.array([0.0, 1.0, 0.0])
    turn = np.eye(3) - np.outer(u + e, u + e) / (1.0 + u @ e) + 2.0 * np.outer(e, u)
    return capture.subject.mass_kg * STANDARD_GRAVITY / size, turn.T


def series(time: Array, values: Array, bounds: Array, cutoff_hz: float, grid: int = GRID) -> tuple[Tensor, float]:
    """Low-passed mean between each bound and the next as a Fourier series.

    Parameters
    ----------
    time, values : (T,) samples.
    bounds : (N + 1,) times between which the values are averaged over their phase.
    cutoff_hz : of the low-pass.
    grid : samples from which the series is taken.

    Returns
    -------
    Coefficients (C,), and how far the values advance from one bound to the next.
    """
    phase = np.arange(grid + 1) / grid
    spline = CubicSpline(time, values)
    mean = np.mean([spline(a + phase * (b - a)) for a, b in pairwise(bounds)], axis=0)
    advance = float(mean[-1] - mean[0])
    spectrum = np.fft.rfft((mean - advance * phase)[:-1]) / grid
    # Values that a steady stride would repeat, but these did not: the ramp keeps its mean, without its jump.
    spectrum[0] += 0.5 * advance
    frequency = np.arange(grid // 2 + 1) / np.mean(np.diff(bounds))
    gain = 1.0 / (1.0 + (frequency / cutoff_hz) ** ORDER)
    harmonics = int(np.searchsorted(-gain, -LEAST_GAIN))
    kept = (spectrum * gain)[:harmonics]
    # x = X_0 + sum 2 Re X_k cos - 2 Im X_k sin
    pairs = np.stack([2.0 * kept[1:].real, -2.0 * kept[1:].imag], axis=-1)
    return torch.tensor(np.concatenate([kept[:1].real, pairs.ravel()])), advance

"""Measured motion in space, on the tree of its own OpenSim model, as Fourier series with exact derivatives.

Either the mean stride, which then repeats, or several strides in a row. Motion, ground reaction and moments pass the same
low-pass as :mod:`experiments.planar.replay`'s. Where the last sample is not where the first was, the difference is spread
evenly over the whole; that of forces of strides in a row over their last quarter of a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from experiments.captured import MotionCapture
from experiments.planar import periodic, replay
from experiments.planar.replay import CUTOFF_HZ, GRID, LEGS
from kinertia.mechanics import dynamics
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.kinematics import Kinematics
from kinertia.opensim import Imported
from kinertia.recording import Array
from kinertia.recording.errors import RecordingError

PELVIS = ("pelvis_tx", "pelvis_ty", "pelvis_tz")
SAGITTAL = (
    "pelvis_tx",
    "pelvis_ty",
    "pelvis_tilt",
    *LEGS,
    "lumbar_extension",
    "arm_flex_r",
    "arm_flex_l",
    "elbow_flex_r",
    "elbow_flex_l",
)
"""Coordinates that move in the plane of walking, and those of the arms that nearly do."""
CLOSING_S = 0.25
"""In which forces of strides in a row are brought back to where they began."""
FOOT = "calcn"
"""Body that a plate's force acts on."""


@dataclass(frozen=True)
class Movement:
    """One stride that repeats, or some in a row, as Fourier series of its phase.

    Attributes
    ----------
    imported : the person's body.
    period_s : duration [s].
    speed : mean forward speed [m/s].
    coordinates : (m, C) coefficients of the model's independent coordinates [m, rad], in the model's signs; ``pelvis_tx``
        without its steady advance.
    wrench : side to (6, C) coefficients of the ground reaction: force [N] and moment about the pelvis' origin [N m].
    moments : coordinate to (C,) coefficients of joint moments that came with the motion [N m], knee extension positive.
    strides : how many strides it was made of.
    repeats : whether it is their mean.
    force_gain : what the measured forces were multiplied with, so that their mean is the weight.
    jump_rad : largest difference of a leg's coordinate between end and begin, which was spread.
    """

    imported: Imported
    period_s: float
    speed: float
    coordinates: Tensor
    wrench: dict[str, Tensor]
    moments: dict[str, Tensor]
    strides: int
    repeats: bool
    force_gain: float
    jump_rad: float

    @property
    def names(self) -> tuple[str, ...]:
        """Of the m coordinates."""
        return self.imported.coupling.independent

    def index(self, name: str) -> int:
        """Of a coordinate."""
        return self.names.index(name)

    def at(self, coefficients: Tensor, phase: Tensor, order: int = 0) -> Tensor:
        """(T, R) series of (R, C) coefficients, or their time derivatives, at ``phase`` (T,)."""
        return periodic.basis(phase, (coefficients.shape[-1] - 1) // 2, order) @ coefficients.T / self.period_s**order


@dataclass(frozen=True)
class Moving:
    """The movement sampled.

    Attributes
    ----------
    q, qd : (T, m) coordinates and speeds [m, rad], in the model's signs.
    kinematics : of every body.
    force : side to (T, 3) ground reaction [N].
    generalized : (T, m) forces that explain the motion under this ground reaction [N, N m], in the model's signs.
    """

    q: Tensor
    qd: Tensor
    kinematics: Kinematics
    force: dict[str, Tensor]
    generalized: Tensor


def flexes_positive(imported: Imported) -> bool:
    """Whether a model counts knee flexion positive, as the range of its knees shows."""
    low, high = next(c.range for c in imported.model.coordinates if c.name == "knee_angle_r")
    return high > -low


def mean_stride(capture: MotionCapture, imported: Imported, cutoff_hz: float = CUTOFF_HZ) -> Movement:
    """Mean stride of a measured movement, as :func:`experiments.planar.replay.average` finds it.

    Parameters
    ----------
    capture : motion and ground reaction of both feet.
    imported : body of the model that the motion is of, with the coordinates that the model locks free.
    cutoff_hz : of the low-pass.

    Raises
    ------
    RecordingError : the model's pelvis is not in the motion, or there are no two heel strikes of one foot.
    """
    time = np.arange(capture.samples) / capture.rate_hz
    return _between(capture, imported, replay.strides(capture, time), cutoff_hz, repeats=True)


def in_a_row(capture: MotionCapture, imported: Imported, seconds: float, cutoff_hz: float = CUTOFF_HZ) -> Movement:
    """As many whole strides in a row as there are in ``seconds``, where they are most evenly long; else as mean_stride.

    A foot that steps on the other's plate shows as a stride of another length.
    """
    time = np.arange(capture.samples) / capture.rate_hz
    bounds = replay.strides(capture, time)
    count = max(min(int(seconds / np.median(np.diff(bounds))), len(bounds) - 1), 1)
    rows = [bounds[first : first + count + 1] for first in range(len(bounds) - count)]
    return _between(capture, imported, min(rows, key=lambda row: float(np.ptp(np.diff(row)))), cutoff_hz, repeats=False)


def _between(capture: MotionCapture, imported: Imported, bounds: Array, cutoff_hz: float, *, repeats: bool) -> Movement:
    time = np.arange(capture.samples) / capture.rate_hz
    given = _coordinates(capture, imported)
    gain, turn = replay.weigh(capture, time, bounds)
    origin = np.stack([given[name] for name in PELVIS], axis=-1)
    wrenches = {}
    for side, plate in capture.plates.items():
        force = gain * plate.force @ turn
        torque = np.stack([0.0 * time, gain * plate.torque, 0.0 * time], axis=-1)
        wrench = np.concatenate([force, np.cross(plate.centre - origin, force) + torque], axis=-1)
        wrenches[side] = wrench if repeats else _closed(wrench, time, bounds)
    given["pelvis_tx"] = given["pelvis_tx"] + capture.belt_speed * time
    strides = len(bounds) - 1
    ends, grid = (bounds, GRID) if repeats else (bounds[[0, -1]], GRID * strides)
    period = float(np.mean(np.diff(ends)))

    def mean(values: Array) -> tuple[Tensor, float]:
        return replay.series(time, values, ends, cutoff_hz, grid)

    rows, advance = zip(*map(mean, given.values()), strict=True)
    advanced = dict(zip(given, advance, strict=True))
    return Movement(
        imported=imported,
        period_s=period,
        speed=advanced["pelvis_tx"] / period,
        coordinates=torch.stack(rows),
        wrench={side: torch.stack([mean(column)[0] for column in w.T]) for side, w in wrenches.items()},
        moments={name: mean(capture.moments[name])[0] for name in LEGS if name in capture.moments},
        strides=strides,
        repeats=repeats,
        force_gain=gain,
        jump_rad=max(abs(advanced[name]) for name in LEGS),
    )


def _closed(values: Array, time: Array, bounds: Array) -> Array:
    """Values (T, R) that end as they began, by a change of their last quarter of a second alone, so that swing stays free."""
    first, last = (np.array([np.interp(at, time, column) for column in values.T]) for at in bounds[[0, -1]])
    part = np.clip((time - bounds[-1]) / CLOSING_S + 1.0, 0.0, 1.0)
    # 3 p^2 - 2 p^3 rises from 0 to 1 without a kink
    return values + (part**2 * (3.0 - 2.0 * part))[:, None] * (first - last)


def _coordinates(capture: MotionCapture, imported: Imported) -> dict[str, Array]:
    """The model's independent coordinates in its own signs; its default where the motion has none."""
    names = imported.coupling.independent
    if missing := [name for name in (*PELVIS, *LEGS) if name not in capture.coordinates or name not in names]:
        raise RecordingError(f"has no coordinate {missing[0]}", file=capture.source, fix="export all coordinates of the model")
    default = {c.name: c.default for c in imported.model.coordinates}
    sign = -1.0 if flexes_positive(imported) else 1.0
    steady = np.ones(capture.samples)
    return {
        name: capture.coordinates.get(name, default[name] * steady) * (sign if name.startswith("knee_angle") else 1.0)
        for name in names
    }


def sample(movement: Movement, phase: Tensor, push: Tensor | None = None) -> Moving:
    """Motion, forces and inverse dynamics of a movement at ``phase`` (T,); ``push`` (m,) is added to the accelerations."""
    q, qd, qdd = (movement.at(movement.coordinates, phase, order) for order in range(3))
    qdd = qdd if push is None else qdd + push
    steady = torch.zeros(len(movement.names), dtype=phase.dtype)
    steady[movement.index("pelvis_tx")] = movement.speed
    q, qd = q + movement.period_s * phase[:, None] * steady, qd + steady
    body, coupling = movement.imported.body, movement.imported.coupling
    skeleton = body.skeleton
    kinematics = kin.forward(body, *coupling.expand(q, qd, qdd))
    needed = dynamics.inertia_forces(body, kinematics)
    force = {}
    for side, coefficients in movement.wrench.items():
        wrench = movement.at(coefficients, phase)
        force[side], moment = wrench[:, :3], wrench[:, 3:]
        foot = skeleton.segment_index(f"{FOOT}_{side}")
        # The force as if at the pelvis, and the moment about its origin on every axis between there and the foot.
        needed = needed - dynamics.external_forces(body, kinematics, (foot,), kinematics.origin[:, :1], wrench[:, None, :3])
        turned = skeleton.rotation_path[foot, list(skeleton.rotations)].to(phase)
        about = (kinematics.frames.axes * moment[:, None]).sum(-1) * turned  # pyright: ignore[reportAttributeAccessIssue]
        needed = needed.index_add(-1, torch.tensor(skeleton.rotations), -about)
    return Moving(q, qd, kinematics, force, coupling.project(q, needed))


def signs(movement: Movement, names: Mapping[str, object] | tuple[str, ...]) -> dict[str, float]:
    """What coordinates and moments in the model's signs are multiplied with, so that knee extension is positive."""
    knees = -1.0 if flexes_positive(movement.imported) else 1.0
    return {name: knees if name.startswith("knee_angle") else 1.0 for name in names}


def with_coordinates(movement: Movement, coordinates: Tensor) -> Movement:
    """The movement with other coordinates under the same ground reaction: forces act where they did in the room."""
    rows = [movement.index(name) for name in PELVIS]
    shift = coordinates[rows] - movement.coordinates[rows]
    count = 2 * coordinates.shape[-1]
    phase = torch.arange(count, dtype=coordinates.dtype) / count
    by, wrench = movement.at(shift, phase), {}
    for side, old in movement.wrench.items():
        # (p - h - d) x F = (p - h) x F - d x F
        change = torch.linalg.cross(by, movement.at(old[:3], phase))
        wrench[side] = torch.cat([old[:3], old[3:] - periodic.coefficients(change, coordinates.shape[-1] // 2)])
    return replace(movement, coordinates=coordinates, wrench=wrench)


def flattened(movement: Movement) -> Movement:
    """The movement without all that leaves the sagittal plane: other coordinates zero, no lateral force."""
    keep = torch.tensor([float(name in SAGITTAL) for name in movement.names], dtype=torch.float64)
    plane = torch.tensor([1.0, 1.0, 0.0, 0.0, 0.0, 1.0], dtype=torch.float64)
    return replace(
        movement,
        coordinates=movement.coordinates * keep[:, None],
        wrench={side: rows * plane[:, None] for side, rows in movement.wrench.items()},
    )

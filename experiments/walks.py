"""A quick walk with exact truth of its angles: fitted to published mean curves within seconds, without forces.

The mean curves of other people do not fit a body of other proportions: with them, the standing foot would slide and the trunk
would lurch. A least-squares fit finds the nearest angles with which loaded points of the sole rest on the ground and the body's
centre of mass accelerates as the published ground reaction asks. It is the same step over and over, at a pace that may wander.

``python -m experiments.walks src/kinertia/transport/walker.json`` makes the walk of the synthetic source of streams.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from experiments.planar import periodic
from kinertia.bodies import GAIT2D_TRUNK, Body, Skeleton, build
from kinertia.io.files import write_text
from kinertia.mechanics import dynamics, sole
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.motion import Motion
from kinertia.recording import LOWER_BODY, Frame, Recording, Sensor, Subject, Truth
from kinertia.sensing.errors import SensorErrors, corrupt
from kinertia.simulation import sensors
from kinertia.simulation.norms import WALKING, Norm
from kinertia.simulation.reference import leg_length

HARMONICS = 8
JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")
MIDDLE = ("pelvis_ty", "pelvis_tilt", "lumbar_extension", "speed")
"""What both legs share: equal in the left and the right step, so only even harmonics of the stride."""
EVEN = HARMONICS // 2
SAMPLES = 80
ITERATIONS = 12
HEEL_LEAVES = (0.25, 0.65)
"""Parts of stance between which the load moves from heel to toe."""
# One standard deviation of each thing the fit may give up.
ANGLE_RAD = 0.05
SWING_RAD = 0.08
TRUNK_RAD = 0.03
SOLE_HEIGHT_M = 0.002
SLIDING_M_S = 0.03
FORCE_BW = 0.04
MOMENT_BWBH = 0.004
SPEED_CHANGE_M_S = 0.15
CLEARANCE_M = 0.01
PACE_PERIODS_S = (7.3, 4.1)
"""Periods in which the pace wanders; no multiples of each other, so that no two strides are alike."""
PACE_CHANGE = 0.02
TYPICAL = SensorErrors()
MASS_KG, HEIGHT_M = 72.0, 1.76  # of the walker that comes with the package
DIGITS = 7  # after the point, well below a sensor's noise


@dataclass(frozen=True)
class Walk:
    """One person's symmetric walk.

    Attributes
    ----------
    body : the person.
    leg : (3, 17) Fourier coefficients of the right leg's :data:`JOINTS` over the stride from right heel strike [rad]; the left
        leg does the same half a stride later.
    middle : (4, 9) coefficients of :data:`MIDDLE` over one step [m, rad, rad, m/s].
    stride_s : duration of a stride [s].
    """

    body: Body
    leg: Tensor
    middle: Tensor
    stride_s: float

    @property
    def speed(self) -> float:
        """Mean forward speed [m/s]."""
        return float(self.middle[MIDDLE.index("speed"), 0])


def motion(walk: Walk, phase: Tensor, rate: Tensor | None = None, change: Tensor | None = None) -> Motion:
    """Coordinates of the walk and their exact time derivatives.

    Parameters
    ----------
    walk : the walk.
    phase : (T,) strides since right heel strike.
    rate, change : (T,) first and second time derivative of the phase [1/s, 1/s^2]; default the walk's own steady pace.

    Returns
    -------
    Motion without forces; pelvis_tx stays 0, its speed and acceleration are given. At another pace than the walk's own, forward
    speed changes in proportion, so that the feet do not slide.
    """
    own = 1.0 / walk.stride_s
    rate = torch.full_like(phase, own) if rate is None else rate
    change = torch.zeros_like(phase) if change is None else change
    names = walk.body.skeleton.coordinate_names
    parts: dict[str, tuple[Tensor, Tensor, Tensor]] = {}
    for side, shift in (("r", 0.0), ("l", 0.5)):
        series = _series(walk.leg, phase + shift, rate, change, HARMONICS, 1.0)
        parts |= {f"{name}_{side}": values for name, values in zip(JOINTS, series, strict=True)}
    parts |= dict(zip(MIDDLE, _series(walk.middle, phase, rate, change, EVEN, 2.0), strict=True))
    speed, acceleration, _ = parts.pop("speed")
    # x = X(phase): x' = X_phase phase', with the speed at own pace V = X_phase own
    pace = rate / own
    parts["pelvis_tx"] = (torch.zeros_like(speed), speed * pace, acceleration * pace + speed * change / own)
    return Motion(
        *(torch.stack([parts[name][order] for name in names], dim=-1) for order in range(3)),
        force=torch.zeros(len(phase), len(walk.body.skeleton.contacts), 2, dtype=phase.dtype),
    )


def _series(
    coefficients: Tensor, phase: Tensor, rate: Tensor, change: Tensor, harmonics: int, repeats: float
) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Value and two time derivatives of each row of ``coefficients``, a series that repeats ``repeats`` times a stride."""
    value, first, second = (
        periodic.basis(repeats * phase, harmonics, order) @ coefficients.T * repeats**order for order in range(3)
    )
    # q' = q_p p',  q'' = q_pp p'^2 + q_p p''
    speed = first * rate[:, None]
    acceleration = second * rate[:, None] ** 2 + first * change[:, None]
    return list(zip(value.T, speed.T, acceleration.T, strict=True))


@dataclass(frozen=True)
class Style:
    """How a person walks.

    Attributes
    ----------
    stride_s : duration of a stride [s].
    amplitude : size of the joints' movement relative to the mean curve.
    offset_rad : added to the mean of :data:`JOINTS`.
    """

    stride_s: float = 1.12
    amplitude: float = 1.0
    offset_rad: tuple[float, float, float] = (0.0, 0.0, 0.0)


def fit(
    mass_kg: float, height_m: float, style: Style = Style(), norm: Norm = WALKING, skeleton: Skeleton = GAIT2D_TRUNK
) -> Walk:
    """Fit a walk to a person.

    Parameters
    ----------
    mass_kg, height_m : the person.
    style : pace and personal angles.
    norm : published mean angles and ground reaction.
    skeleton : with a lumbar joint.

    Returns
    -------
    Walk whose angles are a few degrees from the mean curves.

    Notes
    -----
    Gauss-Newton on the Fourier coefficients of angles, hip height and speed.
    """
    body = build(mass_kg, height_m, skeleton=skeleton)
    wanted = _published(norm, style)
    grid = torch.arange(SAMPLES, dtype=torch.float64) / SAMPLES
    target = periodic.basis(grid, HARMONICS) @ wanted.T
    load, share = _load(norm, grid)
    start = torch.zeros(len(MIDDLE), 2 * EVEN + 1, dtype=torch.float64)
    start[MIDDLE.index("pelvis_ty"), 0] = 0.97 * leg_length(body)
    start[MIDDLE.index("speed"), 0] = 0.7 * height_m / style.stride_s
    unknown = torch.cat([wanted.flatten(), start.flatten()])

    def walk(x: Tensor) -> Walk:
        leg, middle = x.split([wanted.numel(), start.numel()])
        return Walk(body, leg.view_as(wanted), middle.view_as(start), style.stride_s)

    def residual(x: Tensor) -> Tensor:
        return _residual(walk(x), grid, target, load, share)

    for _ in range(ITERATIONS):
        error = residual(unknown)
        jacobian = torch.func.jacfwd(residual)(unknown)
        unknown = unknown - torch.linalg.lstsq(jacobian, error[:, None]).solution[:, 0]
    return walk(unknown)


def _published(norm: Norm, style: Style) -> Tensor:
    """(3, 17) coefficients of the mean curves in this style."""
    rows = []
    for joint, offset in zip(JOINTS, style.offset_rad, strict=True):
        mean, *pairs = norm.angles[joint]
        rows.append([mean + offset, *(style.amplitude * p for p in pairs)])
    return torch.tensor(rows, dtype=torch.float64)


def _load(norm: Norm, grid: Tensor) -> tuple[Tensor, Tensor]:
    """Published ground reaction of the right leg (T, 2) [BW], on average half the weight; and its part on the heel (T,)."""
    phase = grid.numpy()
    force = torch.stack([torch.as_tensor(norm.force(name, phase)) for name in ("grf_x", "grf_y")], dim=-1)
    force[:, 1] = force[:, 1].clamp_min(0.0)
    force[:, 1] *= 0.5 / force[:, 1].mean()
    force[:, 0] -= force[:, 1] * (force[:, 0].mean() / force[:, 1].mean())
    early, late = HEEL_LEAVES
    part = ((grid / norm.stance - early) / (late - early)).clamp(0.0, 1.0)
    return force, 1.0 - part * part * (3.0 - 2.0 * part)


def _residual(walk: Walk, grid: Tensor, target: Tensor, load: Tensor, share: Tensor) -> Tensor:
    """Everything the walk should do, each in units of what may be given up."""
    body = walk.body.with_time_axis()
    step = motion(walk, grid)
    kinematics = kin.forward(body, step.q, step.qd, step.qdd)
    ground = sole.touch(body, kinematics)
    half = SAMPLES // 2
    heel, toe = load * share[:, None], load * (1.0 - share)[:, None]
    right = torch.stack([heel, toe], dim=1)
    force = torch.cat([right, right.roll(-half, 0)], dim=1)
    root = dynamics.inverse(body, kinematics, force * walk.body.weight, ground)[..., body.skeleton.root]
    names = walk.body.skeleton.coordinate_names
    leg = torch.stack([step.q[:, names.index(f"{joint}_r")] for joint in JOINTS], dim=-1)
    trunk = step.q[:, [names.index("pelvis_tilt"), names.index("lumbar_extension")]]
    loaded = right[..., 1].clamp_min(0.0).sqrt()
    in_air = (load[:, 1] <= 0.0).to(grid)[:, None]
    free = torch.where(in_air > 0, CLEARANCE_M, 0.0)
    points = slice(0, 2)
    parts = (
        (leg - target) / torch.where(in_air > 0, SWING_RAD, ANGLE_RAD),
        trunk / TRUNK_RAD,
        walk.middle[MIDDLE.index("speed"), 1:].expand(SAMPLES, -1) / SPEED_CHANGE_M_S,
        loaded * ground.position[:, points, 1] / SOLE_HEIGHT_M,
        (free - ground.position[:, points, 1]).clamp_min(0.0) / SOLE_HEIGHT_M,
        loaded * ground.velocity[:, points, 0] / SLIDING_M_S,
        loaded * ground.velocity[:, points, 1] / SLIDING_M_S,
        root[..., :2] / (FORCE_BW * walk.body.weight),
        root[..., 2:] / (MOMENT_BWBH * walk.body.moment_scale),
    )
    return torch.cat([part.flatten() for part in parts])


def record(
    walk: Walk,
    name: str,
    seconds: float = 20.0,
    rate_hz: float = 100.0,
    errors: SensorErrors = TYPICAL,
    seed: int = 0,
) -> Recording:
    """A continuous recording of seven sensors in nominal segment frames.

    Parameters
    ----------
    walk : the person and the walk.
    name : name of the recording.
    seconds, rate_hz : length [s] and sampling rate [Hz].
    errors : errors of the sensors, misalignment among them.
    seed : draws the errors and the wandering pace.

    Returns
    -------
    Recording with truth: angles [rad] and speed; no moments and no forces.
    """
    generator = np.random.default_rng(seed)
    time = torch.arange(round(seconds * rate_hz), dtype=torch.float64) / rate_hz
    phase, rate, change = _pace(time, walk.stride_s, generator.uniform(0.0, 1.0, 1 + len(PACE_PERIODS_S)))
    step = motion(walk, phase, rate, change)
    body = walk.body.with_time_axis()
    places = sensors.nominal_positions(walk.body)
    position = np.array(list(places.values()))[:, :2]
    ideal = sensors.ideal(walk.body, kin.forward(body, step.q, step.qd, step.qdd), LOWER_BODY.segments, position)
    acc, gyro = corrupt(*ideal, rate_hz, errors, generator)
    names = walk.body.skeleton.coordinate_names
    angles = {f"{joint}_{side}": step.q[:, names.index(f"{joint}_{side}")].numpy() for side in "rl" for joint in JOINTS}
    return Recording(
        name=name,
        rate_hz=rate_hz,
        sensors=tuple(Sensor(segment, segment, place) for segment, place in places.items()),
        acc=acc,
        gyro=gyro,
        subject=Subject(float(walk.body.total_mass), float(walk.body.height)),
        frame=Frame.SEGMENT,
        truth=Truth(angles, speed=float(step.qd[:, 0].mean()), note="simulated: exact"),
    )


def _pace(time: Tensor, stride_s: float, draw: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
    """Phase and its first two time derivatives: steady, with slow waves of the pace."""
    phase, rate, change = draw[0] + time / stride_s, torch.full_like(time, 1.0 / stride_s), torch.zeros_like(time)
    for period, start in zip(PACE_PERIODS_S, draw[1:], strict=True):
        turn = 2 * np.pi / period
        angle = turn * time + 2 * np.pi * start
        size = PACE_CHANGE / stride_s
        # p' = c + s cos(w t),  p = c t + s / w sin(w t),  p'' = -s w sin(w t)
        phase = phase + size / turn * torch.sin(angle)
        rate = rate + size * torch.cos(angle)
        change = change - size * turn * torch.sin(angle)
    return phase, rate, change


def describe(walk: Walk) -> dict[str, Any]:
    """Fourier coefficients of joints, pelvis and speed over a stride [rad, m, m/s], lengths and sensor positions [m]."""
    body = walk.body
    knee, ankle = (-float(body.joint_offset[body.skeleton.segment_index(name), 1]) for name in ("tibia_r", "foot_r"))
    return {
        "mass_kg": float(body.total_mass),
        "height_m": float(body.height),
        "stride_s": walk.stride_s,
        "thigh_m": knee,
        "shank_m": ankle,
        "ankle_height_m": float(body.ankle_height),
        "joints": {name: row.tolist() for name, row in zip(JOINTS, walk.leg, strict=True)},
        "middle": {name: row.tolist() for name, row in zip(MIDDLE, walk.middle, strict=True) if name != "lumbar_extension"},
        "sensor_position_m": sensors.nominal_positions(body),
    }


def write(path: Path) -> Path:
    """Fit a walk to the published mean curves and write it; takes seconds."""
    facts = describe(fit(MASS_KG, HEIGHT_M))
    rounded = json.loads(json.dumps(facts), parse_float=lambda text: round(float(text), DIGITS))
    return write_text(path, json.dumps(rounded, indent=1) + "\n")


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))

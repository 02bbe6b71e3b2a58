"""References for simulated gait: published mean curves, carried to other speeds, stride times and styles."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kinertia.bodies import Body
from kinertia.recording import Array
from kinertia.simulation.gait_problem import RATE_HZ, Reference
from kinertia.simulation.norms import RUNNING, WALKING, Norm

JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")
ANGLE_SPREAD_RAD = {"hip_flexion": 0.07, "knee_angle": 0.07, "ankle_angle": 0.06, "pelvis_tilt": 0.05, "lumbar_extension": 0.08}
"""How far a person may be from the reference at any time: about the standard deviation between people."""
HEIGHT_SPREAD_M = 0.05
FORCE_SPREAD_BW = (0.08, 0.25)
"""Fore-aft, vertical."""
FIRST_STEP = 0.25
"""Part of the way from standing to walking after which forces are those of walking."""
STRIDE_TIME_SPREAD = 0.004
"""Of the phase, in parts of all strides: durations of single strides then vary by 1 to 3 % (Hausdorff 2007, Hum Mov Sci 26)."""
STRIDE_ANGLE_RAD = {
    "hip_flexion": 0.020,
    "knee_angle": 0.025,
    "ankle_angle": 0.020,
    "pelvis_tilt": 0.010,
    "lumbar_extension": 0.015,
}
"""Standard deviation of angles from stride to stride of one person (Winter 1984, Hum Mov Sci 3: 1 to 2 deg)."""
STANDING = {"hip_flexion": 0.06, "knee_angle": -0.06, "ankle_angle": 0.0}


@dataclass(frozen=True)
class Leg:
    """What is personal about one leg.

    Attributes
    ----------
    amplitude : of the movement of hip, knee and ankle, relative to the mean curve.
    offset_rad : added to each joint.
    delay : in parts of the stride, beyond half a stride for the left leg.
    waves : (3, 2 H) cosine and sine coefficients of each joint's first harmonics, added to it [rad].
    """

    amplitude: tuple[float, ...] = (1.0, 1.0, 1.0)
    offset_rad: tuple[float, ...] = (0.0, 0.0, 0.0)
    delay: float = 0.0
    waves: tuple[tuple[float, ...], ...] = ((), (), ())


@dataclass(frozen=True)
class Style:
    """How a person moves.

    Attributes
    ----------
    right, left : the legs.
    stride_time : relative to what is usual at a speed.
    pelvis_tilt_rad : mean, forward negative.
    lean_rad : forward lean of the trunk over the pelvis.
    duty : part of the stride that a foot is on the ground longer than usual at a speed.
    sway : (2, 2 H) coefficients as of :class:`Leg`, of pelvis tilt and of the trunk over the pelvis [rad].
    sharp : power of the published vertical force that is a person's own, of the same impulse: higher peaks and deeper valleys.
    """

    right: Leg = field(default_factory=Leg)
    left: Leg = field(default_factory=Leg)
    stride_time: float = 1.0
    pelvis_tilt_rad: float = -0.05
    lean_rad: float = 0.0
    duty: float = 0.0
    sway: tuple[tuple[float, ...], ...] = ((), ())
    sharp: float = 1.0


def leg_length(body: Body) -> float:
    """Hip to sole of the straight leg [m]."""
    skeleton = body.skeleton
    knee, ankle = (body.joint_offset[skeleton.segment_index(s), 1] for s in ("tibia_r", "foot_r"))
    return float(body.ankle_height - knee - ankle)


@dataclass(frozen=True)
class Usual:
    """How people change the published curves of one gait with speed.

    Attributes
    ----------
    norm : the published curves, of speed v0.
    stride_s : duration of a stride at v0 with a leg of 0.93 m [s].
    stride_power : it goes with (v / v0) to this power, and with the root of leg length (Froude).
    powers : sizes of the movements of hip, knee and ankle go with (v / v0) to these.
    duty, slope, bounds : part of the stride that a foot is on the ground at v0, its change with v [s/m], and its limits.
    """

    norm: Norm
    stride_s: float
    stride_power: float
    powers: tuple[float, float, float]
    duty: float
    slope: float
    bounds: tuple[float, float]


# stride length grows with the root of speed (Grieve 1968)
WALK = Usual(WALKING, 1.10, -0.5, (0.5, 0.2, 0.1), 0.62, -0.06, (0.56, 0.66))
# stride frequency grows with a fifth power (Cavanagh & Kram 1990)
RUN = Usual(RUNNING, 0.72, -0.2, (0.5, 0.3, 0.2), 0.36, -0.035, (0.26, 0.44))
LEG_M = 0.93  # leg of people with usual durations of a stride


@dataclass(frozen=True)
class Curves:
    """A way of moving as curves over the phase of the stride, for one body, speed and style.

    Attributes
    ----------
    speed : forward speed [m/s].
    running : which published curves they come from; None stands still.
    """

    body: Body
    style: Style
    speed: float
    running: bool | None

    @property
    def stride_s(self) -> float:
        """Duration of a stride [s]."""
        if self.running is None:
            return 1.0
        size = (leg_length(self.body) / LEG_M) ** 0.5
        return self.usual.stride_s * size * self.faster**self.usual.stride_power * self.style.stride_time

    @property
    def usual(self) -> Usual:
        return RUN if self.running else WALK

    @property
    def faster(self) -> float:
        """Speed relative to that of the published curves."""
        return self.speed / self.usual.norm.speed_m_s

    def angles(self, phase: Array) -> Array:
        """(N, n) coordinates at phases (strides since right heel strike); pelvis_tx and pelvis_ty are zero."""
        names = self.body.skeleton.coordinate_names
        out = np.zeros((len(phase), len(names)))
        tilt, lean = (_wave(coefficients, phase) for coefficients in self.style.sway)
        out[:, names.index("pelvis_tilt")] = self.style.pelvis_tilt_rad + tilt
        out[:, names.index("lumbar_extension")] = lean - self.style.lean_rad
        for side, leg, shift in (("r", self.style.right, 0.0), ("l", self.style.left, 0.5)):
            for k, joint in enumerate(JOINTS):
                at = phase + shift + leg.delay
                out[:, names.index(f"{joint}_{side}")] = (
                    self._angle(joint, k, leg, at) + leg.offset_rad[k] + _wave(leg.waves[k], at)
                )
        return out

    def _angle(self, joint: str, k: int, leg: Leg, phase: Array) -> Array:
        if self.running is None:
            return np.full(len(phase), STANDING[joint])
        norm = self.usual.norm
        mean = norm.angles[joint][0]
        size = leg.amplitude[k] * self.faster ** self.usual.powers[k]
        return mean + size * (norm.angle(joint, self._published(phase)) - mean)

    def _published(self, phase: Array) -> Array:
        """Phase of the published curve: stance and swing are stretched to this speed's share of contact."""
        usual, theirs = self.usual, self.usual.norm.stance
        own = float(np.clip(usual.duty + usual.slope * (self.speed - usual.norm.speed_m_s), *usual.bounds)) + self.style.duty
        within = np.mod(phase, 1.0)
        return np.where(within < own, within * theirs / own, theirs + (within - own) * (1.0 - theirs) / (1.0 - own))

    def forces(self, phase: Array) -> Array:
        """(N, 4) ground reaction of the right and the left leg [BW]; carries the body weight on average."""
        if self.running is None:
            return np.tile([0.0, 0.5, 0.0, 0.5], (len(phase), 1))
        norm = self.usual.norm
        mean = self._upward(np.arange(200) / 200).mean()
        columns = []
        for leg, shift in ((self.style.right, 0.0), (self.style.left, 0.5)):
            at = phase + shift + leg.delay
            forward = norm.force("grf_x", self._published(at)) * self.speed / norm.speed_m_s
            columns += [forward, self._upward(at) * 0.5 / mean]
        return np.stack(columns, axis=1)

    def _upward(self, phase: Array) -> Array:
        """Shape of the vertical force."""
        return self.usual.norm.force("grf_y", self._published(phase)).clip(0.0) ** self.style.sharp


def _wave(coefficients: tuple[float, ...], phase: Array) -> Array:
    """sum_h a_h cos 2 pi h phase + b_h sin 2 pi h phase."""
    pairs = np.reshape(coefficients, (-1, 2))
    turn = 2.0 * np.pi * np.outer(phase, np.arange(1, len(pairs) + 1))
    return np.cos(turn) @ pairs[:, 0] + np.sin(turn) @ pairs[:, 1]


def steady(way: Curves, strides: int = 1, generator: np.random.Generator | None = None) -> Reference:
    """Reference of whole strides that repeat.

    Parameters
    ----------
    way : of moving.
    strides : until it repeats.
    generator : of what differs from stride to stride: how long each lasts, and the joints' angles; None: nothing.
    """
    nodes = max(round(strides * way.stride_s * RATE_HZ), 8)
    if way.running is None:
        nodes = 8
    part = np.arange(nodes) / nodes
    phase = strides * part
    if generator is None or way.running is None:
        return _reference(way.body, way.angles(phase), way.forces(phase), 1.0)
    # one value a stride and its wave through all of them, which has no mean and no corners
    uneven = _unsteady(generator, strides, STRIDE_TIME_SPREAD * generator.uniform(0.5, 1.5))
    phase = phase + strides * _wave(tuple(uneven), part)
    angles = way.angles(phase)
    for k in range(angles.shape[1]):
        name = way.body.skeleton.coordinate_names[k].removesuffix("_r").removesuffix("_l")
        angles[:, k] += _wave(tuple(_unsteady(generator, strides, STRIDE_ANGLE_RAD.get(name, 0.0))), part)
    return _reference(way.body, angles, way.forces(phase), 1.0)


def _unsteady(generator: np.random.Generator, strides: int, spread: float) -> Array:
    """Coefficients of a wave through the strides of standard deviation ``spread``, slower than a stride."""
    count = max(strides // 2, 1)
    return generator.normal(0.0, spread / np.sqrt(count), 2 * count)


def passage(first: Curves, last: Curves, strides: int = 2) -> Reference:
    """Reference from one way of moving to another, over whole strides; its pelvis_tx is the planned travel."""
    pace = [
        1.0 / (c.stride_s if c.running is not None else (last if c is first else first).stride_s * 1.3) for c in (first, last)
    ]
    # phase p' goes from one pace to the other along s(t) = 3 t^2 - 2 t^3, so that whole strides take 2 / (sum of paces)
    duration = strides * 2.0 / sum(pace)
    nodes = round(duration * RATE_HZ) + 1
    part = np.arange(nodes) / (nodes - 1)
    blend = part**2 * (3.0 - 2.0 * part)
    rate = pace[0] + (pace[1] - pace[0]) * blend
    phase = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]))])
    phase *= strides / phase[-1]
    share = blend[:, None]
    q = (1.0 - share) * first.angles(phase) + share * last.angles(phase)
    loaded = _loads(first, last, blend)[:, None]
    force = (1.0 - loaded) * first.forces(phase) + loaded * last.forces(phase)
    speed = first.speed + (last.speed - first.speed) * blend
    q[:, 0] = np.concatenate([[0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]))]) / RATE_HZ
    return _reference(first.body, q, force, 2.0)


def _loads(first: Curves, last: Curves, blend: Array) -> Array:
    """Part of the forces that are those of ``last``: who starts or stops unloads the swinging leg with the first step."""
    walks = np.clip((1.0 - blend if last.running is None else blend) / FIRST_STEP, 0.0, 1.0)
    eased = walks**2 * (3.0 - 2.0 * walks)
    if first.running is None:
        return eased
    return 1.0 - eased if last.running is None else blend


def _reference(body: Body, q: Array, force: Array, width: float) -> Reference:
    """``width`` widens every standard deviation."""
    names = [name.removesuffix("_r").removesuffix("_l") for name in body.skeleton.coordinate_names]
    spread = np.array([ANGLE_SPREAD_RAD.get(name, HEIGHT_SPREAD_M if name == "pelvis_ty" else np.inf) for name in names])
    q = q.copy()
    q[:, 1] = 0.97 * leg_length(body)
    return Reference(q, np.tile(width * spread, (len(q), 1)), force, np.tile(np.tile(FORCE_SPREAD_BW, 2) * width, (len(q), 1)))

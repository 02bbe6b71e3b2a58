"""Movements of people that are no gait, as angles of the sagittal body: what activities are told apart with.

Postures follow textbook descriptions; tempo, size and lean differ from person to person. They are meant to look to sensors like
the exercise, not to obey the equations of motion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from experiments import movement
from kinertia.bodies import STANDARD_GRAVITY, Body
from kinertia.numerics.spline import CubicSpline
from kinertia.recording import Array, Recording
from kinertia.simulation.person import Person

RATE_HZ = 100.0
AROUND = 3
"""Copies of a stride on either side of it, so that its curve has no ends: a spline forgets three quarters from knot to knot."""
JOINTS = ("pelvis_tilt", *(f"{joint}_{side}" for side in "rl" for joint in ("hip_flexion", "knee_angle", "ankle_angle")))
STAND = (0.0, 2.0, -4.0, 2.0)
"""Tilt, hip flexion, knee angle, ankle angle [deg]."""
SIT = (-5.0, 85.0, -85.0, 0.0)
LEAN = (-45.0, 110.0, -85.0, 15.0)
SQUAT = (-35.0, 110.0, -105.0, 30.0)
CROUCH = (-30.0, 80.0, -80.0, 28.0)
REACH = (0.0, -2.0, -4.0, -35.0)
LANDED = (-20.0, 60.0, -65.0, 22.0)
LYING = (88.0, 3.0, -5.0, -25.0)
"""On the back."""
# percent of a stride from the foot's contact, hip, knee, ankle [deg]; after Riener et al. 2002 and Protopapadaki et al. 2007
STAIRS_UP = (
    (0, 62, -65, 10),
    (12, 56, -58, 15),
    (30, 33, -33, 10),
    (48, 12, -12, 2),
    (60, 8, -15, -14),
    (72, 30, -58, 4),
    (84, 62, -90, 14),
    (94, 67, -78, 10),
)
STAIRS_DOWN = (
    (0, 22, -12, -24),
    (12, 20, -27, 6),
    (30, 20, -30, 20),
    (46, 26, -52, 33),
    (60, 38, -86, 24),
    (72, 42, -84, -6),
    (86, 30, -36, -26),
    (95, 23, -12, -27),
)
RISE_M, TREAD_M = 0.17, 0.29
BLEND_S = 0.06
"""Smoothing of made-up curves, standard deviation [s]."""


@dataclass(frozen=True)
class Moved:
    """An exercise.

    Attributes
    ----------
    q : (T, n) coordinates at :data:`RATE_HZ` [m, rad].
    yaw_rate : (T,) turning about the vertical [rad/s].
    """

    q: Array
    yaw_rate: Array


Exercise = Callable[[Body, np.random.Generator], Moved]


def record(person: Person, name: str) -> Recording:
    """About twenty seconds of an exercise of :data:`EXERCISES`, as typical sensors on a person read it."""
    moved = EXERCISES[name](person.body, person.stream(name))
    return movement.record(person, moved.q, RATE_HZ, name, yaw_rate=moved.yaw_rate)


def _posture(angles: tuple[float, ...], size: float = 1.0) -> Array:
    """(7,) of both legs alike [rad]; ``size`` scales the way from standing."""
    tilt, *leg = np.deg2rad(np.array(STAND) + size * (np.array(angles) - np.array(STAND)))
    return np.array([tilt, *leg, *leg])


def _visit(stops: list[tuple[float, Array]]) -> Array:
    """(T, 7) angles that move smoothly to each posture within the seconds before it, and rest there for a moment."""
    rows = [stops[0][1][None]]
    for seconds, posture in stops:
        s = np.linspace(0.0, 1.0, max(round(seconds * RATE_HZ), 2))[1:, None]
        # least jerk
        rows.append(rows[-1][-1] + (posture - rows[-1][-1]) * s**3 * (10.0 - 15.0 * s + 6.0 * s * s))
    return np.concatenate(rows)


def _smooth(values: Array) -> Array:
    half = round(3.0 * BLEND_S * RATE_HZ)
    weight = np.exp(-0.5 * (np.arange(-half, half + 1) / (BLEND_S * RATE_HZ)) ** 2)
    padded = np.pad(values, [(half, half)] + [(0, 0)] * (values.ndim - 1), mode="edge")
    return np.apply_along_axis(np.convolve, 0, padded, weight / weight.sum(), "valid")


def _on_feet(body: Body, angles: Array, lift: Array | None = None) -> Array:
    """(T, n) coordinates with the lower ankle at its height above the ground, or ``lift`` (T,) above that [m]."""
    skeleton = body.skeleton
    lengths = [-float(body.joint_offset[skeleton.segment_index(child), 1]) for child in ("tibia_r", "foot_r")]
    ankle = float(body.ankle_height)
    tilt = angles[:, 0]
    below = []
    for first in (1, 4):
        thigh = tilt + angles[:, first]
        shank = thigh + angles[:, first + 1]
        below.append([sum(n * f(a) for n, a in zip(lengths, (thigh, shank), strict=True)) for f in (np.sin, np.cos)])
    forward, down = np.moveaxis(np.array(below), 0, -1)
    rows = np.arange(len(angles))
    lower = down.argmax(axis=1)
    q = np.zeros((len(angles), len(skeleton.coordinates)))
    # both feet stay where they are, on average
    q[:, 0] = -forward.mean(axis=1)
    q[:, 1] = ankle + down[rows, lower] + (0.0 if lift is None else lift)
    for j, name in enumerate(JOINTS):
        q[:, skeleton.coordinate_index(name)] = angles[:, j]
    return q


def _still(body: Body, angles: Array) -> Moved:
    return Moved(_on_feet(body, angles), np.zeros(len(angles)))


def stand(body: Body, generator: np.random.Generator) -> Moved:
    """Quiet standing: sway of a degree, slow, after Winter 1995; knees, hips and trunk as people hold them."""
    spread = np.deg2rad([3.0, 3.0, 3.0, 0.0])
    tilt, hip, knee, _ = np.deg2rad(STAND) + spread * generator.standard_normal(4)
    knee = min(knee, 0.0)
    lean = np.deg2rad(-3.0 + 1.0 * generator.standard_normal())
    # feet flat: thigh and shank lean as the knee asks
    hip, ankle = lean - 0.4 * knee - tilt, -(lean + 0.6 * knee)
    posture = np.array([tilt, hip, knee, ankle, hip, knee, ankle])
    time = np.arange(round(20.0 * RATE_HZ)) / RATE_HZ
    sway = sum(
        np.deg2rad(0.35) * generator.standard_normal() * np.sin(2 * np.pi * (f * time + generator.uniform()))
        for f in (0.11, 0.23, 0.41, 0.7)
    )
    angles = posture + np.outer(sway, [1.0, 0.0, 0.0, -1.0, 0.0, 0.0, -1.0])
    return _still(body, angles)


def squats(body: Body, generator: np.random.Generator) -> Moved:
    """Down and up again."""
    size, pace = generator.uniform(0.6, 1.0), generator.uniform(0.7, 1.3)
    low, high = _posture(SQUAT, size), _posture(STAND)
    return _still(body, _visit([(1.0, high)] + [(1.1 * pace, low), (0.9 * pace, high), (0.2, high)] * round(9 / pace)))


def sit_to_stand(body: Body, generator: np.random.Generator) -> Moved:
    """From a chair and back, with a little rest on either end."""
    pace = generator.uniform(0.8, 1.4)
    sit, lean, up = _posture(SIT), _posture(LEAN), _posture(STAND)
    cycle = [(0.7 * pace, lean), (0.9 * pace, up), (0.4, up), (0.8 * pace, lean), (0.7 * pace, sit), (0.8, sit)]
    return _still(body, _visit([(1.5, sit)] + cycle * round(4 / pace)))


def jumps(body: Body, generator: np.random.Generator) -> Moved:
    """Countermovement jumps with landing."""
    height, crouch = generator.uniform(0.12, 0.35), _posture(CROUCH, generator.uniform(0.7, 1.1))
    flight = 2.0 * np.sqrt(2.0 * height / STANDARD_GRAVITY)
    cycle = [(0.6, crouch), (0.28, _posture(REACH)), (flight, _posture(REACH)), (0.2, _posture(LANDED)), (0.7, _posture(STAND))]
    angles = _visit([(1.0, _posture(STAND))] + [*cycle, (0.6, _posture(STAND))] * 6)
    lift, at = np.zeros(len(angles)), 1.0
    for _ in range(6):
        time = np.arange(len(angles)) / RATE_HZ - at - 0.88
        arc = 0.5 * STANDARD_GRAVITY * time * (flight - time)
        lift += np.where((time > 0.0) & (time < flight), arc, 0.0)
        at += 0.6 + 0.28 + flight + 0.2 + 0.7 + 0.6
    return Moved(_on_feet(body, angles, lift), np.zeros(len(angles)))


def _stairs(table: tuple[tuple[float, ...], ...], climb: float) -> Exercise:
    def move(body: Body, generator: np.random.Generator) -> Moved:
        stride, size = generator.uniform(1.1, 1.5), generator.uniform(0.9, 1.08)
        phase = np.arange(round(16.0 * RATE_HZ)) / RATE_HZ / stride
        at = np.array([row[0] for row in table]) / 100.0
        values = np.deg2rad([row[1:] for row in table]) * size
        turns = np.arange(-AROUND, AROUND + 1.0)
        leg = CubicSpline(np.add.outer(turns, at).ravel(), np.tile(values, (len(turns), 1)))
        tilt = np.deg2rad(generator.uniform(-14.0, -4.0)) if climb > 0 else np.deg2rad(generator.uniform(-5.0, 2.0))
        angles = np.concatenate([np.full((len(phase), 1), tilt), leg(phase % 1.0), leg((phase + 0.5) % 1.0)], axis=1)
        angles[:, [1, 4]] -= tilt
        q = _on_feet(body, angles)
        bob = 0.02 * np.cos(4 * np.pi * phase)
        q[:, 0] = 2.0 * TREAD_M * phase + 0.01 * np.sin(4 * np.pi * phase)
        q[:, 1] = q[:, 1].mean() + 2.0 * climb * RISE_M * phase + bob
        return Moved(q, np.zeros(len(q)))

    return move


def turns(body: Body, generator: np.random.Generator) -> Moved:
    """Steps on the spot while turning round, to and fro."""
    step_s, lift = generator.uniform(0.5, 0.75), generator.uniform(0.5, 1.0)
    up = _posture(STAND)
    raised = np.deg2rad([0.0, 28.0, -50.0, 5.0]) * lift
    right, left = up.copy(), up.copy()
    right[1:4] += raised[1:]
    left[4:7] += raised[1:]
    steps = [(0.45 * step_s, right), (0.45 * step_s, up), (0.1 * step_s, up)], [(0.45 * step_s, left), (0.45 * step_s, up)]
    angles = _smooth(_visit([(0.2, up)] + (steps[0] + steps[1] + [(0.1 * step_s, up)]) * round(16.0 / (2 * step_s))))
    time = np.arange(len(angles)) / RATE_HZ
    yaw = (
        generator.uniform(0.8, 1.8) * np.sign(np.sin(2 * np.pi * time / 12.0)) * (1.0 + 0.3 * np.sin(2 * np.pi * time / step_s))
    )
    return Moved(_on_feet(body, angles), _smooth(yaw))


def lie(body: Body, generator: np.random.Generator) -> Moved:
    """Lying on the back, moving a leg now and then."""
    flat = _posture(LYING)
    bent = flat.copy()
    bent[1:4] += np.deg2rad([45.0, -80.0, 20.0]) * generator.uniform(0.7, 1.1)
    angles = _visit([(3.0, flat), (1.5, bent), (2.0, bent), (1.5, flat), (4.0, flat), (1.2, bent), (3.0, bent), (1.5, flat)])
    return _still(body, angles)


def lunges(body: Body, generator: np.random.Generator) -> Moved:
    """One leg forward, down and back again, in turn."""
    size = generator.uniform(0.7, 1.0)
    up = _posture(STAND)
    front, rear = np.deg2rad([80.0, -90.0, 12.0]) * size, np.deg2rad([-12.0, -85.0, 20.0]) * size
    right, left = np.concatenate([[0.0], front, rear]), np.concatenate([[0.0], rear, front])
    stops = [(1.2, right), (0.4, right), (1.2, up), (0.5, up), (1.2, left), (0.4, left), (1.2, up), (0.5, up)]
    return _still(body, _visit([(0.5, up)] + stops * 3))


EXERCISES: dict[str, Exercise] = {
    "squats": squats,
    "sit_to_stand": sit_to_stand,
    "jumps": jumps,
    "stairs_up": _stairs(STAIRS_UP, 1.0),
    "stairs_down": _stairs(STAIRS_DOWN, -1.0),
    "turns": turns,
    "lie": lie,
    "lunges": lunges,
    "stand": stand,
}

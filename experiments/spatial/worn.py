"""Seven virtual sensors on measured motion in space: what people would record, with the truth of the whole motion.

The stated places are those of :mod:`kinertia.simulation.sensors`, from the joints of the person's own model; the axes are those
of the model's bodies, which people come near by eye. What turns, moves and spoils the sensors is
:mod:`kinertia.sensing.measurement`'s: mounting errors about each axis, tissue, ringing, electronics.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from experiments.planar.replay import CONTACT_BW, LEGS
from experiments.planar.worn import CYCLES, SAMPLES
from experiments.spatial import movement as spatial
from experiments.spatial.movement import FOOT, Movement
from kinertia.mechanics import imu
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.imu import Mounting
from kinertia.opensim import Imported
from kinertia.recording import LOWER_BODY, Array, Frame, Recording, Sensor, Subject, Truth
from kinertia.sensing import measurement
from kinertia.sensing.measurement import EXACT, Realism
from kinertia.simulation.sensors import place

RATE_HZ = 100.0
"""Of strides in a row."""
AS_WORN = replace(measurement.TYPICAL, clock=EXACT)
"""Sensors as people wear them, on one clock with the reference."""
WITHOUT = {
    "mounting": {"spread": measurement.IDEAL.spread},
    "tissue": {"skin": None, "ringing": None},
    "electronics": {"electronics": measurement.IDEAL.electronics},
}
"""Parts of the realism that can be left out, and what stands for them then."""


def record(
    movement: Movement, name: str, subject: Subject, realism: Realism, wearing: np.random.Generator, noise: np.random.Generator
) -> Recording:
    """A recording of seven sensors in segment axes as they were mounted by eye.

    Parameters
    ----------
    movement : motion and ground reaction; its mean stride gives one gait cycle that repeats.
    name : of the recording.
    subject : the person; all that a method is told about their size.
    realism : how sensors are worn.
    wearing : draws how they are strapped on; alike for all recordings of one wearing.
    noise : draws the rest.

    Returns
    -------
    Recording with truth of the whole motion: angles [rad], joint moments by inverse dynamics of the person's own body [N m],
    ground reaction along three axes [BW], contact, speed, sensor poses.
    """
    joints = proximal_joints(movement.imported)
    nominal = {segment: place(segment, length(movement.imported, joints, segment)) for segment in LOWER_BODY.segments}
    worn = measurement.strap_on(nominal, realism, wearing)
    samples = SAMPLES if movement.repeats else round(movement.period_s * RATE_HZ)
    rate = samples / movement.period_s
    moving = spatial.sample(movement, torch.arange(samples, dtype=torch.float64) / samples)
    own = dict(zip(movement.names, (moving.q.T.numpy()), strict=True))
    moments = dict(zip(movement.names, (moving.generalized.T.numpy()), strict=True))
    signs = spatial.signs(movement, LEGS)
    angles = {leg: sign * own[leg] for leg, sign in signs.items()}
    weight = float(movement.imported.body.weight)
    grf = {f"grf_{a}_{side}": f[:, i].numpy() / weight for side, f in moving.force.items() for i, a in enumerate("xyz")}
    ideal = imu.read(moving.kinematics, _mounting(movement.imported, joints, worn.position_m).with_time_axis())
    times = CYCLES if movement.repeats else 1
    read = measurement.measure(
        np.tile(ideal.acc.numpy(), (times, 1, 1)),
        np.tile(ideal.gyro.numpy(), (times, 1, 1)),
        rate,
        worn,
        realism,
        noise,
        force={side: np.tile(grf[f"grf_y_{side}"], times) for side in "rl"},
        angles={leg: np.tile(curve, times) for leg, curve in angles.items()},
        electronics=wearing,
    )
    return Recording(
        name=name,
        rate_hz=rate,
        sensors=tuple(Sensor(segment, segment, nominal[segment]) for segment in LOWER_BODY.segments),
        acc=_mean_cycle(read.acc, times),
        gyro=_mean_cycle(read.gyro, times),
        subject=subject,
        frame=Frame.SEGMENT,
        periodic=movement.repeats,
        truth=Truth(
            angles=angles,
            moments={leg: sign * moments[leg] for leg, sign in signs.items()},
            grf=grf,
            speed=movement.speed,
            note="measured motion in space on the person's own model; moments by inverse dynamics",
            contact={side: (grf[f"grf_y_{side}"] > CONTACT_BW).astype(float) for side in "rl"},
            speed_curve=moving.qd[:, movement.index("pelvis_tx")].numpy(),
            poses=worn.poses,
        ),
    )


def proximal_joints(imported: Imported) -> dict[str, tuple[str, Array]]:
    """Segment to the model's body that its sensor is on, and to where its proximal joint is in that body's frame (3,) [m].

    The pelvis counts from the middle of the hips, the foot from the ankle.
    """
    joints: dict[str, tuple[str, Array]] = {}
    hips = [_seen(imported, "pelvis", f"femur_{side}") for side in "rl"]
    joints["pelvis"] = "pelvis", np.mean(hips, axis=0)
    for side in "rl":
        for part in ("femur", "tibia"):
            joints[f"{part}_{side}"] = f"{part}_{side}", _seen(imported, f"{part}_{side}", f"{part}_{side}")
        joints[f"foot_{side}"] = f"{FOOT}_{side}", _seen(imported, f"{FOOT}_{side}", f"talus_{side}")
    return joints


def _seen(imported: Imported, body: str, joint: str) -> Array:
    """Where the joint onto one body is in the frame of another (3,), all coordinates zero [m]."""
    still = torch.zeros(len(imported.coupling.independent), dtype=torch.float64)
    kinematics = kin.forward(imported.body, *imported.coupling.expand(still, still, still))
    names = imported.body.skeleton.segment_names
    apart = torch.zeros_like(kinematics.origin)
    apart[:] = kinematics.origin[names.index(joint)] - kinematics.origin[names.index(body)]
    moved, axes = imported.frames[body]
    return moved + axes @ kinematics.frames.rotate_back(apart)[0][names.index(body)].numpy()


def length(imported: Imported, joints: dict[str, tuple[str, Array]], segment: str) -> float:
    """From the proximal joint of a thigh or shank to the next [m]."""
    part, _, side = segment.partition("_")
    following = {"femur": f"tibia_{side}", "tibia": f"talus_{side}"}.get(part)
    if following is None:
        return math.nan
    body, joint = joints[segment]
    return float(np.linalg.norm(_seen(imported, body, following) - joint))


def _mounting(imported: Imported, joints: dict[str, tuple[str, Array]], position: Array) -> Mounting:
    """Sensors at (K, 3) from the proximal joints, with the axes of the model's bodies."""
    at: list[tuple[int, Tensor]] = []
    axes = []
    for segment, offset in zip(LOWER_BODY.segments, position, strict=True):
        body, joint = joints[segment]
        at.append(imported.point(body, joint + offset))
        axes.append(imported.frames[body][1].T)
    return Mounting(tuple(index for index, _ in at), torch.stack([p for _, p in at]), torch.tensor(np.array(axes)))


def _mean_cycle(values: Array, times: int) -> Array:
    """Mean of all cycles but the first and the last; of one, it itself."""
    return values if times == 1 else values.reshape(times, -1, *values.shape[1:])[1:-1].mean(axis=0)

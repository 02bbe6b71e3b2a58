"""A recording of a simulated person: what the sensors strapped on for the session read of a movement, with the exact truth."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from kinertia.mechanics import kinematics as kin
from kinertia.ocp.muscular import LEG
from kinertia.recording import Array, Frame, Recording, Sensor, Truth
from kinertia.sensing import measurement
from kinertia.sensing.errors import Position
from kinertia.sensing.measurement import FINE_RATE_HZ, TYPICAL, Realism, StrappedSensors
from kinertia.simulation import sensors
from kinertia.simulation.gait import Gait
from kinertia.simulation.person import Person

CONTACT_BW = 0.02
"""Vertical force from which on a foot counts as on the ground."""
NOTE = "simulated on the sagittal body: exact"
SLOPE_NOTE = "; ground reaction along and normal to the slope, pelvis tilt against the vertical"


@dataclass(frozen=True)
class Session:
    """A person with sensors strapped on once, for all recordings: stated places [m] by segment, and where they really sit."""

    person: Person
    stated: dict[str, Position]
    worn: StrappedSensors
    realism: Realism


def begin(person: Person, realism: Realism = TYPICAL) -> Session:
    """Strap seven sensors on a person."""
    stated = sensors.nominal_positions(person.body)
    return Session(person, stated, measurement.strap_on(stated, realism, person.stream("placement")), realism)


def record(session: Session, timeline: Gait, name: str, start_s: float, seconds: float, rate_hz: float = 100.0) -> Recording:
    """A continuous recording of a movement.

    Parameters
    ----------
    session : person and sensors.
    timeline : movement of this person's body.
    name : of the recording; draws noise and clocks.
    start_s : time on the timeline at which the recording starts; a multiple of its step keeps the truth at its nodes [s].
    seconds, rate_hz : length [s] and sampling rate [Hz].

    Returns
    -------
    Recording in nominal segment frames, with truth: angles of both legs, pelvis and trunk [rad], joint moments [N m], ground
    reaction [BW], contact, speed, sensor poses and slope, and of people with muscles their forces [N] and activations.

    Raises
    ------
    ValueError : the timeline is shorter than that.
    """
    samples = round(seconds * rate_hz)
    time = start_s + np.arange(samples) / rate_hz
    truth = _truth(timeline, time, session.worn)
    fine_hz = rate_hz * max(1, math.ceil(FINE_RATE_HZ / rate_hz))
    fine = start_s + np.arange(round(samples * fine_hz / rate_hz)) / fine_hz
    # the last fine samples lie after the last sample
    fine = np.minimum(fine, timeline.duration_s)
    acc, gyro, angles = _ideal(timeline, fine, session.worn)
    load = timeline.at(_feet(timeline), fine)
    measured = measurement.measure(
        acc,
        gyro,
        fine_hz,
        session.worn,
        session.realism,
        session.person.stream(name),
        force={"r": load[:, 0, 1], "l": load[:, 1, 1]},
        angles=angles,
        output_rate_hz=rate_hz,
        electronics=session.person.stream("electronics"),
    )
    return Recording(
        name=name,
        rate_hz=rate_hz,
        sensors=tuple(Sensor(segment, segment, place) for segment, place in session.stated.items()),
        acc=measured.acc,
        gyro=measured.gyro,
        subject=session.person.subject,
        frame=Frame.SEGMENT,
        truth=truth,
    )


def _ideal(timeline: Gait, time: Array, worn: StrappedSensors) -> tuple[Array, Array, dict[str, Array]]:
    """Specific force and angular rate (T, K, 3) at the true places in segment axes, and the joint angles."""
    body = replace(timeline.body, gravity=timeline.body.gravity * math.cos(timeline.slope_rad)).with_time_axis()
    q, qd, qdd = timeline.motion(time)
    # the part of gravity along the slope reads like an acceleration of everything forward
    qdd[:, 0] += timeline.body.gravity * math.sin(timeline.slope_rad)
    acc, gyro = sensors.ideal(timeline.body, kin.forward(body, q, qd, qdd), worn.segments, worn.position_m[:, :2])
    return acc, gyro, dict(zip(body.skeleton.coordinate_names[2:], q[:, 2:].T.numpy(), strict=True))


def _feet(timeline: Gait) -> Array:
    """(M, 2, 2) ground reaction of the right and the left foot, forward and upward [BW]."""
    contacts = timeline.body.skeleton.contacts
    sides = [[p for p, contact in enumerate(contacts) if contact.side == side] for side in "rl"]
    return np.stack([timeline.force[:, points].sum(axis=1) for points in sides], axis=1)


def _truth(timeline: Gait, time: Array, worn: StrappedSensors) -> Truth:
    names = timeline.body.skeleton.coordinate_names
    q, qd, _ = (part.numpy() for part in timeline.motion(time))
    angles = {name: np.ascontiguousarray(q[:, j]) for j, name in enumerate(names) if j >= 2}
    angles["pelvis_tilt"] = angles["pelvis_tilt"] + timeline.slope_rad
    moment = timeline.at(timeline.moment, time) * float(timeline.body.moment_scale)
    force = timeline.at(_feet(timeline), time)
    activation, pull = timeline.muscles(time) or (np.zeros((len(time), 2, 0)),) * 2
    muscles = [(f"{name}_{side}", s, k) for s, side in enumerate("rl") for k, name in enumerate(LEG.names[: pull.shape[-1]])]
    return Truth(
        angles=angles,
        moments={name: moment[:, j].copy() for j, name in enumerate(names[timeline.body.skeleton.joints])},
        grf={f"grf_{axis}_{side}": force[:, s, a].copy() for s, side in enumerate("rl") for a, axis in enumerate("xy")},
        speed=float(qd[:, 0].mean()),
        note=NOTE + (SLOPE_NOTE if timeline.slope_rad else ""),
        contact={side: (force[:, s, 1] > CONTACT_BW).astype(float) for s, side in enumerate("rl")},
        speed_curve=qd[:, 0].copy(),
        poses=dict(worn.poses),
        slope_rad=timeline.slope_rad,
        muscle_forces={name: float(timeline.body.weight) * pull[:, s, k] for name, s, k in muscles},
        muscle_activations={name: activation[:, s, k].copy() for name, s, k in muscles},
    )

"""Any movement of the body, measured or made up, and what sensors worn during it read.

Only the motion is given. The ground reaction, by which impacts ring in sensors, is what accelerates the body, on the feet that
are lowest.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from experiments.captured import MotionCapture
from experiments.planar import replay
from kinertia.bodies import GAIT2D_TRUNK, Body, SegmentLengths, build
from kinertia.mechanics import dynamics, sole
from kinertia.mechanics import kinematics as kin
from kinertia.numerics import spline
from kinertia.recording import Array, Recording
from kinertia.sensing.measurement import TYPICAL, Realism
from kinertia.simulation import session
from kinertia.simulation.gait import Gait
from kinertia.simulation.person import Person

NEAR_GROUND_M = 0.02
"""Feet that are so much above the lowest one share the load."""


def wearer(capture: MotionCapture, seed: int) -> Person:
    """The person of a capture as one who wears sensors; ``seed`` draws how."""
    subject, geometry = capture.subject, capture.geometry
    lengths = SegmentLengths(thigh=geometry.thigh, shank=geometry.shank)
    return Person(seed, 0, subject, build(subject.mass_kg, subject.height_m, lengths, skeleton=GAIT2D_TRUNK))


def of_capture(capture: MotionCapture) -> Array:
    """(T, n) coordinates of the body with a lumbar joint [m, rad]."""
    return np.stack(list(replay.coordinates(capture).values()), axis=1)


def record(
    person: Person, q: Array, rate_hz: float, name: str, realism: Realism = TYPICAL, yaw_rate: Array | None = None
) -> Recording:
    """What seven sensors strapped on a person read of a movement.

    Parameters
    ----------
    person : who moves.
    q : (T, n) coordinates of the person's body [m, rad].
    rate_hz : of the coordinates, and of the recording [Hz].
    name : of the recording; draws noise and clocks.
    realism : how imperfect the sensors are.
    yaw_rate : (T,) rate at which the whole body turns to the left about the vertical [rad/s].

    Returns
    -------
    Recording in nominal segment frames with the true angles [rad] and speed [m/s]; no forces or moments, as how the feet share
    the load is not known.
    """
    found = session.record(
        session.begin(person, realism), timeline(person.body, q, rate_hz), name, 0.0, len(q) / rate_hz, rate_hz
    )
    if yaw_rate is not None:
        names = person.body.skeleton.segment_names
        angle = q @ person.body.skeleton.rotation_path.numpy().T
        gyro = found.gyro.copy()
        for k, sensor in enumerate(found.sensors):
            inclination = angle[: len(gyro), names.index(sensor.segment)]
            # the vertical seen from the segment is sin(theta) x + cos(theta) y
            gyro[:, k, 0] += np.sin(inclination) * yaw_rate[: len(gyro)]
            gyro[:, k, 1] += np.cos(inclination) * yaw_rate[: len(gyro)]
        found = replace(found, gyro=gyro)
    assert found.truth is not None
    return replace(found, truth=replace(found.truth, moments={}, grf={}, contact={}))


def timeline(body: Body, q: Array, rate_hz: float) -> Gait:
    """A movement as a spline through (T, n) coordinates, with the forces of the lowest feet."""
    step = 1.0 / rate_hz
    coefficients = spline.basis_coefficients(q, periodic=False)
    # derivatives at the nodes of a uniform cubic B-spline
    velocity = 0.5 * (coefficients[2:] - coefficients[:-2]) / step
    acceleration = (coefficients[2:] - 2.0 * coefficients[1:-1] + coefficients[:-2]) / step**2
    kinematics = kin.forward(body.with_time_axis(), *(torch.from_numpy(x) for x in (q, velocity, acceleration)))
    total = dynamics.inertia_forces(body.with_time_axis(), kinematics)[:, :2].numpy() / float(body.weight)
    height = sole.touch(body.with_time_axis(), kinematics).position[..., 1].numpy()
    low = height < height.min(axis=1, keepdims=True) + NEAR_GROUND_M
    share = low / low.sum(axis=1, keepdims=True)
    moment = np.zeros((len(q), q.shape[1] - 3))
    return Gait(body, coefficients, share[..., None] * total[:, None], moment, step)

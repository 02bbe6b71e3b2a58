"""The numbers of one person that the graph of the body needs, computed once."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from kinertia.bodies import Body, Skeleton, gait2d
from kinertia.estimation import landmarks
from kinertia.export import levers
from kinertia.export.plan import LANDMARKS, SENSORS, Plan
from kinertia.learning import decode
from kinertia.learning.network import SIGNALS, Network, features
from kinertia.learning.personal import Deviation
from kinertia.learning.sequence import default_position
from kinertia.recording import SEGMENTS
from kinertia.runtime.model import PERSON_OUTPUTS

INPUTS = {"mass": (), "height": (), "position": (7, 2), "angle": (7,), "shift": (7, 2), "size": ()}
"""Inputs of the graph of a person, all float64: mass [kg], height [m], sensor positions in segment frames (NaN where not
known), and what was learned about this wearer, see :class:`kinertia.learning.personal.Deviation`."""

OUTPUTS = PERSON_OUTPUTS
"""Outputs of the graph of a person, in the order of :meth:`PersonNumbers.forward`."""


class PersonNumbers(torch.nn.Module):
    """Numbers of a person as a module, so that it can be exported.

    Parameters
    ----------
    network : gives the part of its first layer that person and placement add.
    plan : what is linear in the raw outputs.
    """

    def __init__(self, network: Network, plan: Plan, person_weight: Tensor, person_bias: Tensor) -> None:
        super().__init__()
        self.plan = plan
        # topology is read before tracing, which keeps its own kind of tensors
        _ = plan.turns, plan.skeleton.path
        self.like = next(network.parameters()).dtype
        self.register_buffer("person_weight", person_weight)
        self.register_buffer("person_bias", person_bias)

    def forward(
        self, mass: Tensor, height: Tensor, position: Tensor, angle: Tensor, shift: Tensor, size: Tensor
    ) -> tuple[Tensor, ...]:
        """All of :data:`OUTPUTS`.

        ``first_layer`` (1, gates) of the network; ``offset`` (1, width) of the plan's columns; ``acceleration``
        (2 S, 2 S + 28), ``wrench`` (2 S + 2 P, 2 S), ``force`` (6 S + 2 P, n) and ``landmarks`` (2 S, 2 L) of the body's
        graph; ``weight`` [N]; ``moment_scale`` [N m].
        """
        # single precision once, as for whole recordings
        stated = gait2d.scale(mass, height, self.plan.skeleton).to(torch.float32).to(torch.float64)
        known = torch.where(torch.isnan(position), default_positions(stated), position).to(torch.float32).double()
        deviation = Deviation(*(x.to(torch.float32).double() for x in (angle, shift, size)))
        body = deviation.body(stated)
        mounting = deviation.mounting(known)
        constant = features(torch.zeros(1, 7, 3).double(), torch.zeros(1, 7, 3).double(), stated, known)[..., SIGNALS + 7 :]
        first = (constant[-1:] @ self.get_buffer("person_weight") + self.get_buffer("person_bias")).to(self.like)
        return (
            first,
            offset(self.plan, body, mounting.angle.reshape(SENSORS)),
            *body_maps(self.plan, body, mounting.position.reshape(SENSORS, 2), stated),
            stated.weight,
            stated.moment_scale,
        )


def default_positions(body: Body) -> Tensor:
    """(7, 2) where sensors sit if nobody says, mid-segment [m]."""
    return torch.stack([default_position(segment, body) for segment in SEGMENTS])


def offset(plan: Plan, body: Body, sensor_angle: Tensor) -> Tensor:
    """(1, width) what stands in the plan's columns for raw outputs of zero."""
    rest = torch.as_tensor(plan.rest)
    theta = torch.as_tensor(plan.turns) @ rest
    phi = theta[:SENSORS] + sensor_angle
    right, gravity = 0.5 * math.pi, torch.full((1,), body.gravity, dtype=torch.float64)
    height = decode.standing_height(body).reshape(1)
    none, still = torch.zeros(plan.segments).double(), torch.zeros(SENSORS).double()
    parts = {
        "angle": torch.cat([theta, theta - right]),
        "sensor_angle": torch.cat([phi, phi, phi - right, phi - right]),
        "rate": torch.zeros(2 * plan.segments).double(),
        "acceleration": torch.zeros(2 * plan.segments).double(),
        "gyro": still,
        "root_acceleration": torch.cat(
            [none, gravity.expand(plan.segments), still, gravity.expand(SENSORS), gravity.expand(SENSORS), still]
        ),
        "q": torch.cat([rest[:1], height, rest[2:]]),
        "speed": torch.full((1,), decode.REST_SPEED, dtype=torch.float64),
        "vertical": torch.full((plan.contacts,), -2.0, dtype=torch.float64),
        "forward": torch.zeros(plan.contacts).double(),
        "root_position": torch.cat([torch.zeros(len(LANDMARKS)).double(), height.expand(len(LANDMARKS))]),
    }
    return torch.cat([parts[name] for name in plan.sizes])[None]


def body_maps(plan: Plan, body: Body, sensors: Tensor, stated: Body) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Matrices of accelerations, wrenches, generalized forces and landmarks, see :mod:`kinertia.export.body_graph`."""
    skeleton = body.skeleton
    everything = range(plan.segments)
    centre = levers.maps(levers.along_path(body, everything, body.com))
    worn = levers.maps(levers.along_path(body, range(SENSORS), sensors))
    sole = levers.maps(levers.along_path(body, skeleton.contact_segments, body.contact_position))
    marks = levers.maps(levers.along_path(body, *_landmarks(skeleton, body)))
    # z'' = -(theta'' sin + theta'^2 cos ...) comes without its sign
    acceleration = -torch.cat([*centre, worn[0], worn[1], worn[1], -worn[0]], dim=1)
    vertical = decode.VERTICAL_SCALE * stated.weight
    forward = decode.FRICTION_LIMIT * vertical
    # G = L^T F of m (a - g) and of minus the ground reaction
    wrench = torch.cat([*(body.mass[:, None] * m.T for m in centre), -forward * sole[0].T, -vertical * sole[1].T])
    return acceleration, wrench, _force(plan, body, forward, vertical, stated), torch.cat(marks, dim=1)


def _force(plan: Plan, body: Body, forward: Tensor, vertical: Tensor, stated: Body) -> Tensor:
    """(6 S + 2 P, n) from [G sin(angle), segment accelerations, a - g of the masses, contact] to moments and residual."""
    turn = torch.as_tensor(plan.turns)
    coordinates, count = turn.shape[1], plan.segments
    one = torch.eye(coordinates).double()
    # Q_j = sum over the segments that j turns of G dz/dtheta + I theta''
    rows = [-turn, -turn, body.inertia[:, None] * turn, torch.zeros(count, coordinates).double()]
    rows += [body.mass[:, None] * one[:1], body.mass[:, None] * one[1:2]]
    rows += [-forward * one[:1].expand(plan.contacts, -1), -vertical * one[1:2].expand(plan.contacts, -1)]
    found = torch.cat(rows)
    unit = torch.stack([stated.weight, stated.weight, stated.moment_scale])
    return torch.cat([found[:, 3:], found[:, :3] / unit], dim=1)


def _landmarks(skeleton: Skeleton, body: Body) -> tuple[Sequence[int], Tensor]:
    """Segment and place of every landmark."""
    segments: list[int] = []
    places: list[Tensor] = []
    contacts = {c.name: k for k, c in enumerate(skeleton.contacts)}
    origin = torch.zeros(2).double()
    joint = {"knee": "tibia", "ankle": "foot"}
    for name in LANDMARKS:
        part, _, side = name.partition("_")
        if name in contacts:
            segments.append(skeleton.contact_segments[contacts[name]])
            places.append(body.contact_position[contacts[name]])
        elif name == "head":
            segments.append(0)
            places.append(torch.stack([origin[0], landmarks.HEAD_ABOVE_HIP * body.height]))
        else:
            segments.append(0 if name == "hip" else skeleton.segment_index(f"{joint[part]}_{side}"))
            places.append(origin)
    return segments, torch.stack(places)

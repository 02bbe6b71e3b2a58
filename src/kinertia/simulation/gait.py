"""A planar movement as one spline: steady ones that repeat, passages, and both one after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from kinertia.bodies import Body
from kinertia.numerics import spline
from kinertia.ocp import muscular
from kinertia.recording import Array

JOIN = 3
"""Spline coefficients at an end that decide position, speed and acceleration there."""
JOINT_TOLERANCE = 1e-5
"""Largest difference of spline coefficients where movements join [m, rad]."""


@dataclass(frozen=True)
class Gait:
    """A planar movement in cubic B-splines; node i lies between coefficients i and i + 2 where it does not repeat.

    Attributes
    ----------
    body : the person's true body, float64, no batch dimensions.
    coefficients : (N, n) of a periodic movement, else (N + 2, n): spline coefficients of the coordinates [m, rad]; those of
        pelvis_tx hold what is left after steady travel at ``speed``. Where muscles give the moments, 2 M more columns have what
        their tendons stretch, as in :mod:`kinertia.ocp.muscular`.
    force : (N, P, 2) ground reaction at the contact points, at the nodes [BW].
    moment : (N, n - 3) joint moments at the nodes [BWBH].
    step_s : time between nodes [s].
    periodic : the first node follows the last.
    speed : steady forward speed [m/s]; 0 where it does not repeat, as pelvis_tx holds all of the travel.
    slope_rad : inclination of the ground, uphill positive [rad]; x is along the ground, y normal to it.
    activation : (N, 2, M) of muscles at the nodes, where these give the moments.
    """

    body: Body
    coefficients: Array
    force: Array
    moment: Array
    step_s: float
    periodic: bool = False
    speed: float = 0.0
    slope_rad: float = 0.0
    activation: Array | None = None

    @property
    def nodes(self) -> int:
        return self.force.shape[0]

    @property
    def duration_s(self) -> float:
        """Period of a periodic movement, else time between the first and the last node [s]."""
        return (self.nodes if self.periodic else self.nodes - 1) * self.step_s

    def start(self) -> Array:
        """(3, n) coefficients around the first node, with pelvis_tx at its travelled distance."""
        return self.repeated(1).coefficients[:JOIN].copy()

    def repeated(self, times: int) -> Gait:
        """A periodic movement so many times, ending with its first node again; another one as it is."""
        if not self.periodic:
            return self
        around = np.arange(-1, times * self.nodes + JOIN - 1)
        coefficients = self.coefficients[around % self.nodes].copy()
        # a straight line is its own spline coefficients
        coefficients[:, 0] += self.speed * self.step_s * around
        nodes = np.arange(times * self.nodes + 1) % self.nodes
        activation = None if self.activation is None else self.activation[nodes]
        force, moment = self.force[nodes], self.moment[nodes]
        return Gait(self.body, coefficients, force, moment, self.step_s, slope_rad=self.slope_rad, activation=activation)

    def motion(self, time_s: Array) -> tuple[Tensor, Tensor, Tensor]:
        """Coordinates and their exact first and second time derivative, each (T, n), at times from the first node."""
        node, part = self._place(time_s)
        coefficients = self.repeated(1).coefficients[:, : len(self.body.skeleton.coordinates)]
        q, qd, qdd = spline.basis_motion(coefficients, node + part, self.step_s)
        return torch.from_numpy(q), torch.from_numpy(qd), torch.from_numpy(qdd)

    def muscles(self, time_s: Array) -> tuple[Array, Array] | None:
        """Activations and forces [BW] of muscles, each (T, 2, M), right and left; None where moments are free."""
        if self.activation is None:
            return None
        node, part = self._place(time_s)
        values = spline.basis_motion(self.repeated(1).coefficients, node + part, self.step_s)[0]
        q, stretch = np.split(values, [len(self.body.skeleton.coordinates)], axis=1)
        activation, skeleton = self.at(self.activation, time_s), self.body.skeleton
        return activation, muscular.forces(q, stretch.reshape(activation.shape), skeleton)[0]

    def at(self, values: Array, time_s: Array) -> Array:
        """(T, ...) of values at the nodes (N, ...), linear in between."""
        node, part = self._place(time_s)
        share = part.reshape(-1, *(1 for _ in values.shape[1:]))
        return (1.0 - share) * values[node] + share * values[np.minimum(node + 1, self.nodes - 1)]

    def _place(self, time_s: Array) -> tuple[NDArray[np.int64], Array]:
        """Node before each time, and how far it is to the next one, 0..1."""
        position = np.asarray(time_s) / self.step_s
        # times that are nodes but for rounding are nodes
        nearest = np.round(position)
        position = np.where(np.abs(position - nearest) < 1e-6, nearest, position)
        if position.min() < 0.0 or position.max() > self.nodes - 1:
            raise ValueError(f"times {time_s.min():g}..{time_s.max():g} s are outside of 0..{self.duration_s:g} s")
        node = np.floor(position).astype(np.int64)
        return node, position - node.astype(np.float64)


def join(pieces: list[tuple[Gait, int]]) -> Gait:
    """Movements one after the other, each with how often it repeats (1 for a passage).

    Raises
    ------
    ValueError : no pieces, bodies or slopes that differ, or ends that do not meet.
    """
    if not pieces:
        raise ValueError("no movements to join")
    gait = pieces[0][0]
    coefficients: Array = np.empty((0, gait.coefficients.shape[1]))
    forces, moments, activations = [], [], []
    for index, (piece, repeats) in enumerate(pieces):
        if (piece.step_s, piece.slope_rad) != (gait.step_s, gait.slope_rad) or piece.body is not gait.body:
            raise ValueError("only movements of one person on one slope, with the same steps in time, can be joined")
        whole = piece.repeated(repeats)
        own, force, moment, activation = whole.coefficients, whole.force, whole.moment, whole.activation
        if index:
            own = own.copy()
            own[:, 0] += coefficients[-2, 0] - own[1, 0]
            apart = float(np.abs(own[:JOIN] - coefficients[-JOIN:]).max())
            if apart > JOINT_TOLERANCE:
                raise ValueError(f"movement {index + 1} of {len(pieces)} starts {apart:.2g} beside the end of the one before")
            # the first node is the last one of the movement before
            coefficients, force, moment = np.concatenate([coefficients, own[JOIN:]]), force[1:], moment[1:]
            activation = None if activation is None else activation[1:]
        else:
            coefficients = own
        forces.append(force)
        moments.append(moment)
        activations.append(activation)
    whole = None if gait.activation is None else np.concatenate(activations)
    given = gait.body, coefficients, np.concatenate(forces), np.concatenate(moments), gait.step_s
    return Gait(*given, slope_rad=gait.slope_rad, activation=whole)

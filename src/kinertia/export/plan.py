"""What the graph of the body computes linearly: the columns of one matrix product over a window of raw outputs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kinertia.bodies import Skeleton
from kinertia.learning import decode, differences
from kinertia.learning.network import Layout as RawLayout
from kinertia.recording import SEGMENTS

WINDOW = 2 * differences.REACH + 1
SENSORS = len(SEGMENTS)
LANDMARKS = ("hip", "knee_r", "ankle_r", "knee_l", "ankle_l", "heel_r", "toe_r", "heel_l", "toe_l", "head")

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """Columns that are linear in five consecutive raw outputs.

    Attributes
    ----------
    skeleton : the body's topology.
    rate_hz : of the raw outputs.

    Notes
    -----
    S segments, n coordinates, P contact points, O raw outputs. Columns, in this order: ``angle`` (2 S: theta, theta - pi/2),
    ``sensor_angle`` (28: phi, phi, phi - pi/2, phi - pi/2 of the seven sensors), ``rate`` and ``acceleration`` (2 S each, of
    the segments, twice), ``gyro`` (7), ``root_acceleration`` (2 S + 28: of centres of mass x, y; of sensors x, y, y, -x, with
    gravity), ``q`` (n), ``speed`` (1), ``vertical`` and ``forward`` (P each: arguments of the contact law), ``root_position``
    (2 L: of the landmarks x, y).
    """

    skeleton: Skeleton
    rate_hz: float

    @cached_property
    def raw(self) -> RawLayout:
        return RawLayout.of(self.skeleton)

    @cached_property
    def outputs(self) -> int:
        return self.raw.outputs("derivative")

    @cached_property
    def segments(self) -> int:
        return len(self.skeleton.segments)

    @cached_property
    def contacts(self) -> int:
        return len(self.skeleton.contacts)

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Columns of each part."""
        double = 2 * self.segments
        return {
            "angle": double,
            "sensor_angle": 4 * SENSORS,
            "rate": double,
            "acceleration": double,
            "gyro": SENSORS,
            "root_acceleration": double + 4 * SENSORS,
            "q": len(self.skeleton.coordinates),
            "speed": 1,
            "vertical": self.contacts,
            "forward": self.contacts,
            "root_position": 2 * len(LANDMARKS),
        }

    def columns(self, part: str) -> slice:
        """Where a part stands."""
        names = list(self.sizes)
        begin = sum(self.sizes[name] for name in names[: names.index(part)])
        return slice(begin, begin + self.sizes[part])

    @cached_property
    def width(self) -> int:
        return sum(self.sizes.values())

    @cached_property
    def matrix(self) -> Array:
        """(5 O, width): a window of raw outputs, oldest first, to all columns but their offsets."""
        dt = 1.0 / self.rate_hz
        # the rows of learning.differences
        centre = np.array([0.0, 0.0, 1.0, 0.0, 0.0])
        first = np.array([1.0, -8.0, 0.0, 8.0, -1.0]) / (12 * dt)
        second = np.array([-1.0, 16.0, -30.0, 16.0, -1.0]) / (12 * dt * dt)
        found = np.zeros((WINDOW, self.outputs, self.width))

        def put(part: str, stencil: Array, per_output: Array) -> None:
            found[:, :, self.columns(part)] += stencil[:, None, None] * per_output

        theta = self._segment_angles
        put("angle", centre, np.hstack([theta, theta]))
        put("sensor_angle", centre, np.hstack([theta[:, :SENSORS]] * 4))
        put("rate", first, np.hstack([theta, theta]))
        put("acceleration", second, np.hstack([theta, theta]))
        put("gyro", first, theta[:, :SENSORS])
        forward, up = self._row(self.raw.speed, decode.SPEED_SCALE), self._row(self.raw.height, decode.HEIGHT_SCALE)
        along, above = (np.ones((1, n)) for n in (self.segments, SENSORS))
        nothing, none = np.zeros((self.outputs, self.segments)), np.zeros((self.outputs, SENSORS))
        # v' of the root is the derivative of speed, its vertical one of hip height
        put("root_acceleration", first, np.hstack([forward @ along, nothing, forward @ above, none, none, -forward @ above]))
        put("root_acceleration", second, np.hstack([nothing, up @ along, none, up @ above, up @ above, none]))
        put("q", centre, self._coordinates)
        put("speed", centre, forward)
        for k in range(self.contacts):
            found[:, self.raw.force.start + 2 * k + 1, self.columns("vertical").start + k] = 4.0 * centre
            found[:, self.raw.force.start + 2 * k, self.columns("forward").start + k] = centre
        marks = len(LANDMARKS)
        put("root_position", centre, np.hstack([np.zeros((self.outputs, marks)), up @ np.ones((1, marks))]))
        return found.reshape(WINDOW * self.outputs, self.width)

    @cached_property
    def turns(self) -> Array:
        """(S, n) 1 where a coordinate turns a segment."""
        return self.skeleton.rotation_path.numpy()

    @cached_property
    def rest(self) -> Array:
        """(n,) coordinates where the raw outputs are zero [rad]."""
        names = [name.removesuffix("_r").removesuffix("_l") for name in self.skeleton.coordinate_names]
        return np.array([decode.REST_ANGLES.get(name, 0.0) for name in names])

    @cached_property
    def _coordinates(self) -> Array:
        """(O, n) raw outputs to coordinates."""
        found = np.zeros((self.outputs, len(self.skeleton.coordinates)))
        for r, j in enumerate(self.skeleton.rotations):
            found[r, j] = decode.ANGLE_SCALE
        found[self.raw.height, 1] = decode.HEIGHT_SCALE
        return found

    @cached_property
    def _segment_angles(self) -> Array:
        return self._coordinates @ self.turns.T

    def _row(self, output: int, scale: float) -> Array:
        """(O, 1) one scaled output."""
        found = np.zeros((self.outputs, 1))
        found[output] = scale
        return found

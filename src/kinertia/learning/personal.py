"""What is learned about a person beside the network: where sensors really sit, and how large the body really is."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.bodies import Body, Skeleton
from kinertia.mechanics.imu import Mounting
from kinertia.recording import LOWER_BODY, SensorSet

POSITION_ERROR_M = 0.03  # expected error (standard deviation) of a sensor's position along each axis


def units_of(sensors: SensorSet) -> int:
    """U, the numbers learned per person: angle, x and y of every sensor, and the size of the body."""
    return 3 * len(sensors) + 1


@dataclass(frozen=True)
class Deviation:
    """Deviation of a person from what was stated."""

    angle: Tensor  # (..., S) rotation of the sensors about z [rad]
    shift: Tensor  # (..., S, 2) displacement of the sensors in their segments' frames [m]
    size: Tensor  # (...,) lengths of the body over the stated ones, 1 when they agree

    @classmethod
    def of(cls, units: Tensor, misalignment: Tensor, size_error: Tensor, inclination: Tensor | None = None) -> Deviation:
        """From deviations in units of their expected errors.

        Parameters
        ----------
        units : (..., U) in units of the expected errors: S times (angle, x, y), then size.
        misalignment : (..., S) expected error of the sensors' angles [rad].
        size_error : (...,) expected relative error of body lengths.
        inclination : (..., S) expected angles of the sensors [rad]; zero when None.
        """
        sensors = units[..., :-1].unflatten(-1, (-1, 3))
        # the exponential keeps lengths positive
        size = torch.exp(units[..., -1] * size_error)
        angle = sensors[..., 0] * misalignment
        return cls(angle if inclination is None else angle + inclination, sensors[..., 1:] * POSITION_ERROR_M, size)

    @classmethod
    def none(cls, sensors: SensorSet = LOWER_BODY) -> Deviation:
        """A person who is as stated."""
        return cls(torch.zeros(len(sensors)), torch.zeros(len(sensors), 2), torch.ones(()))

    def to(self, like: Tensor) -> Deviation:
        """Copy with device and floating type of ``like``."""
        return Deviation(self.angle.to(like), self.shift.to(like), self.size.to(like))

    def mounting(self, position: Tensor, skeleton: Skeleton, sensors: SensorSet = LOWER_BODY) -> Mounting:
        """Virtual sensors of the set on a skeleton, with a time axis; ``position`` (..., S, 2) is the stated one [m].

        Positions grow with the body.
        """
        moved = position * self.size[..., None, None] + self.shift
        on = tuple(map(skeleton.segment_index, sensors.segments))
        return Mounting(on, moved, self.angle.expand(position.shape[:-1])).with_time_axis()

    def body(self, stated: Body) -> Body:
        """The body at its real size."""
        return stated.scaled(self.size)

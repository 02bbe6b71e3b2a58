"""What is learned about a person beside the network: where sensors really sit, and how large the body really is."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics.imu import Mounting

SENSORS = 7
UNITS = 3 * SENSORS + 1
"""Numbers learned per person: angle, x and y of every sensor, and the size of the body."""

POSITION_ERROR_M = 0.03
"""Expected error (standard deviation) of a sensor's position along each axis."""


@dataclass(frozen=True)
class Deviation:
    """Deviation of a person from what was stated.

    Attributes
    ----------
    angle : (..., 7) rotation of the sensors about z [rad].
    shift : (..., 7, 2) displacement of the sensors in their segments' frames [m].
    size : (...,) lengths of the body over the stated ones, 1 when they agree.
    """

    angle: Tensor
    shift: Tensor
    size: Tensor

    @classmethod
    def of(cls, units: Tensor, misalignment: Tensor, size_error: Tensor, inclination: Tensor | None = None) -> Deviation:
        """From deviations in units of their expected errors.

        Parameters
        ----------
        units : (..., 22) in units of the expected errors: 7 times (angle, x, y), then size.
        misalignment : (..., 7) expected error of the sensors' angles [rad].
        size_error : (...,) expected relative error of body lengths.
        inclination : (..., 7) expected angles of the sensors [rad]; zero when None.
        """
        sensors = units[..., : 3 * SENSORS].unflatten(-1, (SENSORS, 3))
        # the exponential keeps lengths positive
        size = torch.exp(units[..., -1] * size_error)
        angle = sensors[..., 0] * misalignment
        return cls(angle if inclination is None else angle + inclination, sensors[..., 1:] * POSITION_ERROR_M, size)

    @classmethod
    def none(cls) -> Deviation:
        """A person who is as stated."""
        return cls(torch.zeros(SENSORS), torch.zeros(SENSORS, 2), torch.ones(()))

    def to(self, like: Tensor) -> Deviation:
        """Copy with device and floating type of ``like``."""
        return Deviation(self.angle.to(like), self.shift.to(like), self.size.to(like))

    def mounting(self, position: Tensor) -> Mounting:
        """Seven virtual sensors in segment order, with a time axis; ``position`` (..., 7, 2) is the stated one [m].

        Positions grow with the body.
        """
        moved = position * self.size[..., None, None] + self.shift
        return Mounting(tuple(range(SENSORS)), moved, self.angle.expand(position.shape[:-1])).with_time_axis()

    def body(self, stated: Body) -> Body:
        """The body at its real size."""
        return stated.scaled(self.size)

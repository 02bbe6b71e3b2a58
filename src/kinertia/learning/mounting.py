"""How sensors really sit, against where they are said to sit: learned with the motion, under a prior."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.sensing.virtual_imu import Mounting

POSITION_ERROR_M = 0.03
"""Expected error (standard deviation) of a sensor's position along each axis."""


@dataclass(frozen=True)
class MountingError:
    """Deviation of seven sensors from their stated mounting.

    Attributes
    ----------
    angle : (..., 7) rotation about z [rad].
    shift : (..., 7, 2) displacement in the segment frame [m].
    """

    angle: Tensor
    shift: Tensor

    @classmethod
    def of(cls, units: Tensor, misalignment: Tensor) -> MountingError:
        """From deviations in units of their expected errors.

        Parameters
        ----------
        units : (..., 7, 3) angle, x and y over their expected errors.
        misalignment : (..., 7) expected error of the angle [rad].
        """
        return cls(units[..., 0] * misalignment, units[..., 1:] * POSITION_ERROR_M)

    @classmethod
    def none(cls) -> MountingError:
        """Sensors that sit where they are said to."""
        return cls(torch.zeros(7), torch.zeros(7, 2))

    def apply(self, position: Tensor) -> Mounting:
        """Seven virtual sensors in segment order, with a time axis; ``position`` (..., 7, 2) is the stated one [m]."""
        return Mounting(tuple(range(7)), position + self.shift, self.angle.expand(position.shape[:-1])).with_time_axis()

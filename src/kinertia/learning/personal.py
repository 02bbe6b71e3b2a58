"""What is learned about a person beside the network: where sensors really sit, and how large the body really is."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.bodies import Body, Skeleton
from kinertia.mechanics.imu import Mounting
from kinertia.recording import LOWER_BODY, SensorSet

POSITION_ERROR_M = 0.03  # expected error (standard deviation) of a sensor's position along each axis


SOLE_ERROR_M = 0.01
"""Expected error of the ankle's height over the sole: 5.0 to 5.8 cm of five measured walkers, 7.7 of a runner."""
FOOT_ERROR = 0.03  # expected relative error of the foot's length given height; as of simulated people (ANSUR)


def units_of(sensors: SensorSet, *, feet: bool = False) -> int:
    """U, the numbers learned per person: angle, x and y of every sensor, size of the body; height and length of feet."""
    return 3 * len(sensors) + (3 if feet else 1)


@dataclass(frozen=True)
class Feet:
    """How feet and shoes differ from those of a body of the same size."""

    sole: Tensor  # (...,) how much higher the ankle stands over the ground [m]
    length: Tensor  # (...,) of the sole over the stated one


@dataclass(frozen=True)
class Deviation:
    """Deviation of a person from what was stated."""

    angle: Tensor  # (..., S) rotation of the sensors about z [rad]
    shift: Tensor  # (..., S, 2) displacement of the sensors in their segments' frames [m]
    size: Tensor  # (...,) lengths of the body over the stated ones, 1 when they agree
    feet: Feet | None = None  # None: as stated

    @classmethod
    def of(cls, units: Tensor, misalignment: Tensor, size_error: Tensor, inclination: Tensor | None = None) -> Deviation:
        """From deviations in units of their expected errors.

        Parameters
        ----------
        units : (..., U) in units of the expected errors: S times (angle, x, y), size, and, where they are learned, height
            and length of the feet.
        misalignment : (..., S) expected error of the sensors' angles [rad].
        size_error : (...,) expected relative error of body lengths.
        inclination : (..., S) expected angles of the sensors [rad]; zero when None.
        """
        at = 3 * misalignment.shape[-1]
        sensors = units[..., :at].unflatten(-1, (-1, 3))
        # the exponential keeps lengths positive
        size = torch.exp(units[..., at] * size_error)
        rest = units[..., at + 1 :]
        feet = Feet(rest[..., 0] * SOLE_ERROR_M, torch.exp(rest[..., 1] * FOOT_ERROR)) if rest.shape[-1] else None
        angle = sensors[..., 0] * misalignment
        return cls(angle if inclination is None else angle + inclination, sensors[..., 1:] * POSITION_ERROR_M, size, feet)

    @classmethod
    def none(cls, sensors: SensorSet = LOWER_BODY) -> Deviation:
        """A person who is as stated."""
        return cls(torch.zeros(len(sensors)), torch.zeros(len(sensors), 2), torch.ones(()))

    def to(self, like: Tensor) -> Deviation:
        """Copy with device and floating type of ``like``."""
        feet = None if self.feet is None else Feet(self.feet.sole.to(like), self.feet.length.to(like))
        return Deviation(self.angle.to(like), self.shift.to(like), self.size.to(like), feet)

    def mounting(self, position: Tensor, skeleton: Skeleton, sensors: SensorSet = LOWER_BODY) -> Mounting:
        """Virtual sensors of the set on a skeleton, with a time axis; ``position`` (..., S, 2) is the stated one [m].

        Positions grow with the body.
        """
        moved = position * self.size[..., None, None] + self.shift
        on = tuple(map(skeleton.segment_index, sensors.segments))
        return Mounting(on, moved, self.angle.expand(position.shape[:-1])).with_time_axis()

    def body(self, stated: Body) -> Body:
        """The body at its real size, on its real feet."""
        grown = stated.scaled(self.size)
        return grown if self.feet is None else grown.shod(self.feet.sole, self.feet.length)

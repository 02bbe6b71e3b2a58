"""Virtual IMUs: what an accelerometer and gyroscope on a moving segment read."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from kinertia.mechanics.kinematics import Kinematics
from kinertia.mechanics.layout import select


@dataclass(frozen=True)
class Mounting:
    """Where virtual sensors sit.

    Attributes
    ----------
    segments : K segment indices.
    position : (..., K, D) in the segment frame, from the proximal joint [m].
    angle : rotation of the sensor frame against the segment frame: (..., K) about z [rad], in space (..., K, 3, 3), whose
        columns are the sensor's axes.
    """

    segments: tuple[int, ...]
    position: Tensor
    angle: Tensor

    def with_time_axis(self) -> Mounting:
        """Insert a time dimension after the batch dimensions."""
        return Mounting(
            self.segments, self.position.unsqueeze(-3), self.angle.unsqueeze(-2 if self.position.shape[-1] == 2 else -4)
        )


@dataclass(frozen=True)
class Signals:
    """IMU signals in sensor frames.

    Attributes
    ----------
    acc : (..., K, D) specific force, x forward and y up along the sensor [m/s^2].
    gyro : angular rate [rad/s], (..., K) about z or (..., K, 3) in space.
    """

    acc: Tensor
    gyro: Tensor


def read(kinematics: Kinematics, mounting: Mounting) -> Signals:
    """Signals of ideal sensors on the moving body; a still, upright segment reads acc (0, +9.81) and gyro 0.

    ``mounting`` broadcasts against the motion's leading dimensions.
    """
    segments, frames = mounting.segments, kinematics.frames
    # in the segment's frame: s = R^T (o'' - g) + w' x l + w x (w x l)
    specific = select(kinematics.specific, segments) + frames.whirl(segments, mounting.position)
    return Signals(frames.in_sensors(mounting.angle, specific), frames.rates_in_sensors(segments, mounting.angle))

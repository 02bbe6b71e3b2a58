"""Virtual IMUs: what an accelerometer and gyroscope on a moving segment read."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from kinertia.body import Body
from kinertia.physics import kinematics as kin
from kinertia.physics import plane
from kinertia.physics.kinematics import Kinematics


@dataclass(frozen=True)
class Mounting:
    """Where virtual sensors sit.

    Attributes
    ----------
    segments : K segment indices.
    position : (..., K, 2) in the segment frame, from the proximal joint [m].
    angle : (..., K) rotation of the sensor frame against the segment frame, about z [rad].
    """

    segments: tuple[int, ...]
    position: Tensor
    angle: Tensor

    def with_time_axis(self) -> Mounting:
        """Insert a time dimension after the batch dimensions."""
        return Mounting(self.segments, self.position.unsqueeze(-3), self.angle.unsqueeze(-2))


@dataclass(frozen=True)
class Signals:
    """Sagittal IMU signals in sensor frames.

    Attributes
    ----------
    acc : (..., K, 2) specific force, x forward and y up along the sensor [m/s^2].
    gyro : (..., K) angular rate about z [rad/s].
    """

    acc: Tensor
    gyro: Tensor


def read(body: Body, kinematics: Kinematics, mounting: Mounting) -> Signals:
    """Signals of ideal sensors on the moving body.

    Parameters
    ----------
    body : gives gravity.
    kinematics : motion of the segments.
    mounting : K sensors, broadcastable against the motion's leading dimensions.

    Returns
    -------
    Signals; a still, upright segment reads acc (0, +9.81) and gyro 0.
    """
    segments = mounting.segments
    acceleration = kin.accelerations(kinematics, segments, mounting.position)
    # s = R_sensor^T (a - g), with g pointing down
    sensor = plane.compose(plane.select_rotation(kinematics.rotation, segments), plane.rotation(mounting.angle))
    specific = acceleration + acceleration.new_tensor([0.0, body.gravity])
    return Signals(plane.rotate_back(sensor, specific), plane.select(kinematics.rate, segments))

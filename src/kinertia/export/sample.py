"""What an exported model computes from raw outputs, as one torch function of the equations that training uses."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.bodies import Body, Skeleton, gait2d, stack
from kinertia.estimation import track
from kinertia.estimation.events import CONTACT_BW
from kinertia.estimation.series import SIDES
from kinertia.estimation.track import Wearer
from kinertia.learning import decode, differences
from kinertia.learning.network import Layout as RawLayout
from kinertia.learning.network import person_features
from kinertia.learning.personal import Deviation
from kinertia.learning.sequence import default_position
from kinertia.recording import SensorSet
from kinertia.runtime.card import GROUPS, Layout

WINDOW = 2 * differences.REACH + 1  # consecutive raw outputs that a sample's values come from


def person_shapes(sensors: SensorSet) -> dict[str, tuple[int, ...]]:
    """Shapes of what is known of a person: mass [kg], height [m], sensor positions in segment frames (NaN where not known) [m].

    And of what was learned about this wearer, see :class:`kinertia.learning.personal.Deviation`.
    """
    count = len(sensors)
    return {"mass": (), "height": (), "position": (count, 2), "angle": (count,), "shift": (count, 2), "size": ()}


@dataclass(frozen=True)
class Sample:
    """The values of a sample of a skeleton, with virtual signals of the sensors, at the rate of the raw outputs."""

    skeleton: Skeleton
    sensors: SensorSet
    rate_hz: float

    @property
    def outputs(self) -> int:
        """Raw outputs per sample."""
        return RawLayout.of(self.skeleton).outputs("derivative")

    @property
    def layout(self) -> Layout:
        """Names of the values."""
        coordinates = self.skeleton.coordinate_names
        names = {
            "coordinates": coordinates,
            "moments": tuple(f"{name}_moment" for name in coordinates[self.skeleton.joints]),
            "residual": ("residual_x", "residual_y", "residual_moment"),
            "grf": tuple(f"grf_{axis}_{side}" for side in SIDES for axis in "xy"),
            "speed": ("speed",),
            "virtual": self.sensors.names,
            "points": tuple(f"{name}_{axis}" for name in track.landmark_names(self.skeleton) for axis in "xy"),
            "cop": tuple(f"cop_x_{side}" for side in SIDES),
            "pressure": tuple(f"pressure_{side}" for side in SIDES),
        }
        return Layout(tuple(name for group in GROUPS for name in names[group]), tuple(len(names[group]) for group in GROUPS))

    def values(
        self, mass: Tensor, height: Tensor, position: Tensor, angle: Tensor, shift: Tensor, size: Tensor, raw: Tensor
    ) -> list[Tensor]:
        """Values (M,), in the order of :attr:`layout`, and what is constant for a person.

        That is features of the person (F,) that the network reads; body weight () [N] and weight times height () [N m]. What
        is given is what :func:`person_shapes` says, and (1, WINDOW, outputs) raw outputs of the network, oldest first.
        """
        # single precision once, as for whole recordings
        stated = gait2d.scale(mass, height, self.skeleton).to(torch.float32).to(torch.float64)
        known = torch.where(torch.isnan(position), _default_positions(stated, self.sensors), position)
        deviation = Deviation(_rounded(angle), _rounded(shift), _rounded(size))
        wearer = Wearer(stack([stated]), _rounded(known)[None], deviation, self.sensors)
        real = wearer.deviation.body(wearer.body)
        found = track.through_body(decode.motion(raw, real, self.rate_hz, "derivative"), wearer)
        reported = track.reported(found, stated)
        vertical = reported["grf"][:, 1::2]
        reported["cop"] = torch.where(vertical > CONTACT_BW, reported["pressure"] / vertical, torch.nan)
        person = person_features(wearer.body, wearer.position)[0]
        return [torch.cat([reported[group].flatten() for group in GROUPS]), person, stated.weight, stated.moment_scale]


def _rounded(x: Tensor) -> Tensor:
    return x.to(torch.float32).to(torch.float64)


def _default_positions(body: Body, sensors: SensorSet) -> Tensor:
    """(S, 2) where sensors sit if nobody says [m]."""
    return torch.stack([default_position(segment, body) for segment in sensors.segments])

"""What an exported model's output vector holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

GROUPS = ("coordinates", "moments", "residual", "grf", "speed", "virtual", "points", "cop", "pressure")


def _slice(group: str) -> cached_property[slice]:
    """Where a group stands in the vector."""

    def find(layout: Layout) -> slice:
        at = GROUPS.index(group)
        begin = sum(layout.sizes[:at])
        return slice(begin, begin + layout.sizes[at])

    return cached_property(find)


@dataclass(frozen=True)
class Layout:
    """Names of the entries, group after group in the order of :data:`GROUPS`.

    Attributes
    ----------
    names : one per entry: coordinates [m, rad], ``<coordinate>_moment`` [N m], ``residual_x``, ``residual_y`` [BW],
        ``residual_moment`` [BWBH], ``grf_x_r``, ``grf_y_r``, ``grf_x_l``, ``grf_y_l`` [BW], ``speed`` [m/s], virtual signals
        ``<segment>_acc_x``, ``<segment>_acc_y`` [m/s^2], ``<segment>_gyro_z`` [rad/s], landmarks ``<name>_x``, ``<name>_y``
        and centres of pressure ``cop_x_r``, ``cop_x_l`` [m] (NaN in the air), these relative to the pelvis along x;
        ``pressure_r``, ``pressure_l``: vertical force times its forward distance from the pelvis [BW m].
    sizes : entries in each group.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.sizes) != len(GROUPS) or sum(self.sizes) != len(self.names) or len(set(self.names)) != len(self.names):
            raise ValueError(f"{len(self.names)} names do not fit groups of {self.sizes}")

    coordinates = _slice("coordinates")
    moments = _slice("moments")
    residual = _slice("residual")
    grf = _slice("grf")
    virtual = _slice("virtual")
    points = _slice("points")
    cop = _slice("cop")
    pressure = _slice("pressure")

    @cached_property
    def speed(self) -> int:
        """Position of the speed."""
        return sum(self.sizes[: GROUPS.index("speed")])

    @cached_property
    def index(self) -> dict[str, int]:
        """Name to position."""
        return {name: i for i, name in enumerate(self.names)}

"""Optically measured motion with force plates: what virtual sensors are computed from."""

from __future__ import annotations

from dataclasses import dataclass, field

from kinertia.recording.recording import Array, Subject


@dataclass(frozen=True)
class Plate:
    """Ground reaction under one foot, in the ground frame."""

    force: Array  # (T, 3) force on the body, forward, up and to the right [N]
    centre: Array  # (T, 3) centre of pressure [m]; meaningless where there is no force
    torque: Array  # (T,) free moment about the vertical [N m]


@dataclass(frozen=True)
class Geometry:
    """Sizes of the model that the motion was measured with."""

    hip: tuple[float, float]  # middle of the hip joints from the pelvis' origin, forward and up in the pelvis frame [m]
    # thigh, shank: hip to knee, knee to ankle [m]
    thigh: float
    shank: float


@dataclass(frozen=True)
class MotionCapture:
    """One person's measured movement."""

    name: str  # ``<person>_<trial>``
    rate_hz: float  # sampling rate [Hz]
    subject: Subject  # the person
    # OpenSim coordinate name to (T,) [rad or m], knee extension positive; the pelvis' translations are those of the model's own
    # pelvis origin
    coordinates: dict[str, Array]
    plates: dict[str, Plate]  # ``r``, ``l`` to the ground reaction under that foot
    geometry: Geometry  # sizes of the model
    # coordinate name to (T,) net joint moment [N m]; empty when the files have none
    moments: dict[str, Array] = field(default_factory=dict)
    belt_speed: float = 0.0  # speed of the treadmill [m/s]; 0 over ground
    model: str = ""  # path of the OpenSim model that the coordinates are of; empty where none came with them
    one_cycle: bool = False  # True when the last sample repeats the first one, one gait cycle later
    source: str = ""  # file or folder
    warnings: tuple[str, ...] = ()  # what the reader noticed

    @property
    def samples(self) -> int:
        return next(iter(self.coordinates.values())).shape[0]

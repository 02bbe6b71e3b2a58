"""Optically measured motion with force plates: what virtual sensors are computed from."""

from __future__ import annotations

from dataclasses import dataclass, field

from kinertia.recording.recording import Array, Subject


@dataclass(frozen=True)
class Plate:
    """Ground reaction under one foot, in the ground frame.

    Attributes
    ----------
    force : (T, 3) force on the body, forward, up and to the right [N].
    centre : (T, 3) centre of pressure [m]; meaningless where there is no force.
    torque : (T,) free moment about the vertical [N m].
    """

    force: Array
    centre: Array
    torque: Array


@dataclass(frozen=True)
class Geometry:
    """Sizes of the model that the motion was measured with.

    Attributes
    ----------
    hip : middle of the hip joints from the pelvis' origin, forward and up in the pelvis frame [m].
    thigh, shank : hip to knee, knee to ankle [m].
    """

    hip: tuple[float, float]
    thigh: float
    shank: float


@dataclass(frozen=True)
class MotionCapture:
    """One person's measured movement.

    Attributes
    ----------
    name : ``<person>_<trial>``.
    rate_hz : sampling rate [Hz].
    subject : the person.
    coordinates : OpenSim coordinate name to (T,) [rad or m], knee extension positive; the pelvis' translations are those of the
        model's own pelvis origin.
    plates : ``r``, ``l`` to the ground reaction under that foot.
    moments : coordinate name to (T,) net joint moment [N m]; empty when the files have none.
    geometry : sizes of the model.
    belt_speed : speed of the treadmill [m/s]; 0 over ground.
    model : path of the OpenSim model that the coordinates are of; empty where none came with them.
    one_cycle : True when the last sample repeats the first one, one gait cycle later.
    source : file or folder.
    warnings : what the reader noticed.
    """

    name: str
    rate_hz: float
    subject: Subject
    coordinates: dict[str, Array]
    plates: dict[str, Plate]
    geometry: Geometry
    moments: dict[str, Array] = field(default_factory=dict)
    belt_speed: float = 0.0
    model: str = ""
    one_cycle: bool = False
    source: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def samples(self) -> int:
        return next(iter(self.coordinates.values())).shape[0]

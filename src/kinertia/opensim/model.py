"""What an OpenSim model file says of bodies, joints, contact, markers and muscles, in its own frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kinertia.numerics.spline import Curve

Array = NDArray[np.float64]


@dataclass(frozen=True)
class BodyPart:
    """One body: name, mass [kg], centre of mass (3,) [m] and inertia (3, 3) about it [kg m^2] in the body's frame."""

    name: str
    mass: float
    com: Array
    inertia: Array


@dataclass(frozen=True)
class Place:
    """A frame on a body: where it is (3,) [m], and its axes as columns (3, 3), in the body's frame."""

    body: str
    translation: Array
    rotation: Array


@dataclass(frozen=True)
class Movement:
    """One translation or rotation of a joint along or about an axis of its frame."""

    kind: str
    axis: tuple[float, float, float]  # unit axis (3,)
    coordinate: str | None  # what it depends on; None for nothing
    curve: Curve  # translation [m] or rotation [rad] as a function of the coordinate (of anything, where there is none)

    @property
    def direct(self) -> bool:
        """Whether it is the coordinate itself."""
        c = self.curve
        return (
            self.coordinate is not None and len(c.knots) == 0 and np.array_equal(np.trim_zeros(c.coefficients[0], "b"), [0, 1])
        )

    @property
    def constant(self) -> float | None:
        """Its value where it never changes."""
        flat = self.coordinate is None or (not self.curve.coefficients[:, 1:].any() and len(self.curve.knots) == 0)
        return float(self.curve(0.0)) if flat else None


@dataclass(frozen=True)
class Joint:
    """A joint: its frames on parent and child, and its movements, translations before rotations."""

    name: str
    parent: Place
    child: Place
    movements: tuple[Movement, ...]


@dataclass(frozen=True)
class ModelCoordinate:
    """A coordinate: default and range [rad or m], whether it is locked, and the coordinate and curve it follows, if any."""

    name: str
    default: float
    range: tuple[float, float]
    locked: bool
    follows: str | None = None
    curve: Curve | None = None


@dataclass(frozen=True)
class Sphere:
    """A contact sphere: centre on a body (3,) and radius [m]."""

    name: str
    body: str
    centre: Array
    radius: float


@dataclass(frozen=True)
class Marker:
    """A marker: place on a body (3,) [m]."""

    name: str
    body: str
    location: Array


@dataclass(frozen=True)
class PathPoint:
    """A point of a muscle's path."""

    body: str
    location: Array  # (3,) on the body [m]; at the coordinates' zero where it moves
    coordinate: str | None = None  # what a moving or conditional point depends on
    active: tuple[float, float] | None = None  # range of the coordinate in which the point counts [rad]; None: always
    moves: tuple[Curve, Curve, Curve] | None = None  # location as curves of the coordinate, x, y and z; None: it is fixed


@dataclass(frozen=True)
class MusclePath:
    """A muscle and its path.

    Attributes
    ----------
    kind : of the file's element.
    max_force : maximal isometric force [N].
    optimal_fibre_length, tendon_slack_length, pennation : lengths [m], and angle at the optimal length [rad].
    path : points; wraps : surfaces that it wraps over.
    shape : other numbers that the file says of it, by their names there.
    """

    name: str
    kind: str
    max_force: float
    optimal_fibre_length: float
    tendon_slack_length: float
    pennation: float
    path: tuple[PathPoint, ...]
    wraps: tuple[str, ...]
    shape: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """An OpenSim model file."""

    # name, source: of the model, and the file it came from
    name: str
    source: str
    gravity: float  # magnitude, along -y [m/s^2]
    bodies: tuple[BodyPart, ...]
    joints: tuple[Joint, ...]
    coordinates: tuple[ModelCoordinate, ...]
    spheres: tuple[Sphere, ...]
    markers: tuple[Marker, ...]
    muscles: tuple[MusclePath, ...]
    left_out: tuple[str, ...]  # what the file holds and a body here cannot, each in a sentence

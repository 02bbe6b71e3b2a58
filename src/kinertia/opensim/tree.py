"""From an OpenSim model to a body of the physics here."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import Body, ContactPoint, Coordinate, Segment, Skeleton
from kinertia.mechanics.coupling import Coupling
from kinertia.numerics.spline import Curve, polynomial
from kinertia.opensim.model import Array, Joint, Model, ModelCoordinate
from kinertia.opensim.read import read
from kinertia.recording.errors import RecordingError

GROUND = "ground"


@dataclass(frozen=True)
class Imported:
    """A body out of an OpenSim model.

    A segment's frame is the joint's frame on it, which in most models is the body's own; :meth:`point` changes over.
    """

    model: Model  # what the file says; its muscles, markers and spheres in the file's own frames
    body: Body  # on a skeleton of segments named as the file's bodies
    coupling: Coupling  # coordinates of the skeleton from the file's independent ones
    radius: Tensor  # (P,) radius of the contact spheres [m], whose centres are the body's contact points
    # where each body's joint frame is: translation (3,) and axes (3, 3) in the body's frame
    frames: dict[str, tuple[Array, Array]]
    left_out: tuple[str, ...]  # what the file holds and the body does not, in sentences

    def point(self, body: str, location: Array) -> tuple[int, Tensor]:
        """Segment index, and place (3,) in its frame [m], of a place in the frame of one of the file's bodies."""
        moved, turned = self.frames[body]
        return self.body.skeleton.segment_index(body), torch.as_tensor(turned.T @ (location - moved))


@dataclass(frozen=True)
class _Axis:
    """One coordinate of the skeleton, and what it follows."""

    coordinate: Coordinate
    source: str | None
    curves: tuple[Curve, ...]


def load(path: str | Path, height: float = math.nan, *, unlocked: bool = False) -> Imported:
    """The body that a model file (.osim) describes; arguments and errors as for :func:`read` and :func:`build`."""
    return build(read(path), height, unlocked=unlocked)


def build(model: Model, height: float = math.nan, *, unlocked: bool = False) -> Imported:
    """The body that a model describes.

    Parameters
    ----------
    model : result of :func:`kinertia.opensim.read`.
    height : body height [m], which the file does not say; only moments in BWBH need it.
    unlocked : coordinates that the file locks move all the same.

    Returns
    -------
    Imported, with float64 tensors.

    Raises
    ------
    RecordingError
        If not exactly one body is joined to ground, bodies make a loop, or a joint names a body that is not there.
    """
    joints = _ordered(model)
    frames = {joint.child.body: (joint.child.translation, joint.child.rotation) for joint in joints}
    parts = {part.name: part for part in model.bodies}
    axes = [axis for joint in joints for axis in _axes(joint, root=joint is joints[0])]
    known = {c.name: c for c in model.coordinates}
    coupling = _coupling(axes, known, unlocked)
    contacts = [s for s in model.spheres if s.body in frames]
    skeleton = Skeleton(
        model.name,
        tuple(Segment(j.child.body, None if j is joints[0] else j.parent.body) for j in joints),
        tuple(axis.coordinate for axis in axes),
        tuple(ContactPoint(s.name, s.body, _side(s.name, s.body)) for s in contacts),
        spatial=True,
    )
    mass, com, inertia, offset, turned = [], [], [], [], []
    for joint in joints:
        part = parts[joint.child.body]
        moved, axis = frames[part.name]
        # in the joint's frame on the body: p' = R^T (p - c),  I' = R^T I R
        mass.append(part.mass)
        com.append(axis.T @ (part.com - moved))
        inertia.append(axis.T @ part.inertia @ axis)
        above, above_axes = frames.get(joint.parent.body, (np.zeros(3), np.eye(3)))
        offset.append(above_axes.T @ (joint.parent.translation - above) + _shift(joint, above_axes))
        turned.append(above_axes.T @ joint.parent.rotation)
    offset[0] = np.zeros(3)
    centre = [frames[s.body][1].T @ (s.centre - frames[s.body][0]) for s in contacts]
    low, high = zip(*(_range(axis, known) for axis in axes), strict=True)

    def tensor(values: object) -> Tensor:
        return torch.as_tensor(np.array(values, dtype=float))

    body = Body(
        skeleton=skeleton,
        total_mass=tensor(sum(mass)),
        height=tensor(height),
        mass=tensor(mass),
        inertia=tensor(inertia),
        com=tensor(com),
        joint_offset=tensor(offset),
        contact_position=tensor(centre).reshape(-1, 3),
        coordinate_min=tensor(low),
        coordinate_max=tensor(high),
        gravity=model.gravity,
        joint_rotation=tensor(turned),
    )
    radius = torch.tensor([s.radius for s in contacts], dtype=torch.float64)
    lacking = () if contacts else ("no contact spheres: the body has no contact points",)
    return Imported(model, body, coupling, radius, frames, (*model.left_out, *lacking))


def _ordered(model: Model) -> list[Joint]:
    """Joints with the root's first, and each after the joint of its parent."""
    bodies = {part.name for part in model.bodies}
    unknown = {end for j in model.joints for end in (j.parent.body, j.child.body)} - bodies - {GROUND}
    if unknown:
        raise RecordingError(
            f"joins bodies that it has not: {', '.join(sorted(unknown))}", file=model.source, fix="mend the model"
        )
    roots = [j for j in model.joints if j.parent.body == GROUND]
    if len(roots) != 1:
        named = ", ".join(j.child.body for j in roots) or "none"
        said = f"{len(roots)} bodies are joined to ground ({named})"
        raise RecordingError(said, file=model.source, fix="join all but the pelvis to the pelvis")
    twice = [name for name, count in Counter(j.child.body for j in model.joints).items() if count > 1]
    if twice:
        raise RecordingError(
            f"bodies with two joints to parents: {', '.join(twice)}", file=model.source, fix="remove one of them"
        )
    ordered, waiting = roots, [j for j in model.joints if j is not roots[0]]
    while waiting:
        there = {j.child.body for j in ordered}
        ready = [j for j in waiting if j.parent.body in there]
        if not ready:
            named = ", ".join(j.name for j in waiting)
            raise RecordingError(f"joints without a way to ground: {named}", file=model.source, fix="mend the model")
        ordered, waiting = ordered + ready, [j for j in waiting if j not in ready]
    return ordered


def _axes(joint: Joint, root: bool) -> list[_Axis]:
    """The coordinates of a joint; constant translations of joints other than the root's are places, not coordinates."""
    child, axes, numbered = joint.child.body, [], Counter[str]()
    if root:
        for letter, value, axis in zip("xyz", joint.parent.translation, np.eye(3).tolist(), strict=True):
            if value:
                x, y, z = axis
                placed = Coordinate(f"{joint.name}_{letter}", child, "translation", (x, y, z))
                axes.append(_Axis(placed, None, (polynomial(np.array([value])),)))
    for movement in joint.movements:
        numbered[movement.kind] += 1
        constant = movement.constant
        if constant == 0.0 or (constant is not None and movement.kind == "translation" and not root):
            continue
        axis = movement.axis
        if root and movement.kind == "translation":
            x, y, z = (joint.parent.rotation @ np.array(axis)).tolist()
            axis = (x, y, z)
        own = movement.direct and movement.coordinate is not None
        name = str(movement.coordinate) if own else f"{joint.name}_{movement.kind}{numbered[movement.kind]}"
        axes.append(_Axis(Coordinate(name, child, movement.kind, axis), movement.coordinate, () if own else (movement.curve,)))
    return axes


def _shift(joint: Joint, above_axes: Array) -> Array:
    """Constant translations of a joint, in its parent's segment frame (3,) [m]."""
    turned = above_axes.T @ joint.parent.rotation
    values = [(m.constant, m.axis) for m in joint.movements if m.kind == "translation" and m.constant]
    return sum((float(c or 0.0) * (turned @ np.array(axis)) for c, axis in values), np.zeros(3))


def _coupling(axes: list[_Axis], known: dict[str, ModelCoordinate], unlocked: bool) -> Coupling:
    """What follows what: through couplers to an independent coordinate, or to a constant where that is locked."""
    independent: list[str] = []
    source: list[int] = []
    curves: list[tuple[Curve, ...]] = []
    for axis in axes:
        name, chain = axis.source, axis.curves
        while name is not None and (coordinate := known[name]).follows is not None:
            follows = (coordinate.curve,) if coordinate.curve is not None else ()
            name, chain = coordinate.follows, (*follows, *chain)
        if name is not None and known[name].locked and not unlocked:
            name, chain = None, (polynomial(np.array([known[name].default])), *chain)
        if name is not None and name not in independent:
            independent.append(name)
        source.append(-1 if name is None else independent.index(name))
        curves.append(chain)
    return Coupling(tuple(independent), tuple(source), tuple(curves))


def _range(axis: _Axis, known: dict[str, ModelCoordinate]) -> tuple[float, float]:
    own = axis.source is not None and not axis.curves
    return known[str(axis.source)].range if own else (-math.inf, math.inf)


def _side(name: str, body: str) -> str:
    return "l" if name.lower().endswith(("_l", "left")) or body.endswith("_l") else "r"

"""Reader of OpenSim model files (.osim, format 4)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np

from kinertia.io.text import read_text
from kinertia.opensim.functions import curve
from kinertia.opensim.model import Array, BodyPart, Joint, Marker, Model, ModelCoordinate, Movement, Place, Sphere
from kinertia.opensim.muscles import muscles
from kinertia.opensim.text import last, numbers, vector
from kinertia.recording.errors import RecordingError

FORMAT = 40_000
"""Models before OpenSim 4 keep joints inside bodies."""
TAKEN = ("Thelen2003Muscle", "Millard2012EquilibriumMuscle", "DeGrooteFregly2016Muscle", "Schutte1993Muscle_Deprecated")
SIMPLE = {
    # axes of the coordinates of joints that are named after them, in the joint's frame
    "PinJoint": (("rotation", (0.0, 0.0, 1.0)),),
    "SliderJoint": (("translation", (1.0, 0.0, 0.0)),),
    "UniversalJoint": (("rotation", (1.0, 0.0, 0.0)), ("rotation", (0.0, 1.0, 0.0))),
    "GimbalJoint": (("rotation", (1.0, 0.0, 0.0)), ("rotation", (0.0, 1.0, 0.0)), ("rotation", (0.0, 0.0, 1.0))),
    "WeldJoint": (),
}


def read(path: str | Path) -> Model:
    """Read a model.

    Parameters
    ----------
    path : .osim file that OpenSim 4 or later wrote.

    Raises
    ------
    RecordingError
        If the file is no such model, or holds a joint or function that has no counterpart; the message names it.
    """
    path = Path(path)
    try:
        root = ElementTree.fromstring(read_text(path))
    except ElementTree.ParseError as error:
        raise RecordingError(f"is no OpenSim model ({error})", file=str(path), fix="export the model again") from error
    model = root.find("Model")
    version = int(root.get("Version", "0"))
    if model is None or version < FORMAT:
        said = "has no <Model>" if model is None else f"is of format {version}, before OpenSim 4"
        raise RecordingError(said, file=str(path), fix="open it in OpenSim 4 and save it again")
    try:
        return _model(model, path)
    except (ValueError, KeyError) as error:
        if isinstance(error, RecordingError):
            raise
        raise RecordingError(f"cannot be taken over: {error}", file=str(path), fix="simplify the model in OpenSim") from error


def _model(model: Element, path: Path) -> Model:
    down = vector(model, "gravity", "0 -9.80665 0")
    if down[0] or down[2] or down[1] >= 0.0:
        raise ValueError(f"gravity is {down.tolist()}, it must point along -y")
    follows = {c.findtext("dependent_coordinate_name", "").strip(): c for c in _enforced(model)}
    coordinates = tuple(
        _coordinate(c, follows.get(c.get("name", ""))) for c in model.iterfind("JointSet/objects/*/coordinates/Coordinate")
    )
    return Model(
        model.get("name", path.stem),
        str(path),
        float(-down[1]),
        tuple(_body(b) for b in model.iterfind("BodySet/objects/Body")),
        tuple(_joint(j) for j in model.iterfind("JointSet/objects/*")),
        coordinates,
        tuple(_sphere(s) for s in model.iterfind("ContactGeometrySet/objects/ContactSphere")),
        tuple(_marker(m) for m in model.iterfind("MarkerSet/objects/Marker")),
        tuple(muscles(model, TAKEN)),
        _left_out(model),
    )


def _enforced(model: Element) -> list[Element]:
    constraints = model.iterfind("ConstraintSet/objects/CoordinateCouplerConstraint")
    return [c for c in constraints if c.findtext("isEnforced", "true").strip() == "true"]


def _body(element: Element) -> BodyPart:
    xx, yy, zz, xy, xz, yz = numbers(element.findtext("inertia", "0 0 0 0 0 0"))
    inertia = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    mass = float(element.findtext("mass", "0"))
    return BodyPart(element.get("name", ""), mass, vector(element, "mass_center"), inertia)


def _coordinate(element: Element, coupler: Element | None) -> ModelCoordinate:
    low, high = numbers(element.findtext("range", "-10 10"))
    locked = element.findtext("locked", "false").strip() == "true"
    name, default = element.get("name", ""), float(element.findtext("default_value", "0"))
    if coupler is None:
        return ModelCoordinate(name, default, (low, high), locked)
    independent = coupler.findtext("independent_coordinate_names", "").split()
    function = coupler.find("coupled_coordinates_function/*")
    if len(independent) != 1 or function is None:
        raise ValueError(f"coordinate {name} is coupled to {len(independent)} coordinates, only one can be followed")
    follows = curve(function).scaled(float(coupler.findtext("scale_factor", "1")))
    return ModelCoordinate(name, default, (low, high), locked, independent[0], follows)


def _joint(element: Element) -> Joint:
    name, kind = element.get("name", ""), element.tag
    frames = {frame.get("name"): frame for frame in element.iterfind("frames/PhysicalOffsetFrame")}
    parent, child = (_place(element.findtext(f"socket_{end}_frame", ""), frames) for end in ("parent", "child"))
    if kind == "CustomJoint":
        movements = _custom(element)
    elif kind in SIMPLE:
        names = [c.get("name", "") for c in element.iterfind("coordinates/Coordinate")]
        identity = curve(ElementTree.fromstring("<LinearFunction><coefficients>1 0</coefficients></LinearFunction>"))
        movements = [Movement(k, axis, c, identity) for (k, axis), c in zip(SIMPLE[kind], names, strict=True)]
    else:
        raise ValueError(f"joint {name} is a {kind}; known: CustomJoint, {', '.join(SIMPLE)}")
    return Joint(name, parent, child, tuple(sorted(movements, key=lambda m: m.kind == "rotation")))


def _custom(joint: Element) -> list[Movement]:
    movements: list[Movement] = []
    for axis in joint.iterfind("SpatialTransform/TransformAxis"):
        name = axis.get("name", "")
        coordinates = axis.findtext("coordinates", "").split()
        function = axis.find("function") if axis.find("function") is not None else _function(axis)
        direction = vector(axis, "axis")
        x, y, z = (direction / np.linalg.norm(direction)).tolist()
        if len(coordinates) > 1:
            raise ValueError(f"{name} of joint {joint.get('name')} depends on {len(coordinates)} coordinates")
        if function is not None:
            movements.append(Movement(name.rstrip("123"), (x, y, z), next(iter(coordinates), None), curve(function)))
    return movements


def _function(axis: Element) -> Element | None:
    """The element of an axis that is its function: the only one that is no plain value."""
    return next((e for e in axis if e.tag not in ("coordinates", "axis")), None)


def _place(socket: str, frames: dict[str | None, Element]) -> Place:
    frame = frames.get(last(socket))
    if frame is None:
        return Place(last(socket), np.zeros(3), np.eye(3))
    return Place(last(frame.findtext("socket_parent", "")), vector(frame, "translation"), _euler(vector(frame, "orientation")))


def _euler(angles: Array) -> Array:
    """Axes turned about x, then the new y, then the new z, as OpenSim's orientations are."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(angles), np.sin(angles)
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return about_x @ about_y @ about_z


def _sphere(element: Element) -> Sphere:
    body = last(element.findtext("socket_frame", ""))
    return Sphere(element.get("name", ""), body, vector(element, "location"), float(element.findtext("radius", "0")))


def _marker(element: Element) -> Marker:
    return Marker(element.get("name", ""), last(element.findtext("socket_parent_frame", "")), vector(element, "location"))


def _left_out(model: Element) -> tuple[str, ...]:
    """Kinds of parts that are in the file and not in the result."""
    said: list[str] = []
    forces = Counter(f.tag for f in model.iterfind("ForceSet/objects/*") if f.tag not in TAKEN)
    said += [f"{count} {kind}: no such force here" for kind, count in sorted(forces.items())]
    constraints = Counter(c.tag for c in model.iterfind("ConstraintSet/objects/*") if c not in _enforced(model))
    said += [f"{count} {kind}: not enforced, or no such constraint here" for kind, count in sorted(constraints.items())]
    contact = Counter(c.tag for c in model.iterfind("ContactGeometrySet/objects/*") if c.tag != "ContactSphere")
    said += [f"{count} {kind}: contact is with level ground at height 0" for kind, count in sorted(contact.items())]
    if wraps := len(list(model.iterfind("BodySet/objects/Body/WrapObjectSet/objects/*"))):
        said.append(f"{wraps} wrapping surfaces: muscles keep their names, paths are straight between points")
    return tuple(said)

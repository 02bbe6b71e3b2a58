"""Muscles of an OpenSim model: parameters and paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

import numpy as np

from kinertia.opensim.functions import curve
from kinertia.opensim.model import MusclePath, PathPoint
from kinertia.opensim.text import last, numbers, vector

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def muscles(model: Element, kinds: Sequence[str]) -> Iterator[MusclePath]:
    """Each muscle of the model that is of one of the ``kinds``."""
    for element in model.iterfind("ForceSet/objects/*"):
        if element.tag in kinds:
            path = (
                element.find("GeometryPath") if element.find("GeometryPath") is not None else element.find("path/GeometryPath")
            )
            if path is None:
                raise ValueError(f"muscle {element.get('name')} has no path of points")

            def value(name: str, of: Element = element) -> float:
                return float(of.findtext(name, "0"))

            yield MusclePath(
                element.get("name", ""),
                element.tag,
                value("max_isometric_force"),
                value("optimal_fiber_length"),
                value("tendon_slack_length"),
                value("pennation_angle_at_optimal"),
                tuple(_point(p) for p in path.iterfind("PathPointSet/objects/*")),
                tuple(w.findtext("wrap_object", "").strip() for w in path.iterfind("PathWrapSet/objects/PathWrap")),
                {name: number for part in (element, *_curves(element)) for name, number in _shape(part)},
            )


def _curves(element: Element) -> list[Element]:
    return [part for part in element if part.tag.endswith("Curve")]


def _shape(element: Element) -> Iterator[tuple[str, float]]:
    """Numbers that an element says of itself; the tendon's by a name of their own, as the fibre's are called the same."""
    suffix = "_tendon" if element.tag.startswith("Tendon") else ""
    for part in element:
        text = (part.text or "").split()
        if len(part) == 0 and len(text) == 1 and _NUMBER.fullmatch(text[0]):
            yield part.tag + suffix, float(text[0])


def _point(element: Element) -> PathPoint:
    body = last(element.findtext("socket_parent_frame", ""))
    if element.tag == "PathPoint":
        return PathPoint(body, vector(element, "location"))
    if element.tag == "ConditionalPathPoint":
        low, high = numbers(element.findtext("range", ""))
        return PathPoint(body, vector(element, "location"), last(element.findtext("socket_coordinate", "")), (low, high))
    if element.tag == "MovingPathPoint":
        on = {last(element.findtext(f"socket_{axis}_coordinate", "")) for axis in "xyz"}
        parts = [element.find(f"{axis}_location") for axis in "xyz"]
        if len(on) != 1 or any(part is None for part in parts):
            raise ValueError(f"point {element.get('name')} moves with {len(on)} coordinates, only one can be followed")
        x, y, z = (curve(part) for part in parts if part is not None)
        return PathPoint(body, np.array([float(c(0.0)) for c in (x, y, z)]), on.pop(), moves=(x, y, z))
    raise ValueError(f"path point {element.get('name')} is a {element.tag}, which has no counterpart")

"""Sizes of a person out of an OpenSim model file (.osim, format 4): mass, and where the hip, knee and ankle joints are."""

from __future__ import annotations

import math
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np

from experiments.captured import Geometry
from kinertia.io.text import read_text
from kinertia.recording import Array
from kinertia.recording.errors import RecordingError


def read_geometry(path: str | Path) -> Geometry:
    """Hip position and the lengths of thigh and shank, mean of both legs, in the sagittal plane.

    Parameters
    ----------
    path : model with bodies ``pelvis``, ``femur_r``, ``tibia_r``, ``talus_r`` and the same for ``l``.

    Raises
    ------
    RecordingError : no XML, or no joint onto one of these bodies.
    """
    path = Path(path)
    root = _parse(path)
    joints = {side: [_ends(root, f"{body}_{side}", path) for body in ("femur", "tibia", "talus")] for side in "rl"}
    hip = np.mean([hip[0] for hip, _, _ in joints.values()], axis=0)
    # A body's origin lies at minus the joint's place in that body; the next joint is counted from there.
    thigh = np.mean([math.dist(knee[0], hip[1]) for hip, knee, _ in joints.values()])
    shank = np.mean([math.dist(ankle[0], knee[1]) for _, knee, ankle in joints.values()])
    return Geometry((float(hip[0]), float(hip[1])), float(thigh), float(shank))


def read_mass(path: str | Path) -> float:
    """Mass of all bodies together [kg]; RecordingError: no XML, or no bodies."""
    path = Path(path)
    masses = [float(mass.text or 0.0) for mass in _parse(path).iterfind(".//BodySet/objects/Body/mass")]
    if not masses:
        raise RecordingError("has no bodies", file=str(path), fix="give a full-body model of OpenSim 4 or later")
    return sum(masses)


def _parse(path: Path) -> Element:
    try:
        return ElementTree.fromstring(read_text(path))
    except ElementTree.ParseError as error:
        raise RecordingError(f"is no OpenSim model ({error})", file=str(path), fix="export the model again") from error


def _ends(root: Element, body: str, path: Path) -> tuple[Array, Array]:
    """Place of the joint onto ``body`` in the parent body and in ``body`` itself, (x, y) [m]."""
    for joint in root.iterfind(".//JointSet/objects/*"):
        frames = {frame.get("name"): frame for frame in joint.iterfind("frames/PhysicalOffsetFrame")}
        child = frames.get(joint.findtext("socket_child_frame", "").strip())
        parent = frames.get(joint.findtext("socket_parent_frame", "").strip())
        if child is not None and parent is not None and _body(child) == body:
            return _translation(parent) + _shifted(joint), _translation(child)
    raise RecordingError(f"has no joint onto {body}", file=str(path), fix="give a full-body model of OpenSim 4 or later")


def _shifted(joint: Element) -> Array:
    """What the joint itself moves its child by when its coordinates are 0, (x, y) [m]: the thigh, in gait2392's knees."""
    shift = np.zeros(2)
    for k, name in enumerate(("translation1", "translation2")):
        for axis in joint.iterfind(f"SpatialTransform/TransformAxis[@name='{name}']"):
            scale = float(axis.findtext(".//scale", "1"))
            constant = axis.findtext(".//Constant/value")
            where, value = ((axis.findtext(f".//{part}") or "").split() for part in "xy")
            if constant is not None:
                shift[k] = scale * float(constant)
            elif where and len(where) == len(value):
                shift[k] = scale * float(np.interp(0.0, np.array(where, dtype=float), np.array(value, dtype=float)))
    return shift


def _body(frame: Element) -> str:
    return frame.findtext("socket_parent", "").strip().rpartition("/")[2]


def _translation(frame: Element) -> Array:
    return np.array([float(value) for value in frame.findtext("translation", "0 0 0").split()[:2]])

"""The body at rest in the sagittal plane: where its landmarks are, and which moments hold it against gravity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.estimation.series import SIDES, Series
from kinertia.recording import LOWER_BODY, Array

MASS = {"trunk": 0.678, "femur": 0.100, "tibia": 0.0465, "foot": 0.0145}
"""Parts of body mass, of both legs' segments each; those of the body model (Winter)."""
TRUNK_COM = 0.626 * 0.28
"""Above the hips, of body height."""
LEG_COM = 0.433
"""From the upper joint, of the segment's length."""
JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")
PARTS = ("femur", "tibia", "foot")


@dataclass(frozen=True)
class Sizes:
    """Of a body."""

    height: float  # of the person [m]
    length: dict[str, float]  # ``femur_r``, ``tibia_r``, ... to its length [m].
    sole: dict[str, Array]  # ``heel_r``, ``toe_r``, ... to (2,) place in the foot's axes, from the ankle [m].
    head: float  # top of the head above the hips [m]

    @classmethod
    def of(cls, series: Series, height: float) -> Sizes:
        """Those that the landmarks of a series show."""
        point = {name: points[0] for name, points in series.points.items()}
        length, sole = {}, {}
        for side in SIDES:
            length[f"femur_{side}"] = float(np.linalg.norm(point[f"knee_{side}"] - point["hip"]))
            length[f"tibia_{side}"] = float(np.linalg.norm(point[f"ankle_{side}"] - point[f"knee_{side}"]))
            chain = ("pelvis_tilt", *(f"{joint}_{side}" for joint in JOINTS))
            angle = sum(series.q[0, series.names.index(name)] for name in chain)
            for name in (f"heel_{side}", f"toe_{side}"):
                sole[name] = turned(point[name] - point[f"ankle_{side}"], -angle)
        return cls(height, length, sole, float(np.linalg.norm(point["head"] - point["hip"])))


@dataclass(frozen=True)
class Rest:
    """A body at rest, the weight half on either foot."""

    points: dict[str, Array]  # landmark to (A, 2), relative to the hips along x and above the ground [m]
    centre: Array  # (A,) forward place of the centre of mass likewise [m], above which the ground's reaction acts
    moments: dict[str, Array]  # joint to (A,) net moment over body weight [m]


def rest(inclination: Array, sizes: Sizes) -> Rest:
    """A body at rest with (A, S) inclinations of the segments of :data:`~kinertia.recording.LOWER_BODY` [rad]."""
    angle: dict[str, Array] = dict(zip(LOWER_BODY.segments, inclination.T, strict=True))
    points = {"hip": np.zeros((len(inclination), 2)), "head": turned(np.array([0.0, sizes.head]), angle["pelvis"])}
    middle = {"trunk": turned(np.array([0.0, TRUNK_COM * sizes.height]), angle["pelvis"])}
    for side in SIDES:
        upper = points["hip"]
        for part, joint in (("femur", "knee"), ("tibia", "ankle")):
            name = f"{part}_{side}"
            bone = turned(np.array([0.0, -sizes.length[name]]), angle[name])
            middle[name] = upper + LEG_COM * bone
            points[f"{joint}_{side}"] = upper = upper + bone
        for name in (f"heel_{side}", f"toe_{side}"):
            points[name] = upper + turned(sizes.sole[name], angle[f"foot_{side}"])
        middle[f"foot_{side}"] = 0.5 * (points[f"heel_{side}"] + points[f"toe_{side}"])
    centre = sum((MASS[name.partition("_")[0]] * point[:, 0] for name, point in middle.items()), np.zeros(len(inclination)))
    moments = {}
    for side in SIDES:
        for level, joint in enumerate(JOINTS):
            at = points[("hip", f"knee_{side}", f"ankle_{side}")[level]][:, 0]
            hanging = sum(MASS[part] * (middle[f"{part}_{side}"][:, 0] - at) for part in PARTS[level:])
            # M + (c - a) W / 2 - sum (c_i - a) m_i g = 0
            moments[f"{joint}_{side}"] = hanging - 0.5 * (centre - at)
    # the soles are on the ground, in the mean
    ground = np.mean([points[name][:, 1] for name in sizes.sole], axis=0)
    raised = np.stack([np.zeros_like(ground), -ground], axis=1)
    return Rest({name: point + raised for name, point in points.items()}, centre, moments)


def turned(vector: Array, angle: Array | float) -> Array:
    """(..., 2) a vector (2,) turned by angles (...) [rad], counter-clockwise."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack([cos * vector[0] - sin * vector[1], sin * vector[0] + cos * vector[1]], axis=-1)

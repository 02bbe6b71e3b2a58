"""The human body as data: skeleton, parameters, scaling."""

from kinertia.bodies.body import STANDARD_GRAVITY, Body, SegmentLengths, stack
from kinertia.bodies.gait2d import GAIT2D, GAIT2D_SOLE, GAIT2D_TRUNK
from kinertia.bodies.gait3d import GAIT3D
from kinertia.bodies.scaling import SKELETONS, build
from kinertia.bodies.skeleton import ContactPoint, Coordinate, Segment, Skeleton

__all__ = [
    "GAIT2D",
    "GAIT2D_SOLE",
    "GAIT2D_TRUNK",
    "GAIT3D",
    "SKELETONS",
    "STANDARD_GRAVITY",
    "Body",
    "ContactPoint",
    "Coordinate",
    "Segment",
    "SegmentLengths",
    "Skeleton",
    "build",
    "stack",
]

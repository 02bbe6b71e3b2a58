"""The human body as data: skeleton, parameters, muscles, scaling."""

from kinertia.bodies.body import STANDARD_GRAVITY, Body, stack
from kinertia.bodies.gait2d import GAIT2D, GAIT2D_TRUNK, SegmentLengths, build
from kinertia.bodies.muscles import LEG_MUSCLES, Muscle
from kinertia.bodies.skeleton import ContactPoint, Coordinate, Segment, Skeleton

SKELETONS = {skeleton.name: skeleton for skeleton in (GAIT2D, GAIT2D_TRUNK)}
"""Known skeletons by name."""

__all__ = [
    "GAIT2D",
    "GAIT2D_TRUNK",
    "LEG_MUSCLES",
    "SKELETONS",
    "STANDARD_GRAVITY",
    "Body",
    "ContactPoint",
    "Coordinate",
    "Muscle",
    "Segment",
    "SegmentLengths",
    "Skeleton",
    "build",
    "stack",
]

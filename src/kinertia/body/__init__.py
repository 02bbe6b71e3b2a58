"""The human body as data: skeleton, parameters, muscles, scaling."""

from kinertia.body.body import STANDARD_GRAVITY, Body, stack
from kinertia.body.gait2d import GAIT2D, SegmentLengths, build
from kinertia.body.muscles import LEG_MUSCLES, Muscle
from kinertia.body.skeleton import ContactPoint, Coordinate, Segment, Skeleton

__all__ = [
    "GAIT2D",
    "LEG_MUSCLES",
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

"""Named points of the body for drawing and for position outputs."""

from __future__ import annotations

import torch
from torch import Tensor

from kinertia.bodies import Body, Skeleton
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.kinematics import Kinematics

HEAD_ABOVE_HIP = 0.47  # of body height: hip joint to vertex in Winter's proportions
JOINTS = {"tibia": "knee", "foot": "ankle"}


def positions(body: Body, kinematics: Kinematics, contact: Tensor) -> dict[str, Tensor]:
    """Ground-frame positions (..., 2) of hip, knees, ankles, heels, toes and head [m].

    Parameters
    ----------
    contact : (..., P, 2) positions of the contact points [m].
    """
    skeleton = body.skeleton
    joints = [kinematics.origin[..., i, :] for i in (0, *_distal(skeleton))]
    up = torch.stack([torch.zeros_like(body.height), HEAD_ABOVE_HIP * body.height], dim=-1).unsqueeze(-2)
    head = kin.positions(kinematics, (0,), up)[..., 0, :]
    return dict(zip(names(skeleton), [*joints, *contact.unbind(-2), head], strict=True))


def names(skeleton: Skeleton) -> tuple[str, ...]:
    """Names of the landmarks."""
    joints = [part.split("_") for part in (skeleton.segment_names[i] for i in _distal(skeleton))]
    named = [f"{JOINTS[part]}_{side}" for part, side in joints]
    return ("hip", *named, *(point.name for point in skeleton.contacts), "head")


def _distal(skeleton: Skeleton) -> list[int]:
    """Segments whose proximal joint is a landmark."""
    return [i for i, name in enumerate(skeleton.segment_names) if name.split("_")[0] in JOINTS]

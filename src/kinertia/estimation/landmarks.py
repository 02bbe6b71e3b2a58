"""Named points of the body for drawing and for position outputs."""

from __future__ import annotations

import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.kinematics import Kinematics

HEAD_ABOVE_HIP = 0.47  # of body height: hip joint to vertex in Winter's proportions


def positions(body: Body, kinematics: Kinematics, contact: Tensor) -> dict[str, Tensor]:
    """Ground-frame positions (..., 2) of hip, knees, ankles, heels, toes and head [m].

    Parameters
    ----------
    contact : (..., P, 2) positions of the contact points [m].
    """
    names = body.skeleton.segment_names
    joint = {"tibia": "knee", "foot": "ankle"}
    found = {"hip": kinematics.origin[..., 0, :]}
    for i, name in enumerate(names):
        part, _, side = name.partition("_")
        if part in joint:
            found[f"{joint[part]}_{side}"] = kinematics.origin[..., i, :]
    for p, point in enumerate(body.skeleton.contacts):
        found[point.name] = contact[..., p, :]
    up = torch.stack([torch.zeros_like(body.height), HEAD_ABOVE_HIP * body.height], dim=-1).unsqueeze(-2)
    found["head"] = kin.positions(kinematics, (0,), up)[..., 0, :]
    return found

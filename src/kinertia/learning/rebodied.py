"""A trained network on a body whose feet touch the ground elsewhere: what it knows of motion stays."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from kinertia.bodies import GAIT2D_SOLE, GAIT2D_TRUNK, SKELETONS, Skeleton, build
from kinertia.learning.checkpoint import Model
from kinertia.learning.config import BodyName
from kinertia.learning.network import Layout, Network, person_features
from kinertia.learning.sequence import placement
from kinertia.recording import DEFAULT_HEIGHT_M, SensorSet
from kinertia.uncertainty.calibration import Uncalibrated

NEAREST = {"heel": "heel", "ball": "toe", "toe": "toe"}
"""Contact point of ``gait2d_trunk`` whose force one of ``gait2d_sole`` begins with."""
MASS_KG = 70.0  # no feature depends on it


def onto(model: Model, body: BodyName) -> Model:
    """A model's network for another body with the same segments and coordinates.

    Parameters
    ----------
    model : on ``gait2d_trunk``.
    body : ``gait2d_sole``.

    Returns
    -------
    Model without people and bands. Angles, height and speed are the model's for a person of usual height; forces are those of
    the nearest contact points, divided among them. To be trained on before use.

    Raises
    ------
    ValueError : another pair of bodies.
    """
    if (model.config.body, body) != (GAIT2D_TRUNK.name, GAIT2D_SOLE.name):
        raise ValueError(f"a model on body {model.config.body} cannot go on on {body}; train from the beginning")
    config = replace(model.config, body=body)
    network = Network(config.network, GAIT2D_SOLE, config.sensors)
    weights = {name: value.clone() for name, value in model.network.state_dict().items()}
    last = f"head.{len(network.head) - 1}"
    for name in (f"{last}.weight", f"{last}.bias"):
        weights[name] = _outputs(weights[name])
    usual = [_sole(skeleton, config.sensors) for skeleton in (GAIT2D_TRUNK, GAIT2D_SOLE)]
    first = weights["core.weight_ih_l0"]
    # W s + b of the other sole: the difference goes into the bias
    weights["core.bias_ih_l0"] += first[:, -4:] @ (usual[0] - usual[1]).to(first)
    network.load_state_dict(weights)
    return replace(model, network=network, config=config, people=(), name="", calibration=Uncalibrated())


def _sole(skeleton: Skeleton, sensors: SensorSet) -> Tensor:
    """(4,) features of the sole of a person of usual height."""
    body = build(MASS_KG, DEFAULT_HEIGHT_M, skeleton=skeleton)
    return person_features(body, placement((), body, sensors).double())[-4:]


def _outputs(rows: Tensor) -> Tensor:
    """Rows of the last layer (outputs, ...) with those of contact forces in the order of the other body."""
    old, new = Layout.of(GAIT2D_TRUNK), Layout.of(SKELETONS[GAIT2D_SOLE.name])
    names = [contact.name for contact in GAIT2D_TRUNK.contacts]
    force = rows[old.force].unflatten(0, (old.contacts, 2))
    places = [
        names.index(f"{NEAREST[point]}_{side}") for point, _, side in (c.name.partition("_") for c in GAIT2D_SOLE.contacts)
    ]
    assert len(places) == new.contacts
    return torch.cat([rows[: old.force.start], force[places].flatten(0, 1)])

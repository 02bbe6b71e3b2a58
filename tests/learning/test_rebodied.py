"""A network goes on on another foot: angles stay, forces are those of the nearest contact points."""

from __future__ import annotations

import pytest
import torch

from kinertia.bodies import GAIT2D_SOLE, GAIT2D_TRUNK, build, stack
from kinertia.learning import rebodied
from kinertia.learning.checkpoint import Model
from kinertia.learning.config import Config
from kinertia.learning.network import Layout, Network, features
from kinertia.learning.sequence import placement
from kinertia.recording import LOWER_BODY


def on_two_points() -> Model:
    torch.manual_seed(1)
    config = Config()
    return Model(Network(config.network, GAIT2D_TRUNK).requires_grad_(False).eval(), config, ())


def test_outputs_of_a_usual_person_are_the_same_at_the_nearest_contact_points() -> None:
    model = on_two_points()
    moved = rebodied.onto(model, "gait2d_sole")
    signals = torch.randn(1, 30, *LOWER_BODY.shape, generator=torch.Generator().manual_seed(0))
    raw = []
    for of, skeleton in ((model, GAIT2D_TRUNK), (moved, GAIT2D_SOLE)):
        # positions are those of the first body: where a sensor is said to sit is no matter of the foot
        position = placement((), build(70.0, 1.75, skeleton=GAIT2D_TRUNK), LOWER_BODY)[None]
        body = stack([build(70.0, 1.75, skeleton=skeleton, dtype=torch.float32)])
        with torch.no_grad():
            raw.append(of.network(features(signals, torch.ones_like(signals), body, position))[0])
    old, new = Layout.of(GAIT2D_TRUNK), Layout.of(GAIT2D_SOLE)
    torch.testing.assert_close(raw[0][..., : old.force.start], raw[1][..., : new.force.start], atol=2e-3, rtol=0.0)
    before = raw[0][..., old.force].unflatten(-1, (-1, 2))
    after = raw[1][..., new.force].unflatten(-1, (-1, 2))
    torch.testing.assert_close(after, before[..., [0, 1, 1, 2, 3, 3], :], atol=2e-3, rtol=0.0)
    assert moved.people == ()
    assert moved.config.body == "gait2d_sole"


def test_other_pairs_of_bodies_are_refused() -> None:
    with pytest.raises(ValueError, match="a model on body gait2d_trunk cannot go on on gait2d; train from the beginning"):
        rebodied.onto(on_two_points(), "gait2d")

"""Effort of muscles: that of the muscles of each person, its gradient, and that it leaves mean posture alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from test_objective import as_stated, make_batch, make_raw
from torch import Tensor

from kinertia.bodies import GAIT2D_TRUNK, build, stack
from kinertia.learning import actuation, objective
from kinertia.learning.config import Config
from kinertia.muscles import Effort, leg, solve_muscles

BODY = stack([build(60.0, 1.6, skeleton=GAIT2D_TRUNK), build(90.0, 1.9, skeleton=GAIT2D_TRUNK)]).with_time_axis()


def moving(seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Moments (2, 3, 7), some of which muscles cannot give, coordinates and their rates (2, 3, 10)."""
    draw = torch.Generator().manual_seed(seed)
    m, q, qd = (s * torch.randn(2, 3, n, dtype=torch.float64, generator=draw) for s, n in ((90.0, 7), (0.3, 10), (2.0, 10)))
    return m, q, qd


def test_effort_is_the_least_of_the_muscles_of_each_person() -> None:
    moments, q, qd = moving()
    found = actuation.effort(moments, q, qd, BODY)
    for person, (mass, height) in enumerate(((60.0, 1.6), (90.0, 1.9))):
        muscles = leg().scaled(mass, height)
        size = mass * height / (75.0 * 1.8)
        effort = Effort(volume=1.0, tone=0.0, reserve=actuation.RESERVE * size)
        for side, first in enumerate((3, 6)):
            angles, speeds, given = (
                x[person, :, k : k + 3].numpy() for x, k in ((q, first), (qd, first), (moments, first - 3))
            )
            one = solve_muscles(muscles, angles, speeds, given, effort)
            weight = muscles.volume / muscles.volume.mean()
            cost = 0.5 * (weight * one.activation**2).sum(-1) + 0.5 * ((one.reserve / effort.reserve) ** 2).sum(-1)
            np.testing.assert_allclose(found[person, :, side].numpy(), cost, rtol=1e-6)
            assert one.activation.max() > 0.3


def test_its_gradient_is_that_of_the_least_effort() -> None:
    given = tuple(x.requires_grad_() for x in moving(1))
    assert torch.autograd.gradcheck(lambda m, q, qd: actuation.effort(m, q, qd, BODY), given, eps=1e-6, atol=1e-6, rtol=1e-3)


def test_muscles_take_the_place_of_moments_in_the_objective(tiny: Config) -> None:
    training = replace(tiny.training, actuation="muscles")
    terms = {}
    for sets_posture in (True, False):
        config = replace(tiny, training=replace(training, effort_sets_posture=sets_posture))
        raw = make_raw(1, "derivative").requires_grad_()
        found = objective.terms(raw, make_batch(), as_stated(), config)
        (gradient,) = torch.autograd.grad(found["activation"], raw)
        # a shift of an angle by the same amount at all times
        pull = float(gradient[0, :, :7].sum(0).abs().max() / gradient[0, :, :7].abs().max())
        terms[sets_posture] = float(found["activation"].detach()), pull
        only_trunk = objective.terms(raw, make_batch(), as_stated(), tiny)["torque"].detach()
        assert 0.0 < found["torque"].detach() < only_trunk
    assert terms[True][0] == pytest.approx(terms[False][0], rel=1e-9)
    assert terms[True][1] > 1e-6
    assert terms[False][1] < 1e-10
    assert "activation" not in objective.terms(make_raw(1, "derivative"), make_batch(), as_stated(), tiny)

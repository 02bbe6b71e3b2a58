"""Muscles as data: curves against their equations, arms as derivatives of lengths, the same on numpy and torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.autograd import gradcheck

from kinertia.muscles import curves, leg
from kinertia.muscles.fibres import rigid
from kinertia.muscles.paths import Paths, fit

DRAW = np.random.default_rng(0)
STATES = DRAW.uniform([-0.5, -1.2, -0.5], [0.7, 0.0, 0.4], (50, 3))
SPEEDS = DRAW.normal(0.0, 3.0, (50, 3))


def test_the_eight_muscles_of_a_leg() -> None:
    muscles = leg()
    assert muscles.names[:3] == ("iliopsoas", "glutei", "hamstrings")
    length, arms = muscles.paths(np.array([0.1, -0.2, 0.3]))
    # L = L0 - sum of d q, of hamstrings and tibialis anterior
    assert length[[2, 7]] == pytest.approx([0.383 + 0.072 * 0.1 - 0.034 * 0.2, 0.381 - 0.037 * 0.3])
    assert arms[2] == pytest.approx([-0.072, -0.034, 0.0])
    assert muscles.volume[6] == pytest.approx(4000 * 0.055 / 6e5)


def test_curves_of_the_models_of_the_field() -> None:
    x = np.linspace(0.5, 1.5, 301)[:, None]
    gait2d = curves.gait2d(np.array([1.298]), np.array([1.2]))
    assert gait2d.active(x) == pytest.approx(np.exp(-(((x - 1.0) / 1.298) ** 2)), abs=1e-6)
    assert gait2d.passive(x) == pytest.approx(np.maximum(x - 1.2, 0.0) ** 2, abs=1e-4)
    for made in (gait2d, curves.thelen({}), curves.millard({})):
        # isometric at the optimal length; at rest at the maximal speed of shortening; the tendon slack at its slack length
        ends = [made.active(np.ones((1, 1))), made.velocity(np.zeros((1, 1))), made.velocity(-np.ones((1, 1)))]
        ends += [made.tendon(np.zeros((1, 1)))]
        assert [float(value[0, 0]) for value in ends] == pytest.approx([1.0, 1.0, 0.0, 0.0], abs=1e-3)
        assert (np.diff(made.velocity(1.2 * x - 1.2)[:, 0]) > -1e-4).all()
    thelen = curves.thelen({"FmaxTendonStrain": 0.033, "FmaxMuscleStrain": 0.6, "Flen": 1.8, "Af": 0.3})
    # the maximal force at the strains that the file says, and up to 1.8 of it when lengthened fast
    assert thelen.tendon(np.array([[0.033]]))[0, 0] == pytest.approx(1.0, abs=2e-3)
    assert thelen.passive(np.array([[1.6]]))[0, 0] == pytest.approx(1.0, abs=1e-3)
    assert 1.6 < thelen.velocity(np.array([[1.0]]))[0, 0] < 1.8


def test_arms_are_derivatives_of_lengths_and_forces_the_same_on_tensors() -> None:
    powers = DRAW.integers(0, 4, (20, 3))
    paths = Paths(powers, DRAW.normal(size=(2, 5, 20)))  # two legs of five muscles
    q = torch.as_tensor(STATES[:4, None]).requires_grad_()
    assert gradcheck(lambda q: paths(q)[0], q)
    length, arms = paths(q)
    (slope,) = torch.autograd.grad(length[0, 1, 3], q)
    assert torch.allclose(-slope[0, 0], arms[0, 1, 3])
    np.testing.assert_allclose(paths(STATES[:4, None])[1], arms.detach().numpy(), atol=1e-12)
    muscles = leg()

    def forces(q: torch.Tensor, qd: torch.Tensor) -> tuple[torch.Tensor, ...]:
        length, arms = muscles.paths(q)
        fibres = rigid(muscles, length, -(arms @ qd[..., None])[..., 0])
        return fibres.active, fibres.passive

    given = [torch.as_tensor(x[:4]).requires_grad_() for x in (STATES, SPEEDS)]
    assert gradcheck(forces, given, atol=1e-3)
    length, arms = muscles.paths(STATES)
    fibres = rigid(muscles, length, -(arms @ SPEEDS[..., None])[..., 0])
    both = forces(torch.as_tensor(STATES), torch.as_tensor(SPEEDS))
    np.testing.assert_allclose(np.stack([fibres.active, fibres.passive]), torch.stack(both).numpy(), rtol=1e-9)


def test_a_fit_gives_back_a_polynomial() -> None:
    truth = Paths(np.array([[0, 0], [1, 0], [1, 2], [0, 3]]), np.array([[0.4, 0.03, 0.01, 0.0], [0.2, 0.0, 0.0, 0.02]]))
    q = DRAW.uniform(-1.0, 1.0, (300, 2))
    length, arms = truth(q)
    found = fit(q, length, -arms)
    for ours, theirs in zip(found(q), truth(q), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_scaling_keeps_the_strength_of_moments_per_weight_and_height() -> None:
    small, large = leg().scaled(50.0, 1.6), leg().scaled(100.0, 2.0)
    moments = [(m.max_force[:, None] * m.paths(STATES[0])[1]).sum(0) / (m.mass * m.height) for m in (small, large)]
    np.testing.assert_allclose(*moments, rtol=1e-12)
    assert large.volume / small.volume == pytest.approx(np.full(8, 100.0 * 2.0 / (50.0 * 1.6)))

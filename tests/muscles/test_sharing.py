"""Which muscles give a moment: a general solver of quadratic programs, conditions of the best, whole solutions."""

from __future__ import annotations

from pathlib import Path

import casadi as ca
import numpy as np
import pytest

from kinertia.muscles import Effort, leg, share, solve_muscles
from kinertia.muscles.fibres import rigid

COUNT = 10_000
MUSCLES = leg()
WEIGHT = MUSCLES.volume / MUSCLES.volume.mean()


@pytest.fixture(scope="module")
def states() -> tuple[np.ndarray, np.ndarray]:
    """Moments (N, J), half of which muscles can give, and moments of full activation (N, J, M)."""
    draw = np.random.default_rng(0)
    q = draw.uniform([-0.5, -1.2, -0.5], [0.7, 0.0, 0.4], (COUNT, 3))
    length, arms = MUSCLES.paths(q)
    fibres = rigid(MUSCLES, length, -(arms @ draw.normal(0.0, 3.0, (COUNT, 3, 1)))[..., 0])
    full = np.swapaxes(arms * fibres.active[..., None], -1, -2)
    moments = draw.normal(0.0, 150.0, (COUNT, 3))
    half = COUNT // 2
    moments[:half] = (full[:half] @ draw.uniform(0.0, 1.0, (half, 8, 1)) ** 2)[..., 0]
    return moments, full


def test_activations_are_those_of_a_general_solver(states: tuple[np.ndarray, np.ndarray]) -> None:
    moments, full = states
    found = share(moments, full, WEIGHT, 1.0, 0.02)
    unknowns = 8 + 3
    solver = ca.conic("judge", "daqp", {"h": ca.Sparsity.diag(unknowns), "a": ca.Sparsity.dense(3, unknowns)})
    cost = ca.diag(ca.DM([*WEIGHT, 1.0, 1.0, 1.0]))
    low, high = [0.02] * 8 + [-1e9] * 3, [1.0] * 8 + [1e9] * 3
    worst = 0.0
    for k in range(COUNT):
        held = np.hstack([full[k], np.eye(3)])
        best = solver(h=cost, a=held, lba=moments[k], uba=moments[k], lbx=low, ubx=high)["x"].full()[:8, 0]
        worst = max(worst, float(np.abs(best - found.activation[k]).max()))
    assert worst < 1e-6
    assert 0.3 < (np.abs(found.reserve).max(-1) > 1.0).mean() < 0.5  # many cannot be given, and have an answer all the same


@pytest.mark.parametrize("exponent", [2.0, 3.0])
def test_conditions_of_the_best_hold(states: tuple[np.ndarray, np.ndarray], exponent: float) -> None:
    moments, full = (x[::10].reshape(2, COUNT // 20, *x.shape[1:]) for x in states)
    found = share(moments, full, WEIGHT, 1.0, exponent=exponent)
    left = moments - (full @ found.activation[..., None])[..., 0] - found.reserve
    assert np.abs(left).max() < 1e-4
    slope = WEIGHT * found.activation ** (exponent - 1.0) - (found.multiplier[..., None, :] @ full)[..., 0, :]
    inside = (found.activation > 0.0) & (found.activation < 1.0)
    assert np.abs(slope[inside]).max() < 1e-9
    assert slope[found.activation == 0.0].min() > -1e-9
    assert slope[found.activation == 1.0].max() < 1e-9
    again = share(moments, full, WEIGHT, 1.0, start=found.multiplier, exponent=exponent)
    np.testing.assert_allclose(again.activation, found.activation, atol=1e-7)


def test_muscles_and_reserves_give_the_moments() -> None:
    draw = np.random.default_rng(1)
    q, qd = draw.uniform(-0.5, 0.0, (2, 20, 2, 3))
    moments = np.concatenate([draw.normal(0.0, 10.0, (19, 2, 3)), np.full((1, 2, 3), 1e4)])
    found = solve_muscles(MUSCLES, q, qd, moments)
    given = (found.force[..., None, :] @ found.arms)[..., 0, :]
    np.testing.assert_allclose(given + found.reserve, moments, atol=1e-5)
    assert np.abs(found.reserve[:-1]).max() < 1.0 < 9e3 < np.abs(found.reserve[-1]).min()
    assert found.activation.min() == 0.02
    light = solve_muscles(MUSCLES, q, qd, moments, Effort(passive=False, volume=0.0, tone=0.0))
    assert light.passive.max() == 0.0
    assert light.activation.min() == 0.0


def test_the_page_of_the_docs_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "muscles.md").read_text()
    exec(page.split("```python\n")[1].split("```")[0], {})
    assert "'soleus': " in capsys.readouterr().out

"""Differences and repeated cycles against analytic functions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from kinertia.learning import differences
from kinertia.recording.periodic import tile


def grid(steps: int) -> tuple[torch.Tensor, float]:
    dt = 1.0 / steps
    return torch.arange(steps + 1, dtype=torch.float64).mul(dt).unsqueeze(-1), dt


@pytest.mark.parametrize(("difference", "derivative"), [("first", 1), ("second", 2)])
def test_polynomials_of_degree_four_are_exact(difference: str, derivative: int) -> None:
    t, dt = grid(50)
    exact = (lambda x: 4 * x**3 - 2 * x + 1) if derivative == 1 else (lambda x: 12 * x**2 - 2)
    found = getattr(differences, difference)(t**4 - t**2 + t, dt)
    torch.testing.assert_close(found, exact(differences.centre(t)), rtol=0, atol=1e-9)


@pytest.mark.parametrize(("difference", "exact"), [("first", torch.cos), ("second", lambda x: -torch.sin(x))])
def test_error_falls_with_the_fourth_power_of_the_step(difference: str, exact) -> None:
    def error(steps: int) -> float:
        t, dt = grid(steps)
        found = getattr(differences, difference)(torch.sin(7 * t), dt)
        scale = 7.0 if difference == "first" else 49.0
        return float((found - scale * exact(7 * differences.centre(t))).abs().max())

    assert np.log2(error(40) / error(80)) == pytest.approx(4.0, abs=0.15)


def test_differences_use_only_samples_within_reach() -> None:
    x = torch.randn(9, 1, dtype=torch.float64, requires_grad=True)
    for difference in (differences.first, differences.second):
        (gradient,) = torch.autograd.grad(difference(x, 0.01)[2].sum(), x)
        assert (gradient[:2] == 0).all()
        assert (gradient[7:] == 0).all()
        assert gradient[2:7].abs().sum() > 0
    assert differences.first(x, 0.01).shape == differences.centre(x).shape == (9 - 2 * differences.REACH, 1)


@pytest.mark.parametrize("samples", [100, 101])
@pytest.mark.parametrize("rate", [75.0, 100.0, 237.0])
def test_repeated_cycle_equals_the_band_limited_function(samples: int, rate: float) -> None:
    period = 1.13

    def function(t: np.ndarray) -> np.ndarray:
        w = 2 * np.pi * t / period
        return np.stack([1.0 + np.sin(w) - 0.3 * np.cos(5 * w + 1), 0.2 * np.cos(20 * w)], axis=-1)

    cycle = function(np.arange(samples) * period / samples)
    found = tile(cycle, samples / period, rate, duration_s=4.0, phase_s=0.4)
    np.testing.assert_allclose(found, function(0.4 + np.arange(round(4.0 * rate)) / rate), atol=1e-10)


def test_frequencies_that_the_new_rate_cannot_carry_are_left_out() -> None:
    phase = 2 * np.pi * np.arange(100) / 100
    found = tile((np.sin(2 * phase) + np.sin(40 * phase))[:, None], 100.0, 50.0, 3.0)
    np.testing.assert_allclose(found[:, 0], np.sin(2 * 2 * np.pi * np.arange(150) / 50), atol=1e-12)


def test_samples_of_a_cycle_are_kept_at_its_own_rate() -> None:
    cycle = np.random.default_rng(0).normal(size=(101, 7, 3))
    np.testing.assert_allclose(tile(cycle, 101.0, 101.0, 2.0), np.concatenate([cycle, cycle]), atol=1e-12)

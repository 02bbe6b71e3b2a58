"""The physics encoder against the estimate of the model it comes from."""

from __future__ import annotations

import numpy as np
import torch
from swaying import RATE_HZ, recording

from experiments.encoders import checkpoint
from experiments.encoders.recurrent import FORCE_UNIT, MOMENT_UNIT
from experiments.encoders.windows import LEAD, cut, to_track
from kinertia.estimation.track import estimate
from kinertia.learning import shipped
from kinertia.learning.differences import REACH
from kinertia.metrics import errors

LATE = REACH + shipped.load().config.network.look_ahead  # samples at the end whose future a window does not hold


def test_features_hold_what_the_model_estimates() -> None:
    person = recording("p", 0, truth=False)
    windows = cut([to_track(person, RATE_HZ)], 128)
    with torch.no_grad():
        _, moving = checkpoint.load("physics").encoder.maps(windows.gather(torch.tensor([0])))
    found = estimate(shipped.load(shipped.DEFAULT), person)
    at = slice(LEAD, LEAD + 128 - LATE)
    hip, grf, knee = moving[0, : 128 - LATE, 1], moving[0, : 128 - LATE, 10], moving[0, : 128 - LATE, 14]
    np.testing.assert_allclose(hip, found.coordinates["hip_flexion_r"][at], atol=2e-5)
    np.testing.assert_allclose(FORCE_UNIT * grf, found.grf["grf_y_r"][at], atol=2e-5)
    moment = errors.bwbh_percent(found.moments["knee_angle_r"], person.subject)[at]
    # single precision of the network, magnified by the differences
    np.testing.assert_allclose(100.0 * MOMENT_UNIT * knee, moment, atol=0.1)


def test_gradients_reach_the_network_through_the_body() -> None:
    windows = cut([to_track(recording("p", 1, truth=False), RATE_HZ)], 128)
    encoder = checkpoint.load("physics").encoder.train()
    _, moving = encoder.maps(windows.gather(torch.arange(2)))
    moving[..., 14].square().mean().backward()
    assert all(p.grad is not None and bool(torch.isfinite(p.grad).all()) for p in encoder.parameters())
    assert any(bool(p.grad.abs().sum() > 0) for name, p in encoder.named_parameters() if "head" in name and p.grad is not None)

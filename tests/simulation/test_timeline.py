"""Movements one after the other: one smooth spline."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hopping import STEP_S, bobbing
from scipy.interpolate import BSpline

from kinertia.simulation import person
from kinertia.simulation.gait import Gait, join

BODY = person.draw(1, 1).body


def passage(first: Gait, last: Gait, nodes: int = 60) -> Gait:
    """Ends as solved passages end; nothing else about it is physical."""
    part = np.linspace(0.0, 1.0, nodes + 2)[:, None]
    start, end = first.start(), last.start()
    travel = 0.5 * (first.speed + last.speed) * nodes * STEP_S
    end[:, 0] += travel - end[1, 0]
    between = (1.0 - part) * start[1] + part * end[1]
    between[:3], between[-3:] = start, end
    return replace(first, coefficients=between, force=first.force[:1].repeat(nodes, 0),
                   moment=first.moment[:1].repeat(nodes, 0), periodic=False, speed=0.0)  # fmt: skip


def test_agrees_with_a_library_spline() -> None:
    gait = bobbing(BODY)
    line = join([(gait, 3)])
    assert line.nodes == 3 * gait.nodes + 1
    time = np.random.default_rng(0).uniform(0.0, line.duration_s, 200)
    knots = (np.arange(len(line.coefficients) + 4) - 3) * STEP_S
    spline = BSpline(knots, line.coefficients, 3)
    for order, found in enumerate(line.motion(time)):
        np.testing.assert_allclose(found.numpy(), spline.derivative(order)(time) if order else spline(time), atol=1e-8)


def test_periodic_movement_repeats_and_travels() -> None:
    gait = bobbing(BODY, speed=1.5)
    line = join([(gait, 3)])
    early, late = (line.motion(np.linspace(0.0, 0.7, 50) + k * gait.duration_s) for k in (0, 2))
    way = late[0] - early[0]
    np.testing.assert_allclose(way[:, 0], 2 * 1.5 * gait.duration_s, atol=1e-12)
    np.testing.assert_allclose(way[:, 1:], 0.0, atol=1e-12)
    np.testing.assert_allclose(late[2], early[2], atol=1e-9)
    assert line.motion(np.linspace(0.0, 2.4, 500))[1][:, 0].mean() == pytest.approx(1.5, abs=1e-3)


def test_passages_join_smoothly() -> None:
    slow, fast = bobbing(BODY, speed=1.0), bobbing(BODY, speed=2.0, nodes=64, size=0.02)
    line = join([(slow, 2), (passage(slow, fast), 1), (fast, 3)])
    nodes = 2 * slow.nodes + 59 + 3 * fast.nodes + 1
    assert line.nodes == nodes
    assert line.moment.shape[0] == nodes
    assert line.coefficients.shape[0] == nodes + 2
    for joint in (2 * slow.nodes, 2 * slow.nodes + 59):
        before, after = (line.motion(np.array([joint * STEP_S + d])) for d in (-1e-9, 1e-9))
        for order in range(3):
            np.testing.assert_allclose(after[order], before[order], atol=1e-4)


def test_ends_must_meet() -> None:
    slow, fast = bobbing(BODY, speed=1.0), bobbing(BODY, speed=2.0)
    with pytest.raises(ValueError, match=r"starts 0\.01 beside the end"):
        join([(slow, 1), (fast, 1)])
    with pytest.raises(ValueError, match="one person on one slope"):
        join([(slow, 1), (replace(slow, slope_rad=0.1), 1)])
    with pytest.raises(ValueError, match="no movements"):
        join([])


def test_values_at_nodes_are_exact_and_linear_between() -> None:
    line = join([(bobbing(BODY), 2)])
    nodes = np.arange(line.nodes, dtype=float) * STEP_S
    np.testing.assert_array_equal(line.at(line.force, nodes), line.force)
    np.testing.assert_allclose(
        line.at(line.force, nodes[:-1] + 0.25 * STEP_S), 0.75 * line.force[:-1] + 0.25 * line.force[1:], atol=1e-12
    )
    with pytest.raises(ValueError, match="outside of"):
        line.at(line.force, np.array([line.duration_s + 0.1]))

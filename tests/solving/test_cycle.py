from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments import together
from experiments.results import collect
from kinertia.recording import Recording
from kinertia.recording.resampling import resample
from kinertia.solving import solver
from kinertia.solving.settings import Settings
from kinertia.solving.solver import Solved

COARSE = Settings(rate_hz=50.0)


@pytest.fixture(scope="module")
def solved(stride: Recording) -> Solved:
    return solver.solve(stride)


def test_constraints_are_met(solved: Solved, stride: Recording) -> None:
    found = solved.solution.convergence
    assert found.converged
    assert found.nodes == stride.samples
    assert max(kind.largest for kind in found.violation.values()) < 1e-6
    assert found.contact is not None
    assert found.contact.root_force_bw <= 0.005
    assert found.contact.root_moment_bwbh <= 0.002
    assert found.contact.force_in_air_bw <= 0.02
    assert found.contact.slip_m_s <= 0.1


def test_estimate_shows_the_same(solved: Solved, stride: Recording) -> None:
    estimate, solution = solved.estimate, solved.solution
    assert estimate.root_residual is not None
    assert np.abs(estimate.root_residual).max() < 1e-6
    assert estimate.convergence["converged"] == 1.0
    assert estimate.warnings[-1:] != ()  # the mean of strides was solved
    assert not any("converge" in warning for warning in estimate.warnings)
    # moments of inverse dynamics are the solver's unknowns at the nodes; the solver knows no body mass
    scale = float(solution.body.moment_scale) * estimate.subject.mass_kg / float(solution.body.total_mass)
    names = solution.body.skeleton.coordinate_names[3:]
    for j, name in enumerate(names):
        np.testing.assert_allclose(estimate.moments[name], solution.part["moment"][:, j] * scale, atol=1e-2)
    results = collect("solve", [stride], [estimate], [(None, None)], 1.0)
    assert results["trials"][stride.name]["convergence"] == estimate.convergence
    vertical = estimate.grf["grf_y_r"] + estimate.grf["grf_y_l"]
    assert vertical.mean() == pytest.approx(1.0, abs=0.01)
    assert set(estimate.events) == {"heel_strike_r", "heel_strike_l", "toe_off_r", "toe_off_l"}


def test_evaluated_between_nodes(solved: Solved) -> None:
    solution = solved.solution
    period = solution.duration_s
    a, b = solution.at(np.array([0.3, 0.5])), solution.at(np.array([0.3, 0.5]) + period)
    np.testing.assert_allclose(a.q, b.q, atol=1e-9)
    step = 1e-5
    around = solution.at(np.array([0.3 - step, 0.3 + step]))
    np.testing.assert_allclose((around.q[1] - around.q[0])[1:] / (2 * step), a.qd[0, 1:], atol=1e-5)


def test_few_sensors(stride: Recording) -> None:
    worn = [k for k, sensor in enumerate(stride.sensors) if sensor.segment in ("femur_r", "tibia_r", "foot_r")]
    few = replace(stride, sensors=tuple(stride.sensors[k] for k in worn), acc=stride.acc[:, worn], gyro=stride.gyro[:, worn])
    found = solver.solve(resample(few, 50.0), COARSE)
    assert found.solution.convergence.violation["equations of motion, forces"].largest < 1e-3
    assert found.estimate.sensor_segments == ("femur_r", "tibia_r", "foot_r")
    assert np.degrees(np.ptp(found.estimate.coordinates["knee_angle_r"])) > 40.0


def test_no_convergence_is_a_warning(stride: Recording) -> None:
    found = solver.solve(resample(stride, 50.0), replace(COARSE, iterations=3))
    assert not found.solution.convergence.converged
    (warning,) = [w for w in found.estimate.warnings if "did not converge" in w]
    assert "Maximum_Iterations_Exceeded" in warning
    assert "BW" in warning


def test_one_mounting_explains_all_cycles(stride: Recording) -> None:
    coarse = resample(stride, 50.0)
    # the same stride, begun elsewhere
    later = replace(coarse, name="later", acc=np.roll(coarse.acc, 12, axis=0), gyro=np.roll(coarse.gyro, 12, axis=0))
    first, second = together.solve([coarse, later], COARSE)
    assert first.convergence.converged
    np.testing.assert_allclose(first.part["units"], second.part["units"], atol=1e-7)
    assert first.convergence.figures()["root_force_bw"] < 5e-3
    assert second.convergence.figures()["slip_m_s"] < 0.1
    knee = first.person.body.skeleton.coordinate_index("knee_angle_r")
    a, b = (s.at(np.linspace(0.0, s.duration_s, s.layout.nodes + 1)[:-1]).q[:, knee].numpy() for s in (first, second))
    np.testing.assert_allclose(np.roll(a, 12), b, atol=np.radians(1.0))

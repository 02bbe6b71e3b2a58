from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kinertia.estimation import verdict
from kinertia.recording import Recording
from kinertia.recording.selection import crop
from kinertia.solving import solver, windows
from kinertia.solving.settings import Settings, Windows
from kinertia.solving.solver import Solved
from kinertia.solving.store import Store, fingerprint
from kinertia.weights import SOLVING

SHORT = Settings(rate_hz=50.0, windows=Windows(length_s=0.8, overlap_s=0.2, calibration=0))


@pytest.fixture(scope="module")
def piece(walk: Recording) -> Recording:
    return crop(walk, 100, 240)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("windows")


@pytest.fixture(scope="module")
def solved(piece: Recording, folder: Path) -> Solved:
    return solver.solve(piece, SHORT, folder=folder)


def test_windows_cover_the_recording() -> None:
    plan = windows.lay(1234, 100.0, Windows(length_s=2.0, overlap_s=0.5))
    assert plan.nodes == 200
    assert plan.firsts[0] == 0
    assert plan.window(len(plan.firsts) - 1).stop == 1234
    assert all(0 < b - a <= 150 for a, b in zip(plan.firsts, plan.firsts[1:], strict=False))
    assert windows.lay(150, 100.0, Windows(length_s=2.0)) == windows.Plan(150, (0,))


@pytest.mark.parametrize("bad", [Windows(length_s=0.1), Windows(overlap_s=0.01), Windows(length_s=1.0, overlap_s=0.6)])
def test_impossible_windows(bad: Windows) -> None:
    with pytest.raises(ValueError, match="windows of"):
        windows.lay(1000, 100.0, bad)


def test_a_weight_that_solving_does_not_have_is_refused(piece: Recording) -> None:
    with pytest.raises(ValueError, match="posture is a term of training and adapting alone"):
        solver.solve(piece, replace(SHORT, weights=replace(SOLVING, posture=1.0)))


def test_calibration_leaves_out_standing() -> None:
    plan = windows.lay(1000, 100.0, Windows(length_s=1.0, overlap_s=0.2))
    data = np.zeros((1000, 42))
    data[:, 21:] = 1.0
    data[500:, :21] = np.sin(np.arange(500))[:, None]
    chosen = windows.calibration_windows(data, plan, 3)
    assert len(chosen) == 3
    assert all(plan.firsts[i] >= 400 for i in chosen)
    assert windows.calibration_windows(data, plan, 0) == []


def test_joined_windows_obey_the_equations_everywhere(solved: Solved, piece: Recording) -> None:
    found = solved.solution.convergence
    assert found.converged
    assert len(found.solves) == 2
    assert found.nodes == 70
    assert max(kind.largest for kind in found.violation.values()) < 1e-6
    assert found.contact is not None
    assert found.contact.root_force_bw <= 0.005
    assert found.contact.root_moment_bwbh <= 0.002
    assert found.contact.force_in_air_bw <= 0.02
    assert found.contact.slip_m_s <= 0.1
    estimate = solved.estimate
    assert estimate.samples == piece.samples
    assert estimate.rate_hz == piece.rate_hz
    assert np.degrees(np.ptp(estimate.coordinates["knee_angle_r"])) > 30.0
    assert estimate.speed is not None
    assert 0.8 < estimate.speed.mean() < 1.8
    assert estimate.coordinates["pelvis_tx"][-1] == pytest.approx(estimate.speed.mean() * piece.duration_s, rel=0.05)


def test_goes_on_where_it_stopped(solved: Solved, piece: Recording, folder: Path) -> None:
    last = folder / "window00001.npz"
    last.unlink()
    steps: list[dict[str, float]] = []

    class Listening:
        def __enter__(self):
            return lambda done, terms: steps.append(terms)

        def __exit__(self, *_: object) -> None: ...

    again = solver.solve(piece, SHORT, lambda work: Listening(), folder=folder, resume=True)
    assert {terms["window"] for terms in steps if terms} == {2}
    np.testing.assert_allclose(again.solution.part["q"], solved.solution.part["q"], atol=1e-3)
    assert again.solution.convergence.solves[0] == solved.solution.convergence.solves[0]
    assert last.is_file()


def test_bounded_work(piece: Recording) -> None:
    hurried = replace(SHORT, iterations=2)
    found = solver.solve(piece, hurried)
    assert not found.solution.convergence.converged
    assert all(solve.iterations <= 2 for solve in found.solution.convergence.solves)
    assert any("did not converge" in warning for warning in found.estimate.warnings)
    told = verdict.of(found.estimate, piece)
    assert (told.word, told.level) == ("not solved", "poor")
    assert told.sentence.startswith("the solver did not converge in ")
    assert not found.estimate.counted[0]
    assert found.estimate.counted[-1]
    assert np.isfinite(found.estimate.coordinates["knee_angle_r"]).all()


def test_parts_of_another_problem_are_not_read(tmp_path: Path) -> None:
    values = np.arange(3.0)
    Store(tmp_path, fingerprint(values, "a")).save("part", values=values)
    found = Store(tmp_path, fingerprint(values, "a")).load("part")
    assert found is not None
    np.testing.assert_array_equal(found["values"], values)
    assert Store(tmp_path, fingerprint(values, "b")).load("part") is None
    assert Store(tmp_path, fingerprint(values + 1.0, "a")).load("part") is None
    Store(tmp_path).clear()
    assert Store(tmp_path, fingerprint(values, "a")).load("part") is None

"""Trajectory optimisation from the command line: what is written and printed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from shell import Shell

from kinertia.api.methods import part as part_of
from kinertia.io.read import read

COARSE = ("--settings.rate-hz", "50")


def test_mean_stride(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    result = kinertia("solve", walk_csv, "--out", tmp_path, "--cycle", "--muscles", "--csv", *COARSE)
    assert result.code == 0, result.err
    written = {path.name for path in tmp_path.iterdir()}
    assert {"walk_coordinates.mot", "walk_grf.mot", "walk_estimate.csv", "walk_report.html", "walk_convergence.json"} <= written
    assert {"walk_muscle_forces.sto", "walk_muscle_activations.sto"} <= written
    found = json.loads((tmp_path / "walk_convergence.json").read_text())
    assert found["summary"]["converged"] == 1.0
    assert found["contact"]["root_force_bw"] <= 0.005
    assert found["violation"]["equations of motion, forces"]["unit"] == "BW"
    assert set(found["cost"]) >= {"acc", "gyro", "effort", "prior"}
    assert "2 of 2 converged" in result.out
    assert "slip in stance" in result.out
    assert "strides was solved" in result.out


def test_part_of_a_recording_from_the_models_estimate(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    few = ("--settings.iterations", "5")
    result = kinertia("solve", walk_csv, "--out", tmp_path, "--begin", "2", "--end", "3", "--start", "model", *COARSE, *few)
    assert result.code == 0, result.err
    assert "did not converge" in result.out
    assert json.loads((tmp_path / "walk_convergence.json").read_text())["nodes"] == 50
    assert (tmp_path / "walk_windows" / "window00000.npz").is_file()
    times = [float(line.split("\t")[0]) for line in (tmp_path / "walk_coordinates.mot").read_text().splitlines()[-100:]]
    assert times[0] == 2.0
    assert times[-1] == 2.99
    assert "2.0 to 3.0 s" in (tmp_path / "walk_report.html").read_text()


def test_a_part_is_named_by_the_times_of_the_table(walk_csv: Path) -> None:
    whole = read(walk_csv)
    later = replace(whole, begin_s=40.0)
    part, ready = part_of(later, 42.0, 43.0, mean=False)
    np.testing.assert_array_equal(part.acc, whole.acc[200:300])
    assert part.begin_s == ready.begin_s == 42.0


def test_impossible_requests_are_one_line(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    outside = kinertia("solve", walk_csv, "--out", tmp_path, "--begin", "5", "--end", "99")
    assert outside.code == 2
    assert "outside" in outside.err
    short = kinertia("solve", walk_csv, "--out", tmp_path, "--settings.windows.length-s", "0.1")
    assert short.code == 2
    assert "overlap" in short.err

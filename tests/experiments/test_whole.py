"""The whole table from figures made up: what is run, kept, gone on with, and told as missing."""

from __future__ import annotations

import importlib
import json
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import phases, registry, results, runner
from experiments.protocol import QUIET
from experiments.whole import page, plan, running
from experiments.whole.plan import Part
from experiments.whole.running import Result, Setting
from kinertia.cli import parsing
from kinertia.estimation.estimate import Estimate
from kinertia.recording import Recording, Sensor, Subject, Truth

SAMPLES = 100
PHASE = np.arange(SAMPLES) / SAMPLES
WHOLE = plan.load()


def walk(offset_deg: float) -> tuple[Recording, Estimate]:
    """A cycle that begins 20 % after the strike, and an estimate that is off by as much, and by twice as much from 50 % on."""
    angle = -0.5 + 0.4 * np.sin(2 * np.pi * PHASE)
    load = np.roll(np.where(PHASE < 0.6, 1.0, 0.0), -20)
    joints = ("hip_flexion_r", "knee_angle_r", "ankle_angle_r")
    truth = Truth(
        dict.fromkeys(joints, angle), dict.fromkeys(joints, 50.0 * angle), {"grf_x_r": 0.1 * load, "grf_y_r": load}, 1.3
    )
    empty = np.zeros((SAMPLES, 1, 3))
    recording = Recording(
        "P9_walk", 100.0, (Sensor("s", "pelvis"),), empty, empty, Subject(70, 1.7), periodic=True, truth=truth
    )
    off = np.radians(offset_deg) * np.where(np.roll(PHASE, -20) < 0.5, 1.0, 2.0)
    estimate = Estimate("P9_walk", "guess", 100.0, recording.subject, dict.fromkeys(joints, angle + off))
    return recording, replace(estimate, grf={name: curve + 0.05 for name, curve in truth.grf.items()})


def trials(offset_deg: float) -> dict[str, Any]:
    recording, estimate = walk(offset_deg)
    return results.collect("guess", [recording], [estimate], [(None, None)], 3.0)


def figures(part: Part) -> dict[str, Any]:
    """As the benchmark of a part gives them."""
    made, spread = trials(4.0), {"mean": 3.0, "sd": 0.5, "people": 4}
    means = {key: made[key] for key in ("mean", "mean_synced", "seconds")}
    target = {name: {"rmse": spread} for name in ("grf_y_r", "grf_x_r", "knee_moment_r")}
    row = {"sensors": list("abcdefg"), "figures": {"angle_rmsd_deg": spread, "angle_rmsd_deg.knee_angle": spread}}
    stated = {"conditions": {"people": 1, "options": {"people": 99, "sets": "all,FT"}}}
    return (
        {
            "trials": made,
            "sparse": {"FT": {"network": means}},
            "ablation": {"rows": [{"change": "no kane loss", **means}]},
            "labels": {
                "cnn_real": made,
                "adaptive_knee": {name: {"knee_deg": 5.0} for name in ("general", "adaptive", "orientation")},
            },
            "subsets": {"rows": {"all": row}, "best": {"7": {"knee_angle": "all"}}, "conditions": {"people": 4}},
            "efficiency": {"rows": [{"method": "masked", "regime": "fine-tuned", "share": 0.25, "targets": target}]},
            "bands": {"simulated": {"walking": {"FT": {"coverage": {"angle": 0.9}, "half_width": {"angle": 5.0}}}}},
            "listed": {"p50_ms": 0.1, "output_delay_ms": 20.0},
        }[part.section.shows]
        | (stated if part.section.key == "simulated" else {})
        | ({"sets": {"walking_arnold": made}} if part.section.key == "virtual3d" else {})
    )


class Fake:
    """Carries out nothing, and writes figures made up."""

    def __init__(self, fails: str = "") -> None:
        self.done: list[str] = []
        self.fails = fails

    def __call__(self, parts: dict[str, Part], words: list[str], seconds: float | None, log: Path) -> str:
        del seconds
        part = parts[log.stem]
        self.done.append(part.name)
        if part.name == self.fails:
            return "exit code 2: kinertia: no <such> thing"
        Path(words[-1]).write_text(json.dumps(figures(part)))
        return ""


def table(tmp_path: Path, fake: Fake, minutes: float | None = None, quick: bool = False) -> tuple[list[Result], str, str]:
    """Results, and both pages."""
    data, people = tmp_path / "data", tmp_path / "people"
    for name in (*WHOLE.data, "people"):
        (data / name).mkdir(parents=True, exist_ok=True)
    people.mkdir(exist_ok=True)
    parts = plan.parts(WHOLE, quick=quick, sealed_judge=False)
    setting = Setting(data, lambda: people, tmp_path / "out", minutes, QUIET)
    show = partial(page.write, tmp_path / "out", WHOLE, quick=quick)
    found = running.run(parts, setting, partial(fake, {part.name: part for part in parts}), show)
    html, markdown = ((tmp_path / "out" / name).read_text() for name in ("index.html", "index.md"))
    return found, html, markdown


@pytest.mark.parametrize("quick", [False, True])
def test_commands_are_understood(quick: bool) -> None:
    """Parsed by the real parser, not run."""
    for part in plan.parts(WHOLE, quick=quick, sealed_judge=True):
        name, *rest = part.words
        command = runner.command(getattr(importlib.import_module(registry.MODULES[name]), name), name)
        parsing.parse(command, "kinertia", rest)
        assert set(part.section.data) <= set(WHOLE.data)
        assert {part.row} - {""} <= set(WHOLE.methods)


def test_goes_on_and_tells_what_is_missing(tmp_path: Path) -> None:
    first = Fake(fails="cycles_solve")
    found, html, markdown = table(tmp_path, first)
    assert not any(name.startswith("judges") for name in first.done)
    missing = {one.part.name: one.reason for one in found if one.row is None}
    assert missing.pop("cycles_solve") == "exit code 2: kinertia: no <such> thing"
    sealed = {name for name, why in missing.items() if why == "kept for judging: run with --sealed-judge"}
    assert sealed == {f"judges_{row}" for row in ("pretrained", "adapted", "solve", "strapdown")}
    assert missing.keys() - sealed == {f"{name}_orientation" for name in ("cycles", "virtual3d", "judges")}
    for text in (html, markdown):
        assert f"8 of {len(found)} runs are missing" in text
        assert "P01" in text
        assert "CC BY 3.0" in text
        assert "published: SSPINNpose Bi-LSTM" in text
        assert str(tmp_path) not in text
    assert "<such>" not in html
    assert "no &lt;such&gt; thing" in html
    # no cell is blank, and every number has its run
    assert not re.findall(r"<td[^>]*>\s*</td>", html)
    rows = [row for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL) if "<td" in row]
    assert all("missing: " in row or "#run" in row or "paper" in row for row in rows)
    assert all("| |" not in line for line in markdown.splitlines() if line.startswith("|") and "missing: " not in line)

    (known,) = (one for one in found if one.part.name == "muscles")
    assert page._people(known, WHOLE) == 2
    (known,) = (one for one in found if one.part.name == "regimes_general")
    assert page._people(known, WHOLE) == 4
    (known,) = (one for one in found if one.part.name == "simulated_pretrained")
    assert page._people(known, WHOLE) == 1

    again = Fake()
    found, html, _ = table(tmp_path, again)
    assert again.done == ["cycles_solve"]
    assert f"7 of {len(found)} runs are missing" in html
    (tmp_path / "data" / "imu_cycles_biomac" / "new.csv").write_text("1")
    other = Fake()
    table(tmp_path, other)
    assert {name.split("_")[0] for name in other.done} == {"cycles", "sparse", "ablation", "labels"}


def test_quick_and_out_of_time(tmp_path: Path) -> None:
    fake = Fake()
    found, html, _ = table(tmp_path, fake, minutes=0.0, quick=True)
    assert not fake.done
    assert {one.reason for one in found} - set(WHOLE.section[0].cannot.values()) == {
        running.TIME_UP,
        plan.LEFT_OUT,
        "kept for judging: run with --sealed-judge",
    }
    assert "A quick run:" in html
    assert f"{len(found)} of {len(found)} runs are missing" in html
    (tmp_path / "data" / "running_hamner").rmdir()
    parts = plan.parts(WHOLE, quick=True, sealed_judge=False)
    assert "DATA holds no running_hamner" in {
        running._lacking(part, tmp_path / "data") for part in parts if part.section.key == "virtual3d"
    }


def test_a_command_that_ends_too_late_or_fails(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    assert running.as_command(["nothing"], 60.0, log).startswith("exit code 2: there is no benchmark nothing")
    assert running.as_command(["physics"], 0.01, log) == f"{running.TIME_UP} while it ran"


def test_phases_of_a_cycle() -> None:
    recording, estimate = walk(4.0)
    found = phases.score(estimate, recording)
    np.testing.assert_allclose(found["angle_rmsd_deg"], [4.0] * 5 + [8.0] * 5)
    np.testing.assert_allclose(found["grf_rmsd_bw"], [5.0] * 10)
    assert found["moment_rmsd_bwbh"] == [None] * 10

"""The package as it is given away, without extras, in an environment of its own: what is in it, and what works with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from experiments import walks
from experiments.walks import record
from kinertia.cli import main
from kinertia.io import extra, write_recording
from kinertia.recording import Recording

ROOT = Path(__file__).resolve().parents[2]
LARGEST_MB = 200.0
MOST_CPU_S = 60.0
NOT_OURS = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "distutils-precedence.pth")
"""What a new environment holds before anything is installed."""
HEAVY_COMMANDS = (
    ["train", "walk.csv", "--out", "model"],
    ["train"],
    ["solve", "walk.csv", "--out", "solved"],
    ["simulate", "--out", "people"],
    ["demo"],
    ["export", "--out", "graphs"],
)

pytestmark = pytest.mark.install


@dataclass(frozen=True)
class Environment:
    """A virtual environment and a folder to work in."""

    folder: Path
    work: Path
    walk: Recording
    install_cpu_s: float

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        program, *arguments = map(str, command)
        return subprocess.run(
            [str(self.folder / "bin" / program), *arguments],
            cwd=self.work,
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"COLUMNS": "160"},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def python(self, code: str) -> str:
        done = self.run("python", "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """The package as a user without a GPU or training gets it."""
    walk = record(walks.fit(72.0, 1.78), "walk", seconds=20.0)
    environment = Environment(tmp_path_factory.mktemp("light") / "venv", tmp_path_factory.mktemp("work"), walk, 0.0)
    subprocess.run([sys.executable, "-m", "venv", str(environment.folder)], check=True)
    constraints = ["--quiet", "--constraint", str(ROOT / "constraints.txt")]
    # the smallest dependency tells whether a registry can be reached; after that a failure is the package's
    probe = environment.run("pip", "download", *constraints, "--no-deps", "--dest", environment.work / "probe", "markupsafe")
    if probe.returncode:
        message = f"no package registry: {probe.stderr.strip().splitlines()[-1]}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(environment.work / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    before = _cpu_s()
    done = environment.run("pip", "install", *constraints, *environment.work.glob("dist/*.tar.gz"))
    assert done.returncode == 0, done.stderr
    write_recording.write(environment.work / "walk.csv", walk)
    yield replace(environment, install_cpu_s=_cpu_s() - before)
    shutil.rmtree(environment.folder)  # pytest keeps the folders of three runs


def _cpu_s() -> float:
    """Of this process and those it ran: what an idle machine would take."""
    return sum(os.times()[:4])


def sizes_mb(site_packages: Path) -> dict[str, float]:
    """Installed package to its size [MB]."""
    sizes: dict[str, float] = {}
    for path in site_packages.rglob("*"):
        name = path.relative_to(site_packages).parts[0]
        if path.is_file() and name.split("-")[0] not in NOT_OURS:
            sizes[name] = sizes.get(name, 0.0) + path.stat().st_size / 1e6
    return sizes


def test_small(light: Environment) -> None:
    sizes = sizes_mb(Path(light.python("import sysconfig; print(sysconfig.get_path('purelib'))")))
    largest = sorted(sizes, key=lambda name: -sizes[name])[:8]
    print(", ".join(f"{name} {sizes[name]:.1f} MB" for name in largest))
    assert "kinertia" in sizes
    assert sum(sizes.values()) < LARGEST_MB, {name: round(sizes[name], 1) for name in largest}


def test_wheel_holds_what_the_archive_of_sources_gives(light: Environment) -> None:
    (wheel,) = light.work.glob("dist/*.whl")
    held = {name for name in ZipFile(wheel).namelist() if name.startswith("kinertia/")}
    installed = Path(light.python("import kinertia; print(kinertia.__path__[0])"))
    files = [path for path in installed.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert {path.relative_to(installed.parent).as_posix() for path in files} == held
    assert {"kinertia/models/default/step.onnx", "kinertia/live/page/index.html"} <= held


def test_no_heavy_packages(light: Environment) -> None:
    code = f"from importlib.util import find_spec; print([p for p in {extra.PACKAGES} if find_spec(p)])"
    assert light.python(code) == "[]"


def test_help(light: Environment) -> None:
    done = light.run("kinertia", "--help")
    assert done.returncode == 0, done.stderr
    assert all(command in done.stdout for command in ("inspect", "estimate", "train"))
    assert "--out" in light.run("kinertia", "train", "--help").stdout


def test_inspect(light: Environment) -> None:
    done = light.run("kinertia", "inspect", "walk.csv", "--json")
    assert done.returncode == 0, done.stderr
    (summary,) = json.loads(done.stdout)
    assert summary["duration_s"] == pytest.approx(20.0)
    assert len(summary["sensors"]) == 7
    assert summary["truth"]


def test_estimate(light: Environment) -> None:
    done = light.run("kinertia", "estimate", "walk.csv", "--out", "estimated")
    assert done.returncode == 0, done.stderr
    assert "written as CSV: Parquet needs polars" in done.stderr
    written = {path.name for path in (light.work / "estimated").iterdir()}
    assert {"walk_estimate.csv", "walk_coordinates.mot", "walk_moments.sto", "walk_grf.mot", "walk_report.html"} <= written


def test_python(light: Environment) -> None:
    code = "import kinertia as ki; est = ki.estimate('walk.csv'); print(est); est.report('python.html'); {}"
    assert light.python(code.format("est.save('python')")).startswith("Estimate of 'walk': 20 s at 100 Hz")
    assert (light.work / "python.html").is_file()
    for call, install in (("est.frame()", "notebook"), ("est.plot()", "notebook"), ("ki.solve(est.recording)", "train")):
        said = light.run("python", "-c", code.format(call)).stderr.splitlines()[-1]
        assert said.endswith(f"Fix: pip install 'kinertia[{install}]'")


def test_from_an_odd_table_to_a_report_in_three_commands(light: Environment) -> None:
    """``pip install .`` is the first; the columns are called as some device calls them, in its own axes and units."""
    _write_odd_table(light.work / "trial07.csv", light.walk)
    before = _cpu_s()
    for command in (["inspect", "trial07.csv"], ["estimate", "trial07.csv", "--out", "odd"]):
        done = light.run("kinertia", *command)
        assert done.returncode == 0, done.stderr
    assert "speed 1.3" in done.stdout
    assert "consistent in all" in done.stdout
    assert "<svg" in (light.work / "odd" / "trial07_report.html").read_text(encoding="utf-8")
    assert light.install_cpu_s + _cpu_s() - before < MOST_CPU_S


def _write_odd_table(path: Path, recording: Recording) -> None:
    columns: dict[str, np.ndarray] = {"t_ms": 1000.0 / recording.rate_hz * np.arange(len(recording.acc))}
    lines = ['time = "t_ms"', 'time_unit = "ms"', 'acc_unit = "g"', 'gyro_unit = "deg/s"', 'frame = "segment"']
    lines += ["[subject]", f"mass_kg = {recording.subject.mass_kg}", f"height_m = {recording.subject.height_m}"]
    for k, sensor in enumerate(recording.sensors):
        for kind, values in (("A", recording.acc[:, k] / 9.80665), ("w", np.degrees(recording.gyro[:, k]))):
            # the device's x is our y, its y our z, its z our x
            columns |= {f"S{k}_{kind}{axis}": values[:, (i + 1) % 3] for i, axis in enumerate("xyz")}
        acc, gyro = ([f"S{k}_{kind}{axis}" for axis in "xyz"] for kind in "Aw")
        lines += ["[[sensors]]", f'segment = "{sensor.segment}"', f"acc = {acc}", f"gyro = {gyro}", 'axes = ["+z", "+x", "+y"]']
    np.savetxt(path, np.stack(list(columns.values()), axis=1), "%.5f", ";", header=";".join(columns), comments="")
    path.with_suffix(".columns.toml").write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("command", HEAVY_COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_what_cannot_be_done_is_said(light: Environment, command: list[str]) -> None:
    done = light.run("kinertia", *command)
    assert done.returncode == 2
    assert "needs torch" in done.stderr
    assert "pip install 'kinertia[train]'" in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_experiments_are_not_in_the_wheel(light: Environment) -> None:
    assert light.python("from importlib.util import find_spec; print(find_spec('experiments'))") == "None"
    done = light.run("kinertia", "benchmark", "physics")
    assert done.returncode == 2
    assert done.stderr == f"kinertia: {main.ABSENT.format('benchmark')}\n"


def test_streams_without_lab_streaming_layer(light: Environment) -> None:
    done = light.run(
        "kinertia", "stream", "--source", "replay", "--replay.file", "walk.csv", "--replay.speed", "inf", "--csv", "s.csv"
    )
    assert done.returncode == 0, done.stderr
    assert len((light.work / "s.csv").read_text().splitlines()) > 1900
    done = light.run("kinertia", "live")
    assert done.returncode == 2
    assert done.stderr == (
        "kinertia: Lab Streaming Layer needs pylsl, which is not installed. Fix: pip install 'kinertia[live]'\n"
    )


def test_parquet_says_what_it_needs(light: Environment) -> None:
    (light.work / "walk.parquet").write_bytes(b"PAR1")
    done = light.run("kinertia", "inspect", "walk.parquet")
    assert done.returncode == 2
    assert "needs polars" in done.stderr

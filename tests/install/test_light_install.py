"""``pip install .`` without extras, in an environment of its own: what is in it, and what works with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kinertia.io import write_recording
from kinertia.simulation import walking
from kinertia.simulation.record import record

ROOT = Path(__file__).resolve().parents[2]
LARGEST_MB = 250.0
NOT_OURS = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "distutils-precedence.pth")
"""What a new environment holds before anything is installed."""
ABSENT = ("torch", "casadi", "scipy", "safetensors", "polars", "onnx", "onnxscript")
HEAVY_COMMANDS = (
    ["train", "walk.csv", "--out", "model"],
    ["train"],
    ["solve", "walk.csv", "--out", "solved"],
    ["simulate", "--out", "people"],
    ["demo"],
    ["export", "--out", "graphs"],
    ["ship", "model", "--out", "shipped"],
    ["benchmark", "cycles", "--data", "."],
    ["benchmark", "physics"],
)

pytestmark = pytest.mark.install


@dataclass(frozen=True)
class Environment:
    """A virtual environment and a folder to work in."""

    folder: Path
    work: Path

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        program, *arguments = map(str, command)
        return subprocess.run(
            [str(self.folder / "bin" / program), *arguments],
            cwd=self.work,
            env=os.environ | {"COLUMNS": "160"},
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
    environment = Environment(tmp_path_factory.mktemp("light") / "venv", tmp_path_factory.mktemp("work"))
    subprocess.run([sys.executable, "-m", "venv", str(environment.folder)], check=True)
    constraints = ["--quiet", "--constraint", str(ROOT / "constraints.txt")]
    # the smallest dependency tells whether a registry can be reached; after that a failure is the package's
    probe = environment.run("pip", "download", *constraints, "--no-deps", "--dest", environment.work / "probe", "markupsafe")
    if probe.returncode:
        message = f"no package registry: {probe.stderr.strip().splitlines()[-1]}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    done = environment.run("pip", "install", *constraints, ROOT)
    assert done.returncode == 0, done.stderr
    write_recording.write(environment.work / "walk.csv", record(walking.fit(72.0, 1.78), "walk", seconds=6.0))
    yield environment
    shutil.rmtree(environment.folder)  # pytest keeps the folders of three runs


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


def test_no_heavy_packages(light: Environment) -> None:
    code = f"from importlib.util import find_spec; print([p for p in {ABSENT} if find_spec(p)])"
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
    assert summary["duration_s"] == pytest.approx(6.0)
    assert len(summary["sensors"]) == 7
    assert summary["truth"]


def test_estimate(light: Environment) -> None:
    done = light.run("kinertia", "estimate", "walk.csv", "--out", "estimated")
    assert done.returncode == 0, done.stderr
    assert "written as CSV: Parquet needs polars" in done.stderr
    written = {path.name for path in (light.work / "estimated").iterdir()}
    assert {"walk_estimate.csv", "walk_coordinates.mot", "walk_moments.sto", "walk_grf.mot", "walk_report.html"} <= written


@pytest.mark.parametrize("command", HEAVY_COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_what_cannot_be_done_is_said(light: Environment, command: list[str]) -> None:
    done = light.run("kinertia", *command)
    assert done.returncode == 2
    assert "needs torch" in done.stderr
    assert "pip install 'kinertia[train]'" in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_parquet_says_what_it_needs(light: Environment) -> None:
    (light.work / "walk.parquet").write_bytes(b"PAR1")
    done = light.run("kinertia", "inspect", "walk.parquet")
    assert done.returncode == 2
    assert "needs polars" in done.stderr

"""What is shipped names no file of the machine that it was made on, and runs as a module."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import kinertia

MODELS = Path(__file__).resolve().parents[1] / "src" / "kinertia" / "models"


def test_shipped_files_name_no_files_of_a_machine() -> None:
    files = [path for path in MODELS.rglob("*") if path.is_file()]
    assert any(path.suffix == ".onnx" for path in files)
    found = [path.name for path in files if re.search(rb'(?:/[\w.-]+){2,}\.py|File "', path.read_bytes())]
    assert not found


def test_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "kinertia", "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"kinertia {kinertia.__version__}\n")

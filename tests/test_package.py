"""What is shipped names no file of the machine that it was made on."""

from __future__ import annotations

import re
from pathlib import Path

MODELS = Path(__file__).resolve().parents[1] / "src" / "kinertia" / "models"


def test_shipped_files_name_no_files_of_a_machine() -> None:
    files = [path for path in MODELS.rglob("*") if path.is_file()]
    assert any(path.suffix == ".onnx" for path in files)
    found = [path.name for path in files if re.search(rb'(?:/[\w.-]+){2,}\.py|File "', path.read_bytes())]
    assert not found

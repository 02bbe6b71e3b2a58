"""Every cell of docs/api.md, in order, in one namespace; and the cells above its heading of training without torch."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kinertia.io import extra
from kinertia.solving.settings import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
TRAINING = "## Adapt and solve"
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHORTER = {
    "= ki.adapt(rec)": '= ki.adapt(rec, out="mine", steps=4)',
    "ki.solve(rec, cycle=True)": "ki.solve(rec, cycle=True, settings=Settings(iterations=4))",
    "steps=2000": "steps=3, batch=2",
}


def cells(page: str) -> list[tuple[str, str]]:
    """Code of each cell and the text shown for it, empty where none is."""
    blocks = BLOCK.findall(page)
    shown = [*(code if kind == "text" else "" for kind, code in blocks[1:]), ""]
    return [(code, text) for (kind, code), text in zip(blocks, shown, strict=True) if kind == "python"]


def run(page: str, names: dict[str, Any]) -> None:
    for code, shown in cells(page):
        tree = ast.parse(code)
        last = tree.body[-1]
        value = None
        if isinstance(last, ast.Expr):
            exec(compile(ast.Module(tree.body[:-1], []), str(PAGE), "exec"), names)
            value = eval(compile(ast.Expression(last.value), str(PAGE), "eval"), names)
        else:
            exec(compile(tree, str(PAGE), "exec"), names)
        if shown:
            assert _without_numbers(repr(value)) == _without_numbers(shown.strip()), code


def _without_numbers(text: str) -> str:
    return re.sub(r"\d+(\.\d+)?", "0", text)


def test_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = PAGE.read_text()
    for long, short in SHORTER.items():
        assert long in page
        page = page.replace(long, short)
    names: dict[str, Any] = {"Settings": Settings}
    run(page, names)
    assert names["signals"].acc.shape == (100, 2, 2)
    assert float(names["residual"].detach().abs().max()) == 0.0
    again = names["ki"].estimate(names["rec"], "mine")
    np.testing.assert_allclose(again.coordinates["knee_angle_r"], names["better"].coordinates["knee_angle_r"], atol=1e-6)
    assert (tmp_path / "opensim" / "walk_coordinates.mot").is_file()
    assert (tmp_path / "results" / "walk_estimate.parquet").is_file()


def test_cells_of_the_light_install(tmp_path: Path) -> None:
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({extra.PACKAGES})); sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        f"import test_python_page; page = {PAGE.read_text().split(TRAINING)[0]!r}\n"
        "test_python_page.run(page, {}); test_python_page.run(page, {})"  # cells are run again and again
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "results" / "walk_estimate.csv").is_file()

"""Which part may import what: docs/architecture.md states it, and this reads it from there."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from kinertia.io.extra import PACKAGES as EXTRAS

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "kinertia"
PAGE = ROOT / "docs" / "architecture.md"
LONGEST_FILE = 400
LIGHT = (
    "numerics",
    "muscles",
    "recording",
    "estimation.estimate",
    "estimation.convention",
    "estimation",
    "sensing",
    "placement",
    "checks",
    "uncertainty",
    "io.files",
    "io",
    "runtime",
    "streaming",
    "transport",
    "live",
    "metrics",
    "simulation.norms",
    "reporting",
    "api",
)
"""Parts that the light install uses, but for the modules below, which extras need."""
FOR_EXTRAS = {
    *(f"sensing.{name}" for name in ("errors", "measurement", "ringing", "skin")),
    "estimation.track",
    "sensing.orientation",
    "transport.lsl",
}
SINGLE_MODULES = ("estimation.convention", "estimation.estimate", "io.files", "simulation.norms")
"""Modules that are their own part within their folder."""


def _name(path: Path, home: Path) -> str:
    return ".".join(path.relative_to(home).with_suffix("").parts).removesuffix(".__init__")


MODULES = {_name(path, SOURCE): path for path in SOURCE.rglob("*.py") if path.parent != SOURCE}


def _part(module: str) -> str:
    return module if module in SINGLE_MODULES else module.split(".")[0]


def _imports(path: Path, package: str = "kinertia.", modules: Mapping[str, Path] = MODULES) -> set[str]:
    """Modules of a package that a file imports anywhere, inside functions too."""
    known = {f"{package}{name}" for name in modules}
    found: set[str] = set()
    for node in ast.walk(_tree(path)):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names += [] if known.issuperset(names) else [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.removeprefix(package) for name in names if name in known}
    return found


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _allowed() -> dict[str, set[str]]:
    """The table of the page."""
    rows = re.findall(r"^\| `([\w.]+)` \| .+ \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    parts = {name for name, _ in rows}
    return {name: parts if cell == "everything" else set(re.findall(r"`([\w.]+)`", cell)) for name, cell in rows}


def test_page_names_every_part() -> None:
    assert set(_allowed()) == {_part(module) for module in MODULES}


def test_imports_are_allowed() -> None:
    allowed = _allowed()
    wrong = {
        module: unwanted
        for module, path in MODULES.items()
        if (unwanted := {_part(name) for name in _imports(path)} - {_part(module)} - allowed[_part(module)])
    }
    assert not wrong, f"imports that docs/architecture.md does not allow: {wrong}"


def _circle(graph: dict[str, set[str]]) -> list[str]:
    """One circle of a directed graph; empty when there is none."""
    done: set[str] = set()

    def walk(node: str, path: list[str]) -> list[str]:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return []
        for following in sorted(graph.get(node, ())):
            if found := walk(following, [*path, node]):
                return found
        done.add(node)
        return []

    return next((found for node in sorted(graph) if (found := walk(node, []))), [])


def test_no_circles() -> None:
    assert _circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert not _circle({part: allowed - {part} for part, allowed in _allowed().items() if part != "cli"})
    assert not _circle({module: _imports(path) - {module} for module, path in MODULES.items()})


def test_experiments_stay_outside() -> None:
    """The package names them in one place, and there the one module that starts them."""
    naming = re.compile(r"\b(import|from) experiments\b|[\"']experiments\b")
    assert [name for name, path in MODULES.items() if naming.search(path.read_text())] == ["cli.main"]
    modules = {_name(path, ROOT): path for path in (ROOT / "experiments").rglob("*.py")}
    assert not _circle({module: _imports(path, "", modules) - {module} for module, path in modules.items()})


def test_files_are_short() -> None:
    files = [path for folder in ("src", "tests", "experiments") for path in (ROOT / folder).rglob("*.py")]
    long = {
        str(path.relative_to(ROOT)): lines for path in files if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert not long


def test_light_parts_need_no_heavy_packages() -> None:
    assert MODULES.keys() >= FOR_EXTRAS
    modules = sorted(f"kinertia.{name}" for name in MODULES.keys() - FOR_EXTRAS if _part(name) in LIGHT)
    assert len(modules) > 60
    code = (
        f"import sys, importlib; [importlib.import_module(m) for m in {modules}]; "
        f"print([package for package in {EXTRAS} if package in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _numeric(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple):
        return bool(node.elts) and all(map(_numeric, node.elts))
    if isinstance(node, ast.UnaryOp | ast.BinOp):
        return all(_numeric(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def _unexplained(path: Path) -> list[str]:
    """Constants that are numbers without a comment or docstring, of their own or of the lines they stand in."""
    text = path.read_text().splitlines()
    body = ast.parse("\n".join(text)).body
    missing = []
    for i, node in enumerate(body):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None or not _numeric(node.value):
            continue
        first, last = i, i
        while isinstance(body[first - 1], ast.Assign | ast.AnnAssign) and body[first - 1].end_lineno == body[first].lineno - 1:
            first -= 1
        while last + 1 < len(body) and body[last + 1].lineno - 1 == body[last].end_lineno:
            last += 1
            if isinstance(body[last], ast.Expr):
                break
        told = isinstance(body[last], ast.Expr) or text[body[first].lineno - 2].startswith("#") or "#" in text[node.lineno - 1]
        if not told:
            missing.append(f"{path.relative_to(SOURCE)}:{node.lineno}")
    return missing


def test_constants_say_what_they_are() -> None:
    assert [found for path in MODULES.values() for found in _unexplained(path)] == []


def test_what_numerics_has_is_not_taken_from_scipy() -> None:
    """Docs/decisions.md says why there is one way."""
    ours = {"BSpline", "CubicSpline", "PchipInterpolator", "Rotation", "butter", "sosfiltfilt", "filtfilt", "find_peaks"}
    ours |= {"interp1d", "make_interp_spline", "resample", "resample_poly", "solve_banded", "uniform_filter1d"}
    taken = re.compile(
        rf"^\s*from scipy[\w.]* import .*\b({'|'.join(ours)})\b|\b(?:signal|interpolate)\.({'|'.join(ours)})\(", re.M
    )
    files = [path for folder in ("src", "experiments") for path in (ROOT / folder).rglob("*.py")]
    assert {path.name for path in files if taken.search(path.read_text())} == set()


def test_reading_lists_are_short_and_name_what_exists() -> None:
    reading = PAGE.read_text().split("## Reading\n")[1].split("\n## ")[0]
    lists = [re.findall(r"^\d+\. `([\w/]+\.py)`", part, re.MULTILINE) for part in re.split(r":\n\n", reading)[1:]]
    assert len(lists) >= 2
    for files in lists:
        assert 1 < len(files) <= 8
        for file in files:
            assert (SOURCE / file).is_file(), f"{file} in the reading lists of docs/architecture.md does not exist"


def test_picture_names_what_exists() -> None:
    picture = PAGE.read_text().split("```mermaid")[1].split("```")[0]
    named = set(re.findall(r'\|"([a-z_]+(?:\.[a-z_]+)?)[:"]', picture))
    assert {"io", "checks.chain", "learning.decode", "mechanics"} <= named
    for name in named:
        assert name in MODULES, f"{name} in the picture of docs/architecture.md does not exist"

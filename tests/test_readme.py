"""Every command and every piece of Python in README and docs works, or at least says what exists."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import shlex
import shutil
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest

from experiments import registry, runner, walks
from experiments.walks import record
from kinertia.cli import main, parsing
from kinertia.cli.main import GROUP
from kinertia.io import write_recording
from kinertia.recording import Recording

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN_WHOLE = ("README.md", "getting-started.md", "training.md")
"""Pages whose kinertia commands run in order, in a folder with recordings ``walk.csv`` and ``walk_again.csv``."""
LARGEST_PICTURES = 300_000
LONGEST_README = 120
TINY = ["--config.training.batch", "2", "--config.network.hidden", "16", "--config.training.steps", "4"]


def _blocks(page: Path, language: str) -> list[str]:
    return [code for name, code in BLOCK.findall(page.read_text()) if name == language]


def _commands(page: Path) -> list[list[str]]:
    lines = "\n".join(_blocks(page, "bash")).replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the recording that the pages speak of."""
    made = tmp_path_factory.mktemp("readme")
    write_recording.write(made / "walk.csv", record(walks.fit(72.0, 1.78), "walk", seconds=6.0))
    write_recording.write(made / "walk_again.csv", record(walks.fit(72.0, 1.78), "walk_again", seconds=8.0))
    return made


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = {name for page in PAGES for name in re.findall(r"`make ([a-z]+)", page.read_text())}
    assert {"install", "test"} <= targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_command_lines_are_understood(page: Path) -> None:
    """Parsed by the real parser, not run."""
    for words in _commands(page):
        assert words[0] in ("make", "pip", "py", "kinertia"), f"{page.name}: {words}"
        if words[0] != "kinertia" or words[1].startswith("--") or words[1:] == [GROUP]:
            continue
        name = words[2] if words[1] == GROUP else words[1]
        benchmark = words[1] == GROUP
        command = getattr(
            importlib.import_module((registry.MODULES if benchmark else main.COMMANDS | registry.COMMANDS)[name]), name
        )
        command = runner.command(command, name) if benchmark else command

        @wraps(command)
        def do_nothing(*args: Any, **kwargs: Any) -> None:
            del args, kwargs

        parsing.parse(do_nothing, "kinertia", words[3 if benchmark else 2 :])


@pytest.mark.parametrize("name", RUN_WHOLE)
def test_a_recording_of_your_own(name: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page tells the reader to type, with training cut short."""
    for path in folder.glob("walk*"):
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    page = next(page for page in PAGES if page.name == name)
    done = []
    for _, subcommand, *rest in (words for words in _commands(page) if words[0] == "kinertia"):
        if subcommand.startswith("--") or subcommand in ("live", "demo"):  # tests/cli has tests of them
            continue
        extra: list[str] = []
        if subcommand == "adapt":  # the same with every setting, so that it can be cut short
            out = [] if "--out" in rest else ["--out", "walk_kinertia/model"]
            subcommand, rest = "train", [*rest, "--from", "default", *out]
        if subcommand == "train" and "--from" in rest:
            extra = ["--config.adaptation.steps", "4"]
        elif subcommand == "train" and "--config-file" not in rest:
            extra = TINY
        # the last one given counts
        main.main([subcommand, *(word for word in rest if word not in ("--config.training.steps", "8000")), *extra])
        done.append(subcommand)
    assert {"train", "estimate"} <= set(done)
    assert list(tmp_path.rglob("walk_report.html"))
    for code in _blocks(page, "python"):
        exec(compile(code, name, "exec"), {})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_names_exist(page: Path) -> None:
    for code in _blocks(page, "python"):
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom):
                assert node.module
                module = importlib.import_module(node.module)
                for alias in node.names:
                    if not hasattr(module, alias.name):
                        importlib.import_module(f"{node.module}.{alias.name}")


def test_pictures_are_drawn(walk: Recording, tmp_path: Path) -> None:
    """By the script that made those in the repository, which README and docs show."""
    written = _script(ROOT / "docs" / "pictures" / "draw.py").main(tmp_path, walk)
    assert [path.name for path in written] == ["result.svg", "sensors.svg"]
    kept = [ROOT / "docs" / "pictures" / path.name for path in written]
    assert sum(path.stat().st_size for path in kept) < LARGEST_PICTURES
    shown = (ROOT / "README.md").read_text()
    for new, old in zip(written, kept, strict=True):
        assert old.relative_to(ROOT).as_posix() in shown
        drawn = [ElementTree.parse(path).getroot() for path in (new, old)]
        assert [root.tag for root in drawn] == ["{http://www.w3.org/2000/svg}svg"] * 2
        said = [[text.text for text in root.iter("{http://www.w3.org/2000/svg}text")] for root in drawn]
        words = [{text for text in texts if text and text[0].isalpha()} for texts in said]
        assert words[0] == words[1]


def test_readme_is_read_in_a_minute() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= LONGEST_README


def _script(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name}: {target}"

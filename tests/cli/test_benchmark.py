"""Experiments as commands: listed, explained, refused in one sentence where they are not; their files replace no others."""

from __future__ import annotations

import inspect
import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import docstring_parser
import pytest
from shell import Shell

from experiments import registry, runner
from experiments.protocol import QUIET, Context, Found
from kinertia import __version__
from kinertia.cli import main
from kinertia.recording import RecordingError


@pytest.mark.parametrize("words", [["benchmark"], ["benchmark", "--help"]], ids=" ".join)
def test_experiments_are_listed(kinertia: Shell, words: list[str]) -> None:
    result = kinertia(*words)
    assert result.code == 0
    assert [line.split()[0] for line in result.out.splitlines() if line.startswith("  ")] == list(registry.MODULES)
    assert "  physics     inverse dynamics and virtual sensors" in result.out


@pytest.mark.parametrize("name", registry.MODULES)
def test_help_of_experiments(kinertia: Shell, name: str) -> None:
    result = kinertia("benchmark", name, "--help")
    assert result.code == 0
    assert f"usage: kinertia benchmark {name}" in result.out
    assert "--json FILE" in result.out


@pytest.mark.parametrize(("name", "module"), registry.MODULES.items())
def test_every_option_is_explained(name: str, module: str) -> None:
    command = runner.command(getattr(import_module(module), name), name)
    page = docstring_parser.parse(command.__doc__)
    assert page.short_description
    explained = {parameter.arg_name: parameter.description for parameter in page.params}
    assert list(explained) == list(inspect.signature(command).parameters)
    assert all(explained.values())


def test_without_a_checkout_it_says_where_they_are(kinertia: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main.kinertia, "__file__", str(tmp_path / "lib" / "site-packages" / "kinertia" / "__init__.py"))
    monkeypatch.chdir(tmp_path)
    for words in (("benchmark", "physics"), ("pretrain", "people")):
        result = kinertia(*words)
        assert result.code == 2
        assert " ".join(result.err.split()) == f"kinertia: {main.ABSENT.format(words[0])}"


def test_an_experiment_replaces_its_own_figures_only(tmp_path: Path) -> None:
    def score(data: Path, seed: int = 1, context: Context = QUIET) -> Found:
        del context
        return Found({"data": str(data), "conditions": {"trials": 2}}, ("scored",), failed=seed == 3)

    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "walk.json").write_text(json.dumps(name))
    run, figures = runner.command(score, "score"), tmp_path / "figures.json"
    run(data=tmp_path / "a", json=figures)
    run(data=tmp_path / "a", seed=2, json=figures)
    found = json.loads(figures.read_text())["conditions"]
    stated = {"data": str(tmp_path / "a"), "seed": 2}
    assert found == {"trials": 2, "experiment": "score", "version": __version__, "options": stated}
    with pytest.raises(SystemExit):
        run(data=tmp_path / "a", seed=3)
    with pytest.raises(
        RecordingError, match=r"holds what `kinertia benchmark score` made of .*a, not of .*b\. Fix: give another name$"
    ):
        run(data=tmp_path / "b", json=figures)
    with pytest.raises(RecordingError, match="is read by this command"):
        run(data=tmp_path / "a", json=tmp_path / "a" / "walk.json")


def test_the_experiment_of_the_page_works(walk_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md").read_text()
    (code,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    made: dict[str, Any] = {"__name__": "durations"}
    exec(compile(code, "benchmarks.md", "exec"), made)
    out = tmp_path / "figures" / "durations.json"
    runner.command(made["durations"], "durations")(data=walk_csv.parent, json=out)
    found = json.loads(out.read_text())
    assert found["seconds"][walk_csv.stem] > 1.0
    assert found["conditions"]["experiment"] == "durations"
    assert walk_csv.stem in capsys.readouterr().out

"""Help at every level, and errors as one line."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path

import docstring_parser
import pytest
from shell import Shell

from kinertia import __version__
from kinertia.cli import main


@pytest.mark.parametrize("command", [[], *([name] for name in main.COMMANDS), ["benchmark"]], ids=" ".join)
def test_help_of_commands(kinertia: Shell, command: list[str]) -> None:
    result = kinertia(*command, "--help")
    assert result.code == 0
    assert "usage: kinertia" in result.out
    wanted = {(): main.COMMANDS, ("benchmark",): main.BENCHMARKS}.get(tuple(command), {})
    assert all(name in result.out for name in wanted)


@pytest.mark.parametrize("name", list(main.BENCHMARKS))
def test_help_of_benchmarks(kinertia: Shell, name: str) -> None:
    result = kinertia("benchmark", name, "--help")
    assert result.code == 0
    assert f"usage: kinertia benchmark {name}" in result.out


@pytest.mark.parametrize(("name", "module"), [*main.COMMANDS.items(), *main.BENCHMARKS.items()])
def test_every_option_is_explained(name: str, module: str) -> None:
    command = getattr(import_module(module), name)
    page = docstring_parser.parse(command.__doc__)
    assert page.short_description
    explained = {parameter.arg_name: parameter.description for parameter in page.params}
    assert list(explained) == list(inspect.signature(command).parameters)
    assert all(explained.values())


def test_every_setting_is_explained(kinertia: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")  # one column of options
    shown = " ".join(kinertia("train", "--help").out.replace("│", " ").split())
    assert len(re.findall(r"--config\.\S+ \S+ ", shown)) > 25
    assert re.findall(r"(--config\.\S+) \S+ \(default", shown) == []


def test_version(kinertia: Shell) -> None:
    assert kinertia("--version").out == f"kinertia {__version__}\n"


def test_unknown_command(kinertia: Shell) -> None:
    assert kinertia("fly").code == 2


def test_a_wrong_option_is_named(kinertia: Shell) -> None:
    result = kinertia("demo", "--stepps", "3")
    assert result.code == 2
    assert "--steps" in result.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["inspect", "absent.txt"], "absent.txt: does not exist"),
        (["inspect"], "no recording given"),
        (["train", "--out", "model"], "no recording given"),
        (["estimate", "{walk}", "--model", "absent", "--out", "out"], "kinertia train --out"),
        (["train", "{walk}", "--out", "model", "--mass", "5"], "body mass in kilograms"),
        (["train", "{walk}", "--out", "model", "--device", "abacus"], "device 'abacus' cannot be used here"),
        (["train", "{walk}", "--out", "model", "--config-file", "absent.json"], "absent.json"),
        (["train", "{walk}", "--out", "model", "--resume"], "no such checkpoint"),
        (["benchmark", "cycles", "--data", ".", "--method", "strapdown"], "holds no gait cycles"),
    ],
)
def test_errors_are_one_line(
    kinertia: Shell,
    walk_csv: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = kinertia(*(argument.replace("{walk}", str(walk_csv)) for argument in arguments))
    assert result.code == 2
    assert result.err.startswith("kinertia: ")
    assert result.err.count("\n") == 1
    assert said in result.err
    assert not (tmp_path / "model").exists()


def test_traceback_on_request(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        main.main(["inspect", str(tmp_path / "absent.txt"), "--traceback"])


def test_an_unwritable_folder_is_named(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = kinertia("train", walk_csv, "--out", tmp_path / "file" / "model")
    assert result.code == 2
    assert str(tmp_path / "file") in result.err

"""Help at every level, and errors as one line."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import docstring_parser
import pytest
from shell import Shell

from experiments import registry
from kinertia import __version__
from kinertia.cli import main

COMMANDS = main.COMMANDS | registry.COMMANDS
EVERYDAY = ("inspect", "place", "estimate", "adapt", "report", "live", "demo")


@pytest.mark.parametrize("words", [[], ["--help"]], ids=" ".join)
def test_everyday_commands_come_first_with_a_line_each(kinertia: Shell, words: list[str]) -> None:
    result = kinertia(*words)
    assert result.code == 0
    lines = result.out.splitlines()
    first = lines.index("Every day:") + 1
    assert [line.split()[0] for line in lines[first : first + len(EVERYDAY)]] == list(EVERYDAY)
    named = [line.split()[0] for line in lines if line.startswith("  ")]
    assert sorted(named) == sorted([*COMMANDS, "benchmark"])
    assert len(lines) < 45
    assert max(map(len, lines)) <= 80


def lines_of_help(kinertia: Shell, monkeypatch: pytest.MonkeyPatch, *words: str) -> list[str]:
    monkeypatch.setenv("COLUMNS", "80")
    result = kinertia(*words)
    assert result.code == 0
    assert result.out.startswith(f"usage: kinertia {' '.join(words[:-1])} ")
    assert "--" not in result.out.splitlines()[0]
    return result.out.splitlines()


@pytest.mark.parametrize("name", list(COMMANDS))
def test_help_is_short_and_all_of_it_on_request(kinertia: Shell, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    short = lines_of_help(kinertia, monkeypatch, name, "--help")
    assert len(short) <= 60
    assert max(map(len, short)) <= 80
    whole = lines_of_help(kinertia, monkeypatch, name, "--help-all")
    hidden = re.match(r"(\d+) more options?: kinertia \w+ --help-all$", short[-1])
    assert len(options(whole)) - len(options(short)) == int(hidden[1] if hidden else 0)


def options(lines: list[str]) -> list[str]:
    return [line.split()[0] for line in lines if line.startswith("  --")]


@pytest.mark.parametrize(("name", "module"), list(COMMANDS.items()))
def test_every_option_is_explained(name: str, module: str) -> None:
    command = getattr(import_module(module), name)
    page = docstring_parser.parse(command.__doc__)
    assert page.short_description
    explained = {parameter.arg_name: parameter.description for parameter in page.params}
    assert list(explained) == list(inspect.signature(command).parameters)
    assert all(explained.values())


def test_every_setting_is_explained(kinertia: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = " ".join(lines_of_help(kinertia, monkeypatch, "train", "--help-all"))
    assert len(re.findall(r"--config\.\S+ +\S+ ", shown)) > 25
    assert re.findall(r"(--config\.\S+) +\S+ +\(default", shown) == []


def test_version(kinertia: Shell) -> None:
    assert kinertia("--version").out == f"kinertia {__version__}\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("estimat walk.csv", "there is no estimat; did you mean estimate? `kinertia --help` lists all"),
        ("fly", "there is no fly; `kinertia --help` lists all"),
        ("benchmark cycle", "there is no benchmark cycle; did you mean cycles? `kinertia benchmark --help` lists all"),
        ("demo --stepps 3", "demo has no option --stepps; did you mean --steps? `kinertia demo --help-all` lists all"),
        (
            "train --config.trainig.steps=3",
            "train has no option --config.trainig.steps=3; did you mean --config.",
        ),
        ("simulate --subject 3", "simulate has no option --subject; did you mean --subjects?"),
        ("solve a.csv --out x --begin x", "solve --begin: 'x' is no number; see `kinertia solve --help`"),
        (
            "train a.csv --config.sensors.segments pelvis pelvis",
            "train --config.sensors: sensor set of pelvis, pelvis: name each segment once; see `kinertia train --help`",
        ),
        ("train --out x --config.training.steps=x", "train --config.training.steps: 'x' is no whole number"),
        ("solve a.csv --out x --start foo", "solve --start: 'foo' is none of signals, model"),
        ("estimate a.csv --mass", "estimate --mass needs a value"),
        ("simulate --out x", "simulate needs --subjects INT and --seed INT; see `kinertia simulate --help`"),
    ],
)
def test_the_nearest_command_or_option_is_named(kinertia: Shell, line: str, said: str) -> None:
    result = kinertia(*line.split())
    assert result.code == 2
    assert result.err.startswith(f"kinertia: {said}")
    assert result.err.count("\n") == 1


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    line = f"{sys.executable} -c 'from kinertia.cli.main import main; main()' train --help-all"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {line} | head -1"], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("usage: kinertia train")
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["inspect", "absent.txt"], "absent.txt: does not exist"),
        (["inspect"], "no recording given"),
        (["train", "--out", "model"], "no recording given"),
        (["estimate", "{walk}", "--model", "absent", "--out", "out"], "or the folder that `kinertia adapt`, `train`"),
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

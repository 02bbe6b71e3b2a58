"""The recipe of the shipped weights: every command in it is understood as it stands, without running any."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from kinertia.cli import parsing
from kinertia.cli.main import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_commands_are_understood(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    told = subprocess.run(["make", "--dry-run", "weights"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    lines = [line.split(" || ")[0] for line in told.replace("\\\n", " ").splitlines()]
    commands = [shlex.split(found[1]) for line in lines if (found := re.search(r"bin/kinertia (.*)", line))]
    understood: list[str] = []
    parse = parsing.parse

    def only_parse(function: Callable[..., Any], prog: str, words: Sequence[str]) -> Callable[[], None]:
        parse(function, prog, words)
        return lambda: understood.append(prog)

    monkeypatch.setattr(parsing, "parse", only_parse)
    monkeypatch.chdir(ROOT)
    for words in commands:
        main(words)
    assert not capsys.readouterr().err
    used = [prog.removeprefix("kinertia ") for prog in understood]
    assert len(used) == len(commands)
    assert {name: used.count(name) for name in used} == {"simulate": 3, "train": 4, "ship": 2, "calibrate": 2}

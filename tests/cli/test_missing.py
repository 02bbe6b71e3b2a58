"""Commands without the extra kinertia[train]; tests/install tries them in an environment that really lacks it."""

from __future__ import annotations

import sys

import pytest
from shell import Shell

from experiments import registry
from kinertia.cli import dispatch, main
from kinertia.cli.main import IN_CHECKOUT
from kinertia.io import extra


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in extra.PACKAGES:
        monkeypatch.setitem(sys.modules, package, None)


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize("command", [*main.TRAINING, "pretrain", *(f"benchmark {name}" for name in registry.TRAINING)])
def test_one_sentence(kinertia: Shell, command: str) -> None:
    result = kinertia(*command.split())
    assert result.code == 2
    said = f"{command} needs torch, scipy and safetensors, which are not installed. Fix: pip install 'kinertia[train]'"
    assert " ".join(result.err.split()) == f"kinertia: {said}"


def test_heavy_commands_exist() -> None:
    assert main.COMMANDS.keys() >= set(main.TRAINING)
    assert registry.MODULES.keys() >= set(registry.TRAINING)
    assert {"benchmark", *registry.COMMANDS} == set(IN_CHECKOUT)
    assert not main.COMMANDS.keys() & set(IN_CHECKOUT)


def test_a_command_that_cannot_be_loaded(kinertia: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(module: str) -> None:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)

    monkeypatch.setattr(dispatch, "import_module", load)
    package = "torch"
    assert "speed needs torch, which is not installed." in kinertia("benchmark", "speed", "--help").err
    package = "kinertia.lost"
    with pytest.raises(ModuleNotFoundError, match=r"kinertia\.lost"):
        main.main(["inspect", "walk.csv"])
    assert dispatch.explain(ModuleNotFoundError(name="torch.nn")) == (
        "this needs torch, which is not installed. Fix: pip install 'kinertia[train]'"
    )

"""A short simulated recording as a file; the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell import Shell

from experiments import walks
from experiments.walks import record
from kinertia.io import write_recording


@pytest.fixture
def kinertia(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("COLUMNS", "160")
    return Shell(capsys)


@pytest.fixture(scope="session")
def walk_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    recording = record(walks.fit(72.0, 1.78), "walk", seconds=6.0)
    return write_recording.write(tmp_path_factory.mktemp("recordings") / "walk.csv", recording)

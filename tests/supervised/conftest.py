"""People with recordings, as files and in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from walkers import CYCLES, WINDOWS, recording

from kinertia.io import write_recording
from kinertia.supervised import regimes
from kinertia.supervised.config import FitConfig
from kinertia.supervised.examples import Examples
from kinertia.train import people
from kinertia.train.people import Person


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def persons() -> dict[str, Person]:
    """Four people with one recording each."""
    return {f"p{k}": Person(f"p{k}", (people.ready(recording(k), f"p{k}"),)) for k in range(4)}


@pytest.fixture(scope="session", params=["windows", "cycles"])
def config(request: pytest.FixtureRequest) -> FitConfig:
    return WINDOWS if request.param == "windows" else CYCLES


@pytest.fixture(scope="session")
def data(persons: dict[str, Person], config: FitConfig) -> dict[str, Examples]:
    """Examples of everybody."""
    found = {name: regimes.examples(person, config) for name, person in persons.items()}
    return {name: examples for name, examples in found.items() if examples is not None}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three people with one recording each, as files."""
    home = tmp_path_factory.mktemp("walkers")
    for k in range(3):
        write_recording.write(home / f"person{k}" / "walk_1.csv", recording(k))
    return home

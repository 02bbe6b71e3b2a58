"""Some made-up people, and sizes that train in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from swaying import QUICK, RATE_HZ, recording, sizes

from experiments.encoders.config import PretrainingConfig
from experiments.encoders.windows import Windows, cut, to_track
from experiments.few_labels import targets
from experiments.few_labels.downstream import DownstreamConfig
from experiments.few_labels.targets import Labelled
from kinertia.io import write_recording


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def quick() -> DownstreamConfig:
    return QUICK


@pytest.fixture(params=["contrastive", "masked"])
def config(request: pytest.FixtureRequest) -> PretrainingConfig:
    return sizes(request.param)


@pytest.fixture(scope="session")
def windows() -> Windows:
    """Of four people without labels."""
    return cut([to_track(recording(f"p{seed}", seed, truth=False), RATE_HZ) for seed in range(4)], 128, 0.2)


@pytest.fixture(scope="session")
def labelled() -> Labelled:
    """Of six people."""
    recordings = [recording(f"p{seed}", seed) for seed in range(6)]
    tracks = [to_track(each, RATE_HZ) for each in recordings]
    return targets.label(cut(tracks, 128), [targets.curves_of(each, RATE_HZ) for each in recordings], RATE_HZ)


@pytest.fixture(scope="session")
def people_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six people with one recording each, as files."""
    folder = tmp_path_factory.mktemp("people")
    for seed in range(6):
        (folder / f"person{seed}").mkdir()
        write_recording.write(folder / f"person{seed}" / "walk_1.csv", recording("walk_1", seed, 500))
    return folder

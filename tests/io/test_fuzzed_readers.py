"""Files of every format, broken at random, are read or refused in a sentence; ``kinertia benchmark fuzz`` does so for hours."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments import broken_files

FORMATS = 25
"""At the least, on a machine without the packages of any extra."""


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return broken_files.make(tmp_path_factory.mktemp("fuzz") / "whole")


def test_whole_files_of_all_formats_are_read_or_refused(seeds: list[Path]) -> None:
    assert len(seeds) >= FORMATS - 5
    assert [said for path in seeds if (said := broken_files.crash(path))] == []


@given(pick=st.integers(0, 2**30), number=st.integers(0, 2**30))
@settings(max_examples=120, deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_broken_files_crash_no_reader(seeds: list[Path], tmp_path: Path, pick: int, number: int) -> None:
    seed = seeds[pick % len(seeds)]
    broken = tmp_path / "broken"
    shutil.rmtree(broken, ignore_errors=True)
    shutil.copytree(seed if seed.is_dir() else seed.parent, broken)
    files = sorted(path for path in broken.iterdir() if path.is_file())
    draw = np.random.default_rng(number)
    path = files[pick % len(files)]
    path.write_bytes(broken_files.broken(draw, path.read_bytes()))
    assert broken_files.crash(broken if seed.is_dir() else broken / seed.name) == ""
    assert broken_files.crash(path) == ""

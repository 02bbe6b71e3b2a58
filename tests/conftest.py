"""Shared fixtures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("KINERTIA_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real recordings; absent on a user's machine, required in continuous integration."""
    if not DATA.is_dir():
        message = f"shared recordings not found at {DATA} (set KINERTIA_DATA)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return DATA

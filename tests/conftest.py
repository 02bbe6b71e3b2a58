"""Shared fixtures."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

DATA = Path(os.environ.get("KINERTIA_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))

LSL_CONFIGURATION = f"""
[multicast]
ResolveScope = machine
[lab]
KnownPeers = {{127.0.0.1}}
SessionID = kinertia-tests-{os.getpid()}
[log]
level = -3
"""
"""Streams of Lab Streaming Layer are seen on this machine, by this run and its children."""


def pytest_configure(config: pytest.Config) -> None:
    """Lab Streaming Layer reads its configuration once a process, at its first use by whichever test."""
    folder = tempfile.TemporaryDirectory(prefix="kinertia-tests-")
    config.add_cleanup(folder.cleanup)
    path = Path(folder.name) / "lsl_api.cfg"
    path.write_text(LSL_CONFIGURATION)
    os.environ["LSLAPICFG"] = str(path)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real recordings; absent on a user's machine, required in continuous integration."""
    if not DATA.is_dir():
        message = f"shared recordings not found at {DATA} (set KINERTIA_DATA)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return DATA

"""Shared fixtures."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from kinertia.recording import Frame, Recording, SensorPose, Truth
from kinertia.transport import walker

WALK_HZ = 100.0
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


@pytest.fixture(scope="session")
def walk() -> Recording:
    """Four seconds of standing and sixteen of walking in segment axes, with a sensor's noise."""
    made = walker.recording(20.0, rate_hz=WALK_HZ, seed=5)
    poses = {sensor.segment: SensorPose(sensor.position_m) for sensor in made.sensors if sensor.position_m is not None}
    return replace(made, truth=Truth(poses=poses))


@pytest.fixture(scope="session")
def unaligned(walk: Recording) -> Recording:
    """The same in unknown axes."""
    return replace(walk, frame=Frame.SENSOR)

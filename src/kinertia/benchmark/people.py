"""The simulated people of the benchmark: made once, kept in a folder, never trained on."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from kinertia import __version__
from kinertia.io import write_recording
from kinertia.simulation import walking
from kinertia.simulation.record import record
from kinertia.simulation.walking import Style

SEED = 20_001
"""Reserved for the benchmark: recipes of shipped models use others."""


def cache() -> Path:
    """Folder in which the benchmark's people are kept, per version of the package."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "kinertia" / f"people-{SEED}-{__version__}"


def make(folder: Path, count: int, seed: int = SEED, seconds: float = 60.0) -> None:
    """Write recordings with truth of ``count`` people into ``folder``/personNNN; what is there already is left.

    Parameters
    ----------
    folder : to write into.
    count : number of people; the first ones are the same whatever their number.
    seed : draws body, gait and sensor errors.
    seconds : length of a recording [s].
    """
    for number in range(1, count + 1):
        path = folder / f"person{number:03d}" / "walk.parquet"
        if path.is_file():
            continue
        generator = np.random.default_rng((seed, number))
        height = float(np.clip(generator.normal(1.72, 0.09), 1.5, 2.0))
        mass = float(height**2 * np.clip(generator.normal(24.0, 3.0), 18.0, 34.0))
        style = Style(generator.uniform(1.0, 1.3), generator.uniform(0.9, 1.1), tuple(generator.normal(0.0, 0.04, 3)))
        walk = walking.fit(mass, height, style)
        write_recording.write(path, record(walk, "walk", seconds, seed=int(generator.integers(2**31))), single_precision=True)

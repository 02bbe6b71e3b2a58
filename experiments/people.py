"""The simulated people of the benchmark: made once, kept in a folder, never trained on."""

from __future__ import annotations

import os
from pathlib import Path

from kinertia import __version__
from kinertia.simulation import simulate
from kinertia.simulation.plan import RECORDINGS
from kinertia.simulation.simulate import Request, Show

SEED = 20_001
"""Reserved for the benchmark: recipes of shipped models use others."""


def cache() -> Path:
    """Folder in which the benchmark's people are kept, per version of the package."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "kinertia" / f"simulated-{SEED}-{__version__}"


def make(
    folder: Path,
    count: int,
    seed: int = SEED,
    seconds: float = 60.0,
    recordings: tuple[str, ...] = tuple(RECORDINGS),
    jobs: int = 1,
    show: Show | None = None,
) -> list[str]:
    """Write recordings with truth of ``count`` people into ``folder``/personNNN; what is there already is left.

    Parameters
    ----------
    folder : to write into.
    count : number of people; the first ones are the same whatever their number.
    seed : draws body, gait and sensor errors.
    seconds : length of a recording [s].
    recordings : which of :data:`kinertia.simulation.plan.RECORDINGS`.
    jobs, show, returned warnings : as for :func:`kinertia.simulation.simulate.run`.
    """
    return simulate.run(folder, count, Request(seed, seconds, recordings=recordings), jobs=jobs, show=show)

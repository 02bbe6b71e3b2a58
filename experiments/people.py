"""The simulated people of the experiments: made once, kept in a folder, never trained on."""

from __future__ import annotations

import os
from pathlib import Path

from rich.console import Console

from experiments.protocol import QUIET, Context
from kinertia import __version__
from kinertia.cli.progress import recordings_bar
from kinertia.cluster.workers import Workers
from kinertia.simulation import simulate
from kinertia.simulation.plan import RECORDINGS
from kinertia.simulation.simulate import Request

SEED = 20_001
"""Reserved for experiments: recipes of shipped models use others."""


def cache(name: str = "simulated", seed: int = SEED) -> Path:
    """Folder in which people are kept, per version of the package."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "kinertia" / f"{name}-{seed}-{__version__}"


def make(
    folder: Path,
    count: int,
    only: tuple[str, ...] = (),
    jobs: int = 1,
    context: Context = QUIET,
    seed: int = SEED,
    seconds: float = 60.0,
) -> Path:
    """Write recordings with truth of people into ``folder``/personNNN; what is there already is left.

    Parameters
    ----------
    folder : to write into.
    count : number of people; the first ones are the same whatever their number.
    only : which of :data:`kinertia.simulation.plan.RECORDINGS`; empty for all.
    jobs : processes.
    context : shows progress and warnings.
    seed : draws body, gait and sensor errors.
    seconds : length of a recording [s].
    """
    context.say(f"simulated people: {folder}")
    wanted = Request(seed, seconds, recordings=only or tuple(RECORDINGS))
    if not context.shows:
        simulate.run(folder, count, wanted, workers=Workers(jobs))
        return folder
    with recordings_bar(count * len(wanted.recordings)) as show:
        warnings = simulate.run(folder, count, wanted, workers=Workers(jobs), show=show)
    for warning in warnings:
        Console(stderr=True).print(f"warning: {warning}", highlight=False, soft_wrap=True)
    return folder

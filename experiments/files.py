"""Commands that are killed at random instants."""

from __future__ import annotations

import tempfile
from pathlib import Path

from experiments import kill_jobs
from experiments import kills as killing
from experiments.protocol import QUIET, Context, Found, table


def files(kills: int = 200, only: tuple[str, ...] = (), seed: int = 0, context: Context = QUIET) -> Found:
    """Kill commands at random instants: is nothing that they read changed, nothing lost, and every folder readable?

    Exit code 1 if one of these is not so. Needs a system that can fork.

    Parameters
    ----------
    kills
        How often; the commands take turns.
    only
        Names of commands: train, fit, pretrain, estimate, solve, export, simulate; default all.
    seed
        Of the instants.
    """
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        data, model = work / "data", work / "data" / "model"
        made = killing.forked(lambda: kill_jobs.make_inputs(data, model), work)
        if made.failed:
            raise RuntimeError(made.failed)
        jobs = [job for job in kill_jobs.jobs(data, model) if not only or job.name in only]
        found = killing.measure(jobs, data, work / "out", kills, seed, context)
    shown = table("command", "killed", "ended before", "problems")
    for name, row in found.items():
        shown.add_row(name, str(row["kills"]), str(row["finished"]), "; ".join(dict.fromkeys(row["problems"])) or "none")
    return Found(found, (shown,), failed=any(row["problems"] for row in found.values()))

"""``kinertia benchmark files``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table


def files(json: Path | None = None, kills: int = 200, only: tuple[str, ...] = (), seed: int = 0) -> None:
    """Kill commands at random instants: is nothing that they read changed, nothing lost, and every folder readable?

    Exit code 1 if one of these is not so. Needs a system that can fork.

    Parameters
    ----------
    json
        File to write the figures to.
    kills
        How often; the commands take turns.
    only
        Names of commands: train, fit, pretrain, estimate, solve, export, simulate; default all.
    seed
        Of the instants.
    """
    from experiments import kill_jobs, results
    from experiments import kills as benchmark

    def show(done: int, problems: int) -> None:  # a bar has a thread, and processes are forked without one
        if done % 20 == 0:
            Console(stderr=True).print(f"{done} of {kills}, {problems} problems", style="dim", highlight=False)

    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        data, model = work / "data", work / "data" / "model"
        made = benchmark.forked(lambda: kill_jobs.make_inputs(data, model), work)
        if made.failed:
            raise RuntimeError(made.failed)
        jobs = [job for job in kill_jobs.jobs(data, model) if not only or job.name in only]
        found = benchmark.measure(jobs, data, work / "out", kills, seed, show)
    results.write(json, found)
    table = Table("command", "killed", "ended before", "problems")
    for name, row in found.items():
        table.add_row(name, str(row["kills"]), str(row["finished"]), "; ".join(dict.fromkeys(row["problems"])) or "none")
    Console().print(table)
    if any(row["problems"] for row in found.values()):
        sys.exit(1)

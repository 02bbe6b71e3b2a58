"""``kinertia benchmark alarms``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from rich.console import Console

from kinertia.recording import Recording


def alarms(
    people: tuple[Path, ...] = (),
    data: Path | None = None,
    json: Path | None = None,
    count: int = 200,
    checks_only: bool = False,
    adapted: bool = False,
    model: str = "default",
    seed: int = 1,
) -> None:
    """Sound recordings, simulated and real: how often do the checks or the verdict complain of one?

    Parameters
    ----------
    people
        Folders of simulated people, as `kinertia simulate` writes them.
    data
        Folder with real gait recordings and motion capture, as docs/benchmarks.md describes.
    json
        File to write the figures to.
    count
        Simulated recordings: those that are there, then stretches of them.
    checks_only
        Estimate nothing, and ask for no verdict.
    adapted
        Adapt the model to each recording before it estimates.
    model
        What estimates.
    seed
        Draws the stretches.
    """
    from experiments import results
    from experiments.commands.spoiled import look
    from experiments.spoiled import alarms as benchmark
    from experiments.spoiled import table
    from kinertia.api.adapting import adapt
    from kinertia.api.models import estimate
    from kinertia.cli.progress import samples_bar
    from kinertia.estimation import verdict

    def judged(recording: Recording) -> str:
        estimates = adapt(recording, model, anyway=True) if adapted else model
        told = verdict.of(estimate(estimates, recording), recording)
        return told.headline if told.level == "poor" and told.word != "not judged" else ""

    doubt = None if checks_only else judged
    with tempfile.TemporaryDirectory() as home:
        sound = benchmark.gather(people, data, count, seed, Path(home))
        with samples_bar(len(sound), "recordings") as bar:
            found = benchmark.run(sound, look, doubt, lambda: bar(1))
    results.write(json, found)
    console = Console()
    console.print(table.render_alarms(found))
    console.print(table.complaints(found), highlight=False, markup=False)

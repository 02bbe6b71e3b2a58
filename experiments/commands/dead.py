"""``kinertia benchmark dead``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from kinertia.estimation.estimate import Estimate
from kinertia.recording import Recording


def dead(
    people: tuple[Path, ...] = (),
    data: Path | None = None,
    json: Path | None = None,
    variants: int = 100,
    model: str = "default",
    seed: int = 1,
) -> None:
    """A sensor that dies or freezes midway: is the rest as good as with that sensor missing from the start?

    Parameters
    ----------
    people
        Folders of simulated people, as `kinertia simulate` writes them.
    data
        Folder with real walks: `imu_mocap_gaittoolbox`, `imu_hugadb`.
    json
        File to write the figures to.
    variants
        How many, dead and frozen in turn.
    model
        Model that estimates.
    seed
        Draws recordings, sensors and instants.
    """
    from experiments import results
    from experiments.commands.spoiled import look
    from experiments.spoiled import dead as benchmark
    from experiments.spoiled import source, table
    from kinertia.api.models import estimate
    from kinertia.cli.progress import samples_bar

    def estimated(recording: Recording) -> Estimate:
        return estimate(model, recording)

    with samples_bar(variants, "variants") as bar:
        found = benchmark.run(source.available(people, data), variants, seed, look, estimated, lambda: bar(1))
    results.write(json, found)
    console = Console()
    console.print(table.render_dead(found))
    console.print("\n".join(found["failures"]), highlight=False, markup=False)

"""``kinertia benchmark bands``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from experiments.commands.options import AS_USUAL, Shared


def bands(
    data: tuple[Path, ...] = (),
    measured: tuple[Path, ...] = (),
    sets: str = "all,FT,F,P",
    json: Path | None = None,
    method: Literal["pretrained", "adapted", "solve"] = "pretrained",
    only: tuple[str, ...] = (),
    learning: Shared = AS_USUAL,
) -> None:
    """Coverage and mean half-width of the 90 % bands on people with known truth, per gait, output and set of sensors.

    Parameters
    ----------
    data
        Folders of people with truth on whom neither the model was trained nor its bands were calibrated.
    measured
        Folders of motion capture with force plates, which virtual sensors on tissue ride on.
    sets
        Sensor sets, with commas between them, as for `kinertia benchmark sparse`.
    json
        File to write the figures to.
    method
        The model as it is, or adapted without labels to each person's recordings with these sensors; or trajectory
        optimisation.
    only
        Names of the recordings to use, for example walk_2 run_2; default all.
    learning
        How the model is adapted, and which one it is.
    """
    from experiments import bands as benchmark
    from experiments import results
    from kinertia.api.models import runner, suited
    from kinertia.calibration import people as band_people
    from kinertia.estimation import estimator
    from kinertia.estimation.estimate import Estimate
    from kinertia.recording import Recording

    status = Console(stderr=True)
    loaded = cache(runner)

    def as_it_is(recordings: list[Recording]) -> list[Estimate]:
        return [
            estimator.estimate(loaded(suited(learning.model or "default", recording.sensors)), recording)
            for recording in recordings
        ]

    def show(person: str, name: str) -> None:
        status.print(f"{person}: {name}", style="dim")

    estimate = as_it_is if method == "pretrained" else learning.method(method)
    people = band_people.people(data, measured, only)
    if not people:
        raise ValueError("no people; give --data or --measured")
    found = benchmark.run(people, [name for name in sets.split(",") if name], estimate, show)
    results.write(json, found)
    table = Table("people", "gait", "sensors", "outputs", "coverage [%]", "persons [%]", "mean half-width", "trusted [%]")
    for whose, gait, name, row in _rows(found):
        for kind, share in row["coverage"].items():
            persons = [100.0 * value for value in row["people"][kind].values() if value is not None]
            width = f"{row['half_width'][kind]:.3g} {benchmark.UNITS[kind][1]}"
            spread = f"{min(persons):.0f} to {max(persons):.0f}"
            table.add_row(whose, gait, name, kind, f"{100.0 * share:.1f}", spread, width, f"{100.0 * row['trusted']:.1f}")
    Console().print(table)


def _rows(found: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for whose, by_gait in found.items():
        for gait, by_set in by_gait.items():
            for name, row in by_set.items():
                yield whose, gait, name, row

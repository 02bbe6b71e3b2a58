"""``kinertia benchmark bands``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from kinertia.cli.options import DEFAULT, choose_config
from kinertia.learning.config import Config


def bands(
    data: tuple[Path, ...] = (),
    measured: tuple[Path, ...] = (),
    sets: str = "all,FT,F,P",
    json: Path | None = None,
    method: Literal["pretrained", "adapted", "solve"] = "pretrained",
    model: str = "default",
    only: tuple[str, ...] = (),
    config_file: Path | None = None,
    config: Config = DEFAULT,
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
    model
        Name of a shipped model, or a model's folder.
    only
        Names of the recordings to use, for example walk_2 run_2; default all.
    config_file
        Configuration of the adaptation, to read instead of the options below.
    config
        How the model is adapted; settings not given are the model's.
    """
    from kinertia.api.models import runner, suited
    from kinertia.benchmark import band_people, methods, results
    from kinertia.benchmark import bands as benchmark
    from kinertia.cli.progress import training_bar
    from kinertia.estimation import estimator
    from kinertia.estimation.estimate import Estimate
    from kinertia.recording import Recording

    status = Console(stderr=True)
    wanted = choose_config(config_file, config)
    loaded = cache(runner)

    def as_it_is(recordings: list[Recording]) -> list[Estimate]:
        return [estimator.estimate(loaded(suited(model, recording.sensors)), recording) for recording in recordings]

    def show(person: str, name: str) -> None:
        status.print(f"{person}: {name}", style="dim")

    estimate = (
        as_it_is
        if method == "pretrained"
        else methods.choose(method, wanted.training.seed, wanted, training_bar, None if model == "default" else model)
    )
    people = band_people.people(data, measured, only)
    if not people:
        raise ValueError("no people; give --data or --measured")
    found = benchmark.run(people, [name for name in sets.split(",") if name], estimate, show)
    if json is not None:
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

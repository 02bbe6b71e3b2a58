"""``kinertia benchmark labels``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

FIGURES = ("angle_rmsd_deg", "moment_rmsd_bwbh", "grf_rmsd_bw")


def labels(
    data: Path | None = None,
    json: Path | None = None,
    people: Path | None = None,
    work: Path | None = None,
    only: tuple[str, ...] = (),
    train: int = 40,
    test: int = 10,
    jobs: int = 1,
) -> None:
    """Everything that learns from labels, on people who were not learned from; goes on where it was interrupted.

    Parameters
    ----------
    data
        Folder with the real recordings imu_cycles_biomac and imu_mocap_gaittoolbox; default $KINERTIA_DATA.
    json
        File to write the figures to; finished rows are kept beside it.
    people
        Folder of simulated people as `kinertia simulate` writes it; without, they are simulated first, which takes hours.
    work
        Folder for the models; default beside JSON, or in the cache.
    only
        Rows: cnn_simulated cnn_real general adaptive adaptive_knee_deg semi_supervised label_efficiency; all without any.
    train
        How many of the people are learned from: the first ones.
    test
        How many are tested: those after them.
    jobs
        Processes that simulate.
    """
    from experiments import labels as benchmark
    from experiments import labels_setting, results, sparse
    from kinertia.cli.progress import recordings_bar, training_bar

    status = Console(stderr=True)
    folder = labels_setting.data_folder(data)
    if people is None:
        with recordings_bar((train + test) * len(labels_setting.RECORDINGS)) as report:
            people = labels_setting.simulate(train + test, jobs, report)
    home = work or (json.with_name(f"{json.stem}.models") if json is not None else people.with_name(f"{people.name}-models"))

    def bar(steps: int, label: str) -> Any:
        return training_bar(steps, label=label)

    def say(text: str) -> None:
        status.print(text, style="dim", highlight=False)

    setting = labels_setting.Setting(folder, people, home, train, test, say, bar)
    found = benchmark.run(setting, only, None if json is None else sparse.kept_file(json))
    results.write(json, found)
    show(Console(), found)


def show(console: Console, found: dict[str, Any]) -> None:
    """Rows with figures as a table, the others as lines."""
    table = Table("row", "angle [deg]", "moment [BWBH%]", "GRF [BW%]", "synced: angle", "moment", "GRF")
    for name, row in found.items():
        if isinstance(row, dict) and "mean" in row:
            cells = [row[part][figure] for part in ("mean", "mean_synced") for figure in FIGURES]
            table.add_row(name, *("-" if value is None else f"{value:.2f}" for value in cells))
    if real := found.get("cnn_real"):
        table.add_row("published", *(f"{real['paper'][figure]:g}" for figure in FIGURES), "", "", "")
    console.print(table)
    if real:
        console.print(
            f"no moment at all errs {real['zero_moment_ratio']['mean']:.2f} times as much as cnn_real", highlight=False
        )
    if gain := found.get("adaptive", {}).get("gain_percent"):
        said = ", ".join(f"{name.partition('_')[0]} {value:.0f} %" for name, value in gain.items() if value is not None)
        console.print(f"adaptive against general, less error: {said}", highlight=False)
    if knee := found.get("adaptive_knee"):
        said = ", ".join(f"{name} {knee[name]['knee_deg']:.2f}" for name in ("adaptive", "general", "orientation"))
        console.print(f"knees of the real recording [deg]: {said}", highlight=False)

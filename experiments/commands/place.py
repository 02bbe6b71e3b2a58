"""``kinertia benchmark place``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


def place(
    data: Path | None = None,
    cycles: Path | None = None,
    json: Path | None = None,
    trials: int = 200,
    people: tuple[str, ...] = (),
    seed: int = 1,
    fit: Path | None = None,
) -> None:
    """How well placement is found: segment, side, axes and position of sensors on simulated people; faults and false alarms.

    Parameters
    ----------
    data
        Folder of simulated people, as `kinertia simulate` writes it.
    cycles
        Folder of averaged gait cycles that state where their sensors sat: along-segment position errors.
    json
        File to write the figures to.
    trials
        Trials of each fault, of clean recordings and of turned sensors.
    people
        Folders of the people to take; all by default.
    seed
        Draws recordings, stretches, rotations and faults.
    fit
        Fit the gait model that placement rests on to these people instead, and write it to this file.
    """
    from experiments import place as benchmark
    from experiments import results
    from experiments.place_faults import FAULTS
    from kinertia.cli.progress import samples_bar
    from kinertia.io.files import write_text
    from kinertia.recording.errors import RecordingError

    if data is None and cycles is None:
        raise RecordingError("no data given", fix="name a folder with --data or --cycles")
    if fit is not None and data is not None:
        write_text(fit, benchmark.fit(data, people).decode() + "\n")
        return
    found: dict[str, Any] = {}
    if data is not None:
        with samples_bar(trials * (len(FAULTS) + 2), "trials") as advance:
            found = benchmark.run(data, benchmark.Plan(trials, people, seed), lambda _: advance(1))
    if cycles is not None:
        found["cycles"] = benchmark.on_cycles(cycles)
    results.write(json, found)
    console = Console()
    for table in _tables(found):
        console.print(table)


def _tables(found: dict[str, Any]) -> list[Table]:
    tables = []
    if "placement" in found:
        figures = found["placement"]
        table = Table("sensors turned any way", "")
        for name, value in (
            ("segment right, %", 100 * figures["segment_right"]),
            ("and side, up to the mirror image, %", 100 * figures["side_right"]),
            ("position, median, cm", 100 * figures["position_m_median"]),
            ("along the segment, median, cm", 100 * figures["along_m_median"]),
            ("orientation, median, deg", figures["orientation_deg_median"]),
        ):
            table.add_row(name, f"{value:.1f}")
        tables.append(table)
        table = Table("fault", "named, %", "nothing else said, %")
        for name, row in found["faults"].items():
            table.add_row(name, f"{100 * row['detected']:.1f}", f"{100 * row['alone']:.1f}")
        table.add_row("clean: false alarms", f"{100 * found['clean']['false_alarms']:.1f}", "")
        tables.append(table)
    for name, figures in found.get("cycles", {}).items():
        starts = [key for key in figures if key.startswith("from_")]
        table = Table(f"{name}: along the segment, cm", *starts)
        for segment in figures[starts[0]]:
            table.add_row(segment, *(f"{100 * figures[start][segment]:+.1f}" for start in starts))
        tables.append(table)
    return tables

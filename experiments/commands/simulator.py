"""``kinertia benchmark simulator``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments import results as result_files
from experiments import simulator as benchmark
from experiments.simulator import Comparison, Figure
from kinertia.reporting import overlays
from kinertia.reporting.charts import Chart, Line

STYLES = (("right", "left"), ("both", "measured", "virtual"))
"""Of simulated and of reference lines, in their order."""


def simulator(data: Path, people: Path, json: Path | None = None, report: Path | None = None, with_p01: bool = False) -> None:
    """Compare simulated people with norms, measured movements and unlabelled IMU signals.

    Parameters
    ----------
    data
        Folder with walking_arnold, walking_moco, running_hamner, imu_hugadb and imu_mocap_gaittoolbox; what is not there is
        left out.
    people
        Folder that `kinertia simulate` wrote.
    json
        File to write the figures to.
    report
        Folder to write simulator.html to: every curve, peak forces against speed, levels of the IMU signals.
    with_p01
        Also compare with the averaged cycles of imu_cycles_biomac, which the simulator was not made from.
    """
    found = benchmark.run(people, data, held_out=with_p01)
    result_files.write(json, found.results)
    console = Console()
    console.print(_table(found))
    for gait in ("walking", "running"):
        if gait in found.results["peaks"]:
            fit = found.results["peaks"][gait]
            console.print(
                f"largest vertical force, {gait}: {fit['constant_bw']:.2f} + {fit['per_m_s']:.2f} v BW "
                f"(spread {fit['spread_bw']:.2f}, {fit['recordings']} recordings)",
                highlight=False,
            )
    for name in found.results["missing"]:
        console.print(f"not there, left out: {name}", highlight=False)
    if report is not None:
        about = "Mean of the simulated recordings at about the reference's speed, with a band of one standard deviation."
        page = overlays.write(report / "simulator.html", "Simulated people against references", about, _sections(found.figures))
        console.print(f"plots: {page}", highlight=False, soft_wrap=True)


def _table(found: Comparison) -> Table:
    table = Table(
        title=f"{found.results['recordings']} recordings of {found.results['people']} simulated people", title_justify="left"
    )
    table.add_column("reference")
    for heading in ("speed", "curve", "RMSD", "difference", "spread", "beyond 2 SD"):
        table.add_column(Text(heading), justify="right")
    for row in found.results["curves"]:
        table.add_row(
            Text(row["reference"]),
            f"{row['speed_m_s']:.2f}",
            f"{row['curve']} [{row['unit']}]".replace("[", r"\["),
            f"{row['rmsd']:.1f}",
            f"{row['difference']:+.1f}",
            f"{row['spread']:.1f}",
            f"{100 * row['outside']:.0f} %",
        )
    return table


def _sections(figures: tuple[Figure, ...]) -> overlays.Sections:
    sections: dict[str, list[Chart]] = {}
    for figure in figures:
        used = [0, 0]
        lines = []
        for series in figure.series:
            styles = STYLES[series.reference]
            style = styles[used[series.reference] % len(styles)]
            used[series.reference] += 1
            lines.append(Line(series.label, series.x, series.y, style, series.reference, series.spread))
        sections.setdefault(figure.section, []).append(Chart(figure.title, figure.x_label, figure.y_label, tuple(lines)))
    return list(sections.items())

"""Simulated people against published norms, measured movements and unlabelled IMU signals: where the simulator differs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from experiments import gait_curves, pages, spectra
from experiments.gait_curves import MeanCycle
from experiments.protocol import QUIET, Context, Found, Json, cell, table
from experiments.spectra import Levels
from kinertia.io import devices, gaittoolbox
from kinertia.io import folder as folders
from kinertia.io.read import read
from kinertia.metrics.errors import rmsd
from kinertia.recording import Array, Recording
from kinertia.recording.errors import RecordingError
from kinertia.recording.selection import crop
from kinertia.reporting.charts import Chart, Line

MEASURED = {"walking_arnold": False, "walking_moco": False, "running_hamner": True}
"""Folder of motion capture to whether it is running."""
HUGADB, GAITTOOLBOX, HELD_OUT = "imu_hugadb", "imu_mocap_gaittoolbox", "imu_cycles_biomac"
HUGADB_RANGE = 2 * 9.81
NEAR_M_S = {False: 0.25, True: 0.5}
"""Simulated recordings within this of a reference's speed are compared with it, for walking and running."""
IMU_SPEEDS_M_S = (0.0, 1.5)
"""Of the simulated walks that IMU signals of unknown speed are compared with."""
STYLES = (("right", "left"), ("both", "measured", "virtual"))
"""Of simulated and of reference lines, in their order."""


@dataclass(frozen=True)
class Series:
    """One curve of a figure; ``spread`` is a standard deviation."""

    label: str
    x: Array
    y: Array
    reference: bool
    spread: Array | None = None


@dataclass(frozen=True)
class Figure:
    """What one plot shows."""

    section: str
    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]


def simulator(data: Path, people: Path, report: Path | None = None, with_p01: bool = False, context: Context = QUIET) -> Found:
    """Compare simulated people with norms, measured movements and unlabelled IMU signals.

    Parameters
    ----------
    data
        Folder with walking_arnold, walking_moco, running_hamner, imu_hugadb and imu_mocap_gaittoolbox; what is not there is
        left out.
    people
        Folder that `kinertia simulate` wrote.
    report
        Folder to write simulator.html to: every curve, peak forces against speed, levels of the IMU signals.
    with_p01
        Also compare with the averaged cycles of imu_cycles_biomac, which the simulator was not made from.
    """
    del context
    found, figures = compare(people, data, held_out=with_p01)
    lines = [
        f"largest vertical force, {gait}: {fit['constant_bw']:.2f} + {fit['per_m_s']:.2f} v BW "
        f"(spread {fit['spread_bw']:.2f}, {fit['recordings']} recordings)"
        for gait in ("walking", "running")
        if (fit := found["peaks"].get(gait))
    ]
    lines += [f"not there, left out: {name}" for name in found["missing"]]
    if report is not None:
        about = "Mean of the simulated recordings at about the reference's speed, with a band of one standard deviation."
        page = pages.write_overlays(report / "simulator.html", "Simulated people against references", about, _sections(figures))
        lines.append(f"plots: {page}")
    return Found(found, (_table(found), *lines))


def compare(people: Path, data: Path, *, held_out: bool = False) -> tuple[Json, tuple[Figure, ...]]:
    """Compare a folder of simulated people with everything the ranges of the simulator were chosen from.

    Parameters
    ----------
    people : folder that ``kinertia simulate`` wrote.
    data : folder of the data sets; those that are not there are left out and listed.
    held_out : also compare with the averaged cycles of the person that benchmarks score on.

    Returns
    -------
    ``curves`` (per reference and curve: RMSD and mean difference from the mean of the simulated recordings at about that speed,
    their standard deviation, share of the cycle more than two of them away), ``peaks`` (largest forces against speed),
    ``spectra`` (levels per band, simulated and measured), ``missing``; and what a page of plots is drawn from.

    Raises
    ------
    RecordingError : no steady simulated recordings, or a file cannot be used.
    """
    cycles, walks = _simulated(people)
    references, missing = gait_curves.published(), []
    for name, running in MEASURED.items():
        if (data / name).is_dir():
            references += gait_curves.measured(data / name, running=running)
        else:
            missing.append(name)
    if held_out:
        references += gait_curves.averaged(data / HELD_OUT)
    results: Json = {"people": len({path.parent for path in folders.recordings(people)}), "recordings": len(cycles)}
    compared, figures = _curves(cycles, references)
    signals, absent = _signals(walks, data)
    results |= {"curves": compared, "peaks": _peaks(cycles, references), "spectra": signals, "missing": [*missing, *absent]}
    return results, (*figures, *_peak_figures(cycles, references), *_spectrum_figures(signals))


def _simulated(people: Path) -> tuple[list[MeanCycle], list[Recording]]:
    """Mean cycles of the steady recordings on level ground, and the walks at speeds that IMU signals are compared with."""
    cycles, walks = [], []
    for path in folders.recordings(people):
        kind = path.stem.partition("_")[0]
        if kind in ("walk", "run"):
            recording = read(path)
            cycle = gait_curves.simulated(recording, running=kind == "run")
            if cycle is not None:
                cycles.append(cycle)
                if kind == "walk" and IMU_SPEEDS_M_S[0] < cycle.speed < IMU_SPEEDS_M_S[1]:
                    walks.append(recording)
    if not cycles:
        raise RecordingError("holds no simulated walking or running", file=str(people), fix="run kinertia simulate first")
    return cycles, walks


def _curves(cycles: list[MeanCycle], references: list[MeanCycle]) -> tuple[list[Json], list[Figure]]:
    compared, figures = [], []
    percent = np.linspace(0.0, 100.0, gait_curves.POINTS)
    for reference in references:
        near = [
            cycle
            for cycle in cycles
            if cycle.running == reference.running and abs(cycle.speed - reference.speed) < NEAR_M_S[reference.running]
        ]
        gait = "running" if reference.running else "walking"
        for name, (unit, curve) in reference.curves().items():
            having = [cycle.curves()[name][1] for cycle in near if name in cycle.curves()]
            if not having:
                continue
            mean, spread = np.mean(having, axis=0), np.std(having, axis=0)
            compared.append(
                {
                    "reference": reference.name,
                    "gait": gait,
                    "speed_m_s": reference.speed,
                    "curve": name,
                    "unit": unit,
                    "simulated": len(having),
                    "rmsd": rmsd(mean, curve),
                    "difference": float(np.mean(mean - curve)),
                    "spread": float(np.mean(spread)),
                    "outside": float(np.mean(np.abs(mean - curve) > 2.0 * np.maximum(spread, 1e-9))),
                }
            )
            simulated = Series(f"simulated, {len(having)} recordings", percent, mean, False, spread)
            title = f"{name.partition('.')[2]}, {gait} at {reference.speed:.2f} m/s"
            figures.append(
                Figure(
                    reference.name,
                    title,
                    "Gait cycle [%]",
                    f"{name.partition('.')[0]} [{unit}]",
                    (simulated, Series(reference.name, percent, curve, True)),
                )
            )
    return compared, figures


def _peak(cycle: MeanCycle) -> Json:
    forces = cycle.forces
    return {
        "name": cycle.name,
        "running": cycle.running,
        "speed_m_s": cycle.speed,
        "vertical_bw": float(forces["grf_y"].max()),
        "braking_bw": float(forces["grf_x"].min()),
        "propulsion_bw": float(forces["grf_x"].max()),
    }


def _peaks(cycles: list[MeanCycle], references: list[MeanCycle]) -> Json:
    found: Json = {"references": [_peak(reference) for reference in references]}
    for running, gait in ((False, "walking"), (True, "running")):
        mine = [_peak(cycle) for cycle in cycles if cycle.running == running]
        if len({peak["speed_m_s"] for peak in mine}) > 1:
            speed, vertical = (np.array([peak[key] for peak in mine]) for key in ("speed_m_s", "vertical_bw"))
            slope, constant = np.polyfit(speed, vertical, 1)
            apart = float(np.std(vertical - constant - slope * speed))
            found[gait] = {"constant_bw": float(constant), "per_m_s": float(slope), "spread_bw": apart, "recordings": len(mine)}
    return found


def _peak_figures(cycles: list[MeanCycle], references: list[MeanCycle]) -> list[Figure]:
    figures = []
    for running, gait in ((False, "walking"), (True, "running")):
        for key, title in (("vertical_bw", "vertical"), ("braking_bw", "braking"), ("propulsion_bw", "propulsion")):
            series = []
            for label, several, known in (("simulated", cycles, False), ("measured", references, True)):
                points = sorted((p["speed_m_s"], p[key]) for p in map(_peak, several) if p["running"] == running)
                if points:
                    # every point on its own
                    x, y = (np.array([v for point in points for v in (point[i], np.nan)]) for i in (0, 1))
                    series.append(Series(label, np.repeat(x[0::2], 2), y, known))
            if series:
                figures.append(Figure("Largest forces", f"{title}, {gait}", "Speed [m/s]", "Force [BW]", tuple(series)))
    return figures


def _signals(walks: list[Recording], data: Path) -> tuple[Json, list[str]]:
    """Levels of simulated walks and of the measured ones that are there, and which are not."""
    found: Json = {"bands_hz": [list(band) for band in spectra.BANDS_HZ]}
    missing = []
    if (data / GAITTOOLBOX).is_dir():
        recording = gaittoolbox.read(data / GAITTOOLBOX)
        start, stop = gaittoolbox.walking_frames(data / GAITTOOLBOX)
        found["gaittoolbox, one person"] = spectra.levels(crop(recording, start, stop))
    else:
        missing.append(GAITTOOLBOX)
    if (data / HUGADB).is_dir():
        measured = [read(path) for path in sorted((data / HUGADB).glob("*.txt")) if devices.find(path)]
        found[f"HuGaDB, {len(measured)} walks, 2 g"] = spectra.mean([spectra.levels(recording) for recording in measured])
    else:
        missing.append(HUGADB)
    if walks:
        found["simulated"] = spectra.mean([spectra.levels(walk) for walk in walks])
        found["simulated, 2 g"] = spectra.mean([spectra.levels(walk, HUGADB_RANGE) for walk in walks])
    return found, missing


def _spectrum_figures(signals: Json) -> list[Figure]:
    figures = []
    sources: dict[str, Levels] = {name: levels for name, levels in signals.items() if name != "bands_hz"}
    middle = np.array([np.sqrt(low * high) for low, high in signals["bands_hz"]])
    for part in spectra.PARTS:
        for kind, unit in (("acc", "m/s^2"), ("gyro", "rad/s")):
            series = tuple(
                Series(name, middle, np.array(levels[part][kind]), not name.startswith("simulated"))
                for name, levels in sources.items()
                if part in levels
            )
            if series:
                figures.append(Figure("IMU signals while walking", f"{part} {kind}", "Band [Hz]", f"RMS [{unit}]", series))
    return figures


def _table(found: Json) -> Table:
    shown = table("reference", title=f"{found['recordings']} recordings of {found['people']} simulated people")
    for heading in ("speed", "curve", "RMSD", "difference", "spread", "beyond 2 SD"):
        shown.add_column(heading, justify="right")
    for row in found["curves"]:
        curve = rf"{row['curve']} \[{row['unit']}]"
        apart = cell(row["rmsd"], 1), cell(row["difference"], 1, sign=True), cell(row["spread"], 1)
        shown.add_row(row["reference"], cell(row["speed_m_s"]), curve, *apart, f"{100 * row['outside']:.0f} %")
    return shown


def _sections(figures: tuple[Figure, ...]) -> pages.Sections:
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

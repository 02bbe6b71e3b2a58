"""Simulated people against published norms, measured movements and unlabelled IMU signals: where the simulator differs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments import gait_curves, spectra
from experiments.gait_curves import MeanCycle
from experiments.spectra import Levels
from kinertia.io import folder as folders
from kinertia.io import gaittoolbox, hugadb
from kinertia.io.read import read
from kinertia.metrics.errors import rmsd
from kinertia.recording import Array, Recording
from kinertia.recording.crop import crop
from kinertia.recording.errors import RecordingError

Json = dict[str, Any]

MEASURED = {"walking_arnold": False, "walking_moco": False, "running_hamner": True}
"""Folder of motion capture to whether it is running."""
HUGADB, GAITTOOLBOX, HELD_OUT = "imu_hugadb", "imu_mocap_gaittoolbox", "imu_cycles_biomac"
HUGADB_RANGE = 2 * 9.81
NEAR_M_S = {False: 0.25, True: 0.5}
"""Simulated recordings within this of a reference's speed are compared with it, for walking and running."""
IMU_SPEEDS_M_S = (0.0, 1.5)
"""Of the simulated walks that IMU signals of unknown speed are compared with."""


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


@dataclass(frozen=True)
class Comparison:
    """Figures as numbers, and what a page of plots is drawn from."""

    results: Json
    figures: tuple[Figure, ...]


def run(people: Path, data: Path, *, held_out: bool = False) -> Comparison:
    """Compare a folder of simulated people with everything the ranges of the simulator were chosen from.

    Parameters
    ----------
    people : folder that ``kinertia simulate`` wrote.
    data : folder of the data sets; those that are not there are left out and listed.
    held_out : also compare with the averaged cycles of the person that benchmarks score on.

    Returns
    -------
    Comparison; ``results`` has ``curves`` (per reference and curve: RMSD and mean difference from the mean of the simulated
    recordings at about that speed, their standard deviation, share of the cycle more than two of them away), ``peaks`` (largest
    forces against speed), ``spectra`` (levels per band, simulated and measured), ``missing``.

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
    return Comparison(results, (*figures, *_peak_figures(cycles, references), *_spectrum_figures(signals)))


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
        measured = [hugadb.read(path) for path in sorted((data / HUGADB).glob("*.txt")) if hugadb.is_hugadb(path)]
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

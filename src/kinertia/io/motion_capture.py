"""Motion capture in OpenSim files: the folders of three published data sets to :class:`MotionCapture`.

Layouts: ``coordinates.sto``, ``id.sto``, ``grf.mot``, ``_subject.json`` and one ``.osim`` in a folder per person (a walk that
is exactly one gait cycle, Arnold et al. 2013 as published by AddBiomechanics); ``coordinates.sto``, ``id_walk.sto``,
``grf_walk.mot`` and one ``.osim`` (a walk of somewhat more than a cycle, the example of OpenSim Moco); or
``run<100 v>_ik.mot``, ``run<100 v>_grf.mot`` and ``model.osim`` (running on a treadmill at v m/s, Hamner & Delp 2013). What
states less is read by :mod:`kinertia.io.short_captures`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from kinertia.io import facts, opensim, opensim_model, opensim_truth, short_captures
from kinertia.io.opensim import KneeSign, Table
from kinertia.recording import DEFAULT_HEIGHT_M, GRAVITY, Array, Subject
from kinertia.recording.errors import RecordingError
from kinertia.recording.motion_capture import MotionCapture, Plate

_RUN = re.compile(r"^run(?P<speed>\d{3})_ik\.mot$")
_LONGER_WALK = "grf_walk.mot"
_CONTACT_BW = 0.05  # usual limit of a force plate's contact
_NO_HEIGHT = f"body height not given, {DEFAULT_HEIGHT_M:.2f} m assumed"


def read_folder(folder: str | Path) -> list[MotionCapture]:
    """Every trial of a data set's folder, or of one person's folder in it.

    Raises
    ------
    RecordingError : none of the known layouts, or a file in it cannot be used.
    """
    folder = Path(folder)
    if folder.is_dir():
        walks = [path for path in (folder, *sorted(folder.iterdir())) if (path / "coordinates.sto").is_file()]
        if walks:
            return [read_longer_walk(path) if (path / _LONGER_WALK).is_file() else read_walk(path) for path in walks]
        runs = sorted(path for path in folder.iterdir() if _RUN.match(path.name))
        if runs:
            return [read_run(path) for path in runs]
        belts = sorted(path for path in folder.iterdir() if short_captures.BELT.match(path.name))
        short = [
            *map(short_captures.read_belt_walk, belts),
            *short_captures.read_walks(folder),
            *short_captures.read_runs(folder),
        ]
        if short:
            return short
    raise RecordingError(
        "holds no motion capture in a known layout",
        file=str(folder),
        fix="give a folder with coordinates.sto (or folders with one), or with run200_ik.mot and model.osim",
    )


def read_walk(folder: Path) -> MotionCapture:
    """One person's walk over ground: exactly one gait cycle, the last sample repeats the first."""
    model = _only_model(folder)
    about_file = folder / "_subject.json"
    about = facts.read_facts(about_file)
    named = {"mass_kg": about.get("massKg"), "height_m": about.get("heightM"), "sex": about.get("sex")}
    subject, assumed, _ = facts.subject(named, file=str(about_file))
    motion, forces, moments = (opensim.read(folder / name) for name in ("coordinates.sto", "grf.mot", "id.sto"))
    coordinates, sign, _ = opensim.coordinates(motion)
    plates, warnings = _plates(forces, motion)
    return MotionCapture(
        name=f"{folder.name}_walk",
        rate_hz=motion.rate_hz,
        subject=subject,
        coordinates=coordinates,
        plates=plates,
        geometry=opensim_model.read_geometry(model),
        moments=_moments(moments, motion, sign),
        one_cycle=True,
        source=str(folder),
        warnings=(*motion.warnings, *forces.warnings, *moments.warnings, *warnings, *assumed),
    )


def read_longer_walk(folder: Path) -> MotionCapture:
    """The middle of a walk over ground, as long as a stride on the force plates: its ends are measured less well.

    The files do not state the height.

    Raises
    ------
    RecordingError : a file cannot be used, no foot strikes the plates twice, or the motion is shorter than a stride.
    """
    model = _only_model(folder)
    motion, forces, moments = (opensim.read(folder / name) for name in ("coordinates.sto", _LONGER_WALK, "id_walk.sto"))
    mass = opensim_model.read_mass(model)
    motion = _middle(motion, _stride_s(forces, mass))
    coordinates, sign, _ = opensim.coordinates(motion)
    plates, warnings = _plates(forces, motion, hold=True)
    return MotionCapture(
        name=folder.name,
        rate_hz=motion.rate_hz,
        subject=Subject(mass, DEFAULT_HEIGHT_M, assumed=("height_m",)),
        coordinates=coordinates,
        plates=plates,
        geometry=opensim_model.read_geometry(model),
        moments=_moments(moments, motion, sign),
        one_cycle=True,
        source=str(folder),
        warnings=(*motion.warnings, *forces.warnings, *moments.warnings, *warnings, _NO_HEIGHT),
    )


def read_run(file: Path) -> MotionCapture:
    """Some strides on a treadmill, whose speed is in the file's name. The files do not state the height."""
    match = _RUN.match(file.name)
    if match is None:
        raise RecordingError("does not state the speed in its name", file=str(file), fix="name it run200_ik.mot for 2 m/s")
    trial = file.name.removesuffix("_ik.mot")
    motion, forces = opensim.read(file), opensim.read(file.with_name(f"{trial}_grf.mot"))
    coordinates, _, _ = opensim.coordinates(motion)
    plates, warnings = _plates(forces, motion)
    model = file.with_name("model.osim")
    return MotionCapture(
        name=f"runner_{trial}",
        rate_hz=motion.rate_hz,
        subject=Subject(opensim_model.read_mass(model), DEFAULT_HEIGHT_M, assumed=("height_m",)),
        coordinates=coordinates,
        plates=plates,
        geometry=opensim_model.read_geometry(model),
        belt_speed=int(match["speed"]) / 100.0,
        source=str(file),
        warnings=(*motion.warnings, *forces.warnings, *warnings, _NO_HEIGHT),
    )


def read_motion(file: Path, *, knee_flexion: KneeSign | None = None) -> MotionCapture:
    """Any movement, ``NAME_ik.mot`` with ``model.osim`` beside it, without its forces. The files do not state the height.

    Parameters
    ----------
    file : coordinates.
    knee_flexion : sign of knee flexion in the file; by default seen from the knee's range.

    Raises
    ------
    RecordingError : a file cannot be used, or the knees bend too little to show the sign.
    """
    motion, model = opensim.read(file), file.with_name("model.osim")
    coordinates, _, warnings = opensim.coordinates(motion, knee_flexion=knee_flexion)
    return MotionCapture(
        name=file.name.removesuffix("_ik.mot"),
        rate_hz=motion.rate_hz,
        subject=Subject(opensim_model.read_mass(model), DEFAULT_HEIGHT_M, assumed=("height_m",)),
        coordinates=coordinates,
        plates={},
        geometry=opensim_model.read_geometry(model),
        source=str(file),
        warnings=(*warnings, _NO_HEIGHT),
    )


def _only_model(folder: Path) -> Path:
    models = sorted(folder.glob("*.osim"))
    if len(models) != 1:
        raise RecordingError(f"holds {len(models)} .osim models", file=str(folder), fix="leave the scaled model of this person")
    return models[0]


def _moments(moments: Table, motion: Table, sign: KneeSign) -> dict[str, Array]:
    """Joint moments at the times of ``motion``, in our signs."""
    curves = opensim.moments(moments, knee_flexion=sign)
    return {name: opensim_truth.on_grid(moments.time_s, values, motion.time_s) for name, values in curves.items()}


def _stride_s(forces: Table, mass_kg: float) -> float:
    """Mean time between heel strikes of the foot that has more of them [s]."""
    sides, _ = opensim_truth.feet(forces)
    down = [parts["vy"] > _CONTACT_BW * mass_kg * GRAVITY for parts in sides.values()]
    strikes = max((forces.time_s[1:][d[1:] & ~d[:-1]] for d in down), key=len)
    if len(strikes) < 2:
        raise RecordingError("has no two heel strikes of one foot", file=forces.source, fix="give at least one whole stride")
    return float(np.mean(np.diff(strikes)))


def _middle(motion: Table, duration_s: float) -> Table:
    """As much time off one end as off the other."""
    spare = float(motion.time_s[-1] - motion.time_s[0]) - duration_s
    if spare < 0.0:
        raise RecordingError(
            f"is {-spare:.2f} s shorter than a stride on the force plates", file=motion.source, fix="export a whole stride"
        )
    first = int(np.searchsorted(motion.time_s, motion.time_s[0] + 0.5 * spare))
    kept = slice(first, first + round(duration_s * motion.rate_hz) + 1)
    return replace(motion, columns={name: c[kept] for name, c in motion.columns.items()}, time_s=motion.time_s[kept])


def _held(parts: dict[str, Array]) -> dict[str, Array]:
    """Columns of one plate; its centre of pressure stays where it last or next is while nobody stands on it."""
    loaded = np.flatnonzero(parts["vy"])
    samples = np.arange(len(parts["vy"]))
    return parts | {name: np.interp(samples, loaded, parts[name][loaded]) for name in ("px", "py")}


def _plates(forces: Table, motion: Table, *, hold: bool = False) -> tuple[dict[str, Plate], tuple[str, ...]]:
    """Plates at the times of ``motion``; ``hold`` where centres of pressure of unloaded plates wander by hundreds of metres."""
    sides, warnings = opensim_truth.feet(forces)
    if missing := [side for side in "rl" if not {"px", "py"} <= sides.get(side, {}).keys()]:
        raise RecordingError(
            f"has no force plate with centre of pressure for side {missing[0]}",
            file=forces.source,
            fix="give forces and centres of pressure of both feet",
        )

    if hold:
        sides = {side: _held(parts) for side, parts in sides.items()}

    def pair(parts: dict[str, Array], what: str) -> Array:
        columns = [opensim_truth.on_grid(forces.time_s, parts[what + axis], motion.time_s) for axis in "xy"]
        return np.stack(columns, axis=-1)

    return {side: Plate(pair(sides[side], "v"), pair(sides[side], "p")) for side in "rl"}, warnings

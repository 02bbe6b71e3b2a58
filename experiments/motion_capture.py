"""Motion capture in OpenSim files: the folders of published data sets to :class:`MotionCapture`, a stride where there is one.

=============================================================  ===============================================================
files                                                          what
=============================================================  ===============================================================
``coordinates.sto id.sto grf.mot _subject.json *.osim``        a walk of exactly one gait cycle (Arnold et al. 2013 as published
                                                               by AddBiomechanics)
``coordinates.sto id_walk.sto grf_walk.mot *.osim``            a walk of somewhat more than a cycle (example of OpenSim Moco)
``run<100 v>_ik.mot run<100 v>_grf.mot model.osim``            running on a treadmill at v m/s (Hamner & Delp 2013)
``walk<10 v>_ik.sto walk<10 v>_XLD.mot``                       walking on a treadmill at v km/h (CEINMS)
``NAME_ik.mot NAME_grf.mot model.osim``                        walks over two plates of little more than a stride (OpenCap)
``NAME_straight.csv NAME_straight.json *.osim``                ``angle.`` [deg], ``translation.`` [mm], ``GRF.`` [BW%],
                                                               ``CoP.`` [m] and the right foot's strikes (BioMAC)
=============================================================  ===============================================================
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from experiments import opensim_model
from experiments.captured import Geometry, MotionCapture, Plate
from kinertia.io import facts, force_plates, layout, opensim
from kinertia.io.opensim import KneeSign, Table
from kinertia.io.text import read_text
from kinertia.numerics.signals import butterworth, filter_both_ways
from kinertia.recording import DEFAULT_HEIGHT_M, GRAVITY, Array, Subject
from kinertia.recording.errors import RecordingError

_RUN = re.compile(r"^run(?P<speed>\d{3})_ik\.mot$")
_BELT = re.compile(r"^walk(?P<speed>\d{2})_ik\.sto$")
_CONTACT_BW = 0.05  # usual limit of a force plate's contact
_LOADED_N = 20.0  # of a plate that somebody stands on
_STRIDE_S = (0.85, 1.5)  # of walking
_LEAST_ADVANCE_M = 0.8  # in a stride; who gets up or squats stays
_ALIKE = 0.6  # distance of leg angles and _RATE_S of their rates [rad] above which a movement does not repeat
_RATE_S = 0.05  # that weighs rates against angles
_UNIT = {"translation": 1e-3, "angle": np.pi / 180.0}
_LEGS = tuple(f"{joint}_{side}" for side in "rl" for joint in ("hip_flexion", "knee_angle", "ankle_angle"))
_GAIT2392 = Geometry((-0.0707, -0.0661), 0.396, 0.430)  # OpenSim's model of a man of 1.80 m
_GAIT2392_PELVIS_M, _GAIT2392_HEIGHT_M = 0.95, 1.80  # height of its pelvis' origin when it stands, and of itself
_NO_HEIGHT = f"body height not given, {DEFAULT_HEIGHT_M:.2f} m assumed"


def read_folder(folder: str | Path) -> list[MotionCapture]:
    """Every trial of a data set's folder, or of one person's folder in it.

    RecordingError: none of the known layouts, or a file in it cannot be used.
    """
    folder = Path(folder)
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    if walks := [path for path in (folder, *files) if (path / "coordinates.sto").is_file()]:
        return [_longer_walk(path) if (path / "grf_walk.mot").is_file() else _walk(path) for path in walks]
    if runs := [path for path in files if _RUN.match(path.name)]:
        return [_run(path) for path in runs]
    models = [path for path in files if path.suffix == ".osim"]
    captures = [
        *(_belt_walk(path) for path in files if _BELT.match(path.name)),
        *(_short_walk(path) for path in files if path.name.endswith("_ik.mot") and _forces_of(path).is_file()),
        *(_straight_run(path, models[0]) for path in files if path.name.endswith("_straight.csv") and models),
    ]
    if kept := [capture for capture in captures if capture is not None]:
        return kept
    fix = "give a folder with coordinates.sto (or folders with one), or with run200_ik.mot and model.osim"
    raise RecordingError("holds no motion capture in a known layout", file=str(folder), fix=fix)


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
    subject, geometry = _subject(opensim_model.read_mass(model)), opensim_model.read_geometry(model)
    name, said = file.name.removesuffix("_ik.mot"), (*warnings, _NO_HEIGHT)
    return MotionCapture(
        name, motion.rate_hz, subject, coordinates, {}, geometry, model=str(model), source=str(file), warnings=said
    )


def _capture(
    name: str,
    source: Path,
    motion: Table,
    forces: Table,
    subject: Subject,
    geometry: Geometry,
    *,
    moments: Table | None = None,
    hold: bool = False,
    said: tuple[str, ...] = (_NO_HEIGHT,),
    **more: Any,
) -> MotionCapture:
    """What all layouts have in common: forces and moments at the times of the motion, all in our signs."""
    coordinates, sign, _ = opensim.coordinates(motion)
    plates, warnings = at_times(forces, motion.time_s, hold=hold)
    curves: dict[str, Array] = {}
    if moments is not None:
        curves = {
            of: on_grid(moments.time_s, values, motion.time_s)
            for of, values in opensim.moments(moments, knee_flexion=sign).items()
        }
    read = [warning for table in (motion, forces, moments) if table is not None for warning in table.warnings]
    return MotionCapture(
        name,
        motion.rate_hz,
        subject,
        coordinates,
        plates,
        geometry,
        curves,
        source=str(source),
        warnings=(*read, *warnings, *said),
        **more,
    )


def at_times(forces: Table, time_s: Array, *, hold: bool = False) -> tuple[dict[str, Plate], tuple[str, ...]]:
    """Plates of both feet at other times, and warnings.

    RecordingError: a foot has no plate with a centre of pressure.

    Parameters
    ----------
    forces : external-load file, errors as for :func:`kinertia.io.force_plates.feet`.
    time_s : (T,) times [s].
    hold : keep the centre of pressure of an unloaded plate where it last or next is, where it wanders by hundreds of metres.
    """
    sides, warnings = force_plates.feet(forces)
    plates = {}
    for side in "rl":
        parts = sides.get(side, {})
        if not {"px", "py"} <= parts.keys():
            fix = "give forces and centres of pressure of both feet"
            raise RecordingError(f"has no force plate with centre of pressure for side {side}", file=forces.source, fix=fix)
        if hold:
            loaded, rows = np.flatnonzero(parts["vy"]), np.arange(len(parts["vy"]))
            parts = parts | {name: np.interp(rows, loaded, parts[name][loaded]) for name in ("px", "py", "pz") if name in parts}
        grid, zero = {name: on_grid(forces.time_s, values, time_s) for name, values in parts.items()}, np.zeros_like(time_s)
        force, centre = (np.stack([grid.get(what + axis, zero) for axis in "xyz"], axis=-1) for what in "vp")
        plates[side] = Plate(force, centre, grid.get("my", zero))
    return plates, warnings


def on_grid(time_s: Array, values: Array, new_time_s: Array) -> Array:
    """(T,) samples at new times: zero-phase low-pass at 0.4 of the new rate if that is slower, then linear interpolation."""
    rate, new_rate = (len(time_s) - 1) / (time_s[-1] - time_s[0]), (len(new_time_s) - 1) / (new_time_s[-1] - new_time_s[0])
    if new_rate < 0.99 * rate and len(values) > 30 and np.isfinite(values).all():
        values = filter_both_ways(butterworth(4, 0.4 * new_rate, rate), values)
    return np.interp(new_time_s, time_s, values)


def _walk(folder: Path) -> MotionCapture:
    """One person's walk over ground: exactly one gait cycle, the last sample repeats the first."""
    model, about_file = _only_model(folder), folder / "_subject.json"
    about = facts.read_facts(about_file)
    named = {"mass_kg": about.get("massKg"), "height_m": about.get("heightM"), "sex": about.get("sex")}
    subject, assumed, _ = facts.subject(named, file=str(about_file))
    motion, forces, moments = (opensim.read(folder / name) for name in ("coordinates.sto", "grf.mot", "id.sto"))
    name, geometry = f"{folder.name}_walk", opensim_model.read_geometry(model)
    return _capture(
        *(name, folder, motion, forces, subject, geometry),
        moments=moments,
        said=tuple(assumed),
        model=str(model),
        one_cycle=True,
    )


def _longer_walk(folder: Path) -> MotionCapture:
    """The middle of a walk over ground, as long as a stride on the force plates: its ends are measured less well."""
    model = _only_model(folder)
    motion, forces, moments = (opensim.read(folder / name) for name in ("coordinates.sto", "grf_walk.mot", "id_walk.sto"))
    mass = opensim_model.read_mass(model)
    motion, geometry = _middle(motion, _stride_s(forces, mass)), opensim_model.read_geometry(model)
    return _capture(
        *(folder.name, folder, motion, forces, _subject(mass), geometry),
        moments=moments,
        hold=True,
        model=str(model),
        one_cycle=True,
    )


def _run(file: Path) -> MotionCapture:
    """Some strides on a treadmill, whose speed is in the file's name."""
    trial, model = file.name.removesuffix("_ik.mot"), file.with_name("model.osim")
    motion, forces = opensim.read(file), opensim.read(_forces_of(file))
    subject, geometry = _subject(opensim_model.read_mass(model)), opensim_model.read_geometry(model)
    belt_speed = int(trial.removeprefix("run")) / 100.0
    return _capture(f"runner_{trial}", file, motion, forces, subject, geometry, belt_speed=belt_speed, model=str(model))


def _belt_walk(file: Path) -> MotionCapture:
    """Walking on a treadmill, whose speed is in the file's name; mass from the mean force, lengths from the pelvis' height."""
    trial = file.name.removesuffix("_ik.sto")
    motion, forces = opensim.read(file), opensim.read(file.with_name(f"{trial}_XLD.mot"))
    speed, said = int(trial.removeprefix("walk")) / 36.0, "no model given: lengths of gait2392, as high as the pelvis is"
    whole = _capture(trial, file, motion, forces, Subject(), _GAIT2392, said=(said,), belt_speed=speed)
    mass = float(sum(plate.force[:, 1].mean() for plate in whole.plates.values())) / GRAVITY
    longer = float(np.quantile(whole.coordinates["pelvis_ty"], 0.99)) / _GAIT2392_PELVIS_M
    (x, y), thigh, shank = _GAIT2392.hip, _GAIT2392.thigh, _GAIT2392.shank
    return replace(
        whole,
        subject=Subject(mass, longer * _GAIT2392_HEIGHT_M, assumed=("height_m",)),
        geometry=Geometry((longer * x, longer * y), longer * thigh, longer * shank),
    )


def _short_walk(file: Path) -> MotionCapture | None:
    """The stride of a walk that repeats best; None where there is none.

    A step on the plates before the stride or after it, while the same foot is not on them in the stride, belongs to the stride
    that comes before or after: it is put where that foot would step in this one.
    """
    motion, forces, model = opensim.read(file), opensim.read(_forces_of(file)), file.with_name("model.osim")
    if np.ptp(motion.columns["pelvis_tx"]) < _LEAST_ADVANCE_M:
        return None
    coordinates, _, _ = opensim.coordinates(motion)
    cut = _stride(coordinates, motion.rate_hz)
    if cut is None:
        return None
    start, length = cut
    advance = float(coordinates["pelvis_tx"][start + length] - coordinates["pelvis_tx"][start])
    name = f"{file.parent.name}_{file.name.removesuffix('_ik.mot')}"
    subject, geometry = _subject(opensim_model.read_mass(model)), opensim_model.read_geometry(model)
    whole = _capture(name, file, motion, forces, subject, geometry, one_cycle=True, model=str(model))
    return replace(
        whole,
        coordinates={of: values[start : start + length + 1] for of, values in coordinates.items()},
        plates={side: _folded(plate, start, length, advance) for side, plate in whole.plates.items()},
    )


def _straight_run(file: Path, model: Path) -> MotionCapture:
    """A stride between two strikes of a runner's right foot."""
    table, about_file = layout.read(read_text(file), file=str(file), separator=","), file.with_suffix(".json")
    columns = {name.split(" ")[0]: name for name in table.names}
    about = msgspec.json.decode(about_file.read_bytes())
    strikes = [round(float(sample)) for name, sample in about["events"] if name == "R_IC"]
    if len(strikes) < 2:
        raise RecordingError("names no two strikes of the right foot", file=str(about_file), fix="add R_IC events")
    chosen, mass = slice(strikes[0] - 1, strikes[1]), float(about["participantMass"])

    def column(name: str) -> Array:
        if name not in columns:
            raise RecordingError(f"has no column {name}", file=str(file), fix="export angles, forces and centres of pressure")
        return table.numbers(columns[name])[chosen] * _UNIT.get(name.partition(".")[0], 1.0)

    def triple(name: str, side: str) -> Array:
        return np.stack([column(f"{name}_{axis}_{side}") for axis in "xyz"], axis=-1)

    weight = mass * GRAVITY / 100.0
    named = {name: name.partition(".")[2] for name in columns if name.partition(".")[0] in _UNIT}
    coordinates = {coordinate: column(name) for name, coordinate in named.items()}
    turning = np.zeros(strikes[1] - strikes[0] + 1)  # the free moment is not in the files
    plates = {side: Plate(weight * triple("GRF.GRF", side), triple("CoP.CoP", side), turning) for side in "rl"}
    rate, geometry = float(about["rate_hz"]), opensim_model.read_geometry(model)
    return MotionCapture(
        file.stem,
        rate,
        _subject(mass),
        coordinates,
        plates,
        geometry,
        model=str(model),
        one_cycle=True,
        source=str(file),
        warnings=(_NO_HEIGHT,),
    )


def _forces_of(file: Path) -> Path:
    return file.with_name(file.name.replace("_ik.mot", "_grf.mot"))


def _subject(mass_kg: float) -> Subject:
    """A person whose height the files do not state."""
    return Subject(mass_kg, DEFAULT_HEIGHT_M, assumed=("height_m",))


def _only_model(folder: Path) -> Path:
    models = sorted(folder.glob("*.osim"))
    if len(models) != 1:
        raise RecordingError(f"holds {len(models)} .osim models", file=str(folder), fix="leave the scaled model of this person")
    return models[0]


def _stride_s(forces: Table, mass_kg: float) -> float:
    """Mean time between heel strikes of the foot that has more of them [s]."""
    sides, _ = force_plates.feet(forces)
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


def _stride(coordinates: dict[str, Array], rate_hz: float) -> tuple[int, int] | None:
    """First sample and length of the stride after which the legs are most nearly where and as fast as they were."""
    legs = np.stack([coordinates[name] for name in _LEGS], axis=-1)
    state = np.concatenate([legs, _RATE_S * rate_hz * np.gradient(legs, axis=0)], axis=-1)
    shortest, longest = (round(seconds * rate_hz) for seconds in _STRIDE_S)
    lengths = range(shortest, min(longest, len(legs) - 1) + 1)
    pairs = [(start, length) for length in lengths for start in range(len(legs) - length)]
    apart = [float(np.linalg.norm(state[start] - state[start + length])) for start, length in pairs]
    moved = coordinates["pelvis_tx"]
    fit = [k for k, (start, length) in enumerate(pairs) if moved[start + length] - moved[start] > _LEAST_ADVANCE_M]
    best = min(fit, key=lambda k: apart[k], default=None)
    return None if best is None or apart[best] > _ALIKE else pairs[best]


def _folded(plate: Plate, start: int, length: int, advance: float) -> Plate:
    """The plate over a stride, with the steps just before and after it put where they would be in it."""
    force, centre, torque = (v[start : start + length + 1].copy() for v in (plate.force, plate.centre, plate.torque))
    for sample in np.flatnonzero(plate.force[:, 1] > _LOADED_N):
        later = sample > start + length
        to = sample - start + (-length if later else length if sample < start else 0)
        if 0 <= to <= length and force[to, 1] < _LOADED_N:
            force[to], torque[to] = plate.force[sample], plate.torque[sample]
            centre[to] = plate.centre[sample] + [-advance if later else advance, 0.0, 0.0]
    force[-1], torque[-1] = force[0], torque[0]
    return Plate(force, centre, torque)

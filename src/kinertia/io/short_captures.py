"""Motion capture that does not say where a stride begins, how fast the belt runs or how long the legs are.

Layouts: ``NAME_ik.mot``, ``NAME_grf.mot`` and ``model.osim``, walks over two plates of little more than a stride (OpenCap's
validation data); ``NAME_straight.csv`` with ``angle.`` [deg], ``translation.`` [mm], ``GRF.`` [BW%] and ``CoP.`` [m] columns,
``NAME_straight.json`` with the right foot's strikes and one ``.osim`` (BioMAC); or ``walk<10 v>_ik.sto`` and
``walk<10 v>_XLD.mot``, walking on a treadmill at v km/h (CEINMS).
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import msgspec
import numpy as np

from kinertia.io import opensim, opensim_model, opensim_truth
from kinertia.io.text import read_text
from kinertia.recording import DEFAULT_HEIGHT_M, GRAVITY, Array, Subject
from kinertia.recording.errors import RecordingError
from kinertia.recording.motion_capture import Geometry, MotionCapture, Plate

BELT = re.compile(r"^walk(?P<speed>\d{2})_ik\.sto$")
SHORTEST_S, LONGEST_S = 0.85, 1.5
"""Of a stride in walking."""
LEAST_ADVANCE_M = 0.8
"""In a stride; who gets up or squats stays."""
ALIKE = 0.6
"""Distance of the leg angles and half a twentieth of a second of their rates [rad] above which a movement does not repeat."""
RATE_S = 0.05
LOADED_N = 20.0
UNIT = {"translation": 1e-3, "angle": np.pi / 180.0}
_NO_HEIGHT = f"body height not given, {DEFAULT_HEIGHT_M:.2f} m assumed"
LEGS = tuple(f"{joint}_{side}" for side in "rl" for joint in ("hip_flexion", "knee_angle", "ankle_angle"))
COORDINATES = ("pelvis_tilt", *LEGS, "lumbar_extension")
GAIT2392 = Geometry((-0.0707, -0.0661), 0.396, 0.430)
"""OpenSim's model of a man of 1.80 m."""
GAIT2392_PELVIS_M, GAIT2392_HEIGHT_M = 0.95, 1.80
"""Height of its pelvis' origin when it stands, and of itself."""


def read_walks(folder: Path) -> list[MotionCapture]:
    """Walks over ground among the movements of a folder: what does not advance by a stride is left out."""
    walks = [read_walk(path) for path in sorted(folder.glob("*_ik.mot")) if path.with_name(_forces(path)).is_file()]
    return [walk for walk in walks if walk is not None]


def read_walk(file: Path) -> MotionCapture | None:
    """The stride of a walk that repeats best; None where there is none.

    A step on the plates before the stride or after it, while the same foot is not on them in the stride, belongs to the stride
    that comes before or after: it is put where that foot would step in this one.
    """
    motion, forces = opensim.read(file), opensim.read(file.with_name(_forces(file)))
    if np.ptp(motion.columns["pelvis_tx"]) < LEAST_ADVANCE_M:
        return None
    coordinates, _, warnings = opensim.coordinates(motion)
    cut = _stride(coordinates, motion.rate_hz)
    if cut is None:
        return None
    start, length = cut
    advance = float(coordinates["pelvis_tx"][start + length] - coordinates["pelvis_tx"][start])
    sides, more = opensim_truth.feet(forces)
    plates = {}
    for side, parts in sides.items():
        grid = {what: opensim_truth.on_grid(forces.time_s, parts[what], motion.time_s) for what in ("vx", "vy", "px", "py")}
        force, centre = (np.stack([grid[f"{what}x"], grid[f"{what}y"]], axis=-1) for what in "vp")
        plates[side] = _folded(Plate(force, centre), start, length, advance)
    model = file.with_name("model.osim")
    return MotionCapture(
        name=f"{file.parent.name}_{file.name.removesuffix('_ik.mot')}",
        rate_hz=motion.rate_hz,
        subject=_subject(opensim_model.read_mass(model)),
        coordinates={name: values[start : start + length + 1] for name, values in coordinates.items()},
        plates=plates,
        geometry=opensim_model.read_geometry(model),
        one_cycle=True,
        source=str(file),
        warnings=(*warnings, *more, _NO_HEIGHT),
    )


def read_runs(folder: Path) -> list[MotionCapture]:
    """Strides between two strikes of the right foot, of those tables of a folder that go straight on."""
    models = sorted(folder.glob("*.osim"))
    return [read_run(path, models[0]) for path in sorted(folder.glob("*_straight.csv")) if models]


def read_run(file: Path, model: Path) -> MotionCapture:
    """A stride of a runner; the files do not state the height."""
    rows = list(csv.reader(read_text(file).splitlines()))
    table = {name.split(" ")[0]: k for k, name in enumerate(rows[0])}
    about = msgspec.json.decode(file.with_suffix(".json").read_bytes())
    strikes = [round(float(sample)) for name, sample in about["events"] if name == "R_IC"]
    if len(strikes) < 2:
        raise RecordingError(
            "names no two strikes of the right foot", file=str(file.with_suffix(".json")), fix="add R_IC events"
        )
    chosen, mass = slice(strikes[0] - 1, strikes[1]), float(about["participantMass"])

    def column(name: str) -> Array:
        if name not in table:
            raise RecordingError(f"has no column {name}", file=str(file), fix="export angles, forces and centres of pressure")
        values = np.array([float(row[table[name]] or "nan") for row in rows[1:]])
        return values[chosen] * UNIT.get(name.partition(".")[0], 1.0)

    weight = mass * GRAVITY / 100.0
    return MotionCapture(
        name=file.stem,
        rate_hz=float(about["rate_hz"]),
        subject=_subject(mass),
        coordinates={
            **{name: column(f"angle.{name}") for name in COORDINATES},
            **{name: column(f"translation.{name}") for name in ("pelvis_tx", "pelvis_ty")},
        },
        plates={
            side: Plate(
                weight * np.stack([column(f"GRF.GRF_{axis}_{side}") for axis in "xy"], axis=-1),
                np.stack([column(f"CoP.CoP_{axis}_{side}") for axis in "xy"], axis=-1),
            )
            for side in "rl"
        },
        geometry=opensim_model.read_geometry(model),
        one_cycle=True,
        source=str(file),
        warnings=(_NO_HEIGHT,),
    )


def read_belt_walk(file: Path) -> MotionCapture:
    """Walking on a treadmill, whose speed is in the file's name; mass from the mean force, lengths from the pelvis' height."""
    match = BELT.match(file.name)
    assert match is not None
    motion, forces = opensim.read(file), opensim.read(file.with_name(file.name.replace("_ik.sto", "_XLD.mot")))
    coordinates, _, warnings = opensim.coordinates(motion)
    sides, more = opensim_truth.feet(forces)
    plates = {
        side: Plate(
            *(
                np.stack([opensim_truth.on_grid(forces.time_s, parts[what + axis], motion.time_s) for axis in "xy"], axis=-1)
                for what in "vp"
            )
        )
        for side, parts in sides.items()
    }
    mass = float(sum(plate.force[:, 1].mean() for plate in plates.values())) / GRAVITY
    longer = float(np.quantile(coordinates["pelvis_ty"], 0.99)) / GAIT2392_PELVIS_M
    hip, thigh, shank = GAIT2392.hip, GAIT2392.thigh, GAIT2392.shank
    return MotionCapture(
        name=file.name.removesuffix("_ik.sto"),
        rate_hz=motion.rate_hz,
        subject=Subject(mass, longer * GAIT2392_HEIGHT_M, assumed=("height_m",)),
        coordinates=coordinates,
        plates=plates,
        geometry=Geometry((longer * hip[0], longer * hip[1]), longer * thigh, longer * shank),
        belt_speed=int(match["speed"]) / 36.0,
        source=str(file),
        warnings=(*warnings, *more, "no model given: lengths of gait2392, as high as the pelvis is"),
    )


def _forces(file: Path) -> str:
    return file.name.replace("_ik.mot", "_grf.mot")


def _subject(mass_kg: float) -> Subject:
    return Subject(mass_kg, DEFAULT_HEIGHT_M, assumed=("height_m",))


def _stride(coordinates: dict[str, Array], rate_hz: float) -> tuple[int, int] | None:
    """First sample and length of the stride after which the legs are most nearly where and as fast as they were."""
    legs = np.stack([coordinates[name] for name in LEGS], axis=-1)
    state = np.concatenate([legs, RATE_S * rate_hz * np.gradient(legs, axis=0)], axis=-1)
    shortest, longest = round(SHORTEST_S * rate_hz), min(round(LONGEST_S * rate_hz), len(legs) - 1)
    pairs = [(start, length) for length in range(shortest, longest + 1) for start in range(len(legs) - length)]
    apart = [float(np.linalg.norm(state[start] - state[start + length])) for start, length in pairs]
    moved = coordinates["pelvis_tx"]
    fit = [k for k, (start, length) in enumerate(pairs) if moved[start + length] - moved[start] > LEAST_ADVANCE_M]
    best = min(fit, key=lambda k: apart[k], default=None)
    return None if best is None or apart[best] > ALIKE else pairs[best]


def _folded(plate: Plate, start: int, length: int, advance: float) -> Plate:
    force, centre = (values[start : start + length + 1].copy() for values in (plate.force, plate.centre))
    for sample in np.flatnonzero(plate.force[:, 1] > LOADED_N):
        later = sample > start + length
        to = sample - start + (-length if later else length if sample < start else 0)
        if 0 <= to <= length and force[to, 1] < LOADED_N:
            force[to], centre[to] = plate.force[sample], plate.centre[sample] + [-advance if later else advance, 0.0]
    force[-1] = force[0]
    return Plate(force, centre)

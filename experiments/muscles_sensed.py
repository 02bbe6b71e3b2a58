"""Muscles from virtual sensors on measured motion, through a network, against computed muscle control and EMG."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments import motion_capture, opensim_model, spatial_people
from experiments.captured import MotionCapture
from experiments.methods import Method
from experiments.muscle_walks import HEIGHT_M, RATE_HZ, SIDES, Side, Walk, against_control, against_emg, means, rates, smoothed
from experiments.planar import consistent, replay, worn
from experiments.protocol import Json
from kinertia import muscles, opensim
from kinertia.estimation.estimate import Estimate
from kinertia.io import opensim as storage
from kinertia.muscles import MuscleSet
from kinertia.recording import GRAVITY, Array, Subject

AS_WORN = "as worn"
SECONDS = 20.0
"""Of the walk with EMG: strides in a row that are most evenly long."""
WARM_S = 0.5
"""In which a network warms up."""
OF_EMG = {
    "soleus": "soleus",
    "med_gas": "gastrocnemius",
    "lat_gas": "gastrocnemius",
    "tib_ant": "tibialis_anterior",
    "semimem": "hamstrings",
    "bifemlh": "hamstrings",
    "vas_lat": "vasti",
    "vas_med": "vasti",
    "rect_fem": "rectus_femoris",
}
"""Signals to the muscles of the planar leg that they are of."""

OF_CONTROL = {
    "hamstrings": "hamstrings",
    "glut_max": "glutei",
    "iliopsoas": "iliopsoas",
    "rect_fem": "rectus_femoris",
    "vasti": "vasti",
    "gastroc": "gastrocnemius",
    "soleus": "soleus",
    "tib_ant": "tibialis_anterior",
}
"""Muscles of computed muscle control to those of the planar leg, which has no short head of biceps femoris."""


def found(data: Path, seeds: int, method: Method) -> Json:
    """``control`` and ``emg``, rows of muscles and their means, which are means over ``seeds`` wearings."""
    control = _control(data / "muscles_gait10dof18", seeds, method)
    emg = _emg(data, seeds, method)
    return {name: _mean(rows) | {"mean": means(_mean(rows))} for name, rows in (("control", control), ("emg", emg))}


def _control(folder: Path, seeds: int, method: Method) -> list[Json]:
    """The mean stride, of which the file holds one; forces of computed muscle control in the same stride."""
    motion, plates = storage.read(folder / "walk_ik.mot"), storage.read(folder / "walk_grf.mot")
    model, control = folder / "subject01.osim", storage.read(folder / "walk_cmc_forces.sto")
    capture = MotionCapture(
        "control_walk",
        motion.rate_hz,
        Subject(opensim_model.read_mass(model), HEIGHT_M, assumed=("height_m",)),
        storage.coordinates(motion)[0],
        motion_capture.at_times(plates, motion.time_s, hold=False)[0],
        opensim_model.read_geometry(model),
        model=str(model),
        source=str(folder),
    )
    in_step, _ = consistent.align(capture)
    first, *_, last = replay.strides(in_step, np.arange(capture.samples) / capture.rate_hz)
    recordings = [worn.of_capture(capture, worn.TYPICAL, seed) for seed in range(seeds)]
    imported, rows = opensim.load(model), []
    for estimate in method([recording.without_truth() for recording in recordings]):
        row: Json = {}
        for side in SIDES:
            leg = opensim.muscle_set(imported, side, HEIGHT_M)
            count = len(estimate.coordinates["knee_angle_r"])
            walk = _walk(leg, side, estimate, 3)  # the middle one of three strides in a row
            force = walk.solved(leg).force
            if estimate.muscle_forces:
                # the method's own muscles, over the one stride that there is
                at = first + (last - first) * np.arange(count) / count
                theirs = {name: np.interp(at, control.time_s, control.columns[f"{name}_{side}"]) for name in OF_CONTROL}
                own = np.stack([estimate.muscle_forces[f"{name}_{side}"] for name in OF_CONTROL.values()], -1)
                row |= against_control(replace(leg, names=tuple(OF_CONTROL)), side, own, theirs)
                continue
            kept = (walk.time >= count / estimate.rate_hz) & (walk.time < 2 * count / estimate.rate_hz)
            at = first + (last - first) * (walk.time[kept] * estimate.rate_hz / count - 1.0)
            theirs = {name: np.interp(at, control.time_s, control.columns[f"{name}_{side}"]) for name in leg.names}
            row |= against_control(leg, side, force[kept], theirs)
        rows.append(row)
    return rows


def _emg(data: Path, seeds: int, method: Method) -> list[Json]:
    folder = data / "emg_walking_ceinms"
    capture = motion_capture.read_folder(folder)[0]
    captured = spatial_people.captured(capture, data, SECONDS)
    recordings = [spatial_people.worn(captured, seed, AS_WORN) for seed in range(seeds)]
    truth = recordings[0].truth
    assert truth is not None
    begin = _begin(capture.coordinates["knee_angle_r"], truth.angles["knee_angle_r"]) / capture.rate_hz
    subject, signals = capture.subject, storage.read(folder / f"{capture.name}_emgFilt.sto")
    leg = muscles.leg().scaled(float(subject.mass_kg or np.nan), float(subject.height_m or np.nan))
    index, rows = {name: leg.names.index(muscle) for name, muscle in OF_EMG.items()}, []
    for estimate in method([recording.without_truth() for recording in recordings]):
        walk = _walk(leg, "r", estimate, 1).after(WARM_S)
        solved = walk.solved(leg)
        if estimate.muscle_forces:
            own = [estimate.muscle_forces, estimate.muscle_activations]
            now = [np.stack([np.interp(walk.time, estimate.time_s, of[f"{n}_r"]) for n in leg.names], -1) for of in own]
            solved = replace(solved, force=now[0], activation=now[1], passive=np.minimum(solved.passive, now[0]))
        rows.append(against_emg(solved, index, walk.time + begin, signals))
    return rows


def _walk(leg: MuscleSet, side: Side, estimate: Estimate, times: int) -> Walk:
    """What muscles are fed with, of an estimate so many times in a row, at ``RATE_HZ``."""

    def row(curves: dict[str, Array], names: list[str]) -> Array:
        return np.tile(np.stack([curves[name] for name in names], -1), (times, 1))

    names = [f"{name}_{side}" for name in leg.coordinates]
    own = np.arange(times * len(estimate.coordinates[names[0]])) / estimate.rate_hz
    angles, torque = smoothed(own, row(estimate.coordinates, names)), smoothed(own, row(estimate.moments, names))
    load = smoothed(own, leg.mass * GRAVITY * row(estimate.grf, [f"grf_y_{side}"]))
    time = np.arange(0.0, own[-1], 1.0 / RATE_HZ)
    return Walk(time, angles(time), rates(angles, time), torque(time), load(time)[:, 0])


def _begin(whole: Array, part: Array) -> int:
    """Sample of a curve at which a part of it begins."""
    return int(np.argmin([np.mean((whole[k : k + len(part)] - part) ** 2) for k in range(len(whole) - len(part) + 1)]))


def _mean(rows: list[Json]) -> Json:
    """Means of the figures of each row."""
    return {name: {key: float(np.mean([row[name][key] for row in rows])) for key in rows[0][name]} for name in rows[0]}

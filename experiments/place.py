"""Finding out where sensors sit and what is wrong with them: simulated people, and cycles with known positions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.table import Table

from experiments import gait_model_fit, place_faults
from experiments.protocol import QUIET, Advance, Context, Found, Json, cell, table
from experiments.simulated import gait
from kinertia.io import folder as folders
from kinertia.io.files import write_text
from kinertia.io.read import read
from kinertia.numerics import rotations
from kinertia.placement import inference
from kinertia.placement.inference import Placement
from kinertia.placement.joint_positions import LENGTH
from kinertia.recording import Array, Frame, Recording
from kinertia.recording.errors import RecordingError
from kinertia.recording.selection import crop

CROP_S = 20.0
MISALIGNED_RAD = np.deg2rad(30.0)
"""Largest random rotation of a sensor besides one of the 24 right-angled ones."""
STARTS = (0.2, 0.8)
"""Where the search for positions on the cycles starts, in parts of the segment's length."""
PELVIS_LENGTH_M = 0.15
"""Of the hip joints below the pelvis' upper rim."""
STANDING = "mixed"
"""Name of the recordings that begin in standing."""
_MIRROR = {"_r": "_l", "_l": "_r"}


@dataclass(frozen=True)
class Plan:
    """How much is done.

    Attributes
    ----------
    trials : of each fault, of clean recordings and of turned sensors.
    people : names of the folders to take; empty for all.
    seed : draws recordings, stretches, rotations and faults.
    """

    trials: int = 200
    people: tuple[str, ...] = ()
    seed: int = 1


def place(
    data: Path | None = None,
    cycles: Path | None = None,
    trials: int = 200,
    people: tuple[str, ...] = (),
    seed: int = 1,
    fit: Path | None = None,
    context: Context = QUIET,
) -> Found:
    """How well placement is found: segment, side, axes and position of sensors on simulated people; faults and false alarms.

    Parameters
    ----------
    data
        Folder of simulated people, as `kinertia simulate` writes it.
    cycles
        Folder of averaged gait cycles that state where their sensors sat: along-segment position errors.
    trials
        Trials of each fault, of clean recordings and of turned sensors.
    people
        Folders of the people to take; all by default.
    seed
        Draws recordings, stretches, rotations and faults.
    fit
        Fit the gait model that placement rests on to these people instead, and write it to this file.
    """
    if data is None and cycles is None:
        raise RecordingError("no data given", fix="name a folder with --data or --cycles")
    if fit is not None and data is not None:
        write_text(fit, fitted(data, people).decode() + "\n")
        return Found({})
    found: Json = {}
    if data is not None:
        with context.bar(trials * (len(place_faults.FAULTS) + 2), "trials") as advance:
            found = on_people(data, Plan(trials, people, seed), advance)
    if cycles is not None:
        found["cycles"] = on_cycles(cycles)
    return Found(found, tuple(_tables(found)))


def on_people(folder: Path, plan: Plan, advance: Advance = lambda _: None) -> Json:
    """Figures on a folder of simulated people.

    Returns
    -------
    ``placement`` (figures of sensors turned any way), ``clean`` (``false_alarms``), ``faults`` (name to ``detected``, the
    share in which the fault is named with the right sensors, and ``alone``, the share in which nothing else is said),
    ``conditions``.

    Raises
    ------
    RecordingError : no recordings with known sensor poses.
    """
    recordings = _recordings(folder, plan.people)
    begin = time.perf_counter()
    results: Json = {
        "placement": _placement(recordings, plan, advance),
        "clean": _clean(recordings, plan, advance),
        "faults": {},
    }
    for name, inject in place_faults.FAULTS.items():
        results["faults"][name] = _fault(recordings, plan, name, inject, advance)
    results["conditions"] = {
        "people": len({Path(r.source).parent for r in recordings}),
        "recordings": len(recordings),
        "crop_s": CROP_S,
        "trials": plan.trials,
        "seed": plan.seed,
        "seconds": time.perf_counter() - begin,
    }
    return results


def fitted(folder: Path, people: tuple[str, ...] = ()) -> bytes:
    """File content of the gait model fitted to people's steady recordings; of the folders ``people``.

    Raises
    ------
    RecordingError : no recordings with known sensor poses.
    """
    examples = []
    recordings = [recording for recording in _recordings(folder, people) if not _stands(recording)]
    for recording in recordings:
        length = min(round(CROP_S * recording.rate_hz), recording.samples)
        starts = {0, (recording.samples - length) // 2, recording.samples - length}
        running = gait(recording) == "running"
        examples += [gait_model_fit.example(crop(recording, at, at + length), running=running) for at in sorted(starts)]
    names = sorted({Path(recording.source).parent.name for recording in recordings})
    return gait_model_fit.encode(gait_model_fit.fit(examples, f"{len(names)} simulated people: {', '.join(names)}"))


def on_cycles(folder: Path) -> Json:
    """Along-segment position errors [m] on averaged cycles that state where their sensors sat, from either start.

    Raises
    ------
    RecordingError : no cycle with stated positions.
    """
    results: Json = {}
    for path in folders.recordings(folder):
        recording = read(path).without_truth()
        if not any(sensor.position_m for sensor in recording.sensors):
            continue
        figures: Json = {}
        for part in STARTS:
            found = inference.place(recording, start=_start(recording, part))
            figures[f"from_{part:g}"] = {
                placed.segment: placed.position_m[1] - placed.sensor.position_m[1]
                for placed in found.sensors
                if placed.position_m is not None and placed.sensor.position_m is not None
            }
            figures["right_segments"] = all(placed.segment == placed.sensor.segment for placed in found.sensors)
            figures["turned_deg"] = {
                placed.segment: float(np.degrees(rotations.angle(placed.rotation)))
                for placed in found.sensors
                if placed.rotation is not None
            }
            figures["faults"] = [fault.message for fault in found.faults]
        results[recording.name] = figures
    if not results:
        raise RecordingError(
            "no cycle states where its sensors sat", file=str(folder), fix="give sensor_position_m in the JSON"
        )
    return results


def _start(recording: Recording, part: float) -> Array:
    rows = []
    for sensor in recording.sensors:
        kind = sensor.segment.split("_")[0]
        length = LENGTH[kind] * recording.subject.height_m if kind in LENGTH else None
        rows.append((0.0, -part * length if length else part * PELVIS_LENGTH_M if kind == "pelvis" else 0.0))
    return np.array(rows)


def _recordings(folder: Path, people: tuple[str, ...]) -> list[Recording]:
    found = [read(path) for path in folders.recordings(folder) if not people or path.parent.name in people]
    found = [r for r in found if r.truth is not None and r.truth.poses and r.frame is Frame.SEGMENT]
    if not found:
        raise RecordingError(
            "holds no recordings with known sensor poses", file=str(folder), fix="give a folder that kinertia simulate wrote"
        )
    return found


def _draw(recordings: list[Recording], generator: np.random.Generator) -> Recording:
    """A stretch of a random recording: of those that stand at first, the first seconds."""
    recording = recordings[int(generator.integers(len(recordings)))]
    length = min(round(CROP_S * recording.rate_hz), recording.samples)
    begin = 0 if _stands(recording) else int(generator.integers(recording.samples - length + 1))
    return crop(recording, begin, begin + length)


def _stands(recording: Recording) -> bool:
    return recording.name.endswith(STANDING)


def _turn_all(recording: Recording, generator: np.random.Generator) -> tuple[Recording, Array]:
    """Every sensor in its own axes, stated to be unknown, and (K, 3, 3) the rotations back."""
    choices = rotations.right_angled()
    turns = np.stack(
        [
            choices[int(generator.integers(len(choices)))] @ place_faults.rotation(generator, 0.0, MISALIGNED_RAD)
            for _ in recording.sensors
        ]
    )
    turned = replace(
        recording,
        frame=Frame.SENSOR,
        acc=np.einsum("kij,tkj->tki", turns, recording.acc),
        gyro=np.einsum("kij,tkj->tki", turns, recording.gyro),
        truth=None,
    )
    return turned, turns.swapaxes(1, 2)


def _placement(recordings: list[Recording], plan: Plan, advance: Advance) -> Json:
    generator = np.random.default_rng([plan.seed, 0])
    segment, side, along, across, turned, confidence, sure = [], [], [], [], [], [], []
    for _ in range(plan.trials):
        recording = _draw(recordings, generator)
        poses = recording.truth.poses if recording.truth is not None else {}
        blind, back = _turn_all(recording, generator)
        order = generator.permutation(len(blind.sensors))
        # stated names say nothing: those of the model, in another order
        shuffled = replace(
            blind,
            sensors=tuple(replace(blind.sensors[k], position_m=None) for k in range(len(order))),
            acc=blind.acc[:, order],
            gyro=blind.gyro[:, order],
        )
        found = inference.place(shuffled)
        truth = [blind.sensors[k].segment for k in order]
        for i, right in enumerate(_right_sides(found, truth)):
            placed, true = found.sensors[i], truth[i]
            segment.append(placed.segment.split("_")[0] == true.split("_")[0])
            side.append(right)
            confidence.append(placed.confidence)
            if placed.rotation is None or placed.position_m is None:
                continue
            pose = poses[true]
            actual = gait_model_fit.orientation_matrix(pose.orientation) @ back[order[i]]
            turned.append(float(np.degrees(rotations.angle(actual.T @ placed.rotation))))
            along.append(abs(placed.position_m[1] - pose.position_m[1]))
            across.append(abs(placed.position_m[0] - pose.position_m[0]))
            sure.append(true.split("_")[0])
        advance(1)
    both = np.hypot(along, across)
    kinds = np.array(sure)
    return {
        "sensors": len(segment),
        "segment_right": float(np.mean(segment)),
        "side_right": float(np.mean(side)),
        "confidence_median": float(np.nanmedian(confidence)),
        "position_m_median": float(np.median(both)),
        "position_m_90": float(np.quantile(both, 0.9)),
        "along_m_median": float(np.median(along)),
        "orientation_deg_median": float(np.median(turned)),
        "orientation_deg_90": float(np.quantile(turned, 0.9)),
        "by_segment": {
            kind: {
                "position_m_median": float(np.median(both[kinds == kind])),
                "along_m_median": float(np.median(np.array(along)[kinds == kind])),
                "orientation_deg_median": float(np.median(np.array(turned)[kinds == kind])),
            }
            for kind in sorted(set(sure))
        },
    }


def _right_sides(found: Placement, truth: list[str]) -> list[bool]:
    """Whether each sensor's segment and side are right, in the mirror image that agrees more."""
    names = [placed.segment for placed in found.sensors]
    other = [name[:-2] + _MIRROR.get(name[-2:], name[-2:]) for name in names]
    as_is, mirrored = ([a == b for a, b in zip(image, truth, strict=True)] for image in (names, other))
    return max(as_is, mirrored, key=sum)


def _clean(recordings: list[Recording], plan: Plan, advance: Advance) -> Json:
    """Every other trial as worn, in segment axes; the others turned any way, in unknown axes."""
    generator = np.random.default_rng([plan.seed, 1])
    alarms: dict[str, int] = {}
    false = 0
    for i in range(plan.trials):
        recording = _draw(recordings, generator)
        recording = _turn_all(recording, generator)[0] if i % 2 else recording.without_truth()
        faults = inference.place(recording).faults
        false += bool(faults)
        for kind in {fault.kind.value for fault in faults}:
            alarms[kind] = alarms.get(kind, 0) + 1
        advance(1)
    return {"trials": plan.trials, "false_alarms": false / plan.trials, "by_kind": alarms}


def _fault(recordings: list[Recording], plan: Plan, name: str, inject: place_faults.Inject, advance: Advance) -> Json:
    generator = np.random.default_rng([plan.seed, 2, list(place_faults.FAULTS).index(name)])
    suited = [r for r in recordings if _stands(r)] if name == "offset" else recordings
    named = alone = trials = 0
    for broken in _broken(suited, plan.trials, name, inject, generator):
        faults = inference.place(broken.recording).faults
        hits = [f for f in faults if f.kind is broken.kind]
        told = {sensor for fault in hits for sensor in fault.sensors}
        trials += 1
        right = bool(hits) and broken.sensors <= told
        named += right
        alone += right and told == broken.sensors and len(hits) == len(faults)
        advance(1)
    return {"trials": trials, "detected": named / max(trials, 1), "alone": alone / max(trials, 1)}


def _broken(
    recordings: list[Recording], trials: int, name: str, inject: place_faults.Inject, generator: np.random.Generator
) -> Iterator[place_faults.Broken]:
    """Faulty recordings; at most ten draws each, where a recording cannot have the fault."""
    count = 0
    for _ in range(10 * trials):
        if count == trials or not recordings:
            return
        recording = _draw(recordings, generator).without_truth()
        if name not in ("turned", "mirrored") and generator.random() < 0.5:
            recording = _turn_all(recording, generator)[0]
        if (broken := inject(recording, generator)) is not None:
            count += 1
            yield broken


def _tables(found: Json) -> Iterator[Table]:
    if "placement" in found:
        figures = found["placement"]
        shown = (
            ("segment right, %", "segment_right", 100.0),
            ("and side, up to the mirror image, %", "side_right", 100.0),
            ("position, median, cm", "position_m_median", 100.0),
            ("along the segment, median, cm", "along_m_median", 100.0),
            ("orientation, median, deg", "orientation_deg_median", 1.0),
        )
        rows: list[tuple[str, ...]] = [(name, cell(figures[key], 1, factor=factor)) for name, key, factor in shown]
        yield table("sensors turned any way", "", rows=rows)
        rows = [
            (name, cell(row["detected"], 1, factor=100.0), cell(row["alone"], 1, factor=100.0))
            for name, row in found["faults"].items()
        ]
        rows.append(("clean: false alarms", cell(found["clean"]["false_alarms"], 1, factor=100.0), ""))
        yield table("fault", "named, %", "nothing else said, %", rows=rows)
    for name, figures in found.get("cycles", {}).items():
        starts = [key for key in figures if key.startswith("from_")]
        rows = [
            (segment, *(cell(figures[start][segment], 1, factor=100.0, sign=True) for start in starts))
            for segment in figures[starts[0]]
        ]
        yield table(f"{name}: along the segment, cm", *starts, rows=rows)

"""Mean gait cycles of simulated people, of published means and of measured movements, all from heel strike."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from experiments import motion_capture
from experiments.captured import MotionCapture
from experiments.planar import consistent, replay, worn
from kinertia.io import cycles
from kinertia.recording import Array, Recording
from kinertia.simulation import norms
from kinertia.simulation.norms import Norm

POINTS = 101
JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")
CONTACT_BW = 0.05
SHORTEST_STRIDE_S = 0.4
NORMS: tuple[tuple[str, Norm, float, bool], ...] = (
    ("normal walking (Winter 1991)", norms.WALKING, 1.33, False),
    ("three runners (Fukuchi et al. 2017)", norms.RUNNING, 3.5, True),
)


@dataclass(frozen=True)
class MeanCycle:
    """Mean gait cycle of one leg, or of both as if they were one.

    Attributes
    ----------
    name : whose.
    running : or walking.
    speed : [m/s].
    angles : joint without side to (101,) [deg].
    moments : joint without side to (101,) [percent of body weight times height]; empty when unknown.
    forces : ``grf_x``, ``grf_y`` to (101,) [BW].
    """

    name: str
    running: bool
    speed: float
    angles: dict[str, Array]
    moments: dict[str, Array]
    forces: dict[str, Array]

    def curves(self) -> dict[str, tuple[str, Array]]:
        """``angle.knee_angle``, ... to unit and curve."""
        found = {f"angle.{joint}": ("deg", curve) for joint, curve in self.angles.items()}
        found |= {f"moment.{joint}": ("BWBH%", curve) for joint, curve in self.moments.items()}
        return found | {f"force.{name}": ("BW%", 100.0 * curve) for name, curve in self.forces.items()}


def published() -> list[MeanCycle]:
    """The mean curves that come with the package."""
    phase = np.linspace(0.0, 1.0, POINTS)
    return [
        MeanCycle(
            name,
            running,
            speed,
            {joint: np.degrees(norm.angle(joint, phase)) for joint in JOINTS},
            {},
            {part: norm.force(part, phase) for part in ("grf_x", "grf_y")},
        )
        for name, norm, speed, running in NORMS
    ]


def measured(folder: Path, *, running: bool) -> list[MeanCycle]:
    """Movements of a folder of motion capture, each as the mean of its strides and legs.

    Raises
    ------
    RecordingError : a file cannot be used.
    """
    return [_replayed(capture, running) for capture in motion_capture.read_folder(folder)]


def averaged(folder: Path) -> list[MeanCycle]:
    """Averaged gait cycles with truth of a folder of recordings; of the right leg."""
    found = []
    for recording in cycles.read_folder(folder):
        truth = recording.truth
        if truth is not None and truth.speed is not None:
            start = _strike(truth.grf["grf_y_r"])
            scale = 100.0 / (recording.subject.mass_kg * 9.81 * recording.subject.height_m)
            found.append(
                MeanCycle(
                    recording.name,
                    "run" in recording.name,
                    truth.speed,
                    {joint: np.degrees(_turned(truth.angles[f"{joint}_r"], start)) for joint in JOINTS},
                    {joint: scale * _turned(truth.moments[f"{joint}_r"], start) for joint in JOINTS},
                    {part: _turned(truth.grf[f"{part}_r"], start) for part in ("grf_x", "grf_y")},
                )
            )
    return found


def simulated(recording: Recording, *, running: bool) -> MeanCycle | None:
    """Mean of all strides of both legs of a steady recording; None without truth or without strides."""
    truth = recording.truth
    if truth is None or truth.speed is None:
        return None
    scale = 100.0 / (recording.subject.mass_kg * 9.81 * recording.subject.height_m)
    kinds = {
        "angles": (JOINTS, truth.angles, 180.0 / np.pi),
        "moments": (JOINTS, truth.moments, scale),
        "forces": (("grf_x", "grf_y"), truth.grf, 1.0),
    }
    strides: dict[str, dict[str, list[Array]]] = {kind: {} for kind in kinds}
    for side in "rl":
        strikes = _strikes(truth.grf[f"grf_y_{side}"], recording.rate_hz)
        for begin, end in itertools.pairwise(strikes):
            at = np.linspace(begin, end, POINTS)
            for kind, (names, curves, factor) in kinds.items():
                for name in names:
                    values = curves[f"{name}_{side}"]
                    strides[kind].setdefault(name, []).append(factor * np.interp(at, np.arange(len(values)), values))
    means = {kind: {name: np.mean(parts, axis=0) for name, parts in found.items()} for kind, found in strides.items()}
    return MeanCycle(recording.name, running, truth.speed, **means) if means["angles"] else None


def _replayed(capture: MotionCapture, running: bool) -> MeanCycle:
    cycle = replay.average(consistent.align(capture)[0])
    phase = torch.arange(2 * POINTS, dtype=torch.float64) / (2 * POINTS)
    moving = replay.sample(cycle, phase)
    weight = float(cycle.body.weight)
    given = worn.measured_moments(cycle)
    parts: dict[str, dict[str, list[Array]]] = {"angles": {}, "moments": {}, "forces": {}}
    for side in "rl":
        load = moving.force[side].numpy() / weight
        start = _strike(load[:, 1])
        for axis, name in enumerate(("grf_x", "grf_y")):
            parts["forces"].setdefault(name, []).append(_turned(load[:, axis], start))
        for joint in JOINTS:
            name = f"{joint}_{side}"
            angle = moving.q[:, cycle.body.skeleton.coordinate_index(name)].numpy()
            parts["angles"].setdefault(joint, []).append(np.degrees(_turned(angle, start)))
            if name in given:
                moment = 100.0 / float(cycle.body.moment_scale) * given[name]
                parts["moments"].setdefault(joint, []).append(_turned(moment, start * len(moment) / len(phase)))
    means = {kind: {name: np.mean(curves, axis=0) for name, curves in found.items()} for kind, found in parts.items()}
    return MeanCycle(capture.name, running, cycle.speed, **means)


def _strike(load: Array) -> float:
    """Sample at which the load of one repeating cycle begins."""
    down = load > CONTACT_BW
    return float(np.flatnonzero(down & ~np.roll(down, 1))[0])


def _strikes(load: Array, rate_hz: float) -> list[float]:
    down = load > CONTACT_BW
    found: list[float] = []
    for sample in np.flatnonzero(down[1:] & ~down[:-1]) + 1:
        if not found or sample - found[-1] > SHORTEST_STRIDE_S * rate_hz:
            found.append(float(sample))
    return found


def _turned(cycle: Array, start: float) -> Array:
    """(101,) one repeating cycle from ``start`` on."""
    size = len(cycle)
    at = start + np.linspace(0.0, size, POINTS)
    return np.interp(at, np.arange(-1, 2 * size + 1), np.concatenate([cycle[-1:], cycle, cycle, cycle[:1]]))

"""Virtual recordings with exactly known motion."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from kinertia.bodies import build
from kinertia.mechanics import kinematics
from kinertia.mechanics.imu import Mounting, read
from kinertia.recording import LOWER_BODY, Recording, Sensor, Subject, Truth

POSITION = {"pelvis": (-0.1, 0.05), "femur": (0.0, -0.2), "tibia": (0.0, -0.19), "foot": (0.12, 0.0)}
JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")
COORDINATES = ("pelvis_tx", "pelvis_ty", "pelvis_tilt", *(f"{joint}_{side}" for side in "rl" for joint in JOINTS))


def virtual_cycle(name: str, q: np.ndarray, rate_hz: float, grf: dict[str, np.ndarray] | None = None) -> Recording:
    """Sensors on a body that repeats the cycle ``q`` (T, 9) at a constant extra speed."""
    spectrum, turn = np.fft.rfft(q, axis=0), 2j * np.pi * np.fft.rfftfreq(len(q), 1 / rate_hz)[:, None]
    spectrum[abs(turn[:, 0]) > 2 * np.pi * 25.0] = 0.0
    angles, qd, qdd = (torch.as_tensor(np.fft.irfft(spectrum * turn**k, len(q), axis=0)) for k in range(3))
    body = build(70.0, 1.75)
    local = torch.tensor([POSITION[segment.split("_")[0]] for segment in LOWER_BODY.segments], dtype=torch.float64)
    signals = read(kinematics.forward(body, angles, qd, qdd), Mounting(tuple(range(7)), local, torch.zeros(7).double()))
    acc, gyro = np.zeros((len(q), 7, 3)), np.zeros((len(q), 7, 3))
    acc[..., :2], gyro[..., 2] = signals.acc.numpy(), signals.gyro.numpy()
    return Recording(
        name=name,
        rate_hz=rate_hz,
        sensors=tuple(Sensor(segment, segment) for segment in LOWER_BODY.segments),
        acc=acc,
        gyro=gyro,
        subject=Subject(70.0, 1.75),
        periodic=True,
        truth=Truth(angles={c: angles[:, i].numpy() for i, c in enumerate(COORDINATES) if i > 1}, grf=grf or {}),
    )


@pytest.fixture
def simple_gait() -> Recording:
    """One smooth cycle of 1.1 s in which the legs do the same half a cycle apart, leaning and swaying a little."""
    samples = 110
    phase = 2 * np.pi * np.arange(samples) / samples

    def leg(p: np.ndarray) -> list[np.ndarray]:
        knee = -0.55 + 0.15 * np.cos(2 * p) + 0.35 * np.cos(p - 4.6 + np.pi)
        return [0.1 + 0.4 * np.cos(p), knee, 0.05 + 0.15 * np.sin(2 * p)]

    pelvis = [0.02 * np.sin(2 * phase), 0.9 + 0.02 * np.cos(2 * phase), -0.08 + 0.03 * np.cos(2 * phase)]
    return virtual_cycle("simple", np.stack([*pelvis, *leg(phase), *leg(phase + np.pi)], axis=1), samples / 1.1)


def read_table(path: Path) -> dict[str, np.ndarray]:
    """Columns of an OpenSim .sto or .mot file."""
    lines = path.read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.strip() == "endheader") + 1
    values = np.array([line.split() for line in lines[start + 1 :] if line.strip()], dtype=float)
    return dict(zip(lines[start].split(), values.T, strict=True))


@pytest.fixture(scope="session")
def recorded_walks(shared_data: Path) -> list[Recording]:
    """Virtual sensors on three recorded walks of exactly one cycle, with the measured ground reaction."""
    walks = []
    for folder in sorted((shared_data / "walking_arnold").glob("subject*")):
        motion, force = read_table(folder / "coordinates.sto"), read_table(folder / "grf.mot")
        weight = json.loads((folder / "_subject.json").read_text())["massKg"] * 9.81
        q = np.stack([motion[c] * (-1 if c.startswith("knee") else 1) for c in COORDINATES], axis=1)
        n = len(q) - 1
        q = q[:-1] - np.arange(n)[:, None] / n * (q[-1] - q[0])
        grf = {f"grf_y_{side}": force[f"ground_force_{side}_vy"][:n] / weight for side in "rl"}
        walks.append(virtual_cycle(folder.name, q, n / (motion["time"][-1] - motion["time"][0]), grf))
    return walks


@pytest.fixture(scope="session")
def recorded_runs(shared_data: Path) -> list[Recording]:
    """Virtual sensors on recorded running at 2 and 3 m/s (one stride each), with the measured ground reaction."""
    runs = []
    for name in ("run200", "run300"):
        motion = read_table(shared_data / "running_hamner" / f"{name}_ik.mot")
        force = read_table(shared_data / "running_hamner" / f"{name}_grf.mot")
        time, n = motion["time"], 100
        down = {
            s: np.interp(time, force["time"], force[f"ground_force_{k}_vy"]) / (72.84 * 9.81) for s, k in (("r", 1), ("l", 2))
        }
        strikes = np.flatnonzero((down["r"][1:] > 0.05) & (down["r"][:-1] <= 0.05))
        strikes = strikes[strikes >= 10]
        at = time[strikes[0] - 10] + np.arange(n + 1) / n * (time[strikes[1]] - time[strikes[0]])
        q = np.stack([np.interp(at, time, motion[c]) for c in COORDINATES], axis=1)
        q = q[:-1] - np.arange(n)[:, None] / n * (q[-1] - q[0])
        grf = {f"grf_y_{side}": np.interp(at[:-1], time, down[side]) for side in "rl"}
        runs.append(virtual_cycle(name, q, n / (at[-1] - at[0]), grf))
    return runs

"""A made-up walking estimate with plausible curves, for tests of what is done with estimates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinertia.estimation.estimate import Estimate
from kinertia.recording import Array, Recording, Sensor, Subject, Truth

RATE_HZ = 100.0
STRIDE = 108
SPEED = 1.25
STANCE = 0.62
MASS_KG, HEIGHT_M = 70.0, 1.75
SEGMENTS = ("pelvis", "femur_r", "tibia_r", "foot_r", "femur_l", "tibia_l", "foot_l")


def make(seconds: float = 20.0, seed: int = 0, *, periodic: bool = False) -> tuple[Estimate, Recording, Truth]:
    """Estimate, its recording, and a reference that differs a little; the left leg half a stride behind the right."""
    rng = np.random.default_rng(seed)
    samples = STRIDE if periodic else round(seconds * RATE_HZ)
    wander = 0.0 if periodic else 0.01 * np.cumsum(rng.normal(size=samples)) / np.sqrt(np.arange(1, samples + 1))
    phase = {"r": np.arange(samples) / STRIDE + wander}
    phase["l"] = phase["r"] + 0.5

    coordinates: dict[str, Array] = {"pelvis_tx": SPEED * np.arange(samples, dtype=float) / RATE_HZ}
    coordinates["pelvis_ty"] = 0.93 + 0.02 * np.cos(4 * np.pi * phase["r"])
    coordinates["pelvis_tilt"] = np.radians(-3 + 1.5 * np.cos(4 * np.pi * phase["r"]))
    moments, grf, cop, events = {}, {}, {}, {}
    size = 1.0 + (0.0 if periodic else 0.05) * rng.normal(size=samples // STRIDE + 2)[np.arange(samples) // STRIDE]
    for side, at in phase.items():
        coordinates |= {f"{name}_{side}": size * angle for name, angle in _angles(at).items()}
        moments |= {f"{name}_{side}": MASS_KG * size * moment for name, moment in _moments(at).items()}
        share = np.mod(at, 1.0) / STANCE
        stance = share < 1.0
        grf[f"grf_y_{side}"] = np.where(stance, 1.15 * np.sin(np.pi * share) + 0.38 * np.sin(3 * np.pi * share), 0.0).clip(0)
        grf[f"grf_x_{side}"] = np.where(stance, -0.2 * np.sin(2 * np.pi * share), 0.0)
        strikes = np.flatnonzero(np.diff(np.floor(at))) + 1
        events[f"heel_strike_{side}"] = np.concatenate([[0], strikes]) if at[0] % 1 < 1e-9 else strikes
        events[f"toe_off_{side}"] = np.flatnonzero(np.diff(np.floor(at - STANCE))) + 1
    points = _points(coordinates)
    for side, at in phase.items():
        share = np.mod(at, 1.0) / STANCE
        foot = points[f"heel_{side}"][:, 0] + (points[f"toe_{side}"][:, 0] - points[f"heel_{side}"][:, 0]) * np.clip(
            share, 0, 1
        )
        cop[side] = np.where(share < 1.0, foot, np.nan)

    measured = rng.normal(size=(samples, len(SEGMENTS), 3)) * 0.4
    measured += 3 * np.sin(2 * np.pi * phase["r"])[:, None, None] * np.linspace(0.5, 1.5, 7)[:, None]
    measured[..., 1] += 9.81
    estimate = Estimate(
        name="walk_01",
        method="sspinnpose",
        rate_hz=RATE_HZ,
        subject=Subject(MASS_KG, HEIGHT_M),
        coordinates=coordinates,
        moments=moments,
        grf=grf,
        cop_x=cop,
        speed=SPEED + 0.05 * np.sin(4 * np.pi * phase["r"]),
        points=points,
        root_residual=rng.normal(size=(samples, 3)) * [0.02, 0.03, 0.006],
        imu_measured=measured,
        imu_virtual=measured + rng.normal(size=measured.shape) * 0.5,
        sensor_segments=SEGMENTS,
        events=events,
        output_delay_s=0.02,
        seconds=3.2,
        warnings=("mass was not given: 75 kg assumed",),
    )
    recording = Recording(
        name="walk_01",
        rate_hz=RATE_HZ,
        sensors=tuple(Sensor(f"imu{i}", segment) for i, segment in enumerate(SEGMENTS)),
        acc=np.zeros((samples, 7, 3)),
        gyro=np.zeros((samples, 7, 3)),
        subject=estimate.subject,
        periodic=periodic,
        warnings=("sensor imu3: 2 samples at the end of the range",),
    )
    truth = Truth(
        {f"{n}_r": coordinates[f"{n}_r"] + np.radians(3) for n in ("hip_flexion", "knee_angle", "ankle_angle")},
        {f"{n}_r": 0.9 * moments[f"{n}_r"] for n in ("hip_flexion", "knee_angle", "ankle_angle")},
        {name: 0.95 * grf[name] for name in ("grf_x_r", "grf_y_r")},
        1.3,
        "made up",
    )
    return estimate, recording, truth


def kinematic(estimate: Estimate) -> Estimate:
    """The same as a method without forces would give it."""
    return replace(
        estimate, method="strapdown", moments={}, grf={}, cop_x={}, speed=None, points={}, root_residual=None,
        imu_measured=None, imu_virtual=None, sensor_segments=(), events={},
    )  # fmt: skip


def right_only(estimate: Estimate) -> Estimate:
    """The same with the right leg alone."""

    def right(series: dict) -> dict:
        return {name: values for name, values in series.items() if not name.endswith("_l") and name != "l"}

    return replace(
        estimate,
        coordinates=right(estimate.coordinates),
        moments=right(estimate.moments),
        grf=right(estimate.grf),
        cop_x=right(estimate.cop_x),
        points=right(estimate.points),
        events=right(estimate.events),
    )


def _wave(at: Array, mean: float, *harmonics: tuple[float, float]) -> Array:
    return np.sum([a * np.cos(2 * np.pi * ((k + 1) * at - p)) for k, (a, p) in enumerate(harmonics)], axis=0) + mean


def _angles(at: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "hip_flexion": np.radians(_wave(at, 8, (19, 0.95), (3, 0.9))),
        "knee_angle": np.radians(_wave(at, -24, (-18, 0.72), (-15, 0.42), (-4, 0.1))),
        "ankle_angle": np.radians(_wave(at, 1, (-6, 0.92), (7, 0.75), (-4, 0.7))),
    }


def _moments(at: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "hip_flexion": _wave(at, 0.0, (-0.45, 0.02), (-0.2, 0.1)),
        "knee_angle": _wave(at, 0.05, (0.1, 0.2), (0.3, 0.28)),
        "ankle_angle": -1.4 * np.where(np.mod(at, 1) < STANCE, np.sin(np.pi * (np.mod(at, 1) / STANCE) ** 2), 0.0).clip(0),
    }


def _points(q: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    def below(angle: np.ndarray, length: float) -> np.ndarray:
        return length * np.stack([np.sin(angle), -np.cos(angle)], axis=-1)

    hip = np.stack([q["pelvis_tx"], q["pelvis_ty"]], axis=-1)
    points = {"hip": hip, "head": hip - below(q["pelvis_tilt"], 0.82)}
    for side in "rl":
        thigh = q["pelvis_tilt"] + q[f"hip_flexion_{side}"]
        shank = thigh + q[f"knee_angle_{side}"]
        foot = shank + q[f"ankle_angle_{side}"]
        knee = hip + below(thigh, 0.43)
        ankle = knee + below(shank, 0.43)
        forward = np.stack([np.cos(foot), np.sin(foot)], axis=-1)
        down = below(foot, 0.068)
        points |= {f"knee_{side}": knee, f"ankle_{side}": ankle}
        points |= {f"heel_{side}": ankle + down - 0.058 * forward, f"toe_{side}": ankle + down + 0.16 * forward}
    return points

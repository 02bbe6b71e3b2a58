"""A person in space who stands, then walks: seven sensors of known mounting, from published mean curves or recorded angles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.transform import Rotation

from kinertia.recording import LOWER_BODY, Array, Frame, Recording, Sensor, Truth

RATE = 100.0
LENGTH = {"femur": 0.42, "tibia": 0.41}
SENSOR = {"pelvis": (-0.1, 0.05, 0.0), "femur": (0.05, -0.2, 0.0), "tibia": (0.03, -0.2, 0.0), "foot": (0.1, -0.03, 0.0)}


@dataclass(frozen=True)
class Gait:
    """Joint angles [rad] as functions of a leg's phase (0..1 from heel strike), with standing at zero."""

    angle: Callable[[str, Array], Array]
    stride_s: float
    speed: float


def walk(gait: Gait, standing_s: float = 3.0, walking_s: float = 9.0, turn_s: float = 0.0, seed: int = 0) -> Recording:
    """The recording in segment frames, with gyroscope bias and noise, and the sagittal angles as truth.

    ``turn_s`` seconds of turning round in the middle.
    """
    rng = np.random.default_rng(seed)
    samples = round((standing_s + walking_s) * RATE)
    time = np.arange(samples) / RATE
    # 0 in standing, 1 in walking, smooth
    go = gaussian_filter1d((time > standing_s).astype(float), 0.15 * RATE) if standing_s else np.ones(samples)
    phase = np.cumsum(go) / RATE / gait.stride_s
    turn = 2 * np.pi * phase
    yaw = np.zeros(samples)
    if turn_s:
        yaw = gaussian_filter1d(np.pi * np.clip((time - standing_s - 0.5 * walking_s) / turn_s, 0, 1), 0.1 * RATE)
    # Mid-stance of the right leg is near phase 0.3: the body is then over it, highest and slowest.
    sideways = go * 0.02 * np.cos(turn - 0.6 * np.pi)
    upward = go * 0.02 * np.cos(2 * turn - 1.2 * np.pi)
    forward = np.cumsum(go * gait.speed) / RATE - go * 0.015 * np.sin(2 * turn - 1.2 * np.pi)
    heading = Rotation.from_euler("y", yaw[:, None])
    steps = np.stack([np.gradient(x) for x in (forward, upward, sideways)], axis=1)
    hip = np.cumsum(heading.apply(steps), axis=0) + np.array([0, 0.92, 0])
    pelvis = np.stack([0.02 * np.sin(2 * turn), 0.05 * np.sin(turn), 0.07 * np.cos(turn)], axis=1) * go[:, None]
    body = {"pelvis": heading * Rotation.from_euler("ZXY", pelvis)}
    proximal = {"pelvis": hip}
    angles: dict[str, Array] = {}
    for side, lag, outward in (("r", 0.0, 1.0), ("l", 0.5, -1.0)):
        at = np.mod(phase + lag, 1.0)
        q = {joint: go * gait.angle(joint, at) for joint in ("hip_flexion", "knee_angle", "ankle_angle")}
        roll = go * outward * 0.05 * np.sin(2 * np.pi * at)
        twist = go * 0.08 * np.sin(2 * np.pi * at + 1.0)
        thigh, shank, foot = np.cumsum(list(q.values()), axis=0)
        origin = hip + body["pelvis"].apply([0, 0, outward * 0.09])
        for part, angle in (("femur", thigh), ("tibia", shank), ("foot", foot)):
            name = f"{part}_{side}"
            body[name] = heading * Rotation.from_euler("XZY", np.stack([roll, angle, twist], axis=1))
            proximal[name] = origin
            if part in LENGTH:
                origin = origin + body[name].apply([0, -LENGTH[part], 0])
        angles |= {f"{joint}_{side}": curve for joint, curve in q.items()}
    acc, gyro = np.zeros((samples, 7, 3)), np.zeros((samples, 7, 3))
    for k, name in enumerate(LOWER_BODY.segments):
        position = proximal[name] + body[name].apply(SENSOR[name.split("_")[0]])
        position = gaussian_filter1d(position, 2, axis=0, mode="nearest")
        acceleration = np.gradient(np.gradient(position, axis=0), axis=0) * RATE**2
        acc[:, k] = body[name].inv().apply(acceleration + np.array([0, 9.81, 0]))
        gyro[1:-1, k] = (body[name][:-2].inv() * body[name][2:]).as_rotvec() * RATE / 2
    gyro += rng.normal(0, 0.01, (7, 3)) + rng.normal(0, 0.005, gyro.shape)
    acc += rng.normal(0, 0.03, acc.shape)
    return Recording("virtual", RATE, tuple(Sensor(s, s) for s in LOWER_BODY.segments), acc, gyro, truth=Truth(angles))


def mount(recording: Recording, seed: int) -> tuple[Recording, Array]:
    """Every sensor turned at random; (K, 3, 3) segment to sensor axes."""
    turn = Rotation.from_quat(np.random.default_rng(seed).normal(size=(len(recording.sensors), 4))).as_matrix()
    return remount(recording, turn), turn


def remount(recording: Recording, turn: Array) -> Recording:
    acc, gyro = (np.einsum("kij,tkj->tki", turn, signal) for signal in (recording.acc, recording.gyro))
    return replace(recording, acc=acc, gyro=gyro, frame=Frame.SENSOR)

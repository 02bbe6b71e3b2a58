"""A recording with known motion."""

from __future__ import annotations

import numpy as np
import torch

from kinertia.bodies import GAIT2D_TRUNK, build
from kinertia.learning.sequence import placement
from kinertia.mechanics import kinematics
from kinertia.mechanics.imu import Mounting, read
from kinertia.recording import LOWER_BODY, Recording, Sensor, Subject, Truth


def swinging_cycle(name: str = "P01_swing", samples: int = 110, mass: float = 70.0) -> Recording:
    """One cycle of 1.1 s in which legs swing half a cycle apart; signals of ideal sensors, truth attached."""
    phase = 2 * np.pi * np.arange(samples) / samples
    rate = samples / 1.1
    names = GAIT2D_TRUNK.coordinate_names
    q = np.zeros((samples, len(names)))
    q[:, names.index("pelvis_ty")] = 0.92 + 0.02 * np.cos(2 * phase)
    for side, shift in (("r", 0.0), ("l", np.pi)):
        q[:, names.index(f"hip_flexion_{side}")] = 0.15 + 0.4 * np.cos(phase + shift)
        q[:, names.index(f"knee_angle_{side}")] = -0.5 + 0.3 * np.cos(phase + shift + 2.0)
        q[:, names.index(f"ankle_angle_{side}")] = 0.1 * np.sin(2 * (phase + shift))
    frequency = 2j * np.pi * np.fft.rfftfreq(samples, 1 / rate)[:, None]
    qd, qdd = (torch.as_tensor(np.fft.irfft(np.fft.rfft(q, axis=0) * frequency**k, samples, axis=0)) for k in (1, 2))
    body = build(mass, 1.75, skeleton=GAIT2D_TRUNK)
    mounting = Mounting(tuple(range(7)), placement((), body).double(), torch.zeros(7, dtype=torch.float64))
    signals = read(kinematics.forward(body, torch.as_tensor(q), qd, qdd), mounting)
    acc, gyro = np.zeros((samples, 7, 3)), np.zeros((samples, 7, 3))
    acc[..., :2], gyro[..., 2] = signals.acc.numpy(), signals.gyro.numpy()
    return Recording(
        name=name,
        rate_hz=rate,
        sensors=tuple(Sensor(segment, segment) for segment in LOWER_BODY.segments),
        acc=acc,
        gyro=gyro,
        subject=Subject(mass, 1.75),
        periodic=True,
        truth=Truth(angles={c: q[:, j] for j, c in enumerate(names) if j > 1}, speed=1.2),
    )

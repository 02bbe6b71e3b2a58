"""A person who walks on level ground, as frames of a made-up model: cosines for joints, feet that carry half of the time."""

from __future__ import annotations

import math

import numpy as np

from kinertia.estimation.estimate import Activity
from kinertia.recording import LOWER_BODY
from kinertia.streaming.frame import Event, Frame, Gait

RATE_HZ = 100.0
STRIDE_S = 1.1
SPEED = 1.3
STANCE = 0.62
THIGH, SHANK, FOOT, TRUNK = 0.43, 0.43, 0.19, 0.84
SIDES = "rl"

JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")
COORDINATES = ("pelvis_tx", "pelvis_ty", "pelvis_tilt", *(f"{j}_{s}" for s in SIDES for j in JOINTS), "lumbar_extension")
LANDMARKS = ("hip", *(f"{p}_{s}" for s in SIDES for p in ("knee", "ankle", "heel", "toe")), "head")
NAMES = (
    *COORDINATES,
    *(f"{name}_moment" for name in COORDINATES[3:]),
    *("residual_x", "residual_y", "residual_moment"),
    *("grf_x_r", "grf_y_r", "grf_x_l", "grf_y_l"),
    "speed",
    *(f"{segment}_{channel}" for segment in LOWER_BODY.segments for channel in ("acc_x", "acc_y", "gyro_z")),
    *(f"{name}_{axis}" for name in LANDMARKS for axis in "xy"),
    *("cop_x_r", "cop_x_l"),
)
AT = {name: i for i, name in enumerate(NAMES)}
GAIT = Gait((STRIDE_S, STRIDE_S), (STANCE * STRIDE_S, STANCE * STRIDE_S), 120.0 / STRIDE_S, 0.0)


def _leg(phase: float) -> dict[str, float]:
    """Joint angles [rad] and moments [N m] of a leg at a part of its stride, 0 at heel strike."""
    turn = 2 * math.pi * phase
    knee = math.radians(20 + 0.5 * 60 * (math.cos(turn - 2 * math.pi * 0.72) ** 3 + 0.1))
    return {
        "hip_flexion": math.radians(10 + 22 * math.cos(turn)),
        "knee_angle": -max(knee, math.radians(4)),
        "ankle_angle": math.radians(10 * math.sin(turn - 0.8)),
        "hip_flexion_moment": -45 * math.cos(turn),
        "knee_angle_moment": 30 * math.sin(2 * turn),
        "ankle_angle_moment": -110 * math.sin(math.pi * phase / STANCE) ** 3 if phase < STANCE else 0.0,
    }


def values(index: int) -> np.ndarray:
    """Outputs at a grid point."""
    time_s = index / RATE_HZ
    out = np.zeros(len(NAMES))
    out[AT["pelvis_tx"]] = SPEED * time_s
    out[AT["pelvis_ty"]] = 0.92
    out[AT["speed"]] = SPEED + 0.1 * math.sin(4 * math.pi * time_s / STRIDE_S)
    out[AT["residual_y"]] = 0.02 * math.sin(9 * time_s)
    lowest = 0.0
    points: dict[str, tuple[float, float]] = {"hip": (0.0, 0.0), "head": (0.03, TRUNK)}
    for shift, side in ((0.0, "r"), (0.5, "l")):
        phase = (time_s / STRIDE_S + shift) % 1.0
        leg = _leg(phase)
        for name, value in leg.items():
            joint, moment = name.removesuffix("_moment"), "_moment" if name.endswith("_moment") else ""
            out[AT[f"{joint}_{side}{moment}"]] = value
        thigh = leg["hip_flexion"]
        shank = thigh + leg["knee_angle"]
        knee = (THIGH * math.sin(thigh), -THIGH * math.cos(thigh))
        ankle = (knee[0] + SHANK * math.sin(shank), knee[1] - SHANK * math.cos(shank))
        foot = shank + leg["ankle_angle"]
        heel = (ankle[0] - 0.05 * math.cos(foot), ankle[1] - 0.07)
        toe = (heel[0] + FOOT * math.cos(foot), heel[1] + FOOT * math.sin(foot))
        points |= {f"knee_{side}": knee, f"ankle_{side}": ankle, f"heel_{side}": heel, f"toe_{side}": toe}
        lowest = min(lowest, heel[1], toe[1])
        down = phase < STANCE
        part = phase / STANCE
        out[AT[f"grf_y_{side}"]] = 1.05 * math.sin(math.pi * part) ** 0.5 if down else 0.0
        out[AT[f"grf_x_{side}"]] = -0.2 * math.sin(2 * math.pi * part) if down else 0.0
        out[AT[f"cop_x_{side}"]] = heel[0] + part * FOOT if down else math.nan
    for name, (x, y) in points.items():
        out[AT[f"{name}_x"]], out[AT[f"{name}_y"]] = x, y - lowest
    return out


def events(index: int) -> tuple[Event, ...]:
    """Heel strikes and toe offs of a grid point."""
    found = []
    for shift, side in ((0.0, "r"), (0.5, "l")):
        before, now = (((i / RATE_HZ) / STRIDE_S + shift) for i in (index - 1, index))
        if math.floor(now) != math.floor(before):
            found.append(Event(f"heel_strike_{side}", index, index / RATE_HZ))
        if math.floor(now - STANCE) != math.floor(before - STANCE):
            found.append(Event(f"toe_off_{side}", index, index / RATE_HZ))
    return tuple(found)


def frame(index: int, *, missing: tuple[int, ...] = (), held: tuple[int, ...] = (), reasons: int = 0) -> Frame:
    """A frame; ``missing`` and ``held`` are rows of segments whose sensors gave nothing."""
    present = np.ones(len(LOWER_BODY), dtype=bool)
    present[list(missing)] = False
    stands_in = np.zeros(len(LOWER_BODY), dtype=bool)
    stands_in[list(held)] = True
    return Frame(
        index=index,
        time_s=index / RATE_HZ,
        local_s=index / RATE_HZ,
        values=values(index),
        signals=np.zeros((len(LOWER_BODY), 3)),
        present=present,
        held=stands_in,
        reasons=reasons,
        events=events(index),
        gait=GAIT,
        compute_s=1e-4 + 2e-5 * (index % 7),
        activity=Activity.WALKING,
    )

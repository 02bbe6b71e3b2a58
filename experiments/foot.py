"""What a model of the foot makes of true motion: does the loaded sole rest on the ground, and can it press where plates say?"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from experiments import spatial_people
from experiments.protocol import QUIET, Context, Found, Json, cell, table
from experiments.spatial import movement as spatial
from experiments.spatial.movement import Movement
from experiments.spatial.worn import proximal_joints
from experiments.spatial_people import DEVELOPMENT
from kinertia.bodies import SKELETONS, Body, ContactPoint, build
from kinertia.mechanics import sole
from kinertia.recording import Array

FEET = ("gait2d_trunk", "gait2d_sole")
"""Bodies whose feet are compared."""
LOADED_BW = 0.2
"""Vertical force of a foot from which it counts."""
PHASES = 200
SOLES_M = np.arange(0.035, 0.0901, 0.0025)
"""Heights of the ankle over the sole that are tried: shoes differ, and motion alone says where the ground is."""
LENGTHS = (0.94, 0.97, 1.0, 1.03, 1.06)
"""Lengths of the foot that are tried: two expected errors of a person's (:data:`kinertia.learning.personal.FOOT_ERROR`)."""
FLAT_RAD_S = 0.5
"""A foot that turns slower lies flat: whatever its sole is like, all of it moves alike (to 3 cm/s at 7 cm from the ankle)."""
PRESSURE_M, HEIGHT_M = 0.01, 0.005
"""Distances of the centre of pressure and of a point above the ground that count alike when load is shared out."""


def foot(data: Path, sets: tuple[str, ...] = DEVELOPMENT, seconds: float = 20.0, context: Context = QUIET) -> Found:
    """Feet on measured motion and plates: slip and depth of the loaded sole, and how far forward the centre of pressure is off.

    Parameters
    ----------
    data
        Folder of the sets of motion capture with force plates (see docs/formats.md).
    sets
        Which of them; the sealed judges are refused.
    seconds
        Of movements that are longer than that.
    """
    found: Json = {}
    for name in sets:
        if name in spatial_people.JUDGES:
            raise ValueError(f"{name} is kept for judging; leave it out of --sets")
        for captured in spatial_people.read(data, name, seconds):
            context.say(captured.name)
            found[captured.name] = on_motion(captured.stride)
    rows = [
        (trial, body, *(cell(figures[body][key], digits, factor=factor) for key, digits, factor in COLUMNS))
        for trial, figures in found.items()
        for body in FEET
    ]
    return Found(
        {"trials": found}, (table("", "foot", *HEADINGS, title="feet on true motion, load over 20 % (RMS)", rows=rows),)
    )


COLUMNS = (
    ("sole_m", 1, 100.0),
    ("length", 2, 1.0),
    ("pressure_m", 1, 100.0),
    ("slip_m_s", 3, 1.0),
    ("flat_m_s", 3, 1.0),
    ("sink_m", 1, 1000.0),
    ("lifted_m", 1, 1000.0),
)
HEADINGS = (
    "ankle over sole [cm]",
    "length",
    "centre of pressure [cm]",
    "slip [m/s]",
    "of flat feet",
    "sinking [mm]",
    "over the ground [mm]",
)


def on_motion(movement: Movement) -> Json:
    """Figures of a stride by body, at the height of the sole at which it is nearest to the ground, then at the best length."""
    phase = torch.arange(PHASES, dtype=torch.float64) / PHASES
    moving = spatial.sample(movement, phase)
    pressure = {side: _pressure(movement, moving, side, phase) for side in moving.force}
    best: Json = {}
    for name in FEET:
        heights = [_figures(movement, moving, pressure, name, float(height), 1.0) for height in SOLES_M]
        height = min(heights, key=_off)["sole_m"]
        best[name] = min(
            (_figures(movement, moving, pressure, name, height, length) for length in LENGTHS),
            key=lambda found: math.hypot(_off(found) / HEIGHT_M, found["pressure_m"] / PRESSURE_M),
        )
    return best


def _off(found: Json) -> float:
    return math.hypot(found["sink_m"], found["lifted_m"])


def _figures(
    movement: Movement, moving: spatial.Moving, pressure: dict[str, Array], name: str, height: float, length: float
) -> Json:
    body = _with_feet(movement, name, height, length)
    touching = sole.touch(body.with_time_axis(), moving.kinematics)
    weight = float(body.weight)
    parts = []
    for side, force in moving.force.items():
        mine = [p for p, contact in enumerate(body.skeleton.contacts) if contact.side == side]
        on = np.flatnonzero(force[:, 1].numpy() > LOADED_BW * weight)
        place, speed = (vectors.numpy()[on][:, mine] for vectors in (touching.position, touching.velocity))
        centre = pressure[side][on]
        share = _share_out(place, centre)
        load = share * force.numpy()[on, 1:2] / weight
        apart = ((share[..., None] * place).sum(1) - centre)[:, 0]
        rate = (speed[:, 1, 1] - speed[:, 0, 1]) / (place[:, 1, 0] - place[:, 0, 0])
        flat = (np.abs(rate) < FLAT_RAD_S)[:, None] * load
        parts.append((apart**2, load, (speed[..., ::2] ** 2).sum(-1), place[..., 1], flat))
    apart, load, slip, height_over, flat = (np.concatenate([part[i] for part in parts]) for i in range(5))

    def loaded(square: Array, by: Array = load) -> float:
        return math.sqrt(float((by * square).sum() / by.sum()))

    return {
        "sole_m": height,
        "length": length,
        "pressure_m": math.sqrt(float(apart.mean())),
        "slip_m_s": loaded(slip),
        "flat_m_s": loaded(slip, flat),
        "sink_m": loaded(np.minimum(height_over, 0.0) ** 2),
        "lifted_m": loaded(np.maximum(height_over, 0.0) ** 2),
    }


def _with_feet(movement: Movement, name: str, height: float, length: float) -> Body:
    """The person's own body in space on a planar body's feet, the ankle ``height`` [m] over soles ``length`` times as long."""
    imported = movement.imported
    usual = build(imported.body.total_mass, imported.body.height, skeleton=SKELETONS[name])
    planar = usual.shod(height - usual.ankle_height, torch.tensor(length, dtype=torch.float64))
    joints = proximal_joints(imported)
    contacts, places = [], []
    for contact, at in zip(planar.skeleton.contacts, planar.contact_position, strict=True):
        calcaneus, ankle = joints[contact.segment]
        places.append(imported.point(calcaneus, ankle + np.array([*at.tolist(), 0.0]))[1])
        contacts.append(ContactPoint(contact.name, calcaneus, contact.side))
    return replace(
        imported.body,
        skeleton=replace(imported.body.skeleton, contacts=tuple(contacts)),
        contact_position=torch.stack(places),
        contact_radius=planar.contact_radius,
        contact_reach=planar.contact_reach,
    )


def _pressure(movement: Movement, moving: spatial.Moving, side: str, phase: Tensor) -> Array:
    """(T, 3) where the ground reaction of a foot meets the ground [m]; its free moment is about the vertical."""
    wrench = movement.at(movement.wrench[side], phase)
    force, moment = wrench[:, :3], wrench[:, 3:]
    origin = moving.kinematics.origin[:, 0]
    # M = r x F + free: with r_y = -o_y, M_z = r_x F_y - r_y F_x and M_x = r_y F_z - r_z F_y
    down = -origin[:, 1]
    ahead = (moment[:, 2] + down * force[:, 0]) / force[:, 1]
    beside = (down * force[:, 2] - moment[:, 0]) / force[:, 1]
    return (origin + torch.stack([ahead, down, beside], -1)).numpy()


def _share_out(place: Array, pressure: Array) -> Array:
    """(T, P) shares of the load of points (T, P, 3), on two at a time: near the centre of pressure, and on the ground."""
    count, points = place.shape[:2]
    best, share = np.full(count, np.inf), np.zeros((count, points))
    for first in range(points):
        for second in range(first + 1, points):
            # the part on the second: a line in x, so that the least squares have one minimum
            ends = place[:, [first, second], 0] - pressure[:, :1]
            height = (place[:, [first, second], 1] / HEIGHT_M) ** 2
            along = (ends[:, 1] - ends[:, 0]) / PRESSURE_M
            slope = along * ends[:, 0] / PRESSURE_M + 0.5 * (height[:, 1] - height[:, 0])
            part = np.clip(-slope / np.maximum(along**2, 1e-12), 0.0, 1.0)
            apart = ((1.0 - part) * ends[:, 0] + part * ends[:, 1]) / PRESSURE_M
            cost = apart**2 + (1.0 - part) * height[:, 0] + part * height[:, 1]
            better = cost < best
            best[better], share[better] = cost[better], 0.0
            share[better, first], share[better, second] = 1.0 - part[better], part[better]
    return share

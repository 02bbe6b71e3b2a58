"""Outputs in words and units that a person reads, from the names that a model gives them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from kinertia.estimation.convention import KNEE as KNEE_ANGLE
from kinertia.estimation.convention import Knee, sign

DEGREES = math.degrees(1.0)
SIDES = {"r": "right", "l": "left"}
ANGLES = {
    "hip_flexion": "Hip flexion",
    "ankle_angle": "Ankle dorsiflexion",
    "pelvis_tilt": "Pelvis tilt, backward +",
    "lumbar_extension": "Trunk extension",
}
"""Coordinate without its side to words."""
KNEE = {
    Knee.FLEXION: ("Knee flexion", "Knee moment, flexion +"),
    Knee.OPENSIM: ("Knee angle, flexion \u2212", "Knee moment, extension +"),
}
"""What its angle and its moment are called, by what counts as positive."""
MOMENTS = {
    "hip_flexion": "Hip moment, flexion +",
    "ankle_angle": "Ankle moment, dorsiflexion +",
    "lumbar_extension": "Trunk moment, extension +",
}
OTHERS = {
    "pelvis_ty": ("Hip height", "m", 1.0),
    "grf_x": ("Ground reaction, forward", "BW", 1.0),
    "grf_y": ("Ground reaction, up", "BW", 1.0),
    "speed": ("Speed", "m/s", 1.0),
    "residual_x": ("Unexplained force, forward", "BW", 1.0),
    "residual_y": ("Unexplained force, up", "BW", 1.0),
    "residual_moment": ("Unexplained moment", "BWBH", 1.0),
}
LANDMARKS = ("hip", "knee_r", "ankle_r", "heel_r", "toe_r", "knee_l", "ankle_l", "heel_l", "toe_l", "head")
DRAWN = (*(f"{point}_{axis}" for point in LANDMARKS for axis in "xy"), "cop_x_r", "cop_x_l", "pelvis_tx")
"""Columns that the stick figure needs and no curve shows."""


class Column(msgspec.Struct, frozen=True):
    """One column of the frames that the page gets; without label and unit where only the stick figure needs it."""

    name: str  # in the model's layout
    quantity: str  # name without its side; both legs share a chart
    side: str = ""  # ``right``, ``left`` or empty
    label: str = ""
    unit: str = ""
    scale: float = 1.0  # from the value in SI units to the one shown
    other: str = ""  # label where the other sign counts as positive (the scale is then the opposite one)


def column(name: str, knee: Knee = Knee.FLEXION) -> Column | None:
    """The column of an output; None for an output that the page has no use for."""
    if name in DRAWN:
        return Column(name, name)
    stem = name.removesuffix("_moment")
    base, side = split_side(stem)
    moment = stem != name
    unit, scale = ("N m", 1.0) if moment else ("\u00b0", DEGREES)
    if base == KNEE_ANGLE:
        (other,) = set(Knee) - {knee}
        label, quantity = KNEE[knee][moment], base + name.removeprefix(stem)
        return Column(name, quantity, side, label, unit, sign(base, knee) * scale, KNEE[other][moment])
    if base in (table := MOMENTS if moment else ANGLES):
        return Column(name, base + name.removeprefix(stem), side, table[base], unit, scale)
    base, side = split_side(name)
    return Column(name, base, side, *OTHERS[base]) if base in OTHERS else None


def columns(names: Sequence[str], knee: Knee = Knee.FLEXION) -> tuple[Column, ...]:
    """Columns of all outputs that the page shows, in the model's order."""
    return tuple(entry for name in names if (entry := column(name, knee)) is not None)


def split_side(name: str) -> tuple[str, str]:
    """``knee_angle_r`` to (``knee_angle``, ``right``); (name, ``""``) without a side."""
    base, _, side = name.rpartition("_")
    return (base, SIDES[side]) if base and side in SIDES else (name, "")

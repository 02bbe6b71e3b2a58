"""Words for coordinates, sensors and units, as the report shows them."""

from __future__ import annotations

ANGLES = {  # coordinate without its side to joint and meaning of the sign
    "hip_flexion": ("Hip", "flexion +"),
    "knee_angle": ("Knee", ""),  # as the user chooses, see kinertia.estimation.convention
    "ankle_angle": ("Ankle", "dorsiflexion +"),
    "pelvis_tilt": ("Pelvis tilt", "backward lean +"),
    "lumbar_extension": ("Trunk", "against the pelvis, extension +"),
    "hip_adduction": ("Hip", "adduction +"),
    "hip_rotation": ("Hip", "internal rotation +"),
}
SIDES = {"r": "right", "l": "left"}
SEGMENTS = {"pelvis": "Pelvis", "femur": "Thigh", "tibia": "Shank", "foot": "Foot"}
CYCLE_AXIS = "Gait cycle [%]"
TIME_AXIS = "Time [s]"


def split_side(name: str) -> tuple[str, str]:
    """``knee_angle_r`` to (``knee_angle``, ``r``); (name, ``""``) without a side."""
    base, _, side = name.rpartition("_")
    return (base, side) if base and side in SIDES else (name, "")


def joint(base: str) -> tuple[str, str]:
    """Joint and sign convention of a coordinate without its side; unknown names are shown as they are."""
    return ANGLES.get(base, (base.replace("_", " ").capitalize(), ""))


def segment(name: str) -> str:
    """``tibia_r`` to ``Shank, right``."""
    base, side = split_side(name)
    words = SEGMENTS.get(base, base.replace("_", " ").capitalize())
    return f"{words}, {SIDES[side]}" if side else words


def number(value: float, digits: int, *, signed: bool = False) -> str:
    """Fixed number of digits with a true minus sign, and no sign before a zero; a dash for NaN."""
    if value != value:
        return "\u2013"
    rounded = round(value, digits) + 0.0
    text = f"{rounded:{'+' if signed and rounded else ''}.{digits}f}"
    return text.replace("-", "\u2212")


def group(names: list[str]) -> dict[str, dict[str, str]]:
    """Base name to side to full name, hip first; coordinates without a side have the key ``""``."""
    grouped: dict[str, dict[str, str]] = {}
    for name in names:
        base, side = split_side(name)
        grouped.setdefault(base, {})[side] = name
    rank = {base: i for i, base in enumerate(ANGLES)}
    return dict(sorted(grouped.items(), key=lambda item: rank.get(item[0], len(rank))))

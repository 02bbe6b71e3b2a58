"""The reference in a table of signals: columns over time, and constants in the JSON beside it.

Columns are ``angle.<coordinate> [rad]``, ``moment.<coordinate> [Nm]``, ``GRF.<component>_<side> [BW]``,
``contact.<side> [0/1]``, ``muscle_force.<muscle> [N]``, ``activation.<muscle> [0-1]`` and ``speed [m/s]``; with ``var`` before
the unit of the first three, the variance between trials (the square of the unit). The JSON has ``speed_mean`` and, in
``truth``, ``note``, ``slope_rad`` and ``sensors``: segment to ``position_m`` and ``orientation``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from kinertia.io import facts
from kinertia.io.text import TextTable
from kinertia.io.units import factor
from kinertia.recording import Array, RecordingError, SensorPose, Truth

_COLUMN = re.compile(
    r"^(?:(?P<kind>angle|moment|GRF|contact|muscle_force|activation)\.(?P<name>[^\s\[\]]+)|speed)(?P<var> var)?"
    r"\s*(?:\[(?P<unit>[^\]]*)\])?$"
)
_UNITS = {
    "angle": ("rad", "deg"),
    "moment": ("Nm",),
    "GRF": ("BW",),
    "contact": ("0/1",),
    "muscle_force": ("N",),
    "activation": ("0-1",),
    "speed": ("m/s",),
}
"""Kind to the units it may have, the first of them where a column states none."""
_VARYING = ("angle", "moment", "GRF")  # that may have a variance between trials


def columns(truth: Truth | None) -> dict[str, Array]:
    """Column name with unit to (T,) curve; none without a reference."""
    if truth is None:
        return {}
    return (
        {f"angle.{name} [rad]": curve for name, curve in truth.angles.items()}
        | {f"moment.{name} [Nm]": curve for name, curve in truth.moments.items()}
        | {f"GRF.{name} [BW]": curve for name, curve in truth.grf.items()}
        | {f"contact.{side} [0/1]": curve for side, curve in truth.contact.items()}
        | {f"muscle_force.{name} [N]": curve for name, curve in truth.muscle_forces.items()}
        | {f"activation.{name} [0-1]": curve for name, curve in truth.muscle_activations.items()}
        | ({} if truth.speed_curve is None else {"speed [m/s]": truth.speed_curve})
        | {_variance_column(name): spread**2 for name, spread in truth.spread.items()}
    )


def constants(truth: Truth | None) -> dict[str, Any]:
    """What of a reference does not change over time, for the JSON."""
    if truth is None:
        return {}
    about: dict[str, Any] = {"note": truth.note, "slope_rad": truth.slope_rad}
    about["sensors"] = {
        segment: {"position_m": list(pose.position_m), "orientation": list(pose.orientation)}
        for segment, pose in truth.poses.items()
    }
    about = {key: value for key, value in about.items() if value not in (None, "", {})}
    return ({} if truth.speed is None else {"speed_mean": truth.speed}) | ({"truth": about} if about else {})


def read(table: TextTable, about: Mapping[str, Any], *, note: str = "", about_file: str = "") -> Truth | None:
    """Reference of a table on its rows, by the names of its columns; one without any number is left out.

    ``about`` is the content of the JSON ``about_file``; ``note`` says where the reference comes from when the JSON does not.
    RecordingError: an unknown unit, a cell that is no number, contact that is neither 0 nor 1, a damaged entry of the JSON.
    """
    curves: dict[str, dict[str, Array]] = {kind: {} for kind in _UNITS}
    spread: dict[str, Array] = {}
    result = [(match, column) for column in table.names if (match := _COLUMN.match(column))]
    for match, column in sorted(result, key=lambda pair: pair[0]["var"] is not None):
        kind, name = match["kind"] or "speed", match["name"] or ""
        name = name.lower() if kind == "GRF" else name
        if match["var"] and (name not in curves[kind] or kind not in _VARYING):
            continue
        scale = factor(match["unit"] or _UNITS[kind][0], _UNITS[kind], file=table.file, sensor=column)
        values = table.numbers(column)
        if not np.isfinite(values).any():
            continue
        if kind == "contact":
            _check_contact(values, column, table.file)
        if match["var"]:
            spread[f"{kind.lower()}.{name}"] = scale * np.sqrt(np.maximum(values, 0.0))
        else:
            curves[kind][name] = scale * values
    speed_curve = curves.pop("speed").get("")
    speed = facts.number(about, "speed_mean")
    constant = about.get("truth", {})
    if not isinstance(constant, Mapping):
        raise RecordingError("'truth' must map names to values", file=about_file, fix="see docs/formats.md")
    poses = _poses(constant.get("sensors", {}), about_file)
    slope = facts.number(constant, "slope_rad")
    if speed is None and speed_curve is None and not poses and slope is None and not any(curves.values()):
        return None
    if speed is None and speed_curve is not None:
        speed = float(np.nanmean(speed_curve))
    given = constant.get("note")
    return Truth(
        curves["angle"],
        curves["moment"],
        curves["GRF"],
        speed,
        given if isinstance(given, str) else note,
        contact=curves["contact"],
        speed_curve=speed_curve,
        poses=poses,
        slope_rad=slope,
        spread=spread,
        muscle_forces=curves["muscle_force"],
        muscle_activations=curves["activation"],
    )


def _variance_column(name: str) -> str:
    kind, _, curve = name.partition(".")
    kind = "GRF" if kind == "grf" else kind
    return f"{kind}.{curve} var [{_UNITS[kind][0]}]"


def _check_contact(values: Array, column: str, file: str) -> None:
    wrong = ~(np.isnan(values) | (values == 0) | (values == 1))
    if wrong.any():
        row = int(np.argmax(wrong))
        fix = "write 1 on the ground, 0 off it"
        raise RecordingError(f"contact is {values[row]:g}", file=file, sensor=column, sample=row, fix=fix)


def _poses(entries: Any, file: str) -> dict[str, SensorPose]:
    poses = {}
    if not isinstance(entries, Mapping):
        raise RecordingError("'truth.sensors' must map segments to poses", file=file, fix="see docs/formats.md")
    for segment, entry in entries.items():
        place = facts.position(entry.get("position_m"), file=file, sensor=segment) if isinstance(entry, Mapping) else None
        if place is None:
            raise RecordingError("true position is missing", file=file, sensor=segment, fix='add "position_m": [x, y, z]')
        poses[segment] = SensorPose(place, _quaternion(entry.get("orientation", (1.0, 0.0, 0.0, 0.0)), file, segment))
    return poses


def _quaternion(value: Any, file: str, segment: str) -> tuple[float, float, float, float]:
    try:
        w, x, y, z = (float(v) for v in value)
    except (TypeError, ValueError):
        w = x = y = z = float("nan")
    if not abs(w * w + x * x + y * y + z * z - 1.0) < 1e-3:
        fix = 'write "orientation": [w, x, y, z]'
        raise RecordingError("true orientation is no unit quaternion", file=file, sensor=segment, fix=fix)
    return (w, x, y, z)

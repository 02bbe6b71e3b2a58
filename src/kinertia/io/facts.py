"""Facts beside the signals, from JSON or TOML files: the person, and which sensor sits where."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kinertia.io import stated
from kinertia.io.text import read_text
from kinertia.recording import DEFAULT_HEIGHT_M, DEFAULT_MASS_KG, Finding, RecordingError, Sensor, Subject

_BODIES = "pelvis, femur_r, tibia_r, foot_r, femur_l, tibia_l, foot_l"


@dataclass(frozen=True)
class Placement:
    """Where each sensor sits."""

    sensors: dict[str, Sensor] = field(default_factory=dict)  # serial number (or the end of it) to sensor; ``name`` is that key
    source: str = ""  # file it came from, for messages

    def find(self, serial: str) -> Sensor | None:
        """Sensor with this serial number, named by it; a key may be the last digits only.

        RecordingError: two keys fit the same serial number.
        """
        fits = [key for key in self.sensors if serial.upper().endswith(key.upper())]
        exact = [key for key in fits if key.upper() == serial.upper()]
        if len(exact or fits) > 1:
            raise RecordingError(f"placements {fits} both fit {serial}", file=self.source, fix="give whole serial numbers")
        if not fits:
            return None
        sensor = self.sensors[(exact or fits)[0]]
        return Sensor(serial, sensor.segment, sensor.position_m)


def read_facts(path: Path) -> dict[str, Any]:
    """One JSON or TOML file as a dict; NaN literals are taken as missing values.

    RecordingError: no such file, or not JSON / TOML, naming the line.
    """
    text = read_text(path)
    try:
        facts = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except (ValueError, RecursionError) as error:  # of either parser, and a number of thousands of digits
        raise RecordingError(f"cannot be parsed ({error})", file=str(path), fix="repair or re-export the file") from error
    if not isinstance(facts, dict):
        raise RecordingError("must hold one object of names and values", file=str(path), fix="write {...}")
    return facts


def number(facts: Mapping[str, Any], key: str) -> float | None:
    """Finite number under ``key``; None when absent, null, NaN or no number."""
    value = facts.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) else None


def subject(facts: Mapping[str, Any], *, file: str) -> tuple[Subject, list[str], list[Finding]]:
    """Person from ``mass_kg``, ``height_m``, ``sex``; warnings about what had to be assumed; findings about what was stated.

    RecordingError: a mass or height that no person has.
    """
    mass, height, warnings = number(facts, "mass_kg"), number(facts, "height_m"), []
    findings: list[Finding] = []
    assumed = tuple(name for name, value in (("mass_kg", mass), ("height_m", height)) if value is None)
    if mass is None:
        warnings.append(f"body mass not given, {DEFAULT_MASS_KG:g} kg assumed: moments and forces scale with it")
    if height is None:
        warnings.append(f"body height not given, {DEFAULT_HEIGHT_M:.2f} m assumed: speed and moments scale with it")
    else:
        height, findings = stated.height(height, file=file)
    if mass is not None:
        mass, doubts = stated.mass(mass, height, file=file)
        findings = [*doubts, *findings]
    sex = facts.get("sex")
    person = Subject(
        DEFAULT_MASS_KG if mass is None else mass,
        DEFAULT_HEIGHT_M if height is None else height,
        sex if isinstance(sex, str) else None,
        assumed,
    )
    return person, warnings, findings


def position(value: Any, *, file: str, sensor: str) -> tuple[float, float, float] | None:
    """Sensor position [m]; None when not given or not finite. RecordingError: not three numbers."""
    if value is None:
        return None
    try:
        x, y, z = (float(v) for v in value)
    except (TypeError, ValueError) as error:
        fix = "give [x, y, z] in metres"
        raise RecordingError("position is not three numbers", file=file, sensor=sensor, fix=fix) from error
    return (x, y, z) if all(math.isfinite(v) for v in (x, y, z)) else None


def placement(entries: Mapping[str, Any], *, source: str = "") -> Placement:
    """Placement from ``{serial: segment}`` or ``{serial: {"segment": ..., "position_m": [x, y, z]}}``.

    RecordingError: an entry of another shape, or two sensors on one segment of the model.
    """
    sensors: dict[str, Sensor] = {}
    for serial, entry in entries.items():
        facts = {"segment": entry} if isinstance(entry, str) else entry
        segment = facts.get("segment") if isinstance(facts, Mapping) else None
        if not isinstance(segment, str):
            message, fix = "placement is not a segment name", f'write {serial} = "tibia_r"; segments: {_BODIES}'
            raise RecordingError(message, file=source, sensor=serial, fix=fix)
        sensors[serial] = Sensor(serial, segment, position(facts.get("position_m"), file=source, sensor=serial))
    segments = [sensor.segment for sensor in sensors.values()]
    if twice := [sensor for sensor in sensors.values() if segments.count(sensor.segment) > 1]:
        message, fix = f"{twice[0].segment} has more than one sensor", "leave one out, or name it differently"
        raise RecordingError(message, file=source, sensor=twice[0].name, fix=fix)
    return Placement(sensors, source)


def read_placement(path: str | Path | Mapping[str, Any]) -> tuple[Placement, dict[str, Any]]:
    """Placement and person facts of a file with tables ``sensors`` and ``subject`` (or a flat map of sensors), or of the same
    without a file.
    """
    facts = path if isinstance(path, Mapping) else read_facts(Path(path))
    source = "placement" if isinstance(path, Mapping) else str(path)
    entries = facts.get("sensors", {key: value for key, value in facts.items() if key != "subject"})
    person = facts.get("subject", {})
    if not isinstance(entries, dict) or not isinstance(person, dict):
        raise RecordingError("'sensors' and 'subject' must be tables", file=source, fix="see docs/formats.md")
    return placement(entries, source=source), person


def find_placement(folder: Path, stem: str) -> Path | None:
    """Placement file beside a recording: ``<stem>.placement.toml``, ``placement.toml``, or the same as .json."""
    names = (f"{stem}.placement", "placement")
    paths = [folder / f"{name}{suffix}" for name in names for suffix in (".toml", ".json")]
    return next((path for path in paths if path.is_file()), None)

"""What is stated about person, sensors and rate, in files and on the command line: other units undone or refused by name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from kinertia.recording import Cause, Finding, Recording, RecordingError, Sensor, Severity

_POUND_KG, _STONE_KG, _FOOT_M, _INCH_M = 0.45359237, 6.35029318, 0.3048, 0.0254  # by definition
_MASS_KG, _HEIGHT_M = (10.0, 300.0), (0.5, 2.6)  # what a Subject may be
_FEET, _INCHES = (3.0, 8.0), (36.0, 84.0)  # of people who walk: 0.9 to 2.4 m
_SHORTEST_CM = 84.0  # of a person who walks; up to here a number is inches
_USUAL_BMI, _HIGH_BMI = (14.0, 35.0), 40.0  # kg/m^2; above 40 is class III obesity (WHO): 2 to 6 % of adults, few in gait labs
_LEAST_BMI, _MOST_BMI = 10.0, 100.0  # nobody walks with less or more
_FARTHEST_M = {"pelvis": 0.5, "femur": 0.7, "tibia": 0.7, "foot": 0.45}  # longer than the segment of anybody
_MOST_CM = 70.0  # the farthest place in cm; beyond it, only mm make sense
_LARGEST_MISALIGNMENT_RAD, _LARGEST_MISALIGNMENT_DEG = 1.0, 45.0  # what lies between them is degrees
_RATE_HZ = (4.0, 2500.0)  # that any sensor for movement has


def mass(value: float, height_m: float | None, *, file: str) -> tuple[float, list[Finding]]:
    """Body mass [kg] of what was stated as one, of a person whose height [m] is known or None.

    RecordingError: no mass in kilograms, grams or pounds.
    """
    low, high = _MASS_KG
    if value > high:
        kg, unit = next(
            ((x, name) for x, name in ((value * _POUND_KG, "pounds"), (value / 1000.0, "grams")) if low <= x <= high),
            (math.nan, ""),
        )
        if value < 1000.0 and height_m is not None and not _USUAL_BMI[0] <= kg / height_m**2 <= _MOST_BMI:
            kg = math.nan
        if math.isfinite(kg):
            return kg, [_undone(Cause.MASS, f"mass {value:g} kg is impossible; read as {unit}: {kg:.4g} kg")]
    if not low <= value <= high:
        stone = f"; in stone, it is {value * _STONE_KG:.3g} kg" if low <= value * _STONE_KG <= high else ""
        message, fix = f"mass {value:g} kg is outside {low:g}..{high:g} kg", f"give body mass in kilograms{stone}"
        raise RecordingError(message, file=file, fix=fix, cause=Cause.MASS)
    return value, [] if height_m is None else doubts(value, height_m)


def doubts(mass_kg: float, height_m: float) -> list[Finding]:
    """What is odd about a mass at a height: one that nobody has (error), or one that a mass in pounds would have."""
    index = mass_kg / height_m**2
    if index < _LEAST_BMI:
        message = f"mass {mass_kg:g} kg is impossible at a height of {height_m:.2f} m (body mass index {index:.2g})"
        stone = mass_kg * _STONE_KG
        fits = _USUAL_BMI[0] <= stone / height_m**2 <= _USUAL_BMI[1]
        fix = "give body mass in kilograms" + (f"; if it is in stone, {stone:.3g} kg" if fits else "")
        return [Finding(Cause.MASS, Severity.ERROR, message, fix)]
    if index > _HIGH_BMI:
        message = f"body mass index {index:.0f}: is the mass of {mass_kg:g} in kilograms?"
        fix = f"if it is in pounds, give {mass_kg * _POUND_KG:.3g} kg"
        return [Finding(Cause.MASS, Severity.WARNING if index <= _MOST_BMI else Severity.ERROR, message, fix)]
    return []


def height(value: float, *, file: str) -> tuple[float, list[Finding]]:
    """Body height [m] of what was stated as one.

    RecordingError: feet, inches, or no height at all, with the height in metres where it can be told.
    """
    low, high = _HEIGHT_M
    if low <= value <= high:
        return value, []
    for unit, factor in (("cm", 0.01), ("mm", 0.001)):
        if (low if unit == "mm" else 0.01 * _SHORTEST_CM) < value * factor <= high:
            message = f"height {value:g} m is impossible; read as {unit}: {value * factor:.4g} m"
            return value * factor, [_undone(Cause.HEIGHT, message)]
    guess = ""
    for unit, metres, (least, most) in (("feet", _FOOT_M, _FEET), ("inches", _INCH_M, _INCHES)):
        if least <= value <= most:
            guess = f": {value:g} looks like {unit}, {value * metres:.2f} m"
    fix = "give body height in metres" + (f", {guess.rpartition(', ')[2]}" if guess else "")
    raise RecordingError(f"height {value:g} m is outside {low:g}..{high:g} m{guess}", file=file, fix=fix, cause=Cause.HEIGHT)


def rate(value: float, *, file: str) -> float:
    """Sampling rate [Hz] that is stated and that nothing contradicts.

    RecordingError: no rate of a sensor that follows movement.
    """
    low, high = _RATE_HZ
    if low <= value <= high:
        return value
    guesses = [(value * 1000.0, "kHz")] if value < low else [(value / 1000.0, "mHz"), (value / 60.0, "samples per minute")]
    fits = [f"{hz:.4g} Hz if it is in {unit}" for hz, unit in guesses if 10.0 <= hz <= 2000.0]
    message = f"a sampling rate of {value:g} Hz is stated, which no sensor for movement has"
    fix = "state the rate in Hz (samples per second)" + (f": {' or '.join(fits)}" if fits else "")
    raise RecordingError(message, file=file, fix=fix, cause=Cause.RATE)


def placed(recording: Recording) -> Recording:
    """Copy whose stated sensor positions and misalignments are in metres and radians.

    RecordingError: a position that is on no segment, where no one unit explains all.
    """
    sensors, positions = _positions(recording.sensors, recording.source)
    sensors, misalignments = _misalignments(sensors, recording.source)
    findings = (*positions, *misalignments)
    return replace(recording, sensors=sensors).with_findings(*findings) if findings else recording


def _positions(sensors: Sequence[Sensor], file: str) -> tuple[tuple[Sensor, ...], list[Finding]]:
    away = {s.name: math.hypot(*s.position_m) for s in sensors if s.position_m is not None}
    far = [s for s in sensors if s.name in away and away[s.name] > _farthest(s)]
    if not far:
        return tuple(sensors), []
    most = max(away.values())
    unit, factor = ("cm", 0.01) if most <= _MOST_CM else ("mm", 0.001)
    near = all(factor * away[s.name] <= _farthest(s) for s in sensors if s.name in away)
    if len(far) == len([s for s in sensors if away.get(s.name)]) > 1 and near:
        moved = tuple(
            s if (p := s.position_m) is None else replace(s, position_m=(factor * p[0], factor * p[1], factor * p[2]))
            for s in sensors
        )
        message = f"sensor positions up to {most:.3g} m from the joint are impossible; read as {unit}"
        return moved, [_undone(Cause.POSITION, message)]
    first, spoken = far[0], {"tibia": "shank", "femur": "thigh"}
    part = first.segment.partition("_")[0]
    guesses = [f"{away[first.name] * x:.2g} m if it is in {u}" for u, x in (("cm", 0.01), ("mm", 0.001))]
    message = f"{away[first.name]:.3g} m from the joint is no place on a {spoken.get(part, part)}"
    fix = f"give position_m in metres ({' or '.join(guesses)})"
    raise RecordingError(message, file=file, sensor=first.name, fix=fix, cause=Cause.POSITION)


def _misalignments(sensors: Sequence[Sensor], file: str) -> tuple[tuple[Sensor, ...], list[Finding]]:
    given = [s.misalignment_rad for s in sensors if s.misalignment_rad]
    if not given or max(given) <= _LARGEST_MISALIGNMENT_RAD:
        return tuple(sensors), []
    if max(given) > _LARGEST_MISALIGNMENT_DEG or min(given) <= _LARGEST_MISALIGNMENT_RAD:
        worst = max(sensors, key=lambda s: s.misalignment_rad or 0.0)
        message = f"a misalignment of {worst.misalignment_rad:g} rad is stated"
        fix = "give misalignment_rad in radians, one standard deviation"
        raise RecordingError(message, file=file, sensor=worst.name, fix=fix, cause=Cause.POSITION)
    turned = tuple(
        s if s.misalignment_rad is None else replace(s, misalignment_rad=math.radians(s.misalignment_rad)) for s in sensors
    )
    message = f"misalignments up to {max(given):g} rad are impossible; read as degrees"
    return turned, [_undone(Cause.POSITION, message)]


def _farthest(sensor: Sensor) -> float:
    return _FARTHEST_M.get(sensor.segment.partition("_")[0], max(_FARTHEST_M.values()))


def _undone(cause: Cause, message: str) -> Finding:
    return Finding(cause, Severity.WARNING, message, mended=True)

"""Foreign units to SI. Readers use this and nothing else, so that a unit is never guessed in two ways."""

from __future__ import annotations

import math
import re

from kinertia.recording.errors import RecordingError

STANDARD_GRAVITY = 9.80665  # m/s^2, what one "g" on a data sheet means

TO_SI: dict[str, float] = {  # unit name to its size in the SI unit of its kind (body weight stays body weight)
    "m/s^2": 1.0,
    "m/s2": 1.0,
    "g": STANDARD_GRAVITY,
    "mg": STANDARD_GRAVITY / 1000.0,
    "rad/s": 1.0,
    "deg/s": math.pi / 180.0,
    "dps": math.pi / 180.0,
    "rad": 1.0,
    "deg": math.pi / 180.0,
    "m": 1.0,
    "cm": 0.01,
    "mm": 0.001,
    "s": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "ns": 1e-9,
    "cs": 0.01,
    "min": 60.0,
    "N": 1.0,
    "Nm": 1.0,
    "BW": 1.0,
    "m/s": 1.0,
    "0/1": 1.0,
    "0-1": 1.0,
}

ACC_UNITS = ("m/s^2", "m/s2", "g", "mg")
GYRO_UNITS = ("rad/s", "deg/s", "dps")
TIME_UNITS = ("s", "ms", "us", "ns", "cs", "min")

_SPELLINGS = {  # unit to other spellings of it, lower case
    "m/s^2": "m/(s^2) m/s2 m/s/s ms^-2 ms-2 m.s^-2 m.s-2 m*s^-2 m/s**2 meter/s^2 mps2 meters/s^2 meterspersecondsquared",
    "mg": "millig",
    "g": "gs gn gravity",
    "deg/s": "dps deg.s^-1 deg.s-1 deg*s^-1 degs^-1 deg/(s) deg/sec degpersecond",
    "rad/s": "rad.s^-1 rad.s-1 rad*s^-1 rads^-1 rad/(s) radian/s radians/s rad/sec rps radianspersecond",
    "s": "sec secs second seconds",
    "ms": "msec millis millisecond milliseconds",
    "us": "usec micros microsecond microseconds",
    "ns": "nsec nanos nanosecond nanoseconds",
}
_CANONICAL = {spelling: unit for unit, others in _SPELLINGS.items() for spelling in (unit, *others.split())}

_SIGNS = (  # what units are written with, in this order, to plain letters
    *(("⁻", "^-"), ("¹", "1"), ("^-²", "^-2"), ("²", "^2"), ("°", "deg"), ("degrees", "deg"), ("degree", "deg")),
    *(("µ", "u"), ("μ", "u"), ("·", "*")),
)


def spelled(text: str) -> str:
    """Unit of acceleration, angular rate or time that ``text`` spells (``m/(s^2)``, ``°/sec``, ``µs``); empty for any other."""
    plain = re.sub(r"[\s\[\]]", "", text).lower()
    for old, new in _SIGNS:
        plain = plain.replace(old, new)
    plain = re.sub(r"/(?:seconds?|sec)\b", "/s", plain)
    return _CANONICAL.get(plain, "")


def factor(unit: str, allowed: tuple[str, ...], *, file: str = "", sensor: str = "") -> float:
    """Size of ``unit`` in SI; RecordingError for ``file`` and ``sensor`` where it is none of ``allowed``."""
    if unit not in allowed and (known := spelled(unit)) in allowed:
        unit = known
    if unit not in allowed:
        fix = f"use one of {', '.join(allowed)}"
        raise RecordingError(f"unit {unit!r} is not understood here", file=file, sensor=sensor, fix=fix)
    return TO_SI[unit]

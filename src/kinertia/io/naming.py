"""What the name of a column says: kind, axis and sensor. And the segment that the name of a sensor says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from kinertia.io.units import spelled

_BRACKETS = re.compile(r"\s*[\[(](?P<unit>[^\[\]]*?)[\])]\s*$")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SHORT = re.compile(r"^(?P<kind>acc|accel|a|gyr|gyro|g)(?P<axis>[xyz])$")
_ACC = {"acc", "accel", "accelerometer", "acceleration", "accelerations"}
_GYRO = {"gyr", "gyro", "gyroscope", "gyros", "omega"}
_ANGULAR = {"angular", "rotation", "rotational", "turn"}
_RATE = {"rate", "velocity", "vel", "rates"}
_FREE = {"free", "linear", "user", "lin"}
_OTHER = re.compile(
    r"mag|magn|magnetometer|magnetic|quat|quaternion|orientation|euler|roll|pitch|yaw|gravity|temperature|temp|pressure|barometer"
    r"|altitude|emg|battery|status|mat|var|error"
)
_OTHER_FILES = {
    "metadata",
    "annotation",
    "location",
    "microphone",
    "pedometer",
    "light",
    "network",
    "compass",
    "device",
    "activity",
}
"""Words in names of files in which phones' apps put what is no signal of movement."""
_TIME = {"time", "timestamp", "timestamps", "stamp", "elapsed", "t"}
_SMALL_WORDS = {"in", "with", "g", "s", "unix", "sample", "fine"}
_NOISE = {"cal", "raw", "ln", "wr", "low", "noise", "wide", "range", "imu", "data"} | _SMALL_WORDS
"""Words beside kind and axis that name no sensor."""
_WIDE = {"wr", "wide"}
_SEGMENTS = {
    "pelvis": ("pelvis", "sacrum", "sacral", "lumbar", "waist", "lowerback", "hips", "belt"),
    "femur": ("femur", "thigh", "upperleg"),
    "tibia": ("tibia", "shank", "shin", "calf", "lowerleg"),
    "foot": ("foot", "instep", "shoe", "calcn", "calcaneus"),
}
_SIDES = {"r": "r", "right": "r", "rt": "r", "l": "l", "left": "l", "lt": "l"}
_PART_WORDS = {*_SIDES, "upper", "lower", "leg", "back"} | {word for spellings in _SEGMENTS.values() for word in spellings}


@dataclass(frozen=True)
class Signal:
    """What one column holds."""

    column: str  # its name
    kind: str  # ``acc``, ``gyro``, ``free`` (acceleration without gravity) or ``time``
    axis: str  # ``x``, ``y``, ``z``; empty for time
    sensor: str  # what else the name says, empty where there is one sensor only
    unit: str  # unit, empty where none is stated
    wide: bool = False  # of two accelerometers in one device, that with the larger range


def signals(names: Iterable[str], units: Mapping[str, str]) -> list[Signal]:
    """Columns that hold acceleration, angular rate or time, in the order of the table.

    Names end with a unit in brackets or not; ``units`` are those of a row of units.
    """
    read = (_signal(name, units.get(name, "")) for name in names)
    return [signal for signal in read if signal is not None]


def _signal(column: str, unit: str) -> Signal | None:
    if match := _BRACKETS.search(column):
        unit = unit or match["unit"]
    said = spelled(unit) or unit
    plain = column[: match.start()] if match else column
    words = [word.lower() for word in _WORD.findall(plain)]
    if not said and words and spelled(words[-1]) and words[-1] not in ("g", "s"):
        said = spelled(words.pop())  # acc_x_mg
    kind, axis = "", ""
    for word in words:
        if short := _SHORT.match(word):
            kind, axis = "acc" if short["kind"].startswith("a") else "gyro", short["axis"]
    known = set(words)
    wide = bool(known & _WIDE)
    axes = [word for word in words if word in ("x", "y", "z")]
    axis = axis or (axes[-1] if axes else "")
    if any(map(_OTHER.fullmatch, words)):
        return None
    if not kind:
        kind = "gyro" if known & _GYRO or (known & _ANGULAR and known & _RATE) else "acc" if known & _ACC else ""
        if known & _ANGULAR and kind == "acc":
            return None
    if kind == "acc" and known & _FREE:
        kind = "free"
    if kind and axis:
        taken = {*_ACC, *_GYRO, *_ANGULAR, *_RATE, *_FREE, *_NOISE, "x", "y", "z"}
        return Signal(column, kind, axis, _rest(plain, lambda word: word in taken or _SHORT.match(word), said), said, wide)
    if not kind and known & _TIME:
        rest = _rest(plain, lambda word: word in _TIME or word in _NOISE or spelled(word), said)
        return Signal(column, "time", "", rest, said if spelled(said) in ("s", "ms", "us", "ns") else "")
    return None


def _rest(text: str, taken: Callable[[str], object], unit: str) -> str:
    """Words of a name that are not taken, written as they are, with an underscore for what was between them."""
    kept, end = "", -1
    for match in _WORD.finditer(text):
        word = match[0].lower()
        if not taken(word) and not (unit and spelled(word) == unit):
            kept += ("" if not kept or match.start() == end else "_") + match[0]
            end = match.end()
    return kept


def segment(name: str) -> str:
    """Segment of the model that a sensor's or a file's name says, with its side; empty where it does not."""
    words = [word.lower() for word in _WORD.findall(name)]
    pairs = [first + second for first, second in pairwise(words)]
    body = next((part for part, spellings in _SEGMENTS.items() if {*words, *pairs} & set(spellings)), "")
    if body in ("", "pelvis"):
        return body
    sides = {_SIDES[word] for word in words if word in _SIDES}
    return f"{body}_{sides.pop()}" if len(sides) == 1 else ""


@dataclass(frozen=True)
class Part:
    """What the name of a file says, where a recording is several files."""

    sensor: str  # body part with its side, or empty
    kind: str  # ``acc``, ``gyro`` or empty
    name: str  # the rest, as it is written
    # rest, words: the rest, lower case; without numbers
    rest: str
    words: str


def other(stem: str) -> bool:
    """Whether the name of a file says a signal that is neither acceleration with gravity nor angular rate."""
    known = {word.lower() for word in _WORD.findall(stem)}
    return bool(known & (_FREE | _OTHER_FILES)) or any(map(_OTHER.fullmatch, known))


def part(stem: str) -> Part:
    """Sensor, kind and rest of the name of a file."""
    pieces = [piece for piece in re.split(r"[_\-\s]+", stem) if piece]
    words = {piece: [word.lower() for word in _WORD.findall(piece)] for piece in pieces}
    known = {word for spoken in words.values() for word in spoken}
    if other(stem):
        return Part("", "", stem, stem.lower(), stem.lower())
    kind = "gyro" if known & _GYRO else "acc" if known & _ACC else ""
    sensor = segment(stem)
    parts = {*_ACC, *_GYRO, "total", "uncalibrated", *(_PART_WORDS if sensor else ())}
    rest = [piece for piece in pieces if not set(words[piece]) <= parts]
    return Part(sensor, kind, "_".join(rest), "_".join(rest).lower(), "_".join(r for r in rest if not r.isdigit()).lower())

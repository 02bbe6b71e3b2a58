"""Which channel of a Lab Streaming Layer stream is which axis of which sensor, in which unit; and where sensors sit by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinertia.io import units
from kinertia.io.facts import Placement
from kinertia.recording import LOWER_BODY, RecordingError, Sensor

PER_SENSOR = 6  # acc x y z, gyro x y z
MOST_CHANNELS = 1024  # a stream with more is no body-worn sensor
ACC = ("acc", "accel", "acceleration", "accelerometer")
GYRO = ("gyr", "gyro", "gyroscope", "angvel")
AXES = "xyz"
PARTS = {"sacrum": "pelvis", "thigh": "femur", "shank": "tibia"} | {part: part for part in ("pelvis", "femur", "tibia", "foot")}
SIDES = {"r": "r", "right": "r", "l": "l", "left": "l"}
IGNORED = ("imu", "sensor")
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_SHORT = {
    f"{short}{axis}": (kind, axis)
    for kind, names in (("acc", (*ACC, "a")), ("gyro", (*GYRO, "g")))
    for short in names
    for axis in AXES
}


@dataclass(frozen=True)
class Channel:
    """One channel's entry in the stream's description; empty where it says nothing."""

    label: str
    type: str = ""
    unit: str = ""


@dataclass(frozen=True)
class ChannelMap:
    """How a stream's channels make samples."""

    sensors: tuple[str, ...]  # k names
    columns: np.ndarray  # (k, 6) channel of acc x, y, z and gyro x, y, z; one past the last channel where there is none
    factors: np.ndarray  # (k, 6) from the channel's unit to SI
    warnings: tuple[str, ...] = ()  # what had to be assumed

    def values(self, channels: Sequence[float] | np.ndarray) -> np.ndarray:
        """(k, 6) values of one sample in SI units, NaN where there is no channel."""
        return np.array([*channels, np.nan])[self.columns] * self.factors


def described(
    channels: Sequence[Channel], *, stream: str, acc_unit: str | None = None, gyro_unit: str | None = None
) -> ChannelMap:
    """Map from a stream's own description; the units are for channels that state none.

    A label names sensor, kind and axis in any order and spelling (``tibia_r_acc_x``, ``AccX``, ``gyr.pelvis.z``); the kind may
    be in the channel's type instead. Without a sensor in the label, the sensor is called like the stream. Channels of other
    kinds are left out. RecordingError: no unit is stated or it is not understood, an axis is missing or doubled, no channel is
    of use.
    """
    sensors: dict[str, dict[tuple[str, str], tuple[int, float]]] = {}
    left_out = 0
    for at, channel in enumerate(channels):
        parsed = _parse(channel)
        if parsed is None:
            left_out += 1
            continue
        sensor, kind, axis = parsed
        mine = sensors.setdefault(sensor or stream, {})
        if (kind, axis) in mine:
            fix = "correct the channel labels in the stream's description"
            raise RecordingError(f"{kind} {axis} appears twice", file=where(stream), sensor=sensor or stream, fix=fix)
        mine[kind, axis] = at, _factor(channel, kind, acc_unit if kind == "acc" else gyro_unit, stream)
    if not sensors:
        raise RecordingError(
            "no channel label names an accelerometer or gyroscope axis",
            file=where(stream),
            fix="label channels like tibia_r_acc_x, or leave the description out (docs/transport.md)",
        )
    columns = np.full((len(sensors), PER_SENSOR), len(channels))
    factors = np.ones((len(sensors), PER_SENSOR))
    said = f"{where(stream)}: {left_out} channels are neither acceleration nor angular rate and are left out"
    warnings = [said] if left_out else []
    for k, (sensor, mine) in enumerate(sensors.items()):
        for group, kind in enumerate(("acc", "gyro")):
            have = [axis for axis in AXES if (kind, axis) in mine]
            if have and len(have) < len(AXES):
                raise RecordingError(
                    f"{kind} has only {', '.join(have)}", file=where(stream), sensor=sensor, fix="label all three axes"
                )
            if not have:
                warnings.append(f"{where(stream)}, sensor {sensor}: no {'acceleration' if kind == 'acc' else 'angular rate'}")
            for axis in have:
                columns[k, 3 * group + AXES.index(axis)], factors[k, 3 * group + AXES.index(axis)] = mine[kind, axis]
    return ChannelMap(tuple(sensors), columns, factors, tuple(warnings))


def undescribed(count: int, *, stream: str, acc_unit: str | None = None, gyro_unit: str | None = None) -> ChannelMap:
    """Map of a stream without labels: acc x, y, z, gyro x, y, z of one sensor after the other, in m/s^2 and rad/s by default.

    It has 6 channels of one sensor called like the stream, or 42 of all of :data:`~kinertia.recording.LOWER_BODY` in order;
    else RecordingError.
    """
    if count == PER_SENSOR:
        names = (stream,)
    elif count == PER_SENSOR * len(LOWER_BODY):
        names = LOWER_BODY.segments
    else:
        raise RecordingError(
            f"has {count} channels and no description of them",
            file=where(stream),
            fix=f"describe the channels, or send {PER_SENSOR} of one sensor, or {PER_SENSOR * len(LOWER_BODY)} of all seven",
        )
    acc, gyro = acc_unit or "m/s^2", gyro_unit or "rad/s"
    given = ((acc, units.ACC_UNITS), (gyro, units.GYRO_UNITS))
    sizes = [units.factor(unit, allowed, file=where(stream)) for unit, allowed in given]
    taken = f"acc x, y, z [{acc}], gyro x, y, z [{gyro}] of {', '.join(names)}"
    warning = f"{where(stream)}: channels are not described; taken as {taken}"
    return ChannelMap(
        names, np.arange(count).reshape(len(names), PER_SENSOR), np.tile(np.repeat(sizes, 3), (len(names), 1)), (warning,)
    )


def where(stream: str) -> str:
    """A stream, in messages."""
    return f"LSL stream {stream!r}"


def _parse(channel: Channel) -> tuple[str, str, str] | None:
    """Sensor, ``acc`` or ``gyro``, axis; None for a channel of another kind."""
    result = list(WORDS.finditer(channel.label))
    said = [match[0].lower() for match in result]
    fitting = (
        (word in _SHORT for word in said),
        (word in tuple(AXES) for word in said),
        (bool(_kind([word])) for word in said),
    )
    both, axis_at, kind_at = (max((at for at, fits in enumerate(each) if fits), default=None) for each in fitting)
    if kind_at is not None and kind_at + 1 < len(said) and said[kind_at + 1] in tuple(AXES):
        axis_at = kind_at + 1  # a serial number behind it may hold an x too
    if both is not None and kind_at is None:
        (kind, axis), used = _SHORT[said[both]], {both}
    elif axis_at is not None:
        kind, axis = _kind(words(channel.type) if kind_at is None else [said[kind_at]]), said[axis_at]
        used = {axis_at, kind_at}
    else:
        return None
    rest = [at for at in range(len(said)) if at not in used]
    if not kind or not rest:
        return ("", kind, axis) if kind else None
    if len(rest) == rest[-1] - rest[0] + 1:  # the sensor's name as it is written
        return channel.label[result[rest[0]].start() : result[rest[-1]].end()], kind, axis
    return "_".join(result[at][0] for at in rest), kind, axis


def _kind(said: Sequence[str]) -> str:
    return "acc" if any(word in ACC for word in said) else "gyro" if any(word in GYRO for word in said) else ""


def _factor(channel: Channel, kind: str, default: str | None, stream: str) -> float:
    unit = channel.unit or default
    if unit is None:
        raise RecordingError(
            f"channel {channel.label!r} states no unit",
            file=where(stream),
            fix=f"state it in the stream's description, or give --lsl.{kind}-unit",
        )
    return units.factor(unit, units.ACC_UNITS if kind == "acc" else units.GYRO_UNITS, file=where(stream), sensor=channel.label)


def words(name: str) -> list[str]:
    """Words of a name in lower case, however it separates them: ``RightThigh``, ``thigh_r`` and ``thigh.R``."""
    return [word.lower() for word in WORDS.findall(name)]


def segment_of(name: str) -> str | None:
    """Segment that a name names, one of :data:`~kinertia.recording.LOWER_BODY`; None when it names none, or says more."""
    said = [word for word in words(name) if word not in IGNORED]
    parts = [PARTS[word] for word in said if word in PARTS]
    sides = [SIDES[word] for word in said if word in SIDES]
    if len(parts) != 1 or len(parts) + len(sides) != len(said):
        return None
    segment = "_".join([*parts, *sides])
    return segment if segment in LOWER_BODY.segments else None


def place(
    names: Sequence[str], placement: Placement | None, *, source: str
) -> tuple[tuple[Sensor | None, ...], tuple[str, ...]]:
    """Sensors by the names that their sender gives them; None for one that is left out, and the warnings about those.

    Without a placement, names must name segments themselves. RecordingError if no sensor is on a segment of the model, or two
    are on the same.
    """
    sensors = tuple(_sensor(name, placement) for name in names)
    on = [sensor.segment for sensor in sensors if sensor is not None]
    for name, sensor in zip(names, sensors, strict=True):
        if sensor is not None and on.count(sensor.segment) > 1:
            raise RecordingError(
                f"{sensor.segment} has more than one sensor", file=source, sensor=name, fix="leave one out of the placement"
            )
    left_out = [name for name, sensor in zip(names, sensors, strict=True) if sensor is None]
    if not on:
        raise RecordingError(
            f"no sensor is known to sit on a segment of the model: {', '.join(names) or 'there is none'}",
            file=source,
            fix="give a placement file that maps these names to segments (docs/transport.md)",
        )
    warnings = (f"sensors {', '.join(left_out)} are left out: no segment is known for them",) if left_out else ()
    return sensors, warnings


def _sensor(name: str, placement: Placement | None) -> Sensor | None:
    sensor = Sensor(name, segment_of(name) or "") if placement is None else placement.find(name)
    return sensor if sensor is not None and sensor.segment in LOWER_BODY.segments else None

"""Which channel of a Lab Streaming Layer stream is which axis of which sensor, and in which unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kinertia.io import units
from kinertia.recording import LOWER_BODY, RecordingError
from kinertia.transport.segment_names import WORDS, words

PER_SENSOR = 6  # acc x y z, gyro x y z
MOST_CHANNELS = 1024  # a stream with more is no body-worn sensor
ACC = ("acc", "accel", "acceleration", "accelerometer")
GYRO = ("gyr", "gyro", "gyroscope", "angvel")
AXES = "xyz"
_SHORT = {
    f"{short}{axis}": (kind, axis)
    for kind, names in (("acc", (*ACC, "a")), ("gyro", (*GYRO, "g")))
    for short in names
    for axis in AXES
}
_SPELLINGS = {
    **dict.fromkeys(("m/s^2", "m/s2", "m/s**2", "ms^-2", "meters/second^2", "meterspersecondsquared"), "m/s^2"),
    **dict.fromkeys(("g", "gs"), "g"),
    **dict.fromkeys(("mg", "millig"), "mg"),
    **dict.fromkeys(("rad/s", "rads^-1", "rad/sec", "radians/second", "radianspersecond"), "rad/s"),
    **dict.fromkeys(("deg/s", "dps", "degs^-1", "deg/sec", "degrees/second", "degreespersecond"), "deg/s"),
}


@dataclass(frozen=True)
class Channel:
    """One channel's entry in the stream's description; empty where it says nothing."""

    label: str
    type: str = ""
    unit: str = ""


@dataclass(frozen=True)
class ChannelMap:
    """How a stream's channels make samples.

    Attributes
    ----------
    sensors : k names.
    columns : (k, 6) channel of acc x, y, z and gyro x, y, z; one past the last channel where there is none.
    factors : (k, 6) from the channel's unit to SI.
    warnings : what had to be assumed.
    """

    sensors: tuple[str, ...]
    columns: np.ndarray
    factors: np.ndarray
    warnings: tuple[str, ...] = ()

    def values(self, channels: Sequence[float] | np.ndarray) -> np.ndarray:
        """(k, 6) values of one sample in SI units, NaN where there is no channel."""
        return np.array([*channels, np.nan])[self.columns] * self.factors


def described(
    channels: Sequence[Channel], *, stream: str, acc_unit: str | None = None, gyro_unit: str | None = None
) -> ChannelMap:
    """Map from a stream's own description.

    Parameters
    ----------
    channels : what the description says, one per channel. A label names sensor, kind and axis in any order and spelling
        (``tibia_r_acc_x``, ``AccX``, ``gyr.pelvis.z``); the kind may be in the channel's type instead. Without a sensor in
        the label, the sensor is called like the stream. Channels of other kinds are left out.
    stream : name of the stream.
    acc_unit, gyro_unit : for channels that state none.

    Raises
    ------
    RecordingError : no unit is stated or it is not understood, an axis is missing or doubled, no channel is of use.
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
            raise RecordingError(
                f"{kind} {axis} appears twice",
                file=_where(stream),
                sensor=sensor or stream,
                fix="correct the channel labels in the stream's description",
            )
        default = acc_unit if kind == "acc" else gyro_unit
        mine[kind, axis] = at, _factor(channel, kind, default, stream)
    if not sensors:
        raise RecordingError(
            "no channel label names an accelerometer or gyroscope axis",
            file=_where(stream),
            fix="label channels like tibia_r_acc_x, or leave the description out (docs/transport.md)",
        )
    columns = np.full((len(sensors), PER_SENSOR), len(channels))
    factors = np.ones((len(sensors), PER_SENSOR))
    warnings = (
        [f"{_where(stream)}: {left_out} channels are neither acceleration nor angular rate and are left out"]
        if left_out
        else []
    )
    for k, (sensor, mine) in enumerate(sensors.items()):
        for group, kind in enumerate(("acc", "gyro")):
            have = [axis for axis in AXES if (kind, axis) in mine]
            if have and len(have) < len(AXES):
                raise RecordingError(
                    f"{kind} has only {', '.join(have)}", file=_where(stream), sensor=sensor, fix="label all three axes"
                )
            if not have:
                warnings.append(f"{_where(stream)}, sensor {sensor}: no {'acceleration' if kind == 'acc' else 'angular rate'}")
            for axis in have:
                columns[k, 3 * group + AXES.index(axis)], factors[k, 3 * group + AXES.index(axis)] = mine[kind, axis]
    return ChannelMap(tuple(sensors), columns, factors, tuple(warnings))


def undescribed(count: int, *, stream: str, acc_unit: str | None = None, gyro_unit: str | None = None) -> ChannelMap:
    """Map of a stream without labels: acc x, y, z, gyro x, y, z of one sensor after the other.

    Parameters
    ----------
    count : channels: 6 for one sensor called like the stream, or 42 for all of :data:`~kinertia.recording.LOWER_BODY` in order.
    stream : name of the stream.
    acc_unit, gyro_unit : units; default m/s^2 and rad/s.

    Raises
    ------
    RecordingError : another number of channels.
    """
    if count == PER_SENSOR:
        names = (stream,)
    elif count == PER_SENSOR * len(LOWER_BODY):
        names = LOWER_BODY.segments
    else:
        raise RecordingError(
            f"has {count} channels and no description of them",
            file=_where(stream),
            fix=f"describe the channels, or send {PER_SENSOR} of one sensor, or {PER_SENSOR * len(LOWER_BODY)} of all seven",
        )
    acc, gyro = acc_unit or "m/s^2", gyro_unit or "rad/s"
    sizes = [_size(acc, units.ACC_UNITS, stream)] * 3 + [_size(gyro, units.GYRO_UNITS, stream)] * 3
    taken = f"acc x, y, z [{acc}], gyro x, y, z [{gyro}] of {', '.join(names)}"
    warning = f"{_where(stream)}: channels are not described; taken as {taken}"
    return ChannelMap(
        names, np.arange(count).reshape(len(names), PER_SENSOR), np.tile(np.array(sizes), (len(names), 1)), (warning,)
    )


def _where(stream: str) -> str:
    return f"LSL stream {stream!r}"


def _parse(channel: Channel) -> tuple[str, str, str] | None:
    """Sensor, ``acc`` or ``gyro``, axis; None for a channel of another kind."""
    result = list(WORDS.finditer(channel.label))
    said = [match[0].lower() for match in result]
    both, axis_at, kind_at = (_last(said, fits) for fits in (_SHORT.__contains__, tuple(AXES).__contains__, _is_kind))
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


def _last(said: Sequence[str], fits: Callable[[str], bool]) -> int | None:
    return next((at for at in reversed(range(len(said))) if fits(said[at])), None)


def _is_kind(word: str) -> bool:
    return bool(_kind([word]))


def _kind(said: Sequence[str]) -> str:
    return "acc" if any(word in ACC for word in said) else "gyro" if any(word in GYRO for word in said) else ""


def _factor(channel: Channel, kind: str, default: str | None, stream: str) -> float:
    spelled = "".join(channel.unit.lower().split()).replace("²", "^2").replace("°", "deg").replace("·", "").replace("⁻¹", "^-1")
    unit = _SPELLINGS.get(spelled, channel.unit) or default
    if unit is None:
        raise RecordingError(
            f"channel {channel.label!r} states no unit",
            file=_where(stream),
            fix=f"state it in the stream's description, or give --lsl.{kind}-unit",
        )
    return units.factor(unit, units.ACC_UNITS if kind == "acc" else units.GYRO_UNITS, file=_where(stream), sensor=channel.label)


def _size(unit: str, allowed: tuple[str, ...], stream: str) -> float:
    return units.factor(unit, allowed, file=_where(stream))

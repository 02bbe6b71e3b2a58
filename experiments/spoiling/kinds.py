"""Every kind of spoiled file, and the cause that should be named first."""

from __future__ import annotations

from experiments.spoiling import clocks, foreign, layouts, mounting, stamps, stated, values
from experiments.spoiling.variant import Base, Kind, Outcome
from kinertia.recording import Frame
from kinertia.recording.finding import Cause

_SEGMENT, _SENSOR = (Frame.SEGMENT,), (Frame.SENSOR,)
_LAYOUT, _STAMPS = (Cause.LAYOUT,), (Cause.TIME_STAMPS,)
_RATES = (Cause.TIME_UNIT, Cause.TIME_STAMPS, Cause.RATE)
"""A wrong rate, a wrong unit of time and row numbers can be one and the same file."""
_MIRRORED = (Cause.GYRO_SIGN, Cause.LEFT_HANDED)
"""Signals hardly tell the two apart: in unknown axes not at all, and else by the small lateral acceleration alone."""
EVEN = 0.12
"""Jitter in arrival does not tell the rate better than this does to a signal's fastest parts."""
MOVED = 0.3
"""A clock that is found to 10 ms leaves this of a foot's signals."""

KINDS: tuple[Kind, ...] = (
    # layout
    Kind("preamble", _LAYOUT, layouts.preamble, "readers", Outcome.READ),
    Kind("row of units", _LAYOUT, layouts.units_row, "readers", Outcome.READ),
    Kind("two header rows", _LAYOUT, layouts.two_headers, "readers", Outcome.READ, _SEGMENT),
    Kind("semicolons", _LAYOUT, layouts.semicolons, "readers", Outcome.READ),
    Kind("decimal comma", _LAYOUT, layouts.decimal_comma, "readers", Outcome.READ),
    Kind("UTF-16", _LAYOUT, layouts.utf16, "readers", Outcome.READ),
    Kind("map beside .txt", _LAYOUT, layouts.map_beside_txt, "readers", Outcome.READ),
    Kind("file per sensor", _LAYOUT, layouts.file_per_sensor, "readers", Outcome.READ, _SEGMENT),
    Kind("file per signal", _LAYOUT, layouts.file_per_signal, "readers", Outcome.READ),
    Kind(
        "first row twice",
        (Cause.LAYOUT, Cause.DOUBLED, Cause.TIME_STAMPS),
        layouts.first_row_twice,
        "readers",
        Outcome.READ,
    ),
    Kind("MT Manager, semicolons", _LAYOUT, foreign.semicolons, "readers", Outcome.READ, _SENSOR),
    Kind("motion, degrees in words", (), foreign.degrees_in_words, "readers", Outcome.READ),
    # values
    Kind("-9999", (Cause.IMPOSSIBLE,), values.sentinel, "signals", tolerance=0.2),
    Kind("300 rad/s", (Cause.IMPOSSIBLE,), values.spikes, "signals", tolerance=0.2),
    Kind("clipped", (Cause.CLIPPED,), values.clipped, "signals", tolerance=0.5),
    Kind("doubled rows", (Cause.DOUBLED,), values.doubled_rows, "signals", tolerance=0.2),
    Kind("repeated packets", (Cause.DOUBLED,), values.repeated_samples, "signals", tolerance=0.2),
    Kind("dead midway", (Cause.DEAD, Cause.FROZEN), values.dead, "signals", tolerance=0.05),
    Kind("frozen midway", (Cause.FROZEN, Cause.DEAD), values.frozen, "signals", tolerance=0.05),
    # units
    Kind("g", (Cause.ACC_UNIT,), values.in_g, "signals"),
    Kind("deg/s", (Cause.GYRO_UNIT,), values.in_deg_s, "signals"),
    Kind("free acceleration", (Cause.FREE_ACCELERATION,), values.free_acceleration, "signals"),
    Kind("mass in pounds", (Cause.MASS,), stated.pounds, "readers", whole=True),
    Kind("height in cm", (Cause.HEIGHT,), stated.centimetres, "readers", whole=True),
    Kind("height in feet", (Cause.HEIGHT,), stated.feet, "readers", whole=True),
    Kind("position in cm", (Cause.POSITION,), stated.position, "readers", whole=True),
    # time stamps
    Kind("batches", _STAMPS, stamps.batches, "readers", Outcome.UNDONE, tolerance=EVEN),
    Kind("jitter", _STAMPS, stamps.jitter, "readers", Outcome.UNDONE, tolerance=EVEN),
    Kind("32-bit wrap", _STAMPS, stamps.wrap, "readers", Outcome.UNDONE),
    Kind("row number as time", _RATES, stamps.row_number, "readers", Outcome.UNDONE),
    Kind("unit of time", _RATES, stamps.time_unit, "readers", Outcome.UNDONE),
    Kind("rate off", _RATES, stamps.rate, "readers", Outcome.UNDONE, _SENSOR),
    Kind("rate against stamps", (Cause.RATE,), stamps.header_rate, "readers", Outcome.UNDONE),
    Kind("MT Manager, rate against counter", (Cause.RATE,), foreign.rate_in_header, "readers", Outcome.UNDONE, _SENSOR),
    # one clock
    Kind("one at another rate", (Cause.SENSOR_RATE,), clocks.other_rate, "sensors", tolerance=MOVED),
    Kind(
        "MT Manager, one at another rate",
        (Cause.SENSOR_RATE,),
        foreign.one_at_another_rate,
        "readers",
        frames=_SENSOR,
        tolerance=MOVED,
    ),
    Kind("one late", (Cause.LATE,), clocks.late, "sensors", tolerance=MOVED),
    Kind("one 3 % off", (Cause.SENSOR_RATE,), clocks.drifts, "sensors", tolerance=MOVED),
    # how sensors sit
    Kind("gravity down", (Cause.GRAVITY_DOWN,), mounting.gravity_down, "sensors", frames=_SEGMENT),
    Kind("upside down", (Cause.UPSIDE_DOWN,), mounting.upside_down, "sensors", frames=_SEGMENT),
    Kind("back to front", (Cause.UPSIDE_DOWN,), mounting.back_to_front, "sensors", frames=_SEGMENT),
    Kind("gyroscope sign, across", _MIRRORED, mounting.gyro_sign_across, "sensors", frames=_SEGMENT, sagittal=True),
    Kind("gyroscope sign, other axis", _MIRRORED, mounting.gyro_sign_other, "sensors", frames=_SENSOR, sagittal=True),
    Kind("axes exchanged", (Cause.AXES,), mounting.axes_exchanged, "sensors", frames=_SEGMENT),
    Kind("left-handed", _MIRRORED, mounting.left_handed, "sensors", sagittal=True),
    Kind("shanks exchanged", (Cause.EXCHANGED,), mounting.shanks, "sensors"),
    Kind("foot and shank exchanged", (Cause.EXCHANGED,), mounting.foot_and_shank, "sensors"),
    # the movement
    Kind("standing alone", (Cause.STANDING_ONLY,), values.standing_only, "sensors", base=Base.STANDING),
)

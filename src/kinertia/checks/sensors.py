"""Whether there is one sensor a segment, on the stated segment in the stated axes, as steady gait and standing show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from kinertia.checks.stage import Checked, faulty, names, standing
from kinertia.numerics import rotations
from kinertia.placement import reflection, steady_gait
from kinertia.placement.fault import FITS, TURNED_RAD, Fault, Kind
from kinertia.placement.inference import GROSS_PACE, Placement, judged, place
from kinertia.recording import GRAVITY, LOWER_BODY, Array, Cause, Finding, Frame, Recording, Severity, selection

DOWN = np.diag([-1.0, -1.0, 1.0])
"""How a sensor seems turned whose acceleration has the wrong sign: in the sagittal plane no other sign looks the same."""
ACROSS = np.diag([1.0, 1.0, -1.0])  # how a sensor seems mirrored whose angular rate has the wrong sign
ALIKE = 0.6
"""Part of the sensors that have to be turned alike for the file to be at fault, but of a pelvis, which does not show a mirrored
rate, and of sensors that seem to be exchanged."""
MOST_REST_RAD = np.deg2rad(30.0)
"""Sensors strapped on by eye are up to 30 degrees off; one that is further from every right angle is not undone."""
SLIP_RAD = np.deg2rad(40.0)
"""Largest difference between a segment in standing and its mean over strides; legs differ by up to 30 deg in running."""
APPLY = "`kinertia place FILE --apply --out NEW` writes a recording with this put right"
AXES = "xyz"
WAYS = ("forward", "up", "right")
AGAINST = ("backward", "down", "left")
SAME_SHARE = 0.5  # two sensors never read the same; doubled streams do, but for samples that either lost


def check(recording: Recording) -> Checked:
    """Rate, exchanged sensors, sign of gravity, turned and mirrored sensors; what is unambiguous is undone."""
    if faulty(recording).all():
        return recording, ()
    placement = place(recording)
    misfit = [placed.misfit for placed in placement.sensors if placed.rotation is not None]
    if not misfit or np.median(misfit) > FITS:
        return _standing_alone(recording)
    if max(placement.rate_hz / recording.rate_hz, recording.rate_hz / placement.rate_hz) > GROSS_PACE:
        return recording, (_rate(recording, placement.rate_hz),)
    exchanged = _exchanged(recording, placement)
    if recording.frame is not Frame.SEGMENT:
        one_axis = _reflected(recording)
        if one_axis:
            recording = _negated(recording, one_axis)
            placement = place(recording)
            exchanged = _exchanged(recording, placement)
        recording, mirrored = _signs(recording, placement, exchanged, one_axis)
        return recording, (*exchanged, *mirrored, *_slipped(placement, exchanged))
    turns = _turns(placement)
    down = [k for k, turn in turns.items() if np.array_equal(turn, DOWN)]
    if len(down) > 1 and len(down) >= 0.8 * sum(placed.rotation is not None for placed in placement.sensors):
        upright, others = check(replace(recording, acc=-recording.acc))
        return upright, (_gravity_down(), *others)
    known = {name for finding in exchanged for name in finding.sensors} | set(names(recording, faulty(recording)))
    turns = {k: turn for k, turn in turns.items() if recording.sensors[k].name not in known}
    if len(turns) > 1 and 2 * len(turns) > sum(placed.rotation is not None for placed in placement.sensors):
        recording, turned = _all_turned(recording, turns, known)
        if turned[0].mended:  # mirrored sensors of a leg may seem exchanged
            exchanged = _exchanged(recording, place(recording))
        return recording, (*exchanged, *turned)
    turned = [_turned(recording, placement, k, turn) for k, turn in turns.items()]
    for k, finding in zip(turns, turned, strict=True):
        if finding.mended:
            recording = _turn(recording, k, turns[k])
    return recording, (*exchanged, *turned, *_slipped(placement, (*exchanged, *turned)))


def _rate(recording: Recording, rate_hz: float) -> Finding:
    message = (
        f"the sampling rate is about {rate_hz:.2g} Hz, not {recording.rate_hz:.4g} Hz: "
        "at the stated rate legs would have another length, or the gait be unlike any"
    )
    return Finding(Cause.RATE, Severity.ERROR, message, "give the true rate with --rate, or correct the time stamps")


def _standing_alone(recording: Recording) -> Checked:
    """Without gait, standing still shows whether gravity is down in all sensors."""
    still = standing(recording)
    if recording.frame is not Frame.SEGMENT or not still.any():
        return recording, ()
    up = np.array(
        [np.mean(acc[np.isfinite(acc)]) if np.isfinite(acc).any() else np.nan for acc in recording.acc[still, :, 1].T]
    )
    known = np.isfinite(up)
    if known.sum() < 2 or not (up[known] < -0.7 * GRAVITY).all():
        return recording, ()
    return replace(recording, acc=-recording.acc), (_gravity_down(),)


def _gravity_down() -> Finding:
    message = f"gravity reads down: y reads -{GRAVITY} m/s^2 in standing: the sign of all accelerations was turned"
    return Finding(Cause.GRAVITY_DOWN, Severity.WARNING, message, mended=True)


def _exchanged(recording: Recording, placement: Placement) -> tuple[Finding, ...]:
    faults = [fault for fault in placement.faults if fault.kind is Kind.EXCHANGED]
    fix = "exchange their names in the column map or placement file; " + APPLY
    return tuple(Finding(Cause.EXCHANGED, Severity.ERROR, _each_other(f), fix, f.sensors) for f in faults)


def _each_other(fault: Fault) -> str:
    """The sentence of a fault for a finding, which names the sensors itself."""
    if len(fault.sensors) == 1:
        return fault.message
    return "they are exchanged: each moves as one on the other's segment" + fault.message.partition(" are exchanged")[2]


def _turns(placement: Placement) -> dict[int, Array]:
    """Of sensors whose axes are not those of their segment, the right-angled turn to them, with determinant -1 if mirrored."""
    turns = {}
    for k, placed in enumerate(placement.sensors):
        if placed.rotation is None:
            continue
        mirrored = placement.gyro_factor[k] < 0
        if rotations.angle(placed.rotation) < TURNED_RAD and not mirrored:
            continue
        nearest, _ = rotations.nearest(placed.rotation)
        # the third axis was found from a rate of the wrong sign
        turns[k] = ACROSS @ nearest if mirrored else nearest
    return turns


def _turned(recording: Recording, placement: Placement, k: int, turn: Array) -> Finding:
    placed = placement.sensors[k]
    assert placed.rotation is not None
    nearest, rest = rotations.nearest(placed.rotation)
    name = (recording.sensors[k].name,)
    most = TURNED_RAD if np.array_equal(nearest, np.eye(3)) else MOST_REST_RAD  # no further than one that counts as not turned
    if np.array_equal(turn, np.eye(3)) or rest > most:
        off = np.rad2deg(rotations.angle(placed.rotation))
        message = f"its axes are {off:.0f} deg off those of {placed.segment}"
        return Finding(Cause.AXES, Severity.ERROR, message, f"state that the axes are the sensors' own; {APPLY}", name)
    cause, message = _named(turn)
    return Finding(cause, Severity.WARNING, f"{message}: it was turned back", "", name, mended=True)


def _named(turn: Array) -> tuple[Cause, str]:
    """Cause and words of a right-angled turn, proper or mirrored."""
    straight = np.diag(turn) != 0
    if np.linalg.det(turn) > 0:
        if not straight.all():
            return Cause.AXES, f"its axes are exchanged ({_ways(turn)})"
        about = AXES[int(np.argmax(np.diag(turn)))]
        how = "back to front" if about == "y" else "upside down"
        return Cause.UPSIDE_DOWN, f"it sits {how}, turned by 180 deg about {about} ({_ways(turn)})"
    if np.array_equal(turn, ACROSS):
        return Cause.GYRO_SIGN, "its angular rate about z has the wrong sign (or z points left, in left-handed axes)"
    if straight.sum() == 1 and (turn >= 0).all():
        one, other = (AXES[i] for i in np.flatnonzero(~straight))
        return Cause.LEFT_HANDED, f"its axes {one} and {other} are exchanged, so that they are left-handed"
    return Cause.LEFT_HANDED, f"its axes are left-handed ({_ways(turn)})"


def _ways(turn: Array) -> str:
    rows = np.abs(turn).argmax(axis=0)
    return ", ".join(f"{AXES[i]} {WAYS[row] if turn[row, i] > 0 else AGAINST[row]}" for i, row in enumerate(rows))


def _turn(recording: Recording, k: int, turn: Array) -> Recording:
    acc, gyro = recording.acc.copy(), recording.gyro.copy()
    if not np.array_equal(turn, ACROSS):
        acc[:, k] = acc[:, k] @ turn.T
    gyro[:, k] = gyro[:, k] @ turn.T
    return replace(recording, acc=acc, gyro=gyro)


def _all_turned(recording: Recording, turns: dict[int, Array], known: set[str]) -> Checked:
    """Most sensors: alike, the axes of the file are mixed up; each in its own way, they are the sensors' own."""
    which = tuple(recording.sensors[k].name for k in turns)
    alike = [sum(np.array_equal(turn, other) for other in turns.values()) for turn in turns.values()]
    first = list(turns.values())[int(np.argmax(alike))]
    mirrored = np.linalg.det(first) < 0
    shown = [s for s in recording.sensors if s.name not in known and not (mirrored and s.segment == "pelvis")]
    if max(alike) < max(ALIKE * len(shown), 2):
        fix = f"state that the axes are the sensors' own; {APPLY}"
        return recording, (Finding(Cause.AXES, Severity.ERROR, "the signals are not in segment axes, as is said", fix, which),)
    cause, words = _named(first)
    if np.array_equal(first, ACROSS):
        cause, words = Cause.LEFT_HANDED, "z points left, in left-handed axes (or the angular rate has the wrong sign)"
    for k in range(len(recording.sensors)):
        recording = _turn(recording, k, first)
    words = words.replace("its axes", "the axes of all sensors", 1).replace("it sits", "all sensors sit", 1)
    return recording, (Finding(cause, Severity.WARNING, f"{words}: turned back", mended=True),)


def _reflected(recording: Recording) -> dict[int, int]:
    """Of sensors in their own axes, the axis whose angular rate has the wrong sign."""
    which = [k for k in judged(recording) if not faulty(recording)[k]]
    if not which:
        return {}
    gait = steady_gait.find(selection.take(recording, which))
    result = reflection.axes(gait, tuple(recording.sensors[k].segment for k in which))
    return {k: axis for k, axis in zip(which, result, strict=True) if axis is not None}


def _negated(recording: Recording, axes: dict[int, int]) -> Recording:
    gyro = recording.gyro.copy()
    for k, axis in axes.items():
        gyro[:, k, axis] *= -1.0
    return replace(recording, gyro=gyro)


def _signs(recording: Recording, placement: Placement, exchanged: tuple[Finding, ...], one_axis: dict[int, int]) -> Checked:
    """Sensors in their own axes whose angular rate does not belong to their acceleration; of some, one axis is mended."""
    known = {name for finding in exchanged for name in finding.sensors}
    wrong = [k for k in np.flatnonzero(placement.gyro_factor < 0) if recording.sensors[k].name not in known]
    gyro = recording.gyro.copy()
    gyro[:, wrong] *= -1.0
    one, whole = ([recording.sensors[k].name for k in ks] for ks in (one_axis, [k for k in wrong if k not in one_axis]))
    told = {
        "its angular rate about one axis has the wrong sign: it was negated": one,
        "its angular rate has the wrong sign, or its axes are left-handed: the rate was negated, right in either case": whole,
    }
    findings = tuple(
        Finding(Cause.GYRO_SIGN, Severity.WARNING, message, "", tuple(which), mended=True)
        for message, which in told.items()
        if which
    )
    return replace(recording, gyro=gyro), findings


def _slipped(placement: Placement, others: tuple[Finding, ...]) -> tuple[Finding, ...]:
    known = {name for finding in others for name in finding.sensors}
    which = [p for p in placement.sensors if p.moved_rad > SLIP_RAD and p.sensor.name not in known]
    if not which:
        return ()
    most = np.rad2deg(max(p.moved_rad for p in which))
    message = f"on average {most:.0f} deg from the pose in standing while walking"
    fix = "was the person standing upright, or has the sensor slipped?"
    return (Finding(Cause.SLIPPED, Severity.WARNING, message, fix, tuple(p.sensor.name for p in which)),)


def check_presence(recording: Recording) -> Checked:
    """Segments with two sensors or none, streams that are copies, sensors without a signal."""
    return recording, (*_segments(recording), *_copies(recording), *_silent(recording))


def _segments(recording: Recording) -> Iterator[Finding]:
    stated = [sensor.segment for sensor in recording.sensors]
    for segment in LOWER_BODY.segments:
        which = tuple(sensor.name for sensor in recording.sensors if sensor.segment == segment)
        if len(which) > 1:
            message = f"{segment} has more than one sensor"
            yield Finding(Cause.TWICE, Severity.ERROR, message, "keep one, or correct the placement", which)
    absent = [segment for segment in LOWER_BODY.segments if segment not in stated]
    if len(absent) == len(LOWER_BODY):
        message = "no sensor is placed on a segment of the model"
        fix = f"name the segments ({', '.join(LOWER_BODY.segments)}) in a placement file"
        yield Finding(Cause.ABSENT, Severity.ERROR, message, fix)
    elif absent:
        message = f"no sensor on {', '.join(absent)}"
        yield Finding(Cause.ABSENT, Severity.INFO, message, "estimates there follow from the other sensors")


def _copies(recording: Recording) -> Iterator[Finding]:
    for k, sensor in enumerate(recording.sensors):
        for other in range(k):
            known = np.isfinite(recording.acc[:, [k, other]]).all(axis=(1, 2))
            same = (recording.acc[known, k] == recording.acc[known, other]).all(axis=1)
            if known.sum() > 10 and same.mean() > SAME_SHARE:
                named = (recording.sensors[other].name, sensor.name)
                message = "their accelerations are the same: one stream was exported twice"
                yield Finding(Cause.TWICE, Severity.ERROR, message, "leave one out, or export again", named)


def _silent(recording: Recording) -> Iterator[Finding]:
    for what, array in (("acceleration", recording.acc), ("angular rate", recording.gyro)):
        which = tuple(s.name for k, s in enumerate(recording.sensors) if np.isnan(array[:, k]).all())
        if which:
            fix = "record accelerations" if what == "acceleration" else "record gyroscopes; nothing is estimated without"
            if what == "angular rate" and recording.orientation is not None:
                fix = "derive it from their orientation with --gyro-from-orientation, or record gyroscopes"
            severity = Severity.ERROR if len(which) == len(recording.sensors) else Severity.WARNING
            yield Finding(Cause.ABSENT, severity, f"no {what}", fix, which)

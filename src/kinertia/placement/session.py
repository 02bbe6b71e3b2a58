"""Recordings of one session: the sensors were strapped on once, so all recordings tell of the same places and axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kinertia.numerics import rotations
from kinertia.placement.assignment import mirrored
from kinertia.placement.fault import Kind
from kinertia.placement.inference import Placement, SensorPlacement
from kinertia.recording import Array, Recording, Subject
from kinertia.recording.errors import RecordingError

ACROSS_SPREAD_RAD = np.deg2rad(6.0)
"""Standard deviation of where a sensor's mediolateral axis comes out in a recording. From one walk to the next it moves by up
to 3 deg, from walking to running with the skin by up to 13."""
MOST_SPREADS = 3.0
"""Standard deviations by which two recordings may differ. What is usual and the person are common to them, so most differ by
less than one."""
_FIX = "place them apart, if the sensors were moved in between; else leave out the recording that is wrong"


@dataclass(frozen=True)
class Session:
    """What several recordings say together."""

    # one entry per sensor, in the order of the first recording, with what all recordings together say of it
    sensors: tuple[SensorPlacement, ...]
    looks: tuple[Placement, ...]  # what each recording says by itself, all of one mirror image
    placements: tuple[Placement, ...]  # the same with segment, axes and position of the session, to correct each recording with


def combine(recordings: Sequence[Recording], separate: Sequence[Placement]) -> Session:
    """One placement for all recordings of a session: of one person with the same sensors in the same frame.

    Positions are averaged with weights 1 / variance; axes are the rotation nearest to the average matrix (chordal mean), with
    weights 1 / variance of the inclination; the odds of segment and side are multiplied. Spreads do not get smaller than those
    of the surest recording, because what is usual and how skin moves is common to all. Faults stay with their recordings. A
    sensor that could not be judged in a recording, though it has a signal, sits where the others say. RecordingError: another
    person, other sensors or another frame; no recording could be judged; two recordings put a sensor on different segments, or
    further apart than their spreads explain.
    """
    orders = [_order(recording, recordings[0]) for recording in recordings]
    looks = _of_one_image(recordings, separate, orders)
    sensors, gyro_factor = [], []
    for i in range(len(orders[0])):
        each = [look.sensors[order[i]] for look, order in zip(looks, orders, strict=True)]
        _check(recordings, each)
        sensors.append(_combined(each))
        surest = int(np.argmin([np.inf if p.inclination_spread_rad is None else p.inclination_spread_rad for p in each]))
        gyro_factor.append(float(looks[surest].gyro_factor[orders[surest][i]]))
    segments = [placed.segment for placed in sensors if placed.rotation is not None]
    if len(set(segments)) < len(segments):
        twice = sorted({segment for segment in segments if segments.count(segment) > 1})
        what = f"the recordings put two sensors on {', '.join(twice)}"
        raise RecordingError(what, file=_names(recordings), fix="see their faults; " + _FIX)
    if not segments:
        fix = "add one of ten seconds or more of steady walking or running straight ahead"
        raise RecordingError("no recording of the session shows where the sensors sit", file=_names(recordings), fix=fix)
    placements = [_shared(look, order, sensors, gyro_factor) for look, order in zip(looks, orders, strict=True)]
    return Session(tuple(sensors), tuple(looks), tuple(placements))


def _order(recording: Recording, first: Recording) -> list[int]:
    """Where a recording has the sensors of the first one; an error where it states another person, other sensors or axes."""
    name, file = _name(first), _name(recording)
    if recording.subject != first.subject:
        what = f"is of {_person(recording.subject)}, but {name} of {_person(first.subject)}"
        raise RecordingError(what, file=file, fix="place people apart, or give --mass and --height")
    if recording.frame is not first.frame:
        what = f"is in {recording.frame.value} axes, but {name} in {first.frame.value} axes"
        raise RecordingError(what, file=file, fix="place them apart")
    # sensors sorted by name; equal names stay in the order of the file
    here, there = (sorted(range(len(r.sensors)), key=lambda k: r.sensors[k].name) for r in (recording, first))
    names, wanted = [recording.sensors[k].name for k in here], [first.sensors[k].name for k in there]
    if names != wanted:
        only = ", ".join(sorted(set(names) ^ set(wanted)) or names)
        fix = "place recordings with other sensors apart"
        raise RecordingError(f"has other sensors than {name}", file=file, sensor=only, fix=fix)
    return [k for _, k in sorted(zip(there, here, strict=True))]


def _person(subject: Subject) -> str:
    known = [("mass_kg", f"{subject.mass_kg:g} kg"), ("height_m", f"{subject.height_m:g} m")]
    words = [text if name not in subject.assumed else f"unknown {name[:-3].rstrip('_')}" for name, text in known]
    return ", ".join([*words, subject.sex or "unknown sex"])


def _of_one_image(
    recordings: Sequence[Recording], placements: Sequence[Placement], orders: Sequence[Sequence[int]]
) -> list[Placement]:
    """Each placement or its mirror image, whichever agrees more with the first that was judged."""
    first = next((r for r, look in enumerate(placements) if _judged(look)), 0)
    wanted = [placements[first].sensors[k].segment for k in orders[first]]
    exchanged = [fault for fault in placements[first].faults if fault.kind is Kind.EXCHANGED]
    note = f"left and right are exchanged throughout, to be those of {recordings[first].name}"
    looks = []
    for look, order in zip(placements, orders, strict=True):
        mine = tuple(look.sensors[k].segment for k in order)
        as_is, as_mirrored = (sum(a == b for a, b in zip(n, wanted, strict=True)) for n in (mine, mirrored(mine)))
        other = look
        if _judged(look) and as_is < as_mirrored:
            other = look.mirrored()
            other = replace(other, faults=(*exchanged, *other.faults), notes=(*other.notes, note))
        looks.append(other)
    return looks


def _judged(look: Placement) -> bool:
    return any(placed.rotation is not None for placed in look.sensors)


def _check(recordings: Sequence[Recording], each: Sequence[SensorPlacement]) -> None:
    """Refuse what recordings say of one sensor where it cannot all be true, naming that which agrees least with the others."""
    sure = [r for r, placed in enumerate(each) if placed.rotation is not None]
    if len(sure) < 2:
        return
    segments = [each[r].segment for r in sure]
    usual = max(segments, key=segments.count)
    for r, segment in zip(sure, segments, strict=True):
        if segment != usual:
            other = _name(recordings[sure[segments.index(usual)]])
            what = f"moves as one on {segment}, but in {other} as one on {usual}"
            raise RecordingError(what, file=_name(recordings[r]), sensor=each[r].sensor.name, fix=_FIX)
    apart, spread = _differences([each[r] for r in sure])
    ratio = np.abs(apart) / spread
    if ratio.max() < MOST_SPREADS:
        return
    a = int(np.argmax(ratio.max(axis=-1).sum(axis=-1)))
    b, axis = (int(index) for index in np.unravel_index(int(np.argmax(ratio[a])), ratio[a].shape))
    size, unit = (100.0, "cm") if axis < 2 else (180.0 / np.pi, "deg")
    where = (("back", "forward"), ("down", "up"))[axis][int(apart[a, b, axis] > 0)] if axis < 2 else ""
    by, usually = f"{size * abs(apart[a, b, axis]):.0f} {unit}", f"{size * spread[a, b, axis]:.0f} {unit}"
    how = f"it sits {by} further {where} than" if axis < 2 else f"its axes are turned by {by} against those"
    what = f"{how} in {_name(recordings[sure[b]])}, though {usually} are usual"
    raise RecordingError(what, file=_name(recordings[sure[a]]), sensor=each[0].sensor.name, fix=_FIX)


def _name(recording: Recording) -> str:
    return recording.source or recording.name


def _names(recordings: Sequence[Recording]) -> str:
    return ", ".join(_name(recording) for recording in recordings)


def _differences(each: Sequence[SensorPlacement]) -> tuple[Array, Array]:
    """(R, R, 5) how one recording differs from another, forward, up [m] and about the segment's axes [rad]; its spread."""
    position, position_spread = (np.array(list(v)) for v in ([p.position_m for p in each], [p.position_spread_m for p in each]))
    turn = np.array([p.rotation for p in each])
    inclination = np.array([[p.inclination_spread_rad] for p in each], dtype=float)
    across = np.full((len(each), 2), ACROSS_SPREAD_RAD)
    between = np.einsum("aij,bkj->abik", turn, turn)
    angle = rotations.to_vector(rotations.from_matrix(between.reshape(-1, 3, 3))).reshape(len(each), len(each), 3)
    spread = np.concatenate([position_spread, across, inclination], axis=1)
    apart = np.concatenate([position[:, None] - position, angle], axis=-1)
    return apart, np.hypot(spread[:, None], spread)


def _combined(each: Sequence[SensorPlacement]) -> SensorPlacement:
    """What all recordings say of one sensor; of the first where none could judge it."""
    sure = [placed for placed in each if placed.rotation is not None]
    if not sure:
        return each[0]
    place = np.array([p.position_m for p in sure])
    weight = np.array([p.position_spread_m for p in sure]) ** -2.0
    x, y = ((weight * place).sum(axis=0) / weight.sum(axis=0)).tolist()
    spread_x, spread_y = (weight.mean(axis=0) ** -0.5).tolist()
    certain = np.array([p.inclination_spread_rad for p in sure], dtype=float) ** -2.0
    chance = np.array([p.confidence for p in sure])
    # the rotation nearest to the average matrix
    left, _, right = np.linalg.svd(np.einsum("r,rij->ij", certain, np.array([p.rotation for p in sure])))
    return SensorPlacement(
        replace(each[0].sensor, position_m=next((p.sensor.position_m for p in each if p.sensor.position_m is not None), None)),
        sure[0].segment,
        left @ np.diag([1.0, 1.0, np.linalg.det(left @ right)]) @ right,
        (x, y),
        (spread_x, spread_y),
        float(certain.mean() ** -0.5),
        _confidence(chance),
        float(np.sqrt(np.mean([p.misfit**2 for p in sure]))),
        float(np.mean([p.excess_m_s2 for p in sure])),
    )


def _confidence(chance: Array) -> float:
    """Probability whose odds are the product of all odds; one below even tells nothing against the others."""
    even = chance >= 0.5
    if not even.any():
        return float(chance.max())
    return float(chance[even].prod() / (chance[even].prod() + (1.0 - chance[even]).prod()))


def _shared(
    look: Placement, order: Sequence[int], sensors: Sequence[SensorPlacement], gyro_factor: Sequence[float]
) -> Placement:
    """A recording's placement with the places and axes of the session."""
    silent = {name for fault in look.faults if fault.kind is Kind.MISSING for name in fault.sensors}
    placed, factor, filled = list(look.sensors), look.gyro_factor.copy(), []
    for k, together, sign in zip(order, sensors, gyro_factor, strict=True):
        each = placed[k]
        if each.rotation is None:
            if together.rotation is None or each.sensor.name in silent:
                continue
            factor[k] = sign
            filled.append(each.sensor.name)
        # the sideways part of a position comes from what is stated, of all each
        sensor = replace(each.sensor, position_m=together.sensor.position_m)
        misfit = together.misfit if each.rotation is None else each.misfit
        placed[k] = replace(together, sensor=sensor, misfit=misfit, excess_m_s2=each.excess_m_s2)
    notes = (f"{', '.join(filled)}: not judged here, placed as in the other recordings of the session",) if filled else ()
    return replace(look, sensors=tuple(placed), gyro_factor=factor, notes=(*look.notes, *notes))

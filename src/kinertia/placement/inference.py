"""Where every sensor of a recording sits and what is wrong with it, inferred from steady gait."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from kinertia.placement import interpretation, joint_positions, steady_gait
from kinertia.placement.assignment import mirrored
from kinertia.placement.fault import FITS, Fault, Kind, missing, on_reading, on_units
from kinertia.placement.interpretation import Interpretation
from kinertia.placement.joint_positions import Height
from kinertia.recording import GRAVITY, LOWER_BODY, Array, Recording, Sensor, selection
from kinertia.recording.errors import RecordingError
from kinertia.recording.samples import cut_off, held, same_as_before
from kinertia.recording.standing import standing_periods

MOST_FROZEN_S = 1.0  # a sensor that stands still for longer in all is not looked at further
MOST_LOST = 0.7  # nor is one that has lost more of its samples; of others the time before they died is looked at
GROSS_PACE = 1.45  # true over stated sampling rate, or its inverse, that clipped accelerations do not feign
STANDING_MARGIN_S = 0.5  # at either end, where a person may still move
SIDES_NOTE = (
    "left and right of the whole set cannot be told from gravity and movement straight ahead: "
    "if every sensor sat on the other side, everything here would read the same; say which with --right SENSOR"
)

WAYS = (("in front of", "behind"), ("above", "below"))


@dataclass(frozen=True)
class SampleQuality:
    """Of how many samples of a sensor gait can be told; what is wrong with them is named by the checks."""

    absent: bool = True  # no acceleration or no angular rate at all
    frozen_s: float = 0.0  # time for which nothing changes, in stretches longer than a lost packet [s]
    lost_share: float = 0.0  # part of the samples that is missing or repeats the one before
    clipped: int = 0  # samples of the acceleration at a value that it does not pass

    @classmethod
    def of(cls, acc: Array, gyro: Array, rate_hz: float) -> SampleQuality:
        """Of (T, 3) signals [m/s^2, rad/s] in the sensor's own axes, NaN where missing."""
        if np.isnan(acc).all() or np.isnan(gyro).all():
            return cls()
        missing = np.isnan(acc).any(axis=1) | np.isnan(gyro).any(axis=1)
        frozen = held(acc, rate_hz) & held(gyro, rate_hz)
        repeats = same_as_before(acc) & same_as_before(gyro) & ~frozen
        lost_share = float((missing | repeats).mean())
        return cls(False, float(frozen.sum() / rate_hz), lost_share, int(cut_off(acc)[0].any(axis=1).sum()))


@dataclass(frozen=True)
class SensorPlacement:
    """One sensor; None and NaN where it could not be judged."""

    sensor: Sensor  # as stated
    segment: str  # inferred segment and side, the stated one where the sensor could not be judged
    rotation: Array | None = None  # (3, 3) axes of the signals to segment axes
    position_m: tuple[float, float] | None = None  # forward and up from the segment's proximal joint [m]
    position_spread_m: tuple[float, float] | None = None  # its standard deviations [m]
    inclination_spread_rad: float | None = None  # standard deviation of the axes about the mediolateral one [rad]
    confidence: float = float("nan")  # probability of segment and side, up to a mirror image of the whole set
    misfit: float = float("nan")  # distance from what is usual on that segment, in standard deviations between people
    excess_m_s2: float = 0.0  # by how much gravity reads too large, in standing or over whole strides [m/s^2]
    moved_rad: float = 0.0  # from up in standing to mean up over strides [rad]; 0 without standing


@dataclass(frozen=True)
class Placement:
    """Placement of the K sensors of a recording, and its faults."""

    sensors: tuple[SensorPlacement, ...]
    faults: tuple[Fault, ...]  # what is wrong, most important first
    acc_factor: Array  # (K,) to m/s^2
    gyro_factor: Array  # (K,) to rad/s; negative where the angular rate has the wrong sign
    rate_hz: float  # sampling rate that fits the movement [Hz]
    length_m: tuple[float, float]  # thigh and shank [m]; NaN where not found
    height: Height | None  # of the body, from those lengths and what people measure; None where they do not say it
    notes: tuple[str, ...]  # what cannot be known, or was not judged
    sided: bool = False  # whether somebody said which side is the right one (:func:`with_right`)

    def __repr__(self) -> str:
        lines = [f"Placement of {len(self.sensors)} sensors" + ("" if self.sided else "; left and right may be exchanged")]
        for placed in self.sensors:
            if placed.position_m is None:
                lines.append(f"{placed.sensor.name}: not judged")
                continue
            ways = zip(placed.position_m, WAYS, strict=True)
            x, y = (f"{100.0 * abs(part):.0f} cm {words[part < 0]}" for part, words in ways)
            sure = f"{100.0 * placed.confidence:.0f} % sure"
            lines.append(f"{placed.sensor.name}: {placed.segment}, {sure}; {x} and {y} its joint")
        return "\n  ".join([*lines, *(f"{fault.kind.value}: {fault.message}" for fault in self.faults)])

    def mirrored(self) -> Placement:
        """Left and right exchanged throughout; faults about that are left out."""
        segments = mirrored(tuple(placed.segment for placed in self.sensors))
        sensors = tuple(
            placed if placed.rotation is None else replace(placed, segment=segment)
            for placed, segment in zip(self.sensors, segments, strict=True)
        )
        return replace(self, sensors=sensors, faults=tuple(f for f in self.faults if f.kind is not Kind.EXCHANGED))


def place(recording: Recording, start: Array | None = None) -> Placement:
    """Infer where the sensors of a recording of walking or running, with standing or not, in any axes, sit.

    Its truth and its stated positions are not used; nor is a height that was only assumed. ``start`` (K, 2) are positions to
    start from [m], forward and up from the proximal joint; default what is usual. Without steady gait nothing can be said about
    where sensors sit; then only the samples are judged, and a note says so.
    """
    quality = sample_qualities(recording)
    acc_factor = np.array([interpretation.acceleration_factor(acc) for acc in np.moveaxis(recording.acc, 1, 0)])
    gyro_factor, pace, notes = np.ones_like(acc_factor), 1.0, []
    placed = [SensorPlacement(sensor, sensor.segment) for sensor in recording.sensors]
    faults, length, size = missing(recording, np.array([q.absent for q in quality])), (float("nan"), float("nan")), None
    which, clipped = judged(recording, quality), np.array([q.clipped > 0 for q in quality])
    try:
        reading, up, late, gyro, pace = _read(recording, which, acc_factor[which], clipped[which], start, notes)
    except RecordingError as error:
        faults += on_units(recording, acc_factor, gyro_factor)
        notes.append(f"where the sensors sit was not judged: {error}")
    else:
        acc_factor[which] *= late
        gyro_factor[which] = gyro
        for i, k in enumerate(which):
            placed[k] = _placed(recording.sensors[k], reading, i, up)
        faults += on_units(recording, acc_factor, gyro_factor)
        faults += on_reading(recording, which, clipped, reading, up, pace, gyro_factor < 0)
        notes.append(SIDES_NOTE)
        length = reading.positions.length
        size = None if reading.lengths is None else joint_positions.from_lengths(reading.lengths, recording.subject.sex)
    return Placement(
        tuple(placed), tuple(faults), acc_factor, gyro_factor, recording.rate_hz * pace, length, size, tuple(notes)
    )


def _read(
    recording: Recording,
    which: list[int],
    acc_factor: Array,
    clipped: np.ndarray,
    start: Array | None,
    notes: list[str],
) -> tuple[Interpretation, Array | None, Array, Array, float]:
    """Reading of steady gait, up in standing, further factors of acceleration, of the rates, true over stated sampling rate.

    RecordingError: no sensor, or no steady walking or running.
    """
    if not which:
        raise RecordingError("no sensor is left to judge", file=recording.source, fix="see the faults")
    chosen = selection.take(recording, which)
    chosen = replace(chosen, acc=chosen.acc * acc_factor[:, None])
    gait = steady_gait.find(chosen)
    plain = interpretation.plain_rate_factors(gait)
    gait = interpretation.rescaled(gait, plain)
    late = interpretation.late_acceleration_factors(gait)
    gait = replace(gait, acc=tuple(acc * late[:, None] for acc in gait.acc))
    up = _standing_up(replace(chosen, acc=chosen.acc * late[:, None], gyro=chosen.gyro * plain[:, None]))
    subject = recording.subject
    judge = partial(
        interpretation.interpret,
        stated=tuple(sensor.segment for sensor in chosen.sensors),
        height=joint_positions.of_people(subject.sex) if "height_m" in subject.assumed else Height(subject.height_m),
        standing_up=up,
        start=None if start is None else start[which],
    )
    doubtful, reading = interpretation.doubtful_rate_factors(gait, judge(gait), judge)
    gait = interpretation.rescaled(gait, doubtful)
    sign, pace, paced = interpretation.signs_and_pace(gait, reading, judge)
    if 2 * clipped.sum() > len(which) and max(pace, 1.0 / pace) < GROSS_PACE:
        # forces that are cut off make legs seem short, as a slightly wrong rate does
        notes.append("the sampling rate was not judged closely: most accelerations are clipped")
        sign, paced = interpretation.signs(gait, reading, judge)
        pace = 1.0
    if np.median(paced.assignment.misfit) > FITS:
        raise RecordingError("this is neither walking nor running", fix="record steady walking or running")
    return paced, up, late, plain * doubtful * sign, pace


def with_right(placement: Placement, name: str, file: str = "") -> Placement:
    """The placement, or its mirror image, in which the named sensor of a leg is on the right; ``file`` is for errors.

    RecordingError: no such sensor, or it is on no leg or could not be judged.
    """
    named = next((placed for placed in placement.sensors if name in (placed.sensor.name, placed.sensor.segment)), None)
    legs = [p.sensor.name for p in placement.sensors if p.rotation is not None and p.segment[-2:] in ("_r", "_l")]
    if named is None or named.sensor.name not in legs:
        what = "there is no such sensor" if named is None else "it is found on no leg"
        fix = f"name one of {', '.join(legs)} of the right leg" if legs else "record some steady walking"
        raise RecordingError(what, file=file, sensor=name, fix=fix)
    placement = replace(placement, notes=tuple(note for note in placement.notes if note != SIDES_NOTE), sided=True)
    if named.segment.endswith("_r"):
        return placement
    other = placement.mirrored()
    wrong = [p for p in other.sensors if p.sensor.segment in LOWER_BODY.segments and p.sensor.segment != p.segment]
    if not wrong:
        return other
    message = "the names of left and right are exchanged: " + ", ".join(f"{p.sensor.name} is on {p.segment}" for p in wrong)
    exchanged = Fault(Kind.EXCHANGED, tuple(p.sensor.name for p in wrong), message, "their names are put right")
    return replace(other, faults=(exchanged, *other.faults))


def judged(recording: Recording, quality: list[SampleQuality] | None = None) -> list[int]:
    """Sensors to compare with gait: on segments of the model, or all when none is, and with readings that move."""
    quality = quality or sample_qualities(recording)
    known = [k for k, sensor in enumerate(recording.sensors) if sensor.segment in LOWER_BODY.segments]
    moves = [not q.absent and q.frozen_s <= MOST_FROZEN_S and q.lost_share <= MOST_LOST for q in quality]
    return [k for k in known or range(len(quality)) if moves[k]][: len(LOWER_BODY)]


def sample_qualities(recording: Recording) -> list[SampleQuality]:
    """The samples of every sensor."""
    signals = zip(np.moveaxis(recording.acc, 1, 0), np.moveaxis(recording.gyro, 1, 0), strict=True)
    return [SampleQuality.of(acc, gyro, recording.rate_hz) for acc, gyro in signals]


def _standing_up(recording: Recording) -> Array | None:
    """(K, 3) mean specific force in the longest quiet standing without its ends."""
    periods = standing_periods(recording, min_s=3.0 * STANDING_MARGIN_S)
    complete = [period for period in periods if np.isfinite(recording.acc[slice(*period)]).all()]
    if not complete:
        return None
    start, stop = max(complete, key=lambda period: period[1] - period[0])
    margin = round(STANDING_MARGIN_S * recording.rate_hz)
    return recording.acc[start + margin : stop - margin].mean(axis=0)


def _placed(sensor: Sensor, reading: Interpretation, i: int, up: Array | None) -> SensorPlacement:
    (x, y), (spread_x, spread_y) = reading.positions.position[i].tolist(), reading.positions.position_spread[i].tolist()
    force, moved = float(reading.force[i]), 0.0
    if up is not None:
        force = float(np.linalg.norm(up[i]))
        cosine = up[i] @ reading.up[i] / max(force * float(np.linalg.norm(reading.up[i])), 1e-9)
        moved = float(np.arccos(np.clip(cosine, -1.0, 1.0)))
    return SensorPlacement(
        sensor,
        reading.assignment.segments[i],
        reading.rotation[i],
        (x, y),
        (spread_x, spread_y),
        float(reading.positions.inclination_spread[i]),
        float(reading.assignment.confidence[i]),
        float(reading.assignment.misfit[i]),
        force - GRAVITY,
        moved,
    )

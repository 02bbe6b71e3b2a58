"""Where every sensor of a recording sits and what is wrong with it, inferred from steady gait."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from kinertia.placement import fault_rules, height, interpretation, sample_quality, steady_gait, unit_factors
from kinertia.placement.fault import Fault
from kinertia.placement.height import Height
from kinertia.placement.interpretation import Interpretation
from kinertia.placement.sample_quality import SampleQuality
from kinertia.recording import LOWER_BODY, Array, Recording, Sensor
from kinertia.recording.errors import RecordingError
from kinertia.recording.standing import standing_periods

MOST_FROZEN_S = 1.0
"""A sensor that stands still for longer in all is not looked at further."""
MOST_LOST = 0.7
"""Nor is one that has lost more of its samples; of others the time before they died is looked at."""
GROSS_PACE = 1.45
"""True over stated sampling rate, or its inverse, that clipped accelerations do not feign."""
STANDING_MARGIN_S = 0.5  # at either end, where a person may still move
SIDES_NOTE = (
    "left and right of the whole set cannot be told from gravity and movement straight ahead: "
    "if every sensor sat on the other side, everything here would read the same; say which with --right SENSOR"
)

WAYS = (("in front of", "behind"), ("above", "below"))


@dataclass(frozen=True)
class SensorPlacement:
    """One sensor.

    Attributes
    ----------
    sensor : as stated.
    segment : inferred segment and side, the stated one where the sensor could not be judged.
    rotation : (3, 3) axes of the signals to segment axes, None where it could not be judged.
    position_m : forward and up from the segment's proximal joint [m], None where it could not be judged.
    position_spread_m : its standard deviations [m].
    inclination_spread_rad : standard deviation of the axes about the mediolateral one [rad], None where it could not be judged.
    confidence : probability of segment and side, up to a mirror image of the whole set; NaN where it could not be judged.
    misfit : distance from what is usual on that segment, in standard deviations between people.
    excess_m_s2 : by how much gravity reads too large, in standing or over whole strides [m/s^2].
    moved_rad : from up in standing to mean up over strides [rad]; 0 without standing.
    """

    sensor: Sensor
    segment: str
    rotation: Array | None
    position_m: tuple[float, float] | None
    position_spread_m: tuple[float, float] | None
    inclination_spread_rad: float | None
    confidence: float
    misfit: float
    excess_m_s2: float
    moved_rad: float = 0.0


@dataclass(frozen=True)
class Placement:
    """Placement of the sensors of a recording, and its faults.

    Attributes
    ----------
    sensors : one entry per sensor of the recording.
    faults : what is wrong, most important first.
    acc_factor, gyro_factor : (K,) factors to m/s^2 and rad/s; negative where the angular rate has the wrong sign.
    rate_hz : sampling rate that fits the movement [Hz].
    length_m : thigh and shank [m]; NaN where not found.
    height : of the body, from those lengths and what people measure; None where they do not say it.
    notes : what cannot be known, or was not judged.
    sided : whether somebody said which side is the right one (:mod:`kinertia.placement.laterality`).
    """

    sensors: tuple[SensorPlacement, ...]
    faults: tuple[Fault, ...]
    acc_factor: Array
    gyro_factor: Array
    rate_hz: float
    length_m: tuple[float, float]
    height: Height | None
    notes: tuple[str, ...]
    sided: bool = False

    def __repr__(self) -> str:
        lines = [f"Placement of {len(self.sensors)} sensors" + ("" if self.sided else "; left and right may be exchanged")]
        for placed in self.sensors:
            if placed.position_m is None:
                lines.append(f"{placed.sensor.name}: not judged")
                continue
            x, y = (
                f"{100.0 * abs(part):.0f} cm {words[part < 0]}" for part, words in zip(placed.position_m, WAYS, strict=True)
            )
            lines.append(
                f"{placed.sensor.name}: {placed.segment}, {100.0 * placed.confidence:.0f} % sure; {x} and {y} its joint"
            )
        return "\n  ".join([*lines, *(f"{fault.kind.value}: {fault.message}" for fault in self.faults)])


def place(recording: Recording, start: Array | None = None) -> Placement:
    """Infer where the sensors of a recording sit.

    Parameters
    ----------
    recording : walking or running, with standing or not; any axes. Its truth and its stated positions are not used; nor is a
        height that was only assumed.
    start : (K, 2) positions to start from [m], forward and up from the proximal joint; default what is usual.

    Returns
    -------
    Placement. Without steady gait nothing can be said about where sensors sit; then only the samples are judged, and a note
    says so.
    """
    count = len(recording.sensors)
    quality = sample_qualities(recording)
    acc_factor = np.array([unit_factors.acceleration_factor(recording.acc[:, k]) for k in range(count)])
    which = judged(recording, quality)
    names = tuple(recording.sensors[k].segment for k in which)
    gyro_factor, pace, reading, up = np.ones(count), 1.0, None, None
    notes: list[str] = []
    stated_factor = acc_factor.copy()
    try:
        if not which:
            raise RecordingError("no sensor is left to judge", file=recording.source, fix="see the faults")
        chosen = choose(recording, which, acc_factor)
        gait = steady_gait.find(chosen)
        plain = unit_factors.plain_rate_factors(gait)
        gait = unit_factors.rescaled(gait, plain)
        late = unit_factors.late_acceleration_factors(gait)
        acc_factor[which] *= late
        gait = replace(gait, acc=tuple(acc * late[:, None] for acc in gait.acc))
        up = _standing_up(replace(chosen, acc=chosen.acc * late[:, None], gyro=chosen.gyro * plain[:, None]))
        judge = partial(
            interpretation.interpret,
            stated=names,
            height=_known_height(recording),
            standing_up=up,
            start=None if start is None else start[which],
        )
        doubtful, reading = unit_factors.doubtful_rate_factors(gait, judge(gait), judge)
        gait = unit_factors.rescaled(gait, doubtful)
        sign, pace, paced = unit_factors.signs_and_pace(gait, reading, judge)
        if 2 * sum(quality[k].clipped > 0 for k in which) > len(which) and max(pace, 1.0 / pace) < GROSS_PACE:
            # forces that are cut off make legs seem short, as a slightly wrong rate does
            notes.append("the sampling rate was not judged closely: most accelerations are clipped")
            sign, paced = unit_factors.signs(gait, reading, judge)
            pace = 1.0
        if np.median(paced.assignment.misfit) > fault_rules.FITS:
            acc_factor, pace, reading = stated_factor, 1.0, None
            raise RecordingError("this is neither walking nor running", fix="record steady walking or running")
        reading = paced
        gyro_factor[which] = plain * doubtful * sign
    except RecordingError as error:
        notes.append(f"where the sensors sit was not judged: {error}")
    placed = [_unjudged(sensor) for sensor in recording.sensors]
    if reading is not None:
        for i, k in enumerate(which):
            placed[k] = _placed(recording.sensors[k], reading, i, up)
        notes.append(SIDES_NOTE)
    faults = fault_rules.missing(recording, quality) + fault_rules.on_units(recording, acc_factor, gyro_factor)
    if reading is not None:
        faults += fault_rules.on_reading(
            recording, which, quality, reading, up, pace, set(np.flatnonzero(gyro_factor < 0).tolist())
        )
    return Placement(
        tuple(placed),
        tuple(faults),
        acc_factor,
        gyro_factor,
        recording.rate_hz * pace,
        (float("nan"), float("nan")) if reading is None else reading.positions.length,
        None if reading is None or reading.lengths is None else height.from_lengths(reading.lengths, recording.subject.sex),
        tuple(notes),
    )


def _known_height(recording: Recording) -> Height:
    subject = recording.subject
    return height.of_people(subject.sex) if "height_m" in subject.assumed else Height(subject.height_m)


def judged(recording: Recording, quality: list[SampleQuality] | None = None) -> list[int]:
    """Sensors to compare with gait: on segments of the model, or all when none is, and with readings that move."""
    quality = quality or sample_qualities(recording)
    known = [k for k, sensor in enumerate(recording.sensors) if sensor.segment in LOWER_BODY.segments]
    known = known or list(range(len(recording.sensors)))
    return [
        k
        for k in known
        if not quality[k].absent and quality[k].frozen_s <= MOST_FROZEN_S and quality[k].lost_share <= MOST_LOST
    ][: len(LOWER_BODY)]


def sample_qualities(recording: Recording) -> list[SampleQuality]:
    """The samples of every sensor."""
    return [
        sample_quality.assess(recording.acc[:, k], recording.gyro[:, k], recording.rate_hz)
        for k in range(len(recording.sensors))
    ]


def choose(recording: Recording, which: list[int], acc_factor: Array | None = None) -> Recording:
    """Some sensors of a recording, without truth; accelerations times ``acc_factor``, one for each sensor of the recording."""
    factor = np.ones(len(which)) if acc_factor is None else acc_factor[which]
    return replace(
        recording,
        sensors=tuple(recording.sensors[k] for k in which),
        acc=recording.acc[:, which] * factor[:, None],
        gyro=recording.gyro[:, which],
        acc_var=None,
        gyro_var=None,
        orientation=None,
        truth=None,
    )


def _standing_up(recording: Recording) -> Array | None:
    """(K, 3) mean specific force in the longest quiet standing without its ends."""
    periods = [
        (start, stop)
        for start, stop in standing_periods(recording, min_s=3.0 * STANDING_MARGIN_S)
        if np.isfinite(recording.acc[start:stop]).all()
    ]
    if not periods:
        return None
    start, stop = max(periods, key=lambda period: period[1] - period[0])
    margin = round(STANDING_MARGIN_S * recording.rate_hz)
    return recording.acc[start + margin : stop - margin].mean(axis=0)


def _placed(sensor: Sensor, reading: Interpretation, i: int, up: Array | None) -> SensorPlacement:
    x, y = reading.positions.position[i]
    spread_x, spread_y = reading.positions.position_spread[i]
    return SensorPlacement(
        sensor,
        reading.assignment.segments[i],
        reading.rotation[i],
        (float(x), float(y)),
        (float(spread_x), float(spread_y)),
        float(reading.positions.inclination_spread[i]),
        float(reading.assignment.confidence[i]),
        float(reading.assignment.misfit[i]),
        float((reading.force[i] if up is None else np.linalg.norm(up[i])) - unit_factors.GRAVITY),
        0.0 if up is None else _between(up[i], reading.up[i]),
    )


def _between(a: Array, b: Array) -> float:
    """Angle between two vectors [rad]."""
    return float(np.arccos(np.clip(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-9), -1.0, 1.0)))


def _unjudged(sensor: Sensor) -> SensorPlacement:
    return SensorPlacement(sensor, sensor.segment, None, None, None, None, float("nan"), float("nan"), 0.0)

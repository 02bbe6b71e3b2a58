"""What a person does at each sample: stand, walk, run, or something else.

Gait is told from what it is made of: legs that move in turn, strides that repeat, thighs and shanks that stay about upright.
Squats, jumps and sitting down move both legs together; stairs lift the thighs higher, lying turns the trunk over, and sensors
that are shaken repeat no stride. The same judgement serves whole recordings, with samples before and after, and streams, with
those before alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinertia.estimation.estimate import Activity
from kinertia.numerics.signals import moving_mean
from kinertia.recording import GRAVITY, LOWER_BODY, Array, Recording
from kinertia.recording.channels import read
from kinertia.recording.gaps import runs
from kinertia.sensing.gait_phase import lagged_products, peaks_of

LEFT = LOWER_BODY.index("femur_l") - LOWER_BODY.index("femur_r")  # from a segment of the right leg to the same of the left one
EVERY_S = 0.1  # time from one judgement to the next
NEAR_S = 1.2  # about a stride: what is judged around a sample [s]
FAR_S = 4.0  # strides are looked for over so long [s]
COARSE_HZ = 50.0  # rate at which strides are compared: strides hold little above 10 Hz
STRIDE_S = (0.4, 2.5)  # shortest and longest stride [s]
SHORTEST_SEEN_S = 2.5  # less than this does not show whether strides repeat: a first step is not held against anybody [s]
REPEATS = 0.3  # least correlation of a movement with itself a stride later
STILL_S = 0.5
STILL_RATE = 0.22  # root mean square of a segment's rate in standing; people who shift their weight stay below it [rad/s]
STILL_ACC = (0.6, 0.6, 2.0, 2.0, 0.6, 2.0, 2.0)
"""Standard deviation of the specific force on each segment; shanks and feet tremble most [m/s^2]."""
UPRIGHT_RAD = {"pelvis": np.deg2rad(35.0), "femur": np.deg2rad(25.0), "tibia": np.deg2rad(25.0)}
"""Largest inclinations in standing, with sensors up to 15 degrees off."""
GAIT_MEAN_RAD = {"pelvis": np.deg2rad(45.0), "femur": np.deg2rad(45.0), "tibia": np.deg2rad(60.0)}
"""Largest mean inclination over a stride; people who run have 20 and -27 degrees at thigh and shank."""
TOGETHER = 0.35
"""Legs move in turn in gait: the rates of thighs correlate by -0.9 to -0.5, of other segments by up to 0.3; in squats and jumps
by 0.8 to 1."""
STAIRS_RAD = np.deg2rad(22.0), np.deg2rad(18.0)
"""Mean inclination of both thighs on stairs is 22 to 48 degrees, of people who walk -1 to 16; the second holds where thighs
move little, as on the way down."""
LITTLE_THIGH = 0.5  # rates of the thigh over those of the shank: 0.42 on the way down, 0.6 in walking
TURN_RATE = 0.5
"""Mean rate of turning over a stride [rad/s] beyond which thighs must pass each other, as they do in walking ..."""
PASSING = -0.15  # ... where they correlate by less than this; steps on the spot by -0.03 to 0
FLIGHT = 0.45 * GRAVITY  # in flight a sensor on the pelvis falls freely [m/s^2]
RUNNING_RATE = {"femur": 2.7, "tibia": 4.2, "foot": 4.5}
"""Without a pelvis sensor: root mean square rates that only running reaches [rad/s] ..."""
RUNNING_FEET = -0.4  # ... with feet whose rates correlate by -0.8 to -0.55; in walking by -0.2 to 0.5
PELVIS_RATE = 3.0  # no gait turns the pelvis faster, root mean square [rad/s]; runners' by 1
SHORTEST_S = 0.5  # what lasts shorter is taken for what is around it


@dataclass(frozen=True)
class Signs:
    """What a window shows."""

    still: bool  # every sensor is still
    # correlation of the right with the left leg's rates, -1 to 1; NaN where no segment has a sensor on both sides
    together: float
    # thighs, feet: the same of thighs and of feet alone
    thighs: float
    feet: float
    turning: float  # mean of the rate about the vertical without its sign [rad/s]; NaN where it is not known
    rate: dict[str, float]  # pelvis, femur, tibia, foot to root mean square rates, of both legs [rad/s]; NaN without sensors
    repeats: float  # correlation of the signals with themselves a stride away
    inclination: dict[str, float]  # segment to its mean inclination [rad]
    flight: float  # specific force of a sensor on the pelvis where it is least [m/s^2]; NaN without one


def classify(recording: Recording) -> NDArray[np.int8]:
    """(T,) :class:`~kinertia.estimation.estimate.Activity` of each sample; one periodic cycle is gait.

    RecordingError: the recording is in sensor axes, or no sensor sits on a known segment.
    """
    values, present = read(recording)
    signals = np.where(present > 0, values, np.nan)
    turns, rate_hz, samples = yaw(recording), recording.rate_hz, recording.samples
    if recording.periodic:
        signs = observe(np.tile(signals, (3, 1, 1)), np.tile(turns, 3), rate_hz, samples + samples // 2, 1.0)
        return np.full(samples, _gait(signs), dtype=np.int8)
    step = max(round(EVERY_S * rate_hz), 1)
    at = range(0, samples, step)
    # a stride may repeat before, around or after a sample
    reach = round(FAR_S * rate_hz / step)
    behind = np.array([repetition(signals[max(i - reach * step, 0) : i + 1], rate_hz) for i in at])
    padded = np.pad(behind, (0, reach), mode="edge")
    repeats = np.max([padded[shift : shift + len(behind)] for shift in (0, reach // 2, reach)], axis=0)
    labels = np.array(
        [judge(observe(signals, turns, rate_hz, i, r)) for i, r in zip(at, repeats.tolist(), strict=True)], dtype=np.int8
    )
    # what lasts too short becomes what is before it
    for activity in Activity:
        for start, stop in runs(labels == activity):
            if stop - start < max(round(SHORTEST_S / EVERY_S), 1) and start > 0:
                labels[start:stop] = labels[start - 1]
    nearest = np.minimum((np.arange(samples) + step // 2) // step, len(labels) - 1)
    return labels[nearest]


def yaw(recording: Recording) -> Array:
    """(T,) rate about the vertical, median over the sensors of a recording in segment frames [rad/s]; NaN without one."""
    rates = recording.gyro[..., 1]
    known = np.isfinite(rates).any(axis=1)
    result = np.full(len(rates), np.nan)
    result[known] = np.nanmedian(rates[known], axis=1)
    return result


def judge(signs: Signs) -> Activity:
    """The activity that a window's signs speak for."""
    limits = UPRIGHT_RAD if signs.still else GAIT_MEAN_RAD
    if any(abs(angle) > limits.get(segment.split("_")[0], np.inf) for segment, angle in signs.inclination.items()):
        return Activity.OTHER
    if signs.still:
        return Activity.STANDING
    if signs.together > TOGETHER or signs.repeats < REPEATS or signs.rate["pelvis"] > PELVIS_RATE:
        return Activity.OTHER
    if signs.turning > TURN_RATE and signs.thighs > PASSING:
        return Activity.OTHER
    gait = _gait(signs)
    thighs = [angle for segment, angle in signs.inclination.items() if segment.startswith("femur")]
    limit = STAIRS_RAD[1] if signs.rate["femur"] < LITTLE_THIGH * signs.rate["tibia"] else STAIRS_RAD[0]
    if gait is Activity.WALKING and thighs and float(np.mean(thighs)) > limit:
        return Activity.OTHER
    return gait


def _gait(signs: Signs) -> Activity:
    if np.isfinite(signs.flight):
        runs_on = signs.flight < FLIGHT
    else:
        runs_on = any(signs.rate[part] > limit for part, limit in RUNNING_RATE.items()) and not signs.feet > RUNNING_FEET
    return Activity.RUNNING if runs_on else Activity.WALKING


def observe(signals: Array, yaw: Array, rate_hz: float, at: int, repeats: float, *, past: bool = False) -> Signs:
    """What signals show around the sample ``at``, or before it alone where only the ``past`` is known.

    ``signals`` are (N, S, C) channels of :data:`~kinertia.recording.LOWER_BODY` [m/s^2, rad/s], ``yaw`` (N,) the rate about the
    vertical [rad/s], NaN where missing; ``repeats`` is :func:`repetition` over a longer time.
    """

    def around(seconds: float) -> slice:
        half = max(round(0.5 * seconds * rate_hz), 1)
        return slice(max(at - (2 * half if past else half), 0), at + (0 if past else half) + 1)

    near, turns = signals[around(NEAR_S)], yaw[around(NEAR_S)]
    turns = turns[np.isfinite(turns)]
    return Signs(
        _still(signals[around(STILL_S)]),
        _together(near, (1, 2, 3)),
        _together(near, (1,)),
        _together(near, (3,)),
        float(np.abs(turns).mean()) if len(turns) else float("nan"),
        {part: _rms(near[:, [k, k + LEFT] if k else [0], 2]) for k, part in enumerate(("pelvis", "femur", "tibia", "foot"))},
        repeats,
        _inclinations(near),
        _flight(near, rate_hz),
    )


def _rms(values: Array) -> float:
    there = values[np.isfinite(values)]
    return float(np.sqrt((there**2).mean())) if len(there) else float("nan")


def _still(near: Array) -> bool:
    there = np.isfinite(near)
    count = np.maximum(there.sum(0), 1)
    known = np.where(there, near, 0.0)
    acc = (np.where(there, near - known.sum(0) / count, 0.0) ** 2).sum(0)[:, :2].sum(1) / count[:, 0]
    gyro = (known[:, :, 2] ** 2).sum(0) / count[:, 2]
    return bool(there.any()) and not bool(((acc > np.square(STILL_ACC)) | (gyro > STILL_RATE**2)).any())


def _together(near: Array, segments: tuple[int, ...]) -> float:
    """Correlation of rates, right with left; ``segments`` are those of the right leg."""
    right, left = near[:, segments, 2], near[:, [k + LEFT for k in segments], 2]
    both = np.isfinite(right) & np.isfinite(left)
    right, left = np.where(both, right, 0.0), np.where(both, left, 0.0)
    power = 0.5 * float((right**2).sum() + (left**2).sum())
    return float((right * left).sum()) / power if power > 0.0 else float("nan")


def repetition(signals: Array, rate_hz: float) -> float:
    """Largest correlation of (N, S, C) signals with themselves a stride later, 0 to 1; 1 where they are too short to tell."""
    every = max(round(rate_hz / COARSE_HZ), 1)
    flat = signals[::every].reshape(-1, signals.shape[1] * 3)
    flat = np.where(np.isfinite(flat), flat, 0.0)
    count = len(flat)
    first, last = (round(s * rate_hz / every) for s in STRIDE_S)
    last = min(last, count // 2)
    if count < SHORTEST_SEEN_S * rate_hz / every or last <= first:
        return 1.0
    flat = flat - flat.mean(0)
    # each signal counts alike, but one that hardly moves
    flat = flat / np.maximum(np.sqrt((flat**2).mean(0)), np.tile([1.0, 1.0, STILL_RATE], signals.shape[1]))
    lags = np.arange(first, last + 1)
    products = lagged_products(flat, last + 1)[first:]
    square = np.concatenate([[0.0], np.cumsum((flat**2).sum(1))])
    # only what meets at a lag counts: sum x(t) x(t + lag) over the power of both parts
    meet = np.sqrt((square[count] - square[lags]) * square[count - lags])
    correlation = products / np.maximum(meet, 1e-9)
    # slow movements are alike for long, but do not come back
    return float(correlation[peaks_of(correlation, 1, len(correlation) - 1)].max(initial=0.0))


def _inclinations(near: Array) -> dict[str, float]:
    forces = {segment: _known(near[:, k, :2]) for k, segment in enumerate(LOWER_BODY.segments)}
    # s = R(theta)^T (0, g) = g (sin theta, cos theta)
    return {segment: float(np.arctan2(*force.mean(0))) for segment, force in forces.items() if len(force)}


def _known(force: Array) -> Array:
    return force[np.isfinite(force).all(1)]


def _flight(near: Array, rate_hz: float) -> float:
    force = _known(near[:, 0, :2])
    if not len(force):
        return float("nan")
    smooth = moving_mean(force, max(1, round(0.05 * rate_hz)), beyond="nearest")
    return float(np.quantile(np.linalg.norm(smooth, axis=1), 0.05))

"""Quiet standing in closed form: posture from gravity, no speed, the body's weight on both feet.

Networks learn movement and do not know a person at rest. There, though, every accelerometer is a level. What it shows is joined
with what is known of standing people, by how certain either is: a sensor may sit some degrees off its segment, and people
differ. Feet are flat, knees nearly straight and both legs much alike. How the feet share the weight no sensor shows: half and
half, with a wide band.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kinertia.estimation.estimate import Activity, Bands, Estimate
from kinertia.estimation.series import SIDES, Series
from kinertia.numerics.signals import moving_mean
from kinertia.recording import GRAVITY, LOWER_BODY, Array, Recording, Sensor, SensorSet, Subject
from kinertia.recording.gaps import runs
from kinertia.sensing.alignment import by_standing

MASS = {"trunk": 0.678, "femur": 0.100, "tibia": 0.0465, "foot": 0.0145}
"""Parts of body mass, of both legs' segments each; those of the body model (Winter)."""
TRUNK_COM = 0.626 * 0.28  # above the hips, of body height
LEG_COM = 0.433  # from the upper joint, of the segment's length
JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")
PARTS = ("femur", "tibia", "foot")
LEVEL_S = 1.0  # specific force is averaged over so long: sway is slower, noise faster
BLEND_S = 0.25  # time from what the model says to standing, and back
MISALIGNMENT_RAD = np.deg2rad(6.0)  # of a sensor against its segment where nothing is stated; standard deviation
UPRIGHT_DEG = np.array([-1.0, -1.0, -4.0, 0.0, -1.0, -4.0, 0.0])
"""Mean inclinations of standing people, in the order of the segments: shanks lean forward, so that the weight is 4 to 5 cm in
front of the ankles (Winter 1995, Gait & Posture 3, 193-214), and knees are not quite straight."""
SPREAD_DEG = np.array([5.0, 4.0, 3.5, 2.0, 4.0, 3.5, 2.0])
"""Their standard deviation between people; that of the knees is then 5 degrees, of feet how flat they are."""
ALIKE = 0.6  # correlation of the left with the right leg
MOSTLY = 0.5  # part of a recording without gait that has to be standing for it to have the bands of standing
WITHIN = {0.9: 1.645}  # standard deviations on either side of the mean that hold a part of a normal distribution
SHARE_SD = 0.1  # of the part of the weight on one foot, about a half: people shift it
MOMENT_SD_M = 0.012  # of joint moments over body weight: half of it acts 2 cm off, or a tenth of it more or less 6 cm away
FORWARD_SD_BW = 0.01  # of the forward force on a foot
SPEED_SD = 0.01  # people sway by some millimetres a second [m/s]


@dataclass(frozen=True)
class Level:
    """What sensors and experience say of the inclinations of the S segments of :data:`~kinertia.recording.LOWER_BODY`."""

    gain: Array  # (S, S) change of the inclinations with what sensors read; columns of zeros where there is no sensor
    base: Array  # (S,) inclinations when every sensor reads zero [rad]
    covariance: Array  # (S, S) of the errors [rad^2]

    @classmethod
    def of(cls, sensors: tuple[Sensor, ...], seen: NDArray[np.bool_]) -> Level:
        """For sensors on the segments that are ``seen`` (S,).

        Those aligned by standing read the change of posture since then; that posture itself is only known from experience.
        """
        stated = {sensor.segment: sensor.misalignment_rad for sensor in reversed(sensors)}
        error = np.array([stated.get(segment) or MISALIGNMENT_RAD for segment in LOWER_BODY.segments])
        mean, spread = np.deg2rad(UPRIGHT_DEG), np.deg2rad(SPREAD_DEG)
        right, left = np.arange(1, 1 + len(PARTS)), np.arange(1 + len(PARTS), 1 + 2 * len(PARTS))
        alike = np.eye(len(LOWER_BODY))
        alike[right, left] = alike[left, right] = ALIKE
        prior = alike * np.outer(spread, spread)
        if by_standing(sensors):
            return cls(np.diag(seen.astype(np.float64)), mean, prior)
        on = np.flatnonzero(seen)
        # x = m + P H^T (H P H^T + R)^-1 (y - H m)
        gain = np.zeros((len(LOWER_BODY), len(LOWER_BODY)))
        gain[:, on] = np.linalg.solve(prior[np.ix_(on, on)] + np.diag(error[on] ** 2), prior[on]).T
        return cls(gain, mean - gain @ mean, prior - gain[:, on] @ prior[on])

    def inclinations(self, force: Array) -> Array:
        """(A, S) inclinations [rad] from (A, S, 2) specific force forward and up, NaN where there is no sensor."""
        # s = R(theta)^T (0, g) = g (sin theta, cos theta)
        read = np.arctan2(force[..., 0], force[..., 1])
        return self.base + np.where(np.isfinite(read), read, 0.0) @ self.gain.T

    def error(self, coordinate: str) -> float:
        """Standard deviation of the pelvis' tilt or a joint angle [rad]; NaN for another coordinate."""
        row = _row(coordinate)
        return float("nan") if row is None else float(np.sqrt(row @ self.covariance @ row))


def _row(coordinate: str) -> Array | None:
    """(S,) factors of the inclinations in a coordinate: distal less proximal segment."""
    row = np.zeros(len(LOWER_BODY))
    if coordinate == "pelvis_tilt":
        row[0] = 1.0
        return row
    joint, _, side = coordinate.rpartition("_")
    if joint not in JOINTS:
        return None
    level = JOINTS.index(joint)
    row[LOWER_BODY.index(f"{PARTS[level]}_{side}")] = 1.0
    row[LOWER_BODY.index(f"{PARTS[level - 1]}_{side}") if level else 0] = -1.0
    return row


def weight(activity: NDArray[np.int8], rate_hz: float) -> Array:
    """(T,) how far standing counts: 1 within standing, falling smoothly to 0 over :data:`BLEND_S` on either side.

    What is told to be standing is still for a little longer than it is told.
    """
    return smooth(1.0 - np.minimum(np.abs(_nearest(activity) - np.arange(len(activity))) / (BLEND_S * rate_hz), 1.0))


def _nearest(activity: NDArray[np.int8]) -> Array:
    """(T,) nearest sample of standing, infinite where there is none."""
    at = np.flatnonzero(activity == Activity.STANDING)
    samples = np.arange(len(activity))
    if not len(at):
        return np.full(len(activity), np.inf)
    after = np.minimum(np.searchsorted(at, samples), len(at) - 1)
    before = np.maximum(after - 1, 0)
    return np.where(np.abs(at[after] - samples) <= np.abs(at[before] - samples), at[after], at[before]).astype(np.float64)


def smooth(part: Array) -> Array:
    """From 0 to 1 without a corner at either end."""
    return part * part * (3.0 - 2.0 * part)


def levelled(signals: Array, activity: NDArray[np.int8], rate_hz: float) -> Array:
    """(T, S, 2) specific force averaged within each stretch of standing [m/s^2], NaN elsewhere and without a sensor.

    ``signals`` : (T, S, 3) channels of :data:`~kinertia.recording.LOWER_BODY`, NaN where missing.
    """
    result = np.full((len(signals), len(LOWER_BODY), 2), np.nan)
    for start, stop in runs(activity == Activity.STANDING):
        force = signals[start:stop, :, :2]
        there = np.isfinite(force)
        known = np.where(there, force, 0.0)
        size = min(max(round(LEVEL_S * rate_hz), 1), stop - start)
        total, count = moving_mean(known, size), moving_mean(there.astype(np.float64), size)
        whole = np.where(there.any(axis=0), known.sum(axis=0) / np.maximum(there.sum(axis=0), 1), np.nan)
        result[start:stop] = np.where(count > 0.5 / size, total / np.maximum(count, 0.5 / size), whole)
    return result


def blend(
    series: Series,
    signals: Array,
    activity: NDArray[np.int8],
    rate_hz: float,
    recording: Recording,
    sensors: SensorSet = LOWER_BODY,
) -> Series:
    """A model's series at ``rate_hz``, with the answer of standing in its place where the person stands.

    ``signals`` (T, S, C) of the set ``sensors`` are what the model read, NaN where missing, ``activity`` (T,) is at the same
    rate; the recording gives the person and how sensors sit.
    """
    part = weight(activity, rate_hz)
    at = np.flatnonzero(part)
    if not len(at):
        return series
    force = levelled(LOWER_BODY.arrange(signals, sensors), activity, rate_hz)[_nearest(activity)[at].astype(int)]
    level = Level.of(recording.sensors, np.asarray(np.isfinite(force).all(axis=2).any(axis=0)))
    sizes = Sizes.of(series, recording.subject.height_m)
    return mix(series, answer(level.inclinations(force), sizes, series, recording.subject, sensors), at, part[at])


def mix(series: Series, other: Series, at: NDArray[np.int_], part: Array) -> Series:
    """``series`` with ``part`` (A,) of another one's A rows at its samples ``at`` (A,)."""

    def mixed(mine: Array, theirs: Array) -> Array:
        result = mine.copy()
        share = part.reshape(-1, *(1 for _ in mine.shape[1:]))
        result[at] = (1.0 - share) * mine[at] + share * theirs
        return result

    names = ("q", "speed", "moments", "residual", "grf", "pressure", "virtual")
    return replace(
        series,
        points={name: mixed(mine, other.points[name]) for name, mine in series.points.items()},
        **{name: mixed(getattr(series, name), getattr(other, name)) for name in names},
    )


def answer(inclination: Array, sizes: Sizes, like: Series, subject: Subject, sensors: SensorSet = LOWER_BODY) -> Series:
    """Standing still with (A, S) inclinations of the segments [rad], see :class:`Level`; coordinates and landmarks as ``like``.

    There is no speed and no residual, half of the weight on either foot below the centre of mass, and the moments that hold the
    body.
    """
    count, body = len(inclination), rest(inclination, sizes)
    weight_n = GRAVITY * subject.mass_kg
    zero = np.zeros(count)
    q = {name: zero if (row := _row(name)) is None else inclination @ row for name in like.names}
    q |= {"pelvis_ty": body.points["hip"][:, 1]}
    virtual = np.zeros((count, *LOWER_BODY.shape))
    virtual[..., 0], virtual[..., 1] = GRAVITY * np.sin(inclination), GRAVITY * np.cos(inclination)
    return Series(
        names=like.names,
        q=np.stack(list(q.values()), axis=1),
        speed=zero,
        moments=np.stack([weight_n * body.moments.get(name, zero) for name in like.joints], axis=1),
        residual=np.zeros((count, 3)),
        grf=np.tile([0.0, 0.5, 0.0, 0.5], (count, 1)),
        pressure=np.stack([0.5 * body.centre] * 2, axis=1),
        virtual=sensors.arrange(virtual, LOWER_BODY),
        points={name: body.points[name] for name in like.points},
    )


def bands(estimate: Estimate, recording: Recording) -> Bands:
    """The model's bands, with those of standing where its person stands; NaN where they do what models do not know."""
    known, does = estimate.bands, estimate.activity
    if does is not None and known.level == 0.0 and not estimate.in_gait.any() and (does == Activity.STANDING).mean() > MOSTLY:
        known = _none_yet(estimate)
    if does is None or known.level not in WITHIN:
        return known
    part, within = weight(does, estimate.rate_hz), WITHIN[known.level]
    unknown = does == Activity.OTHER
    seen = np.array([segment in estimate.sensor_segments for segment in LOWER_BODY.segments])
    level, subject = Level.of(recording.sensors, seen), recording.subject
    moment = MOMENT_SD_M * GRAVITY * subject.mass_kg

    def mixed(values: Array, spread: float) -> Array:
        if not np.isfinite(spread):
            return np.where(unknown, np.nan, values)
        # models have no band in standing: beside it the answer's own reaches as far as the answer does
        beside = np.where(np.isnan(values) & (part > 0.0), within * spread, values)
        result = (1.0 - part) * beside + part * within * spread
        return np.where(unknown, np.nan, result)

    force = {"x": FORWARD_SD_BW, "y": SHARE_SD}
    return replace(
        known,
        coordinates={name: mixed(values, level.error(name)) for name, values in known.coordinates.items()},
        moments={name: mixed(values, moment) for name, values in known.moments.items()},
        grf={name: mixed(values, force[name.split("_")[1]]) for name, values in known.grf.items()},
        speed=None if known.speed is None else mixed(known.speed, SPEED_SD),
    )


def _none_yet(estimate: Estimate) -> Bands:
    """Bands of a recording without gait, of which models have none: to be filled where its person stands."""
    nothing = np.full(estimate.samples, np.nan)
    return Bands(
        next(iter(WITHIN)),
        {name: nothing for name in estimate.coordinates if name not in ("pelvis_tx", "pelvis_ty")},
        dict.fromkeys(estimate.moments, nothing),
        dict.fromkeys(estimate.grf, nothing),
        None if estimate.speed is None else nothing,
        "of standing alone, from how sensors sit and people stand; see docs/activities.md",
    )


@dataclass(frozen=True)
class Sizes:
    """Of a body."""

    height: float  # of the person [m]
    length: dict[str, float]  # ``femur_r``, ``tibia_r``, ... to its length [m].
    sole: dict[str, Array]  # ``heel_r``, ``toe_r``, ... to (2,) place in the foot's axes, from the ankle [m].
    head: float  # top of the head above the hips [m]

    @classmethod
    def of(cls, series: Series, height: float) -> Sizes:
        """Those that the landmarks of a series show, of feet where they stand flattest: soles may roll."""
        point = {name: points[0] for name, points in series.points.items()}
        length, sole = {}, {}
        for side in SIDES:
            length[f"femur_{side}"] = float(np.linalg.norm(point[f"knee_{side}"] - point["hip"]))
            length[f"tibia_{side}"] = float(np.linalg.norm(point[f"ankle_{side}"] - point[f"knee_{side}"]))
            chain = ("pelvis_tilt", *(f"{joint}_{side}" for joint in JOINTS))
            angle = series.q[:, [series.names.index(name) for name in chain]].sum(axis=1)
            flat = int(np.argmin(np.abs(angle)))
            for name in (f"heel_{side}", f"toe_{side}"):
                sole[name] = turned(series.points[name][flat] - series.points[f"ankle_{side}"][flat], -angle[flat])
        return cls(height, length, sole, float(np.linalg.norm(point["head"] - point["hip"])))


@dataclass(frozen=True)
class Rest:
    """A body at rest, the weight half on either foot."""

    points: dict[str, Array]  # landmark to (A, 2), relative to the hips along x and above the ground [m]
    centre: Array  # (A,) forward place of the centre of mass likewise [m], above which the ground's reaction acts
    moments: dict[str, Array]  # joint to (A,) net moment over body weight [m]


def rest(inclination: Array, sizes: Sizes) -> Rest:
    """A body at rest with (A, S) inclinations of the segments of :data:`~kinertia.recording.LOWER_BODY` [rad]."""
    angle: dict[str, Array] = dict(zip(LOWER_BODY.segments, inclination.T, strict=True))
    points = {"hip": np.zeros((len(inclination), 2)), "head": turned(np.array([0.0, sizes.head]), angle["pelvis"])}
    middle = {"trunk": turned(np.array([0.0, TRUNK_COM * sizes.height]), angle["pelvis"])}
    for side in SIDES:
        upper = points["hip"]
        for part, joint in (("femur", "knee"), ("tibia", "ankle")):
            name = f"{part}_{side}"
            bone = turned(np.array([0.0, -sizes.length[name]]), angle[name])
            middle[name] = upper + LEG_COM * bone
            points[f"{joint}_{side}"] = upper = upper + bone
        for name in (f"heel_{side}", f"toe_{side}"):
            points[name] = upper + turned(sizes.sole[name], angle[f"foot_{side}"])
        middle[f"foot_{side}"] = 0.5 * (points[f"heel_{side}"] + points[f"toe_{side}"])
    centre = sum((MASS[name.partition("_")[0]] * point[:, 0] for name, point in middle.items()), np.zeros(len(inclination)))
    moments = {}
    for side in SIDES:
        for level, joint in enumerate(JOINTS):
            at = points[("hip", f"knee_{side}", f"ankle_{side}")[level]][:, 0]
            hanging = sum(MASS[part] * (middle[f"{part}_{side}"][:, 0] - at) for part in PARTS[level:])
            # M + (c - a) W / 2 - sum (c_i - a) m_i g = 0
            moments[f"{joint}_{side}"] = hanging - 0.5 * (centre - at)
    # the soles are on the ground, in the mean
    ground = np.mean([points[name][:, 1] for name in sizes.sole], axis=0)
    raised = np.stack([np.zeros_like(ground), -ground], axis=1)
    return Rest({name: point + raised for name, point in points.items()}, centre, moments)


def turned(vector: Array, angle: Array | float) -> Array:
    """(..., 2) a vector (2,) turned by angles (...) [rad], counter-clockwise."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack([cos * vector[0] - sin * vector[1], sin * vector[0] + cos * vector[1]], axis=-1)

"""Sensor-to-segment alignment: how each sensor sits on its segment, found from standing and walking alone.

Segment frames have x forward, y up along the segment, z right. In quiet standing the segments are taken as vertical (foot flat,
pelvis as worn), so the mean specific force is y. Walking gives z, the mediolateral axis
(:mod:`kinertia.sensing.sensor_axes`), made to point right by facts of gait (:mod:`kinertia.sensing.direction`). Without
standing, y comes from gravity over whole strides and is less certain (:mod:`kinertia.sensing.sensor_axes`).

Only acceleration, angular rate and the segment names are read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinertia.recording import GRAVITY, LOWER_BODY, Array, Frame, Recording, Sensor, gaps, selection
from kinertia.recording.standing import standing_periods
from kinertia.sensing import direction, gait_phase, sensor_axes
from kinertia.sensing.direction import LASTING, Walk

STANDING_MARGIN_S = 0.5  # cut from either end of standing: the body already leans before the first step
MIN_STRIDES = 2
PERIODIC_REPEATS = 3
STANDING_UNCERTAINTY_DEG = 3.0  # standing people do not hold their segments exactly vertical
STRIDE_UNCERTAINTY_DEG = {"walking": 6.0, "running": 12.0}
"""People differ in the mean inclination of their segments over a stride, runners more so as they lean."""
MIN_SHARE = 0.75  # below it a warning asks whether the sensor is fixed firmly
MIN_MARGIN = 0.2  # below it a warning says that forward and backward are not clear


@dataclass(frozen=True)
class Quality:
    """How far one sensor's alignment can be trusted."""

    axis_share: float  # part of the power across "up" that the mediolateral axis explains, 0.5 (none) to 1
    # how far the principal axis of the angular rate in space leaves the horizontal [deg]; large where the sensor turns about
    # the segment's long axis (thigh); NaN for the pelvis
    off_horizontal_deg: float
    sway_rad_s: float  # root mean square of the angular rate less bias in standing [rad/s]; NaN without standing
    up_uncertainty_deg: float  # expected error of the zero angle [deg]
    direction_margin: float  # how clearly forward was told from backward, 0 (not at all) to about 2

    @property
    def score(self) -> float:
        """One figure, 0 (useless) to 1: share of power on the axis, clarity of direction, certainty of the zero angle."""
        clear = min(1.0, self.direction_margin / (2.0 * MIN_MARGIN))
        return (2.0 * self.axis_share - 1.0) * clear * min(1.0, STANDING_UNCERTAINTY_DEG / self.up_uncertainty_deg)


@dataclass(frozen=True)
class Alignment:
    """How K sensors sit on their segments."""

    segments: tuple[str, ...]  # K segment names, in the order of the aligned recording's sensors
    rotation: Array  # (K, 3, 3) sensor to segment axes: v_segment = rotation @ v_sensor
    gyro_bias: Array  # (K, 3) in sensor axes [rad/s]
    quality: tuple[Quality, ...] = ()  # K figures; empty when the recording was in segment frames already
    standing: tuple[int, int] | None = None  # samples (start, stop) used for standing, None when there was none
    warnings: tuple[str, ...] = ()  # what a user should know


def align(recording: Recording) -> tuple[Recording, Alignment]:
    """Bring continuous walking in sensor frames, best with a second or more of quiet standing, to segment frames.

    Any subset of the sensors may be mounted in any orientation; missing samples stay missing. Gives the recording with
    gyroscope bias removed and sensors on :data:`~kinertia.recording.LOWER_BODY` only (others cannot be aligned and are left out
    with a warning), and the alignment; a recording in segment frames is returned as it is. RecordingError: no usable sensor, or
    no two strides of walking to find the mediolateral axis from.
    """
    if recording.frame is Frame.SEGMENT:
        count = len(recording.sensors)
        names = tuple(sensor.segment for sensor in recording.sensors)
        return recording, Alignment(names, np.tile(np.eye(3), (count, 1, 1)), np.zeros((count, 3)))
    chosen, warnings = _usable(recording)
    names = tuple(sensor.segment for sensor in chosen.sensors)
    acc, gyro, available = gait_phase.bridged(chosen.acc), gait_phase.bridged(chosen.gyro), gait_phase.available(chosen)
    if chosen.periodic:
        acc, gyro, available = (np.tile(x, (PERIODIC_REPEATS, *[1] * (x.ndim - 1))) for x in (acc, gyro, available))
    standing = _standing(chosen, available)
    if standing is not None and not (there := available[slice(*standing)].all(axis=0)).all():
        return _without(recording, chosen.sensors[int(np.argmin(there))], "it does not live while the person stands")
    if standing is None:
        bias, up, walking, stride = _from_strides(acc, gyro, available, names, chosen)
    else:
        bias, up = gyro[slice(*standing)].mean(axis=0), acc[slice(*standing)].mean(axis=0)
        warnings.extend(_check_gravity(up, chosen))
        up = up / np.linalg.norm(up, axis=-1, keepdims=True)
        walking, stride = _walking(gyro - bias, up, available, chosen)
    rates = gyro - bias
    longest = gait_phase.longest(walking & available.all(axis=1), chosen.rate_hz)
    if longest.stop - longest.start < MIN_STRIDES * stride:
        worst = chosen.sensors[int(np.argmin((walking[:, None] & available).sum(axis=0)))]
        return _without(recording, worst, "it lives through too little of the walk to be aligned")

    axes = [
        sensor_axes.by_symmetry(acc[longest, k], rates[longest, k], up[k], max(1, stride // 2))
        if name == "pelvis"
        else sensor_axes.principal(rates[walking & available[:, k], k], up[k])
        for k, name in enumerate(names)
    ]
    z = np.stack([axis.direction for axis in axes])
    z = z - (z * up).sum(axis=-1, keepdims=True) * up
    z = z / np.linalg.norm(z, axis=-1, keepdims=True)
    frames: Array = np.asarray(np.stack([np.cross(up, z), up, z], axis=1), dtype=np.float64)  # (K, 3, 3) rows x = y x z, y, z
    running = sensor_axes.is_running(acc[longest, _uppermost(names)], chosen.rate_hz)
    file = chosen.source or chosen.name
    sign, margin = direction.signs(Walk(names, frames, acc, rates, walking, available, stride, chosen.rate_hz, running, file))
    # turning z about y turns x too
    frames = frames * np.stack([sign, np.ones_like(sign), sign], axis=-1)[:, :, None]
    uncertainty = STANDING_UNCERTAINTY_DEG
    if standing is None:
        uncertainty = STRIDE_UNCERTAINTY_DEG["running" if running else "walking"]
        warnings.append(
            "no quiet standing found: zero angles rest on gravity over whole strides and population means, "
            f"uncertain by about {uncertainty:.0f} deg; start the recording with two seconds of standing"
        )
        mean = sensor_axes.MEAN_INCLINATION["running" if running else "walking"]
        frames = sensor_axes.bends(np.array([mean.get(name.split("_")[0], 0.0) for name in names])) @ frames

    sensors = tuple(replace(sensor, misalignment_rad=np.deg2rad(uncertainty)) for sensor in chosen.sensors)
    turned = [np.einsum("kij,tkj->tki", frames, signal) for signal in (chosen.acc, chosen.gyro - bias)]
    aligned = chosen.with_signals(*turned, frame=Frame.SEGMENT, sensors=sensors)
    still = rates[slice(*standing)] if standing else np.full_like(rates[:1], np.nan)
    sway = np.sqrt((still**2).sum(axis=-1).mean(axis=0)).tolist()
    quality = tuple(
        Quality(axis.share, axis.off_horizontal_deg, sway[k], uncertainty, float(margin[k])) for k, axis in enumerate(axes)
    )
    warnings.extend(_remarks(aligned, quality))
    return aligned.with_warnings(*warnings), Alignment(names, frames, bias, quality, standing, tuple(warnings))


def to_segments(recording: Recording) -> Recording:
    """The recording without its truth, in segment frames, short gaps filled; findings are added to its warnings.

    RecordingError: a recording in sensor frames cannot be aligned.
    """
    blind = recording.without_truth()
    if blind.frame is not Frame.SEGMENT:
        blind, _ = align(blind)
    absent = [segment for segment in LOWER_BODY.segments if blind.sensor_index(segment) is None]
    remark = (
        f"no sensor on {', '.join(absent)}: movement there follows from the other sensors and the equations of motion alone"
    )
    if absent and remark not in blind.warnings:
        blind = blind.with_warnings(remark)
    return gaps.fill(blind)


def by_standing(sensors: tuple[Sensor, ...]) -> bool:
    """Whether sensors were aligned by quiet standing, as their stated error shows: they read zero in the posture held then."""
    return bool(sensors) and all(s.misalignment_rad == np.deg2rad(STANDING_UNCERTAINTY_DEG) for s in sensors)


def _usable(recording: Recording) -> tuple[Recording, list[str]]:
    """Sensors on known segments that have both signals, and warnings about the others."""
    warnings: list[str] = []
    known = [k for k, sensor in enumerate(recording.sensors) if sensor.segment in LOWER_BODY.segments]
    elsewhere = [f"{s.name} ({s.segment})" for k, s in enumerate(recording.sensors) if k not in known]
    if elsewhere:
        warnings.append(f"not used, on segments that the model does not have: {', '.join(elsewhere)}")
    silent = [k for k in known if np.isnan(recording.gyro[:, k]).all() or np.isnan(recording.acc[:, k]).all()]
    warnings += [
        f"sensor {recording.sensors[k].name} on {recording.sensors[k].segment} is not used: "
        "it lacks acceleration or angular rate"
        for k in silent
    ]
    keep = [k for k in known if k not in silent]
    if not keep:
        fix = f"name the segments ({', '.join(LOWER_BODY.segments)}) in a placement file and record the gyroscopes"
        raise recording.error("no sensor can be aligned: none is on a known segment with acceleration and angular rate", fix)
    return selection.take(recording, keep), warnings


def _without(recording: Recording, sensor: Sensor, why: str) -> tuple[Recording, Alignment]:
    """The alignment without one sensor."""
    kept = [segment for segment in LOWER_BODY.segments if segment != sensor.segment]
    remark = f"sensor {sensor.name} on {sensor.segment} is not used: {why}"
    return align(selection.keep(recording, kept).with_warnings(remark))


def _standing(recording: Recording, available: np.ndarray) -> tuple[int, int] | None:
    """Longest quiet standing without its ends, of that in which all sensors live that last; at least half a second is left."""
    lasting = available.mean(axis=0) >= LASTING
    margin = round(STANDING_MARGIN_S * recording.rate_hz)
    periods = [(start + margin, stop - margin) for start, stop in standing_periods(recording, min_s=3 * STANDING_MARGIN_S)]
    whole = [period for period in periods if available[slice(*period)].all()]
    enough = whole or [period for period in periods if available[slice(*period)][:, lasting].all() and lasting.any()]
    return max(enough, key=lambda period: period[1] - period[0], default=None)


def _walking(rates: Array, up: Array, available: np.ndarray, recording: Recording) -> tuple[np.ndarray, int]:
    """(T,) samples of walking straight ahead, and the stride in samples."""
    if recording.periodic:
        return np.ones(len(rates), dtype=bool), recording.samples
    available_rates = np.where(available[..., None], rates, np.nan)
    moving = gait_phase.moving(available_rates, recording.rate_hz)
    walking = moving & gait_phase.straight(available_rates, up, recording.rate_hz)
    longest = gait_phase.longest(walking, recording.rate_hz)
    most = available[longest].sum(axis=0) >= LASTING * (longest.stop - longest.start)
    stride = gait_phase.stride_samples(rates[longest][:, most], recording.rate_hz) if walking.any() and most.any() else None
    if stride is None or longest.stop - longest.start < MIN_STRIDES * stride:
        what = f"no {MIN_STRIDES} strides of straight walking in a row found, so the mediolateral axes are unknown"
        raise recording.error(what, "let the person walk straight ahead for a few strides in the same recording")
    return walking, stride


def _from_strides(
    acc: Array, gyro: Array, available: np.ndarray, names: tuple[str, ...], recording: Recording
) -> tuple[Array, Array, np.ndarray, int]:
    """Bias, up, walking samples and stride of a recording without standing."""
    # First guesses that are good enough to find straight walking: no bias, mean specific force as up.
    guess = np.stack([acc[available[:, k], k].mean(axis=0) for k in range(len(names))])
    walking, stride = _walking(gyro, guess / np.linalg.norm(guess, axis=-1, keepdims=True), available, recording)
    longest = gait_phase.longest(walking & available.all(axis=1), recording.rate_hz)
    if longest.stop - longest.start < MIN_STRIDES * stride:
        return np.zeros_like(guess), guess, walking, stride  # too little to say anything, which is then found
    whole = slice(longest.start, longest.start + (longest.stop - longest.start) // stride * stride)
    # Over whole strides straight ahead a segment comes back to where it was: the mean rate is bias.
    bias = gyro[whole].mean(axis=0)
    return bias, _walking_up(acc[whole], gyro[whole] - bias, names, stride, recording.rate_hz), walking, stride


def _walking_up(acc: Array, rates: Array, names: tuple[str, ...], stride: int, rate_hz: float) -> Array:
    """(K, 3) mean up over whole strides in sensor axes; for the feet of a walker, up while they rest."""
    rests = not sensor_axes.is_running(acc[:, _uppermost(names)], rate_hz)
    resting = [rests and name.startswith("foot") for name in names]
    ups = [sensor_axes.over_strides(acc[:, k], rates[:, k], stride, rate_hz, at_rest=r) for k, r in enumerate(resting)]
    return np.stack(ups)


def _uppermost(names: tuple[str, ...]) -> int:
    """Index of the sensor nearest the body's centre."""
    return min(range(len(names)), key=lambda k: ("pelvis", "femur", "tibia", "foot").index(names[k].split("_")[0]))


def _check_gravity(force: Array, recording: Recording) -> list[str]:
    size = np.linalg.norm(force, axis=-1)
    return [
        f"sensor {sensor.name} on {sensor.segment} reads {size[k]:.2f} m/s^2 in standing instead of {GRAVITY:.2f}: "
        "check the unit and calibration of its accelerometer"
        for k, sensor in enumerate(recording.sensors)
        if abs(size[k] - GRAVITY) > 0.05 * GRAVITY
    ]


def _remarks(recording: Recording, quality: tuple[Quality, ...]) -> list[str]:
    remarks = []
    for sensor, figures in zip(recording.sensors, quality, strict=True):
        where = f"sensor {sensor.name} on {sensor.segment}"
        if sensor.segment != "pelvis" and figures.axis_share < MIN_SHARE:
            remarks.append(
                f"{where}: only {100 * figures.axis_share:.0f} % of its rotation is about one axis; is it fixed firmly?"
            )
        if figures.direction_margin < MIN_MARGIN:
            remarks.append(f"{where}: forward and backward could hardly be told apart; check the direction of its curves")
    return remarks

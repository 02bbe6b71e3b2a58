"""A motion to start from: segment angles straight from the sensors, the rest from the shape of the body.

It need not obey the equations of motion. Any subset of sensors will do: what no sensor shows is taken from the other leg, half
a stride later, or else from a rest pose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from kinertia.bodies import Body
from kinertia.estimation.estimate import Estimate
from kinertia.learning.sequence import Sequence
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics import sole
from kinertia.numerics import spline
from kinertia.numerics.signals import butterworth, filter_both_ways
from kinertia.ocp.layout import Layout
from kinertia.recording import LOWER_BODY, Array, Recording
from kinertia.sensing import contact_events, orientation, strapdown
from kinertia.sensing.sensor_axes import is_running

WALKING_M_S, RUNNING_M_S = 1.3, 3.0  # speeds to start from where no gyroscope on a leg shows one
REST_RAD = {"femur": 0.1, "tibia": -0.2, "foot": 0.0}
"""Inclination of a segment against the one above it where no sensor shows it."""
MARGIN_RAD = 0.02  # joints start at least this far inside their ranges
HIP_CUTOFF_HZ = 3.0
HIP_HARMONICS = 4
SOLE_M = 0.02
"""Height of a contact point at which its share of the weight has fallen to a third."""
LEAST_SHARE = 1e-3  # shares of the weight are not scaled up beyond this: far above the ground nothing carries it
SHORTEST_S = 0.5  # continuous recordings shorter than this are too short for an orientation filter


@dataclass(frozen=True)
class Start:
    """A motion at the nodes."""

    q: Array  # (N, n) coordinates [m, rad]; pelvis_tx is what is left after travel at ``speed``
    force_bw: Array  # (N, P, 2) ground reaction at the contact points [BW]
    speed: float  # forward speed [m/s]

    def unknowns(self, layout: Layout) -> Array:
        """(size,) of a problem's layout: no moments, sensors and body as stated."""
        coefficients = spline.basis_coefficients(self.q, periodic=layout.periodic)
        return layout.join({"q": coefficients, "force": self.force_bw, "speed": self.speed})


def of(recording: Recording, sequence: Sequence, guess: Estimate | None = None) -> Start:
    """Start from the signals, and from another method's angles and speed where there is an estimate and as far as it has them.

    Parameters
    ----------
    recording : in segment frames, its samples are the nodes.
    sequence : the same at the nodes.
    guess : at any rate, from the same first sample on.
    """
    body = sequence.body.to(torch.float64)
    start = from_signals(recording, body, float(sequence.speed_hint))
    if guess is None:
        return start
    q = start.q.copy()
    for name, curve in guess.coordinates.items():
        if name in body.skeleton.coordinate_names and name not in ("pelvis_tx", "pelvis_ty"):
            q[:, body.skeleton.coordinate_index(name)] = np.interp(recording.time_s, guess.time_s - guess.begin_s, curve)
    return _standing_on_ground(recording, body, q, start.speed if guess.speed is None else float(np.nanmean(guess.speed)))


def from_signals(recording: Recording, body: Body, speed_hint: float) -> Start:
    """Start from the signals alone.

    Parameters
    ----------
    recording : in segment frames, its samples are the nodes; any sensors, gaps allowed.
    body : the stated body, float64.
    speed_hint : rough forward speed [m/s], NaN when unknown.
    """
    whole = _bridge(recording)
    angle = _inclinations(whole)
    skeleton = body.skeleton
    q = np.zeros((recording.samples, len(skeleton.coordinates)))
    q[:, skeleton.coordinate_index("pelvis_tilt")] = angle["pelvis"]
    for side in "rl":
        above = "pelvis"
        for joint, part in (("hip_flexion", "femur"), ("knee_angle", "tibia"), ("ankle_angle", "foot")):
            below = f"{part}_{side}"
            q[:, skeleton.coordinate_index(f"{joint}_{side}")] = angle[below] - angle[above]
            above = below
    if not np.isfinite(speed_hint):
        # pelvis and thighs show flight
        upper = [i for i, sensor in enumerate(whole.sensors) if sensor.segment.partition("_")[0] in ("pelvis", "femur")]
        speed_hint = RUNNING_M_S if any(is_running(whole.acc[:, i], whole.rate_hz) for i in upper) else WALKING_M_S
    return _standing_on_ground(recording, body, q, speed_hint)


def _bridge(recording: Recording) -> Recording:
    """Gaps filled along straight lines; a sensor that has no signal at all of one kind is left out."""

    def complete(signal: Array) -> Array:
        out = signal.copy()
        for column in out.reshape(len(out), -1).T:
            known = np.flatnonzero(np.isfinite(column))
            if known.size:
                column[:] = np.interp(np.arange(len(column)), known, column[known])
        return out

    acc, gyro = complete(recording.acc), complete(recording.gyro)
    usable = [k for k in range(len(recording.sensors)) if np.isfinite(acc[:, k]).all() and np.isfinite(gyro[:, k]).all()]
    return recording.with_signals(acc[:, usable], gyro[:, usable], sensors=tuple(recording.sensors[k] for k in usable))


def _inclinations(recording: Recording) -> dict[str, Array]:
    """(T,) inclination of every segment [rad]."""
    closed_form = (
        strapdown.segment_angle if recording.periodic or recording.duration_s < SHORTEST_S else orientation.inclination
    )
    result = {s: closed_form(recording, s) for s in LOWER_BODY.segments if recording.sensor_index(s) is not None}
    half = _half_stride(recording) if result else None
    angle = {"pelvis": result.get("pelvis", np.zeros(recording.samples))}
    for side, other in ("rl", "lr"):
        seen = {part: result.get(f"{part}_{side}") for part in REST_RAD}
        if half is not None and all(values is None for values in seen.values()):
            across = {part: result.get(f"{part}_{other}") for part in REST_RAD}
            seen = {part: None if values is None else np.roll(values, half) for part, values in across.items()}
        angle |= {f"{part}_{side}": values for part, values in _leg(seen, angle["pelvis"]).items()}
    return angle


def _leg(seen: dict[str, Array | None], pelvis: Array) -> dict[str, Array]:
    """Inclinations of a leg's segments; missing ones from the next segment that is known, below it first."""
    parts = list(REST_RAD)
    out: dict[str, Array] = {}
    for i, part in enumerate(parts):
        values = seen[part]
        if values is None:
            fall = 0.0
            for below in parts[i + 1 :]:
                fall += REST_RAD[below]
                known = seen[below]
                if known is not None:
                    values = known - fall
                    break
        if values is None:
            values = (out[parts[i - 1]] if i else pelvis) + REST_RAD[part]
        out[part] = values
    return out


def _half_stride(recording: Recording) -> int | None:
    """Samples of half a stride; None where no strides are found."""
    if recording.periodic:
        return round(0.5 * recording.samples)
    strides = [
        np.median(np.diff(at)) for name, at in contact_events.locate(recording).items() if "strike" in name and len(at) > 1
    ]
    return round(0.5 * float(np.median(strides))) if strides else None


def _standing_on_ground(recording: Recording, body: Body, q: Array, speed: float) -> Start:
    """Joints inside their ranges, hips as high as the lower foot wants, weight on the points near the ground."""
    q = q.copy()
    low, high = body.coordinate_min.numpy(), body.coordinate_max.numpy()
    joints = body.skeleton.joints
    q[:, joints] = np.clip(q[:, joints], (low + MARGIN_RAD)[joints], (high - MARGIN_RAD)[joints])
    q[:, :2] = 0.0
    positions, still = torch.tensor(q), torch.zeros(q.shape, dtype=torch.float64)
    below = sole.touch(body, kin.forward(body, positions, still, still)).position[..., 1].numpy()
    q[:, 1] = _smooth(-below.min(axis=1), recording)
    height = np.maximum(below + q[:, 1:2], 0.0)
    share = np.exp(-height / SOLE_M)
    force = np.zeros((*height.shape, 2))
    force[..., 1] = share / np.maximum(share.sum(axis=1, keepdims=True), LEAST_SHARE)
    return Start(q, force, speed)


def _smooth(height: Array, recording: Recording) -> Array:
    """Height of the hips without the corners where the feet take turns."""
    if recording.periodic:
        spectrum = np.fft.rfft(height)
        spectrum[HIP_HARMONICS + 1 :] = 0.0
        return np.fft.irfft(spectrum, len(height))
    beyond = min(len(height) - 1, round(recording.rate_hz))
    return filter_both_ways(butterworth(2, HIP_CUTOFF_HZ, recording.rate_hz), height, beyond=beyond)

"""Heel strike and toe off from the gyroscopes of feet and shanks, walking and running, without labels.

Per leg: each forward swing is a hump of the shank's angular rate. After it the foot's rate falls through zero to the slap that
follows contact; before it the foot turns toes-down fastest at push-off. Choice of the candidates: Aminian et al., J Biomech
2002 (shank, walking) and Falbriard et al., Front Physiol 2018 (foot, running). The fractions below were set on virtual sensors
moved by recorded walking and running with known ground reaction; there the events lie within 35 ms of a 5 % body weight
threshold.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from kinertia.numerics.signals import butterworth, filter_both_ways, find_peaks
from kinertia.recording import Array, Recording
from kinertia.recording.errors import RecordingError
from kinertia.sensing import sagittal

SWING_CUTOFF_HZ = 3.0  # of the rate in which forward swings are looked for
EVENT_CUTOFF_HZ = 15.0  # of the rate in which slap and push-off are
MIN_SWING_RATE = 1.0  # slowest forward swing taken for a step [rad/s]
MIN_STRIDE_S = 0.4  # swings of a leg are no closer
SLAP_WINDOW = 0.12  # longest time from the end of the swing to the foot's fastest slap [stride]
EARLY_STANCE = 0.15  # push-off is looked for from this time after heel strike on [stride]
RELEASE = 2.0 / 3.0  # at toe off the foot's rate has fallen below this part of its push-off peak
PUSH_OFF = 0.6  # push-off is at least this part of the foot's fastest toes-down rate before the swing
_REPEATS = 3  # of a cycle, so that filters have no ends
RUNNING_DUTY_FACTOR = 0.5  # by definition: in running both feet are off the ground at times


def detect(recording: Recording) -> dict[str, np.ndarray]:
    """``heel_strike_r``, ``toe_off_r``, ``heel_strike_l``, ``toe_off_l`` to increasing sample indices.

    ``recording`` is in segment frames, one periodic gait cycle or continuous; a leg without a gyroscope on foot and shank is
    left out. RecordingError: signals not in segment frames, or a sample missing.
    """
    events = locate(recording)
    last = recording.samples
    if recording.periodic:
        return {name: np.sort(np.round(at).astype(int) % last) for name, at in events.items()}
    return {name: np.clip(np.round(at).astype(int), 0, last - 1) for name, at in events.items()}


def locate(recording: Recording) -> dict[str, Array]:
    """As :func:`detect`, with fractions of a sample."""
    events: dict[str, Array] = {}
    for side in "rl":
        segments = [s for s in (f"tibia_{side}", f"foot_{side}") if sagittal.has_gyro(recording, s)]
        if not segments:
            continue
        # one sensor serves for both where the other is missing
        shank, foot = (sagittal.angular_rate(recording, segment) for segment in (segments[0], segments[-1]))
        shank, foot = _smooth(shank, SWING_CUTOFF_HZ, recording), _smooth(foot, EVENT_CUTOFF_HZ, recording)
        strikes, lifts = _leg_events(shank, foot, recording)
        if recording.periodic:
            # of the tiled cycles, those events that fall in the middle one
            n = recording.samples
            strikes, lifts = (np.sort(at[(at >= n) & (at < 2 * n)] - n) for at in (strikes, lifts))
        events[f"heel_strike_{side}"], events[f"toe_off_{side}"] = strikes, lifts
    return events


def duty_factor(recording: Recording, events: dict[str, Array]) -> float:
    """Part of the stride with a foot on the ground, median over strides, from the result of :func:`locate`.

    RecordingError: no stride with both a heel strike and a toe off.
    """
    stances: list[float] = []
    for side in "rl":
        strikes, lifts = events.get(f"heel_strike_{side}", np.empty(0)), events.get(f"toe_off_{side}", np.empty(0))
        if recording.periodic and strikes.size == 1 and lifts.size == 1:
            stances.append(float((lifts[0] - strikes[0]) / recording.samples % 1.0))
        elif not recording.periodic:
            for begin, end in pairwise(strikes):
                inside = lifts[(lifts > begin) & (lifts < end)]
                stances.extend((inside[:1] - begin) / (end - begin))
    if not stances:
        fix = "record steady walking or running with a sensor on a foot or shank"
        raise recording.error("no complete stride found from the gyroscopes of feet and shanks", fix)
    return float(np.median(stances))


def runs(recording: Recording) -> bool | None:
    """Whether a steady recording shows running; None where no strides are found, so that it cannot be said."""
    try:
        return duty_factor(recording, locate(recording)) < RUNNING_DUTY_FACTOR
    except RecordingError:
        return None


def _smooth(rate: Array, cutoff_hz: float, recording: Recording) -> Array:
    """Low-passed rate; of a cycle, its repetitions."""
    tiled = np.tile(rate, _REPEATS + 2) if recording.periodic else rate
    low = filter_both_ways(butterworth(2, min(cutoff_hz, 0.4 * recording.rate_hz), recording.rate_hz), tiled)
    return low[recording.samples : -recording.samples] if recording.periodic else low


def _leg_events(shank: Array, foot: Array, recording: Recording) -> tuple[Array, Array]:
    """Strikes and lifts from the rate whose humps are the forward swings, and from that which shows slap and push-off."""
    height = max(MIN_SWING_RATE, 0.4 * float(np.quantile(shank, 0.98)))
    swings = find_peaks(shank, height=height, distance=max(1, round(MIN_STRIDE_S * recording.rate_hz)))
    if recording.periodic:
        stride = float(recording.samples)
    else:
        stride = float(np.median(np.diff(swings))) if swings.size > 1 else recording.rate_hz
    strikes: list[float] = []
    lifts: list[float] = []
    for swing in swings:
        known = bool(strikes) and swing - strikes[-1] < 1.2 * stride
        earliest = strikes[-1] + EARLY_STANCE * stride if known else swing - 0.6 * stride
        lifts.extend(_toe_off(foot, max(0, int(earliest)), int(swing)))
        strikes.extend(_heel_strike(foot, int(swing), stride))
    return np.array(strikes), np.array(lifts)


def _heel_strike(rate: Array, swing: int, stride: float) -> list[float]:
    """Midway between the end of the forward rotation and the fastest slap.

    Smoothing widens the fall from one to the other alike on both sides, so the middle stays where contact is.
    """
    after = rate[swing : swing + int(0.5 * stride)]
    down = np.flatnonzero((after[:-1] > 0) & (after[1:] <= 0))
    if not down.size:
        return []
    end = swing + int(down[0])
    slap = rate[end : end + 2 + int(SLAP_WINDOW * stride)]
    if slap.size < 3:
        return []
    zero = end + rate[end] / (rate[end] - rate[end + 1])
    return [0.5 * (zero + end + float(np.argmin(slap)))]


def _toe_off(rate: Array, earliest: int, swing: int) -> list[float]:
    """First instant after push-off at which the foot turns toes-down at less than 2/3 of its push-off peak.

    Runners flick the heel up early in swing, so a second peak may follow.
    """
    before = rate[earliest : swing + 1]
    if not before.size:  # two swings within one stance: no gait
        return []
    peak = np.minimum.accumulate(before)
    released = (before > RELEASE * peak) & (peak < PUSH_OFF * peak[-1])
    if peak[-1] >= 0 or not released.any():
        return []
    k = int(np.argmax(released))
    level = RELEASE * peak[k]
    return [earliest + k - (before[k] - level) / (before[k] - before[k - 1])]

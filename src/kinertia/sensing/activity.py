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
from kinertia.numerics.moving_mean import moving_mean
from kinertia.recording import SEGMENTS, Array, Recording
from kinertia.recording.gaps import runs
from kinertia.recording.sagittal import sagittal

GRAVITY = 9.81
EVERY_S = 0.1
"""Time from one judgement to the next."""
NEAR_S = 1.2
"""About a stride: what is judged around a sample [s]."""
FAR_S = 4.0
"""Strides are looked for over so long [s]."""
COARSE_HZ = 50.0
"""Rate at which strides are compared: strides hold little above 10 Hz."""
STRIDE_S = (0.4, 2.5)
"""Shortest and longest stride [s]."""
SHORTEST_SEEN_S = 2.5
"""Less than this does not show whether strides repeat: a first step is not held against anybody [s]."""
REPEATS = 0.3
"""Least correlation of a movement with itself a stride later."""
STILL_S = 0.5
STILL_RATE = 0.3
"""Standard deviation of a sensor's rate in standing; people who shift their weight stay below it [rad/s]."""
STILL_ACC = 0.6
"""The same of its specific force [m/s^2]."""
UPRIGHT_RAD = np.deg2rad(35.0)
"""Largest inclination of pelvis, thigh and shank in standing."""
GAIT_MEAN_RAD = {"pelvis": np.deg2rad(45.0), "femur": np.deg2rad(45.0), "tibia": np.deg2rad(60.0)}
"""Largest mean inclination over a stride; people who run have 20 and -27 degrees at thigh and shank."""
TOGETHER = 0.35
"""Legs move in turn in gait: the correlation of their rates is -0.3 to -0.9; in squats and jumps 0.8 to 1."""
FLIGHT = 0.45 * GRAVITY
"""In flight a sensor on pelvis or thigh falls freely [m/s^2]."""
SHORTEST_S = 0.5
"""What lasts shorter is taken for what is around it."""


@dataclass(frozen=True)
class Window:
    """Signals around a sample, at any rate.

    Attributes
    ----------
    signals : (N, 7, 3) acc x, acc y [m/s^2], gyro z [rad/s] in segment frames; NaN where missing.
    rate_hz : their rate [Hz].
    at : which of them is judged.
    """

    signals: Array
    rate_hz: float
    at: int

    def near(self, seconds: float) -> Array:
        """Signals within half of ``seconds`` on either side, as far as there are any."""
        half = max(round(0.5 * seconds * self.rate_hz), 1)
        low = max(self.at - half, 0)
        return self.signals[low : self.at + half + 1]


@dataclass(frozen=True)
class Signs:
    """What a window shows.

    Attributes
    ----------
    still : every sensor is still.
    together : correlation of the right with the left leg's rates, -1 to 1; NaN where no segment has a sensor on both sides.
    repeats : correlation of the signals with themselves a stride away.
    inclination : segment to its mean inclination [rad].
    flight : specific force of the body's uppermost sensor where it is least [m/s^2].
    """

    still: bool
    together: float
    repeats: float
    inclination: dict[str, float]
    flight: float


def classify(recording: Recording) -> NDArray[np.int8]:
    """(T,) :class:`~kinertia.estimation.estimate.Activity` of each sample.

    Parameters
    ----------
    recording : in segment frames, any of the sensors; samples may be missing. One periodic cycle is gait.

    Raises
    ------
    RecordingError
        If the recording is in sensor axes, or no sensor sits on a known segment.
    """
    values, present = sagittal(recording)
    signals = np.where(present > 0, values, np.nan)
    rate_hz, samples = recording.rate_hz, recording.samples
    if recording.periodic:
        signs = observe(Window(np.tile(signals, (3, 1, 1)), rate_hz, samples + samples // 2), 1.0)
        gait = Activity.RUNNING if signs.flight < FLIGHT else Activity.WALKING
        return np.full(samples, gait, dtype=np.int8)
    step = max(round(EVERY_S * rate_hz), 1)
    at = range(0, samples, step)
    # a stride may repeat before, around or after a sample
    reach = round(FAR_S * rate_hz / step)
    behind = np.array([repetition(signals[max(i - reach * step, 0) : i + 1], rate_hz) for i in at])
    padded = np.pad(behind, (0, reach), mode="edge")
    repeats = np.max([padded[shift : shift + len(behind)] for shift in (0, reach // 2, reach)], axis=0)
    found = [judge(observe(Window(signals, rate_hz, i), float(r))) for i, r in zip(at, repeats, strict=True)]
    labels = settle(np.array(found, dtype=np.int8), max(round(SHORTEST_S / EVERY_S), 1))
    nearest = np.minimum((np.arange(samples) + step // 2) // step, len(labels) - 1)
    return labels[nearest]


def judge(signs: Signs) -> Activity:
    """The activity that a window's signs speak for."""
    upright = all(abs(angle) < UPRIGHT_RAD for part, angle in signs.inclination.items() if not part.startswith("foot"))
    if signs.still:
        return Activity.STANDING if upright else Activity.OTHER
    for segment, angle in signs.inclination.items():
        limit = GAIT_MEAN_RAD.get(segment.split("_")[0])
        if limit is not None and abs(angle) > limit:
            return Activity.OTHER
    if signs.together > TOGETHER or signs.repeats < REPEATS:
        return Activity.OTHER
    return Activity.RUNNING if signs.flight < FLIGHT else Activity.WALKING


def observe(window: Window, repeats: float) -> Signs:
    """What a window shows; ``repeats`` is the :func:`repetition` of a longer one."""
    near = window.near(NEAR_S)
    return Signs(
        _still(window.near(STILL_S)),
        _together(near),
        repeats,
        _inclinations(near),
        _flight(near, window.rate_hz),
    )


def settle(labels: NDArray[np.int8], shortest: int) -> NDArray[np.int8]:
    """Labels without stretches shorter than ``shortest``, which become what is before them."""
    labels = labels.copy()
    for activity in Activity:
        for start, stop in runs(labels == activity):
            if stop - start < shortest and start > 0:
                labels[start:stop] = labels[start - 1]
    return labels


def _still(near: Array) -> bool:
    there = np.isfinite(near)
    count = there.sum(0)
    mean = np.where(there, near, 0.0).sum(0) / np.maximum(count, 1)
    spread = np.where(there, (near - mean) ** 2, 0.0).sum(0) / np.maximum(count, 1)
    moves = (spread[:, :2].sum(1) > STILL_ACC**2) | (spread[:, 2] > STILL_RATE**2)
    return bool(there.any()) and not bool(moves.any())


def _together(near: Array) -> float:
    right, left = near[:, 1:4, 2], near[:, 4:7, 2]
    both = np.isfinite(right) & np.isfinite(left)
    right, left = np.where(both, right, 0.0), np.where(both, left, 0.0)
    power = 0.5 * float((right**2).sum() + (left**2).sum())
    return float((right * left).sum()) / power if power > 0.0 else float("nan")


def repetition(signals: Array, rate_hz: float) -> float:
    """Largest correlation of (N, 7, 3) signals with themselves a stride later, 0 to 1; 1 where they are too short to tell."""
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
    size = 1 << (2 * count - 1).bit_length()
    power = (np.abs(np.fft.rfft(flat, size, axis=0)) ** 2).sum(1)
    lags = np.arange(first, last + 1)
    products = np.fft.irfft(power, size)[lags]
    square = np.concatenate([[0.0], np.cumsum((flat**2).sum(1))])
    # only what meets at a lag counts: sum x(t) x(t + lag) over the power of both parts
    meet = np.sqrt((square[count] - square[lags]) * square[count - lags])
    return float((products / np.maximum(meet, 1e-9)).max())


def _inclinations(near: Array) -> dict[str, float]:
    found = {}
    for k, segment in enumerate(SEGMENTS):
        force = near[:, k, :2]
        force = force[np.isfinite(force).all(1)]
        if len(force):
            x, y = force.mean(0)
            # s = R(theta)^T (0, g) = g (sin theta, cos theta)
            found[segment] = float(np.arctan2(x, y))
    return found


def _flight(near: Array, rate_hz: float) -> float:
    for k in (0, 1, 4):
        force = near[:, k, :2]
        if np.isfinite(force).any():
            force = force[np.isfinite(force).all(1)]
            smooth = moving_mean(force, max(1, round(0.05 * rate_hz)), beyond="nearest")
            return float(np.quantile(np.linalg.norm(smooth, axis=1), 0.05))
    return GRAVITY

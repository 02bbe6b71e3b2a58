"""What is predicted: curves by name, in units that do not depend on the person's size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kinertia.metrics import errors
from kinertia.recording import GRAVITY, Array, Recording, Subject
from kinertia.supervised.config import FitConfig, Kind
from kinertia.train.targets import columns, loading_rate, stances, truth_of

JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")
FORCES = ("grf_x", "grf_y")
SPEED = "speed"
PEAKS = ("peak_grf_y", "peak_knee_moment", "loading_rate")
"""Of one stance: highest vertical force [BW], highest knee extension moment [BWBH], vertical loading rate [BW/s]."""


def names(config: FitConfig) -> tuple[str, ...]:
    """Curves as ``KIND.NAME``: of both legs where windows are read, of the leg in question where cycles are."""
    sides = ("",) if config.inputs.reading == "cycles" else ("_r", "_l")
    listed: dict[Kind, Sequence[str]] = {
        "angle": [f"angle.{joint}{side}" for side in sides for joint in JOINTS],
        "moment": [f"moment.{joint}{side}" for side in sides for joint in JOINTS],
        "grf": [f"grf.{force}{side}" for side in sides for force in FORCES],
        "speed": [SPEED],
    }
    return tuple(name for kind, result in listed.items() if kind in config.outputs for name in result)


def curves(recording: Recording, wanted: Sequence[str], side: str = "") -> Array:
    """(T, K) targets of a recording: angles [rad], moments [BWBH], forces [BW], speed [m/s]; NaN where not known.

    ``wanted`` is from :func:`names`; ``side``, ``_r`` or ``_l``, is put behind the names where they are of one leg.
    RecordingError if the recording has no truth, or nothing of what is wanted is in it.
    """
    truth = truth_of(recording)
    speed = truth.speed_curve
    if speed is None:
        speed = np.full(recording.samples, np.nan if truth.speed is None else truth.speed)
    unit = moment_unit(recording.subject)
    known = {f"angle.{name}": curve for name, curve in truth.angles.items()}
    known |= {f"moment.{name}": curve / unit for name, curve in truth.moments.items()}
    known |= {f"grf.{name}": curve for name, curve in truth.grf.items()} | {SPEED + side: speed}
    return columns(known, [name + side for name in wanted], recording.samples)


def moment_unit(subject: Subject) -> float:
    """Body weight times height [N m]."""
    return subject.mass_kg * GRAVITY * subject.height_m


def peaks(vertical: Array, knee: Array, duration_s: float) -> Array:
    """(3,) :data:`PEAKS` of one cycle that repeats; NaN where curves are not known or the foot is never loaded.

    Of (T,) vertical force [BW] and knee moment, extension positive [BWBH].
    """
    if not np.isfinite(vertical).all():
        return np.full(len(PEAKS), np.nan)
    rate_hz = len(vertical) / duration_s
    # from a sample in swing on, stance is in one piece
    start = int(np.argmin(vertical))
    turned, moment = np.roll(vertical, -start), np.roll(knee, -start)
    result = stances(errors.bw_percent(turned), rate_hz)
    if not result:
        return np.full(len(PEAKS), np.nan)
    first, last = max(result, key=lambda stance: stance[1] - stance[0])
    rate = loading_rate(errors.bw_percent(turned[first:last]), rate_hz)
    return np.array([turned[first:last].max(), moment[first:last].max(), rate])

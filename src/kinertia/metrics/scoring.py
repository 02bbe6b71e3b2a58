"""Score of one estimate against one recording's reference: one trial entry of a benchmark's JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinertia.estimation.estimate import Estimate
from kinertia.metrics import errors, trivial, units
from kinertia.metrics.sync import advance
from kinertia.recording import Array, Recording

SCORED_JOINTS = ("hip_flexion_r", "knee_angle_r", "ankle_angle_r")
SCORED_FORCES = ("grf_x_r", "grf_y_r")
"""Listed (as null) even where a recording has no reference for them."""

Json = dict[str, Any]
Curves = dict[str, Array]
Measure = Callable[[Array, Array], float]


def score(estimate: Estimate, recording: Recording, sync_shift_s: float | None, normative: Estimate | None = None) -> Json:
    """Compare an estimate with the reference of its recording.

    Parameters
    ----------
    estimate : on the recording's own samples.
    recording : with truth. Its mass and height scale moments.
    sync_shift_s : time by which the sensors lag behind the reference [s] (:func:`kinertia.metrics.sync.sync_shift`), None
        when it could not be found.
    normative : estimate of the sensorless population curve, scored beside.

    Returns
    -------
    The figures as it is, over the samples that count (:attr:`~kinertia.estimation.estimate.Estimate.counted`), the predictors
    beside over the same; ``synced`` with the same figures after the shift; ``sync_shift_s``; ``trivial`` predictors. Fields
    are keyed by OpenSim coordinate or ``grf_x_r`` ... and null where reference or estimate is missing. Degrees, percent of
    body weight times height, percent of body weight, m/s; bias = estimate - truth.

    Raises
    ------
    ValueError : the estimate has another number of samples or rate than the recording, or is not finite.
    """
    return {
        **figures(estimate, recording),
        "sync_shift_s": sync_shift_s,
        "synced": _synced(estimate, recording, sync_shift_s),
        "trivial": {
            **trivial_figures(recording, estimate.counted),
            "normative": None if normative is None else _rival(normative, estimate, recording, sync_shift_s),
        },
    }


def _rival(rival: Estimate, estimate: Estimate, recording: Recording, shift_s: float | None) -> Json:
    """Figures of another estimate over the samples that count in this one."""
    alike = replace(rival, settled=estimate.settled, activity=estimate.activity)
    return {**figures(alike, recording), "synced": _synced(alike, recording, shift_s)}


def figures(estimate: Estimate, recording: Recording, shift_s: float = 0.0) -> Json:
    """Every figure of one estimate, its curves read ``shift_s`` later (see :func:`score`)."""
    _check(estimate, recording)
    angle, moment, force = _truth_curves(recording, estimate.counted)
    subject = recording.subject

    def shifted(curves: Curves, scale: Callable[[Array], Array]) -> Curves:
        for name, curve in curves.items():
            _require_finite(curve, name, estimate)
        return {n: advance(scale(c), shift_s, recording.rate_hz, periodic=recording.periodic) for n, c in curves.items()}

    angles = shifted({n: c for n, c in estimate.coordinates.items() if n in angle}, units.degrees)
    moments = shifted({n: c for n, c in estimate.moments.items() if n in moment}, lambda m: units.bwbh_percent(m, subject))
    forces = shifted({n: c for n, c in estimate.grf.items() if n in force}, units.bw_percent)
    return {
        "angle_rmsd_deg": _each(errors.rmsd, angles, angle),
        "angle_bias_deg": _each(errors.bias, angles, angle),
        "angle_rmsd_unbiased_deg": _each(errors.unbiased_rmsd, angles, angle),
        "angle_r": _each(errors.correlation, angles, angle),
        "moment_rmsd_bwbh": _each(errors.rmsd, moments, moment),
        "moment_bias_bwbh": _each(errors.bias, moments, moment),
        "moment_rmsd_unbiased_bwbh": _each(errors.unbiased_rmsd, moments, moment),
        "moment_r": _each(errors.correlation, moments, moment),
        "moment_nrmse_percent": _each(errors.nrmse_percent, moments, moment),
        "grf_rmsd_bw": _each(errors.rmsd, forces, force),
        "grf_bias_bw": _each(errors.bias, forces, force),
        "grf_rmsd_unbiased_bw": _each(errors.unbiased_rmsd, forces, force),
        "grf_r": _each(errors.correlation, forces, force),
        "speed_error": _speed_error(estimate, recording),
        "speed_rmsd": _speed_rmsd(estimate, recording, shift_s),
    }


def trivial_figures(recording: Recording, counted: NDArray[np.bool_] | None = None) -> Json:
    """Root mean square differences of the predictors that know nothing, over the samples (T,) that count; default all."""
    angle, moment, force = _truth_curves(recording, counted)
    return {
        "zero_moment": {"moment_rmsd_bwbh": _each(errors.rmsd, _predict(trivial.zero, moment), moment)},
        "mean_angle": {"angle_rmsd_deg": _each(errors.rmsd, _predict(trivial.own_mean, angle), angle)},
        "zero_grf": {"grf_rmsd_bw": _each(errors.rmsd, _predict(trivial.zero, force), force)},
    }


def _predict(predictor: Callable[[Array], Array], truth: dict[str, Array | None]) -> Curves:
    return {name: predictor(curve) for name, curve in truth.items() if curve is not None}


def _synced(estimate: Estimate, recording: Recording, shift_s: float | None) -> Json:
    return figures(estimate, recording.without_truth()) if shift_s is None else figures(estimate, recording, shift_s)


def _truth_curves(recording: Recording, counted: NDArray[np.bool_] | None) -> tuple[dict[str, Array | None], ...]:
    """Angles [deg], moments [BWBH %] and ground reaction [BW %] of the reference, NaN where it does not count; or None."""
    truth = recording.truth

    def curves(given: Curves | None, listed: tuple[str, ...], scale: Callable[[Array], Array]) -> dict[str, Array | None]:
        given = {name: np.where(True if counted is None else counted, curve, np.nan) for name, curve in (given or {}).items()}
        given = {name: curve for name, curve in given.items() if np.isfinite(curve).any()}
        names = dict.fromkeys([*(listed if not given else ()), *given])
        return {name: scale(given[name]) if name in given else None for name in names}

    return (
        curves(truth and truth.angles, SCORED_JOINTS, units.degrees),
        curves(truth and truth.moments, SCORED_JOINTS, lambda m: units.bwbh_percent(m, recording.subject)),
        curves(truth and truth.grf, SCORED_FORCES, units.bw_percent),
    )


def _each(measure: Measure, estimates: Curves, truth: dict[str, Array | None]) -> dict[str, float | None]:
    """The measure per curve, over the samples at which both exist (a shift leaves out the ends of a recording)."""
    result: dict[str, float | None] = {}
    for name, reference in truth.items():
        estimate = estimates.get(name)
        if estimate is None or reference is None:
            result[name] = None
            continue
        use = np.isfinite(reference) & np.isfinite(estimate)
        value = measure(estimate[use], reference[use]) if use.any() else np.nan
        result[name] = value if np.isfinite(value) else None
    return result


def _speed_error(estimate: Estimate, recording: Recording) -> float | None:
    """Difference of the mean speeds while the person walks or runs, or of all that counts where that is never."""
    truth = recording.truth
    if truth is None or truth.speed is None or not np.isfinite(truth.speed) or estimate.speed is None:
        return None
    _require_finite(estimate.speed, "speed", estimate)
    use = estimate.in_gait if estimate.in_gait.any() else estimate.counted
    curve = truth.speed_curve
    if curve is not None and (use & np.isfinite(curve)).any():
        use = use & np.isfinite(curve)
        return abs(float(np.mean(estimate.speed[use] - curve[use])))
    return abs(float(np.mean(estimate.speed[use])) - truth.speed) if use.any() else None


def _speed_rmsd(estimate: Estimate, recording: Recording, shift_s: float) -> float | None:
    truth = recording.truth.speed_curve if recording.truth is not None else None
    if truth is None or estimate.speed is None:
        return None
    _require_finite(estimate.speed, "speed", estimate)
    speed = advance(estimate.speed, shift_s, recording.rate_hz, periodic=recording.periodic)
    return _each(errors.rmsd, {"speed": speed}, {"speed": np.where(estimate.counted, truth, np.nan)})["speed"]


def _check(estimate: Estimate, recording: Recording) -> None:
    if estimate.samples != recording.samples or not np.isclose(estimate.rate_hz, recording.rate_hz, rtol=1e-6):
        raise ValueError(
            f"estimate of {estimate.method!r} for {recording.name!r} has {estimate.samples} samples at {estimate.rate_hz:g} Hz,"
            f" the recording {recording.samples} at {recording.rate_hz:g} Hz; resample the estimate to the recording first"
        )


def _require_finite(curve: Array, name: str, estimate: Estimate) -> None:
    bad = ~np.isfinite(curve)
    if bad.any():
        raise ValueError(
            f"estimate of {estimate.method!r} for {estimate.name!r}: {name} is not finite at sample {int(np.argmax(bad))}; "
            "a method must leave a curve out rather than return gaps"
        )

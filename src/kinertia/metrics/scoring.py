"""Score of one estimate against one recording's reference, one trial of a benchmark's JSON; means over trials as in papers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinertia.estimation.estimate import Estimate
from kinertia.metrics import errors
from kinertia.metrics.sync import advance, sync_shift
from kinertia.recording import GRAVITY, Array, Recording, RecordingError
from kinertia.sensing import normative, strapdown
from kinertia.sensing.alignment import align

SCORED_JOINTS = ("hip_flexion_r", "knee_angle_r", "ankle_angle_r")
SCORED_FORCES = ("grf_x_r", "grf_y_r")  # listed (as null) even where a recording has no reference for them

Json = dict[str, Any]
Curves = dict[str, Array]
Known = dict[str, Array | None]
Measure = Callable[[Array, Array], float]
MEASURES: dict[str, Measure] = {
    "angle_rmsd_deg": errors.rmsd,
    "angle_bias_deg": errors.bias,
    "angle_rmsd_unbiased_deg": errors.unbiased_rmsd,
    "angle_r": errors.correlation,
    "moment_rmsd_bwbh": errors.rmsd,
    "moment_bias_bwbh": errors.bias,
    "moment_rmsd_unbiased_bwbh": errors.unbiased_rmsd,
    "moment_r": errors.correlation,
    "moment_nrmse_percent": errors.nrmse_percent,
    "grf_rmsd_bw": errors.rmsd,
    "grf_bias_bw": errors.bias,
    "grf_rmsd_unbiased_bw": errors.unbiased_rmsd,
    "grf_r": errors.correlation,
}
"""Figure, which begins with the kind of curve, to how it is measured."""
SUMMARISED = ("angle_rmsd_deg", "moment_rmsd_bwbh", "grf_rmsd_bw", "speed_error")
_JOINTS = ("hip_flexion_", "knee_angle_", "ankle_angle_")
_FORCES = ("grf_x_", "grf_y_")
# The predictor that shows for which joints of a trial there is a reference at all.
_PREDICTOR = {"angle": "mean_angle", "moment": "zero_moment", "grf": "zero_grf"}
_FIGURE = {"angle": "angle_rmsd_deg", "moment": "moment_rmsd_bwbh", "grf": "grf_rmsd_bw"}


def score_single(estimate: Estimate, recording: Recording) -> Json | None:
    """Figures of one trial, as it is and synced; None where the recording has no reference.

    The shift between sensors and reference is found from strapdown angles; what cannot be found (too few sensors, no standing)
    is null.
    """
    if recording.truth is None:
        return None
    baseline, rival = baselines(recording)
    return score(estimate, recording, None if baseline is None else sync_shift(baseline, recording), rival)


def baselines(recording: Recording) -> tuple[Estimate | None, Estimate | None]:
    """Strapdown angles and the population curve, from the signals alone; None for what cannot be had from them."""
    blind = recording.without_truth()
    return _if_possible(strapdown.solve, blind), _if_possible(normative.solve, blind)


def _if_possible(solve: Callable[[Recording], Estimate], recording: Recording) -> Estimate | None:
    try:
        return solve(align(recording)[0])
    except RecordingError:
        return None


def score(estimate: Estimate, recording: Recording, sync_shift_s: float | None, normative: Estimate | None = None) -> Json:
    """Compare an estimate on a recording's own samples with its truth; its mass and height scale moments.

    ``sync_shift_s`` is the time by which the sensors lag behind the reference [s] (:func:`kinertia.metrics.sync.sync_shift`),
    None when it could not be found; ``normative`` is the sensorless population curve, scored beside.

    Gives the figures as it is, over the samples that count (:attr:`~kinertia.estimation.estimate.Estimate.counted`), the
    predictors beside over the same; ``synced`` with the same figures after the shift; ``sync_shift_s``; ``trivial`` predictors.
    Fields are keyed by OpenSim coordinate or ``grf_x_r`` ... and null where reference or estimate is missing. Degrees, percent
    of body weight times height, percent of body weight, m/s; bias = estimate - truth. ValueError: the estimate has another
    number of samples or rate than the recording, or is not finite.
    """
    rival = None
    if normative is not None:  # over the samples that count in the estimate
        alike = replace(normative, settled=estimate.settled, activity=estimate.activity)
        rival = {**figures(alike, recording), "synced": _synced(alike, recording, sync_shift_s)}
    return {
        **figures(estimate, recording),
        "sync_shift_s": sync_shift_s,
        "synced": _synced(estimate, recording, sync_shift_s),
        "trivial": {
            **trivial_figures(recording, estimate.counted),
            "normative": rival,
        },
    }


def figures(estimate: Estimate, recording: Recording, shift_s: float = 0.0) -> Json:
    """Every figure of one estimate, its curves read ``shift_s`` later (see :func:`score`)."""
    _check(estimate, recording)
    truth = _truth_curves(recording, estimate.counted)
    estimated: dict[str, Curves] = {}
    given = (estimate.coordinates, estimate.moments, estimate.grf)
    for (kind, known), curves, scale in zip(truth.items(), given, _scales(recording), strict=True):
        compared = {name: curve for name, curve in curves.items() if name in known}
        for name, curve in compared.items():
            _require_finite(curve, name, estimate)
        rate_hz, periodic = recording.rate_hz, recording.periodic
        estimated[kind] = {n: advance(scale(c), shift_s, rate_hz, periodic=periodic) for n, c in compared.items()}
    result: Json = {}
    for name, measure in MEASURES.items():
        kind = name.split("_")[0]
        result[name] = _each(measure, estimated[kind], truth[kind])
    speed = {"speed_error": _speed_error(estimate, recording), "speed_rmsd": _speed_rmsd(estimate, recording, shift_s)}
    return result | speed | _muscles(estimate, recording, shift_s)


def _muscles(estimate: Estimate, recording: Recording, shift_s: float) -> Json:
    """Errors of muscle forces [BW %] and activations [%], and correlations; nothing where one side has no muscles."""
    truth, weight = recording.truth, recording.subject.mass_kg * GRAVITY
    if truth is None or not truth.muscle_forces or not estimate.muscle_forces:
        return {}
    kinds = (
        ("muscle", "bw", 100.0 / weight, estimate.muscle_forces, truth.muscle_forces),
        ("activation", "percent", 100.0, estimate.muscle_activations, truth.muscle_activations),
    )
    result: Json = {}
    for kind, unit, scale, given, known in kinds:
        of = {n: advance(scale * c, shift_s, recording.rate_hz, periodic=recording.periodic) for n, c in given.items()}
        to: Known = {n: np.where(estimate.counted, scale * c, np.nan) for n, c in known.items()}
        result |= {f"{kind}_rmsd_{unit}": _each(errors.rmsd, of, to), f"{kind}_r": _each(errors.correlation, of, to)}
    return result


def trivial_figures(recording: Recording, counted: NDArray[np.bool_] | None = None) -> Json:
    """Root mean square differences of the predictors that know nothing, over the samples (T,) that count; default all."""
    truth = _truth_curves(recording, counted)

    def figures(field: str, predict: Callable[[Array], Array]) -> Json:
        known = truth[field.split("_")[0]]
        return {field: _each(errors.rmsd, {n: predict(curve) for n, curve in known.items() if curve is not None}, known)}

    return {
        "zero_moment": figures("moment_rmsd_bwbh", np.zeros_like),
        # as if only the movement were unknown
        "mean_angle": figures("angle_rmsd_deg", lambda curve: np.full_like(curve, np.nanmean(curve))),
        "zero_grf": figures("grf_rmsd_bw", np.zeros_like),
    }


def _synced(estimate: Estimate, recording: Recording, shift_s: float | None) -> Json:
    return figures(estimate, recording.without_truth()) if shift_s is None else figures(estimate, recording, shift_s)


def _scales(recording: Recording) -> tuple[Callable[[Array], Array], ...]:
    """What brings angles, moments and ground reaction to the units of the figures."""
    return np.degrees, lambda moment: errors.bwbh_percent(moment, recording.subject), errors.bw_percent


def _truth_curves(recording: Recording, counted: NDArray[np.bool_] | None) -> dict[str, Known]:
    """Angles [deg], moments [BWBH %] and ground reaction [BW %] of the reference, NaN where it does not count; or None."""
    truth = recording.truth
    given = (truth.angles, truth.moments, truth.grf) if truth else ({}, {}, {})
    result: dict[str, Known] = {}
    listed = {"angle": SCORED_JOINTS, "moment": SCORED_JOINTS, "grf": SCORED_FORCES}
    for (kind, names), curves, scale in zip(listed.items(), given, _scales(recording), strict=True):
        use = True if counted is None else counted
        counting = {name: np.where(use, curve, np.nan) for name, curve in (curves or {}).items()}
        known: Known = {name: scale(curve) for name, curve in counting.items() if np.isfinite(curve).any()}
        result[kind] = known or dict.fromkeys(names)
    return result


def _each(measure: Measure, estimates: Curves, truth: Known) -> dict[str, float | None]:
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


def mean_over_joints(trial: Json, field: str, figures: Json | None = None) -> float | None:
    """Mean of a figure, such as ``angle_rmsd_deg``, over hip, knee and ankle, or over fore-aft and vertical ground reaction.

    It is read from ``figures``: the trial itself (default), its ``synced`` part, or a rival's. None when there is no reference,
    or when the method left out a joint that has one (a mean over fewer joints could not be compared).
    """
    values = (trial if figures is None else figures)[field]
    kind = field.split("_", 1)[0]
    if kind == "speed":
        return values
    known = trial["trivial"][_PREDICTOR[kind]][_FIGURE[kind]]
    wanted = [n for n, v in known.items() if v is not None and n.startswith(_FORCES if kind == "grf" else _JOINTS)]
    result = [values.get(name) for name in wanted]
    return None if not result or None in result else fmean(result)


def summarise(trials: dict[str, Json], predictor: str | None = None) -> dict[str, dict[str, float | None]]:
    """Mean over trials (of :func:`score`, by name) of the mean over joints, or the two ground reaction components.

    With a ``predictor``, of the figures of this one of their ``trivial`` predictors (``normative``) instead of the method's.
    Gives ``mean`` (as it is) and ``mean_synced``, each with ``angle_rmsd_deg``, ``moment_rmsd_bwbh``, ``grf_rmsd_bw`` and
    ``speed_error``; trials without a value are left out, None when none has one.
    """

    rows = [(trial, trial if predictor is None else trial["trivial"][predictor]) for trial in trials.values()]

    def over_trials(field: str, part: str | None) -> float | None:
        scored = [(trial, figures if part is None else figures[part]) for trial, figures in rows if figures is not None]
        each = [mean_over_joints(trial, field, figures) for trial, figures in scored]
        given = [value for value in each if value is not None]
        return fmean(given) if given else None

    return {
        "mean": {field: over_trials(field, None) for field in SUMMARISED},
        "mean_synced": {field: over_trials(field, "synced") for field in SUMMARISED},
    }

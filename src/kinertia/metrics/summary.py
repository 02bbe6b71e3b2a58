"""Means over trials, as the tables of papers give them."""

from __future__ import annotations

from statistics import fmean
from typing import Any

SUMMARISED = ("angle_rmsd_deg", "moment_rmsd_bwbh", "grf_rmsd_bw", "speed_error")
_JOINTS = ("hip_flexion_", "knee_angle_", "ankle_angle_")
_FORCES = ("grf_x_", "grf_y_")
# The predictor that shows for which joints of a trial there is a reference at all.
_PREDICTOR = {"angle": "mean_angle", "moment": "zero_moment", "grf": "zero_grf"}
_FIGURE = {"angle": "angle_rmsd_deg", "moment": "moment_rmsd_bwbh", "grf": "grf_rmsd_bw"}

Json = dict[str, Any]


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
    found = [values.get(name) for name in wanted]
    return None if not found or None in found else fmean(found)


def summarise(trials: dict[str, Json], predictor: str | None = None) -> dict[str, dict[str, float | None]]:
    """Mean over trials of the mean over joints (or the two ground reaction components).

    Parameters
    ----------
    trials : trial name to entry of :func:`kinertia.metrics.scoring.score`.
    predictor : average the figures of this one of their ``trivial`` predictors (``normative``) instead of the method's.

    Returns
    -------
    ``mean`` (as it is) and ``mean_synced``, each with ``angle_rmsd_deg``, ``moment_rmsd_bwbh``, ``grf_rmsd_bw`` and
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

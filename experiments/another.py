"""Another person's curves in step with a recording: what can be had without any sensor from one other person's mean stride."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np

from experiments import phases
from experiments.protocol import Json
from kinertia.estimation.estimate import Estimate
from kinertia.metrics.scoring import figures
from kinertia.recording import Array, Recording


def score(recording: Recording, others: Sequence[Recording]) -> Json | None:
    """Figures of other people's curves, placed by the true heel strikes, mean over the others.

    Parameters
    ----------
    recording : with truth.
    others : mean strides with truth, of other people moving alike.

    Returns
    -------
    As :func:`kinertia.metrics.scoring.figures`, of angles, moments and ground reaction; None where there is nobody else, or no
    heel strike to place them by.
    """
    if not others or phases.of_side(recording, "r") is None:
        return None
    found = [figures(curves(recording, other), recording) for other in others]
    return {name: _mean([each[name] for each in found]) for name in found[0] if isinstance(found[0][name], dict)}


def curves(recording: Recording, other: Recording) -> Estimate:
    """The other's curves at the phases of the recording, moments in proportion to weight times height.

    Raises
    ------
    ValueError : no truth, or none that shows when the right foot strikes the ground.
    """
    phase, theirs, truth = phases.of_side(recording, "r"), phases.of_side(other, "r"), other.truth
    if phase is None or theirs is None or truth is None:
        raise ValueError(f"{recording.name} or {other.name} has no truth that shows heel strikes")
    order, own, from_ = np.argsort(theirs), recording.subject, other.subject

    def placed(curve: Array, factor: float = 1.0) -> Array:
        return factor * np.interp(phase, theirs[order], curve[order], period=1.0)

    larger = own.mass_kg * own.height_m / (from_.mass_kg * from_.height_m)
    return Estimate(
        recording.name,
        "another person",
        recording.rate_hz,
        own,
        {name: placed(curve) for name, curve in truth.angles.items()},
        {name: placed(curve, larger) for name, curve in truth.moments.items()},
        {name: placed(curve) for name, curve in truth.grf.items()},
    )


def _mean(each: Sequence[dict[str, float | None]]) -> dict[str, float | None]:
    known = {name: [value for one in each if (value := one[name]) is not None] for name in each[0]}
    return {name: fmean(values) if values else None for name, values in known.items()}

"""Errors by the phase of the gait cycle: root mean square in each tenth of the stride of the leg that a curve belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import fmean

import numpy as np

from experiments.protocol import Json
from kinertia.estimation.estimate import Estimate
from kinertia.metrics import errors
from kinertia.recording import Array, Recording, Truth
from kinertia.sensing import normative

TENTHS = 10
STRIKE_BW = 0.1
"""Vertical force from which on the foot has struck the ground: plates of treadmills are not quite still in swing."""
PARTS = {
    "angle_rmsd_deg": ("hip_flexion", "knee_angle", "ankle_angle"),
    "moment_rmsd_bwbh": ("hip_flexion", "knee_angle", "ankle_angle"),
    "grf_rmsd_bw": ("grf_x", "grf_y"),
}
"""Figures, and what each is the mean over, of both legs."""


def of_side(recording: Recording, side: str) -> Array | None:
    """(T,) part of the stride since a foot's strike, ``r`` or ``l``; None where the truth does not show it."""
    load = (recording.truth or Truth()).grf.get(f"grf_y_{side}")
    if load is None:
        return None
    down = load > STRIKE_BW
    before = np.roll(down, 1) if recording.periodic else np.concatenate([down[:1], down[:-1]])
    return normative.phase_of(np.flatnonzero(down & ~before).astype(float), recording)


def score(estimate: Estimate, recording: Recording) -> Json:
    """Figures of :data:`PARTS`, each to its value in the tenths of the stride, as it is; None where there is none.

    Sources are those of :func:`kinertia.metrics.scoring.figures`; samples that do not count are left out.
    """
    truth, subject = recording.truth or Truth(), recording.subject
    kinds: dict[str, tuple[Mapping[str, Array], Mapping[str, Array], Callable[[Array], Array]]] = {
        "angle_rmsd_deg": (estimate.coordinates, truth.angles, np.degrees),
        "moment_rmsd_bwbh": (estimate.moments, truth.moments, lambda moment: errors.bwbh_percent(moment, subject)),
        "grf_rmsd_bw": (estimate.grf, truth.grf, errors.bw_percent),
    }
    found: dict[str, list[list[float]]] = {figure: [[] for _ in range(TENTHS)] for figure in kinds}
    for side in "rl":
        if (phase := of_side(recording, side)) is None:
            continue
        tenth = np.minimum((TENTHS * phase).astype(int), TENTHS - 1)
        for figure, (ours, theirs, scale) in kinds.items():
            for name in (f"{part}_{side}" for part in PARTS[figure]):
                if name in ours and name in theirs:
                    square = scale(ours[name] - theirs[name]) ** 2
                    use = estimate.counted & np.isfinite(square)
                    for k in range(TENTHS):
                        if (at := use & (tenth == k)).any():
                            found[figure][k].append(float(np.sqrt(square[at].mean())))
    return {figure: [fmean(each) if each else None for each in tenths] for figure, tenths in found.items()}

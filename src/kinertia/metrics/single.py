"""Score of one estimate: strapdown angles find the shift in time, the population curve is scored beside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kinertia.estimation.estimate import Estimate
from kinertia.metrics.scoring import score
from kinertia.metrics.sync import sync_shift
from kinertia.recording import Recording
from kinertia.recording.errors import RecordingError
from kinertia.sensing import normative, strapdown
from kinertia.sensing.alignment import align


def score_single(estimate: Estimate, recording: Recording) -> dict[str, Any] | None:
    """Figures of one trial, as it is and synced; None where the recording has no reference.

    Parameters
    ----------
    estimate : on the recording's own samples.
    recording : in sensor or segment axes. The shift between sensors and reference is found from its strapdown angles; what
        cannot be found (too few sensors, no standing) is null.
    """
    return None if recording.truth is None else score(estimate, recording, *_shift_and_rival(recording))


def baselines(recording: Recording) -> tuple[Estimate | None, Estimate | None]:
    """Strapdown angles and the population curve, from the signals alone; None for what cannot be had from them."""
    blind = recording.without_truth()
    return _if_possible(strapdown.solve, blind), _if_possible(normative.solve, blind)


def _shift_and_rival(recording: Recording) -> tuple[float | None, Estimate | None]:
    baseline, rival = baselines(recording)
    return None if baseline is None else sync_shift(baseline, recording), rival


def _if_possible(solve: Callable[[Recording], Estimate], recording: Recording) -> Estimate | None:
    try:
        return solve(align(recording)[0])
    except RecordingError:
        return None

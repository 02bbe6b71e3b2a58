"""A check of the chain: its type, and what all checks need."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kinertia.recording import Cause, Finding, Recording, Severity
from kinertia.recording.standing import standing_periods

Checked = tuple[Recording, tuple[Finding, ...]]
"""The recording, with what is unambiguous put right and without earlier findings that turn out to be consequences, and the new
findings."""
Stage = Callable[[Recording], Checked]
"""Looks at a recording whose ``findings`` hold those of the stages before; never reads its truth."""


def standing(recording: Recording) -> np.ndarray:
    """(T,) whether the person stands still."""
    mask = np.zeros(recording.samples, dtype=bool)
    for start, stop in standing_periods(recording):
        mask[start:stop] = True
    return mask


def names(recording: Recording, which: np.ndarray) -> tuple[str, ...]:
    """Names of the sensors that a (K,) mask chooses."""
    return tuple(sensor.name for sensor, chosen in zip(recording.sensors, which, strict=True) if chosen)


def faulty(recording: Recording, *causes: Cause) -> np.ndarray:
    """(K,) sensors with an error of one of these causes (any, where none is named) that nobody put right."""
    errors = [
        finding
        for finding in recording.findings
        if finding.severity is Severity.ERROR and not finding.mended and (not causes or finding.cause in causes)
    ]
    return np.array(
        [any(not finding.sensors or sensor.name in finding.sensors for finding in errors) for sensor in recording.sensors]
    )

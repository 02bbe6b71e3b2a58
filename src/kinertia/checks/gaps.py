"""Which samples are missing: short gaps are bridged, so that what comes after looks at whole signals."""

from __future__ import annotations

import numpy as np

from kinertia.checks.stage import Checked, names
from kinertia.recording import Cause, Finding, Recording, Severity, gaps


def check(recording: Recording) -> Checked:
    """Missing samples, one finding for those that are bridged and one for those that are not."""
    missing = _missing(recording)
    if not missing.any():
        return recording, ()
    filled = gaps.fill(recording)
    left = _missing(filled)
    findings = []
    bridged = missing & ~left
    if bridged.any():
        which = np.asarray(bridged.any(axis=0))
        message = f"single samples are missing, up to {100 * bridged.mean(axis=0).max():.2g} % of a sensor's; bridged"
        first = int(np.argmax(bridged.any(axis=1)))
        findings.append(Finding(Cause.MISSING, Severity.INFO, message, "", names(recording, which), first, mended=True))
    known = {
        name
        for finding in recording.findings
        if finding.cause in (Cause.IMPOSSIBLE, Cause.DOUBLED, Cause.FROZEN, Cause.DEAD)
        for name in finding.sensors
    }
    told = np.array([sensor.name in known for sensor in recording.sensors])
    rest = left.any(axis=0) & ~told
    if rest.any():
        longest = max(stop - start for k in np.flatnonzero(rest) for start, stop in gaps.runs(left[:, k]))
        share = 100.0 * left[:, rest].mean(axis=0).max()
        seconds = longest / recording.rate_hz
        message = f"up to {share:.1f} % of a sensor's samples are missing, for {seconds:.3g} s at the longest"
        first = int(np.argmax(left[:, rest].any(axis=1)))
        fix = "what is estimated there follows from the other sensors; crop the recording, or record again"
        findings.append(Finding(Cause.MISSING, Severity.WARNING, message, fix, names(recording, rest), first))
    return filled, tuple(findings)


def _missing(recording: Recording) -> np.ndarray:
    """(T, K) samples without a value of a signal that the sensor otherwise has."""
    missing = np.zeros(recording.acc.shape[:2], dtype=bool)
    for array in (recording.acc, recording.gyro):
        lost = np.isnan(array).any(axis=2)
        missing |= lost & ~lost.all(axis=0)
    return missing

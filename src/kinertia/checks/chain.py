"""The chain: values, units, gravity, gaps, clocks, sensors, movement; the first cause is reported, not what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from zlib import crc32

import numpy as np

from kinertia.checks import clipping, clocks, movement, sensors, units, values
from kinertia.checks.stage import Stage, faulty
from kinertia.recording import Cause, Finding, Recording, Severity

STAGES: tuple[Stage, ...] = (
    sensors.check_presence,
    clocks.check_rows,  # before values and gaps: its rows between are neither doubled nor missing
    values.check,
    units.check,
    clipping.check,  # after units: it names the range
    units.check_gravity,
    values.bridge_gaps,
    clocks.check,
    sensors.check,
    movement.check,
    clipping.restore,
)
_CONSEQUENCES: dict[Cause, frozenset[Cause]] = {  # what follows from a finding that is no error
    Cause.CLIPPED: frozenset({Cause.GRAVITY}),  # what is cut off moves the mean
    Cause.FREE_ACCELERATION: frozenset({Cause.ACC_UNIT, Cause.GRAVITY}),
    Cause.STANDING_ONLY: frozenset({Cause.NO_GAIT}),
}


def examine(recording: Recording) -> Recording:
    """Run all checks on a recording as it was read, with the reader's findings; its truth is not read.

    What is unambiguous is put right, what cannot be is left out as missing samples, and ``findings`` are in the order of their
    causes, without those that merely follow from others.
    """
    for check in STAGES:
        if len(recording.sensors) and faulty(recording).all():
            break  # nothing that a later stage could tell would be more than a consequence
        seen, findings = check(recording)
        new = [one for one in findings if not any(_follows(one, earlier) for earlier in recording.findings)]
        recording = replace(seen, findings=_without_consequences((*seen.findings, *new)))
    return replace(recording, examined=_checksum(recording))


def is_examined(recording: Recording) -> bool:
    """Whether :func:`examine` went over these very signals."""
    return recording.examined is not None and recording.examined == _checksum(recording)


def _checksum(recording: Recording) -> int:
    return crc32(np.ascontiguousarray(recording.gyro).data, crc32(np.ascontiguousarray(recording.acc).data))


def require_sound(recording: Recording) -> None:
    """Refuse a recording from which an estimate would be wrong.

    RecordingError: its first fault, with file, sensor, sample and fix.
    """
    fault = recording.fault
    if fault is not None:
        raise recording.error(fault.message, fault.fix, sensor=", ".join(fault.sensors), sample=fault.sample, cause=fault.cause)


def sound(recording: Recording, *, anyway: bool = False) -> Recording:
    """A recording after all checks; refused as by :func:`require_sound`, unless it was asked for anyway."""
    examined = examine(recording)
    if not anyway:
        require_sound(examined)
    return examined


def _without_consequences(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    order = {kind: place for kinds in (Cause, Severity) for place, kind in enumerate(kinds)}
    ordered = sorted(dict.fromkeys(findings), key=lambda finding: (order[finding.cause], order[finding.severity]))
    kept: list[Finding] = []
    for finding in ordered:
        if not any(_follows(finding, earlier) for earlier in kept):
            kept.append(finding)
    return tuple(kept)


def _follows(finding: Finding, earlier: Finding) -> bool:
    """Whether a finding is explained by an earlier one on the same sensors."""
    if earlier.mended or finding.mended or finding == earlier:
        return False
    shared = not finding.sensors or not earlier.sensors or bool(set(finding.sensors) & set(earlier.sensors))
    explains = earlier.severity is Severity.ERROR or finding.cause in _CONSEQUENCES.get(earlier.cause, ())
    return shared and explains

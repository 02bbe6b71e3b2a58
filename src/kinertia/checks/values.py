"""Values that are no measurement become missing samples, and short gaps are bridged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from kinertia.checks.stage import Checked, names
from kinertia.recording import GRAVITY, Array, Cause, Finding, Recording, Severity, gaps
from kinertia.recording.samples import beyond, filled_in, held, same_as_before

MOST_G = 50.0  # feet of sprinters reach 30 g; wearable sensors measure up to 32 g on an axis
MOST_RAD_S = 75.0  # wearable gyroscopes measure up to 4000 deg/s
IN_G, IN_MG = 4.0, 300.0  # median size below which an acceleration is in g, and from which it is in mg or in counts
IN_DEGREES = 20.0
"""Angular rates that exceed this in a tenth of the samples are in deg/s or in counts; feet of runners exceed 12 rad/s."""
FEWEST_REPEATS = 0.01  # part of the samples; fewer repeats do not matter
ENDS_S = 0.5  # a sensor that says nothing in the last half second, while others do, has ended
FEWEST_LAST = 5  # samples


def check(recording: Recording) -> Checked:
    """Impossible, repeated and held samples, and sensors that end early."""
    acc, gyro = recording.acc.copy(), recording.gyro.copy()
    findings: list[Finding] = []
    findings += _impossible(recording, acc, gyro)
    if not recording.periodic:
        findings += _frozen(recording, acc, gyro)
        findings += _doubled(recording, acc, gyro)
    return replace(recording, acc=acc, gyro=gyro), tuple(findings)


def _impossible(recording: Recording, acc: Array, gyro: Array) -> Iterator[Finding]:
    wrong = np.zeros((2, *acc.shape[:2]), dtype=bool)
    for k in range(acc.shape[1]):
        wrong[0, :, k] = beyond(acc[:, k], _most_acc(acc[:, k])) | filled_in(acc[:, k])
        wrong[1, :, k] = beyond(gyro[:, k], _most_rate(gyro[:, k])) | filled_in(gyro[:, k])
        # free fall at best, and then not to the last digit; where it goes on, the sensor is frozen
        nothing = (acc[:, k] == 0).all(axis=1) & ~_with_first(held(acc[:, k], recording.rate_hz))
        wrong[0, :, k] |= nothing
        wrong[1, :, k] |= nothing & (gyro[:, k] == 0).all(axis=1)
    wrong &= ~wrong.all(axis=1, keepdims=True)  # a signal that is never another is frozen, or absent
    either = np.asarray(wrong.any(axis=0))
    if not either.any():
        return
    shown = [_largest(signal[bad][0]) for signal, bad in ((acc, wrong[0]), (gyro, wrong[1])) if bad.any()]
    acc[wrong[0]], gyro[wrong[1]] = np.nan, np.nan
    count = int(either.sum(axis=0).max())
    yield Finding(
        Cause.IMPOSSIBLE,
        Severity.WARNING,
        f"{' and '.join(dict.fromkeys(shown))} cannot be measured (missing samples?), up to {count} times a sensor; left out",
        "leave the cells of missing samples empty",
        names(recording, np.asarray(either.any(axis=0))),
        int(either.any(axis=1).argmax()),
        mended=True,
    )


def _with_first(mask: np.ndarray) -> np.ndarray:
    """The mask with the sample before each stretch."""
    return mask | np.concatenate([mask[1:], [False]])


def _largest(sample: Array) -> str:
    return f"{float(sample[np.nanargmax(np.abs(sample))]):.5g}"


def _most_acc(signal: Array) -> float:
    """The most that an acceleration can be in its own unit, told from its median size."""
    size = _size(signal)
    median = float(np.median(size)) if len(size) else GRAVITY
    return MOST_G * (1.0 if median < IN_G else GRAVITY if median < IN_MG else np.inf)


def _most_rate(signal: Array) -> float:
    size = _size(signal)
    return MOST_RAD_S if not len(size) or np.percentile(size, 90) < IN_DEGREES else float(np.rad2deg(MOST_RAD_S))


def _size(signal: Array) -> Array:
    """Sizes of the readings that are none of those that stand for a missing one."""
    return np.linalg.norm(signal[np.isfinite(signal).all(axis=1) & ~filled_in(signal)], axis=1)


def _frozen(recording: Recording, acc: Array, gyro: Array) -> Iterator[Finding]:
    """Held samples become missing; sensors that are missing to the end have ended."""
    rate_hz, count = recording.rate_hz, acc.shape[1]
    still = np.zeros((2, *acc.shape[:2]), dtype=bool)
    for k in range(count):
        still[0, :, k], still[1, :, k] = held(acc[:, k], rate_hz), held(gyro[:, k], rate_hz)
        still[0, :, k] |= _with_first(still[0, :, k]) & (acc[:, k] == 0).all(axis=1)
    acc[still[0]], gyro[still[1]] = np.nan, np.nan
    lost = np.asarray(np.isnan(acc).any(axis=2) | np.isnan(gyro).any(axis=2))
    never = np.isnan(acc).all(axis=(0, 2)) | np.isnan(gyro).all(axis=(0, 2))
    first = np.array([len(lost) - int(np.argmin(lost[::-1, k])) if not lost[:, k].all() else 0 for k in range(count)])
    ended = (first <= max(first.max(initial=0), 1) - max(ENDS_S * rate_hz, FEWEST_LAST)) & ~never
    for at in np.unique(first[ended]):
        which = ended & (first == at)
        acc[at:, which], gyro[at:, which] = np.nan, np.nan
        how = "repeats its last sample" if still[:, -1, which].any() else "says nothing"
        message = f"{how} from {at / rate_hz:.4g} s of {recording.duration_s:.4g} s on; left out from there"
        fix = "charge or exchange the sensor"
        yield Finding(Cause.DEAD, Severity.WARNING, message, fix, names(recording, which), int(at), mended=True)
    midway = still.any(axis=0) & ~(ended & (np.arange(len(lost))[:, None] >= first))
    if midway.any():
        longest = midway.sum(axis=0).max() / rate_hz
        message = f"the reading does not change at all, for up to {longest:.3g} s of a sensor; left out there"
        which = names(recording, midway.any(axis=0))
        first_one = int(np.argmax(midway.any(axis=1)))
        fix = "check the sensor and its radio link"
        yield Finding(Cause.FROZEN, Severity.WARNING, message, fix, which, first_one, mended=True)


def _doubled(recording: Recording, acc: Array, gyro: Array) -> Iterator[Finding]:
    """Samples that repeat the one before, in both signals of a sensor, become missing."""
    again = np.zeros(acc.shape[:2], dtype=bool)
    for k in range(acc.shape[1]):
        known = [signal[:, k] for signal in (acc, gyro) if np.isfinite(signal[:, k]).any()]
        if known:
            again[:, k] = np.logical_and.reduce([same_as_before(signal) for signal in known])
    again &= again.mean(axis=0) > FEWEST_REPEATS
    if not again.any():
        return
    acc[again], gyro[again] = np.nan, np.nan
    share = 100.0 * again.mean(axis=0).max()
    message = f"up to {share:.1f} % of a sensor's samples repeat the one before; left out"
    fix = "export every sample once, and check the radio link"
    which = again.any(axis=0)
    yield Finding(
        Cause.DOUBLED, Severity.WARNING, message, fix, names(recording, which), int(np.argmax(again.any(axis=1))), mended=True
    )


def bridge_gaps(recording: Recording) -> Checked:
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

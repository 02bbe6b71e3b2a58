"""What was said about a spoiled file, against what should have been."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np

from experiments.spoiling.variant import Kind, Outcome, Variant
from kinertia.cli.options import Reading, read
from kinertia.io import opensim
from kinertia.recording import Array, Frame, Recording
from kinertia.recording.errors import RecordingError
from kinertia.recording.finding import Cause, Finding, Severity

Look = Callable[[Path, Mapping[str, float]], Recording]
"""Reads and checks a file as every command does, given what was stated on the command line."""
MOST = 0.5
"""Part of the sensors that has to be named where a fault concerns all."""
SHIFT_S = 0.5
"""A recording may begin this much later or earlier after a fault was undone."""


class Score(StrEnum):
    """How a spoiled file was answered."""

    RIGHT = "right"
    WRONG = "wrong"  # another cause first, another sensor, or put right wrongly
    MISSED = "missed"  # nothing was said
    CRASH = "crash"


@dataclass(frozen=True)
class Answer:
    """Score of one variant.

    Attributes
    ----------
    score : how it was answered.
    said : what was said first, or how it went wrong.
    seconds : time that reading and checking took.
    stops : the first cause was put right or left out, or keeps an estimate from being made.
    """

    score: Score
    said: str
    seconds: float
    stops: bool = False


def look(path: Path, stated: Mapping[str, float]) -> Recording:
    """A recording read and checked as by every command, with what was stated on the command line."""
    return read(path, Reading(**stated))  # type: ignore[arg-type]


def judge(kind: Kind, variant: Variant, twin: Recording, look: Look) -> Answer:
    """Read a variant as a command does, and score what comes of it.

    Parameters
    ----------
    kind : what was done.
    variant : the file.
    twin : the unspoiled recording, read and checked in the same way; what is found in it is nothing that spoiling did.
    look : reads and checks.
    """
    begin = time.perf_counter()
    try:
        if variant.motion is not None:
            right = _same_motion(variant.path, variant.motion)
            return Answer(Score.RIGHT if right else Score.WRONG, "angles differ", time.perf_counter() - begin)
        found = look(variant.path, variant.options)
    except RecordingError as error:
        return Answer(_refusal(kind, variant, error), str(error), time.perf_counter() - begin, True)
    except ValueError as error:
        # a sentence of this package is an answer, if not a good one; one of numpy's is none
        score = Score.WRONG if _own(error) else Score.CRASH
        return Answer(score, f"{type(error).__name__}: {error}", time.perf_counter() - begin, True)
    except Exception as error:
        return Answer(Score.CRASH, f"{type(error).__name__}: {error}", time.perf_counter() - begin)
    seconds = time.perf_counter() - begin
    new = beyond(found, twin, kind.causes)
    first = new[0] if new else None
    said = "nothing" if first is None else f"[{first.cause.name}] {first.sentence}"
    stops = first is not None and (first.mended or first.severity is Severity.ERROR)
    pair = (_plane(found), _plane(twin)) if kind.sagittal else (found, twin)
    off = difference(*pair, variant.sensors)
    if kind.outcome is Outcome.READ:
        if off > kind.tolerance:
            return Answer(Score.WRONG, f"signals differ by {off:.2g}; {said}", seconds)
        harmless = first is None or first.cause in kind.causes
        return Answer(Score.RIGHT if harmless else Score.WRONG, said, seconds, True)
    if first is None:
        return Answer(Score.MISSED, f"nothing; signals differ by {off:.2g}", seconds)
    if first.cause not in kind.causes or not same_sensors(first, variant, found, twin):
        return Answer(Score.WRONG, said, seconds, stops)
    if (first.mended or kind.outcome is Outcome.UNDONE) and first.severity is not Severity.ERROR and off > kind.tolerance:
        return Answer(Score.WRONG, f"put right wrongly: signals differ by {off:.2g}; {said}", seconds, stops)
    return Answer(Score.RIGHT, said, seconds, stops)


def beyond(found: Recording, twin: Recording, expected: tuple[Cause, ...] = ()) -> list[Finding]:
    """Findings that matter and that an unspoiled recording does not have on the same segments, in the order of cause.

    Of an expected cause, one that says the same of the unspoiled recording, word by word, is none.
    """
    order = list(Cause)
    told = [
        finding
        for finding in found.findings
        if finding.severity is not Severity.INFO or finding.mended or finding.cause in (Cause.STANDING_ONLY, Cause.NO_GAIT)
    ]
    new = [finding for finding in told if not any(_usual(finding, found, other, twin, expected) for other in twin.findings)]
    return sorted(new, key=lambda finding: order.index(finding.cause))


def _usual(finding: Finding, found: Recording, other: Finding, twin: Recording, expected: tuple[Cause, ...]) -> bool:
    if finding.cause is not other.cause or not _segments(finding, found) <= _segments(other, twin):
        return False
    return finding.cause not in expected or finding.message == other.message


def _segments(finding: Finding, recording: Recording) -> frozenset[str]:
    """Segments of the sensors that a finding names; files name sensors in different ways."""
    return frozenset(sensor.segment for sensor in recording.sensors if sensor.name in finding.sensors)


def same_sensors(finding: Finding, variant: Variant, recording: Recording, twin: Recording) -> bool:
    """Whether a finding names the sensors that were spoiled: exactly these, or nearly all (or none) where all were.

    Sensors of which the same is true in the unspoiled recording may be named too.
    """
    usual = {name for other in twin.findings if other.cause is finding.cause for name in other.sensors}
    if variant.sensors:
        return variant.sensors <= set(finding.sensors) <= variant.sensors | usual
    return not finding.sensors or len(finding.sensors) >= MOST * len(recording.sensors)


def difference(found: Recording, twin: Recording, spoiled: frozenset[str] = frozenset()) -> float:
    """RMS of the difference between two recordings' signals over RMS of the second, the worse of both kinds of signal.

    Over samples that both have, in physical time, with the shift in time at which a sensor that was not spoiled agrees best;
    infinite where no sensor or no time is common, or a sensor is absent.
    """
    segments = [sensor.segment for sensor in twin.sensors]
    theirs = {sensor.segment: k for k, sensor in enumerate(found.sensors)}
    if any(segment not in theirs for segment in segments):
        return float("inf")
    order = [theirs[segment] for segment in segments]
    seconds = found.samples / found.rate_hz
    if not 0.8 < seconds / (twin.samples / twin.rate_hz) < 1.25:
        return float("inf")
    shifts = np.arange(-SHIFT_S, SHIFT_S + 1e-9, 0.25 / twin.rate_hz)
    leg = next((k for k in range(len(segments) - 1, -1, -1) if segments[k] not in spoiled), 0)
    size = [_off(found.gyro[:, [order[leg]]], found.rate_hz, twin.gyro[:, [leg]], twin.rate_hz, s) for s in shifts]
    best = float(shifts[int(np.argmin(size))])
    best = 0.0 if size[len(shifts) // 2] <= min(size) + 1e-9 else best
    pairs = ((found.acc, twin.acc), (found.gyro, twin.gyro))
    return max(_off(a[:, order], found.rate_hz, b, twin.rate_hz, best) for a, b in pairs)


def _plane(recording: Recording) -> Recording:
    """Acceleration forward and up and rate about the axis across; sizes of both vectors where axes are not known."""
    acc, gyro = recording.acc.copy(), recording.gyro.copy()
    if recording.frame is Frame.SENSOR:
        acc, gyro = (np.repeat(np.linalg.norm(x, axis=-1, keepdims=True), 3, axis=-1) for x in (acc, gyro))
    else:
        acc[..., 2], gyro[..., :2] = 0.0, 0.0
    return replace(recording, acc=acc, gyro=gyro)


def _off(mine: Array, my_rate: float, theirs: Array, their_rate: float, shift_s: float) -> float:
    wanted = np.arange(len(theirs)) / their_rate
    known = np.arange(len(mine)) / my_rate + shift_s
    inside = (wanted >= known[0] - 1e-9) & (wanted <= known[-1] + 1e-9)
    if inside.sum() < 0.5 * len(wanted):
        return float("inf")
    there, both = theirs[inside].reshape(inside.sum(), -1), mine.reshape(len(mine), -1)
    same_grid = my_rate == their_rate and shift_s == 0.0 and len(mine) == len(theirs)
    moved = both[inside] if same_grid else np.stack([np.interp(wanted[inside], known, column) for column in both.T], axis=1)
    good = np.isfinite(moved) & np.isfinite(there)
    if not good.any():
        return float("inf")
    return float(np.sqrt(np.mean((moved - there)[good] ** 2) / max(np.mean(there[good] ** 2), 1e-12)))


def _refusal(kind: Kind, variant: Variant, error: RecordingError) -> Score:
    if error.cause is None or error.cause not in kind.causes:
        return Score.WRONG
    if variant.sensors and error.sensor and not any(name in error.sensor for name in variant.sensors):
        return Score.WRONG
    return Score.RIGHT


def _own(error: BaseException) -> bool:
    """Whether the innermost frame that raised is in this package."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and "kinertia" in Path(trace.tb_frame.f_code.co_filename).parts


def _same_motion(path: Path, motion: Mapping[str, Array]) -> bool:
    table = opensim.read(path)
    return all(np.allclose(table.columns[name], curve, atol=1e-6) for name, curve in motion.items())

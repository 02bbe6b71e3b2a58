"""What is to be said of an estimate as a whole: one word, one sentence, and which strides they rest on.

Report, terminal, live page and scores take it from here; nothing else judges an estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from kinertia.estimation import gait, trust
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.trust import Agreement
from kinertia.recording import Recording

CONSISTENT = 0.8
"""An estimate is called consistent when at least this part of its strides, and of what counts, is: in short recordings the
first step of a walk, which no model knows well, is one of few strides."""
IN_PART = 0.5  # with less it is called not consistent
MOSTLY = 0.5  # a recording of which more than this part is no gait and no standing is not judged as gait
SHORTEST_S = 3.0
"""Gait that is shorter and holds no complete stride is not judged: a first or last step is none that a model knows well."""
LISTED = 5  # times that a sentence names
PARTLY, NOT = "consistent in part", "not consistent"

JOIN_S = 0.5  # stretches that are closer than this are told as one
SHOWN = 8  # stretches that a sentence names

Stretch = tuple[float, float]

Level = Literal["good", "fair", "poor"]
LEVELS: dict[str, tuple[float, Level]] = {"consistent": (CONSISTENT, "good"), PARTLY: (IN_PART, "fair"), NOT: (-np.inf, "poor")}


@dataclass(frozen=True)
class Doubt:
    """One reason."""

    words: str  # the reason
    share: float  # part of what counts
    stretches: tuple[Stretch, ...]  # (start, stop) [s] of the longest ones, in order of time
    more: int  # how many more there are


@dataclass(frozen=True)
class Stride:
    """One stride, judged as a whole."""

    side: str  # ``r`` or ``l``
    begin_s: float  # time of its heel strike [s]
    consistent: bool  # whether motion, forces and signals agree within the limits of :mod:`kinertia.estimation.trust`


@dataclass(frozen=True)
class Verdict:
    """Judgement of one estimate."""

    # ``consistent``, ``consistent in part``, ``not consistent``, ``not gait``, ``solved in part``, ``not solved``, ``not
    # judged`` or ``not to be trusted``
    word: str
    level: Level  # ``good``, ``fair`` or ``poor``, for colours
    sentence: str  # which strides the word rests on, and what else has to be known
    strides: tuple[Stride, ...] = ()  # of both legs, in order of time; empty where none is complete
    # force_bw, moment_bwbh: root mean square residual over what counts; None for methods without forces
    force_bw: float | None = None
    moment_bwbh: float | None = None
    trusted: float = 0.0  # part of what counts that is not flagged
    doubts: tuple[Doubt, ...] = ()  # flagged stretches by reason
    doubtful: tuple[Stretch, ...] = ()  # (start, stop) [s] of what is flagged for any reason
    fault: str = ""  # the first cause why nothing of it should be trusted, as a sentence; empty where there is none
    # what a user should know before trusting it, of the estimate and of the recording, each once
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what else is worth knowing

    def __repr__(self) -> str:
        return f"<{self.level}: {self.headline}>"

    @property
    def headline(self) -> str:
        """Word and sentence in one."""
        if self.sentence.startswith((f"{self.word} in ", f"{self.word}: ")):
            return self.sentence
        if self.word in (PARTLY, NOT):
            only = "only " if self.word == NOT and not self.sentence.startswith("consistent in all ") else ""
            return f"{self.word}: {only}{self.sentence.removeprefix('consistent ')}"
        return f"{self.word}: {self.sentence}"

    @property
    def doubted(self) -> str:
        """How much of what counts should not be trusted, and when; empty where nothing speaks against any of it."""
        if not self.doubts:
            return ""
        return f"{100.0 * (1.0 - self.trusted):.1f} % of what counts should not be trusted: {listed(self.doubtful, LISTED)}"


def of(estimate: Estimate, recording: Recording) -> Verdict:
    """Judge an estimate on a recording's own samples, and gather what else is to be said of both."""
    verdict = _judged(estimate, recording)
    if recording.fault is not None:
        fault = recording.fault.sentence
        verdict = replace(_with(verdict, "not to be trusted", "poor", fault), fault=fault)
    # the headline begins with the fault
    headed = {verdict.fault, f"not to be trusted: {verdict.fault}"}
    warnings = [remark for remark in dict.fromkeys((*estimate.warnings, *recording.remarks)) if remark not in headed]
    return replace(verdict, warnings=tuple(warnings), notes=estimate.notes)


def _with(verdict: Verdict, word: str, level: Level, first: str) -> Verdict:
    """The same under a graver word, and what it rests on said first."""
    return replace(verdict, word=word, level=level, sentence=f"{first}; {verdict.sentence}")


def _judged(estimate: Estimate, recording: Recording) -> Verdict:
    counted, known = estimate.counted, estimate.known
    if not counted.any():
        return Verdict("not judged", "poor", "all of the recording is its start or its end, which do not count: record longer")
    trusted, doubted = float(estimate.trusted.sum() / counted.sum()), tuple(doubts(estimate))
    if estimate.root_residual is None:
        why = "this method gives no forces: its motion cannot be checked"
        return Verdict("not judged", "fair", why, trusted=trusted, doubts=doubted)
    strides = judge(estimate, periodic=recording.periodic)
    agreeing = float((known & ~estimate.doubted).sum() / known.sum()) if known.any() else 0.0
    good = min(agreeing, float(np.mean([s.consistent for s in strides])) if strides else 1.0)
    sentence = _agreement_sentence(estimate, recording, strides, agreeing)
    word = next(word for word, (least, _) in LEVELS.items() if good >= least)
    residual = estimate.root_residual[known if known.any() else counted]
    residual = residual[np.isfinite(residual).all(axis=1)]
    force = moment = float("inf")
    if len(residual):
        force, moment = (float(np.sqrt((part**2).sum(axis=1).mean())) for part in (residual[:, :2], residual[:, 2:]))
    verdict = Verdict(word, LEVELS[word][1], sentence, strides, force, moment, trusted, doubted, spans(estimate))
    # gait too short for complete strides to be found in it
    short = not recording.periodic and 0.0 < int(estimate.in_gait.sum()) / estimate.rate_hz < SHORTEST_S
    if short and not strides:
        verdict = replace(verdict, word="not judged", level="fair", sentence=f"{sentence}; record longer")
    if mostly_other(estimate):
        verdict = replace(verdict, word="not gait", level="poor")
    if estimate.convergence.get("converged", 1.0) < 1.0:
        runs = round(estimate.convergence.get("runs", 1.0))
        failed = runs - round(estimate.convergence["converged"] * runs)
        which = "the solver did not converge" + (f" in {failed} of {runs} windows" if runs > 1 else "")
        solved: tuple[str, Level] = ("not solved", "poor") if failed == runs else ("solved in part", "fair")
        verdict = _with(verdict, *solved, which)
    return verdict


def mostly_other(estimate: Estimate) -> bool:
    """Whether most of what counts is no gait and no standing."""
    counted = estimate.counted
    return int((counted & ~estimate.known).sum()) > MOSTLY * int(counted.sum())


def judge(estimate: Estimate, *, periodic: bool) -> tuple[Stride, ...]:
    """Every stride that counts, in order of time; none for methods without forces."""
    agreement = Agreement.of_estimate(estimate)
    if agreement is None:
        return ()
    result = []
    for kind in gait.kinds(estimate, periodic=periodic):
        for side, leg in kind.legs.items():
            for begin, end in zip(leg.begin.tolist(), leg.end.tolist(), strict=True):
                span = (0.0, estimate.samples - 1.0) if periodic else (begin, end)
                begin_s = float(estimate.time_s[0]) + begin / estimate.rate_hz
                result.append(Stride(side, begin_s, not any(agreement.over(span).values())))
    return tuple(sorted(result, key=lambda stride: stride.begin_s))


def _agreement_sentence(estimate: Estimate, recording: Recording, strides: tuple[Stride, ...], agreeing: float) -> str:
    """What agrees, and when the person did what no model knows: nothing is said of that."""
    if recording.periodic:
        return f"{'' if agreeing == 1.0 else 'not '}consistent in the one cycle"
    other = stretches(estimate.counted & ~estimate.known, estimate)
    if not other:
        return _of_what_is_known(estimate, strides, agreeing, "recording")
    when = f"{listed(other, LISTED)} {'is' if len(other) == 1 else 'are'} neither walking, running nor standing"
    if not estimate.known.any():
        return when
    rest = _of_what_is_known(estimate, strides, agreeing, "rest")
    return f"{when}; {rest}" if mostly_other(estimate) else f"{rest}; {when}"


def _of_what_is_known(estimate: Estimate, strides: tuple[Stride, ...], agreeing: float, whole: str) -> str:
    if not strides:
        how = f"consistent in {_percent(agreeing)} of the {whole}" if agreeing else f"not consistent in any of the {whole}"
        why = "without a complete stride" if estimate.in_gait.any() else "which is standing and answered from gravity"
        return f"{how}, {why}"
    failed = [stride for stride in strides if not stride.consistent]
    # what lies outside of strides: first and last steps, standing
    beyond = f"in only {_percent(agreeing)} of the {whole}" if agreeing < CONSISTENT else ""
    if not failed:
        held = f"consistent in all {len(strides)} strides" if len(strides) > 1 else "consistent in the one stride"
        return f"{held}, but {beyond}" if beyond else held
    if len(failed) == len(strides):
        return "not consistent in " + (f"any of {len(strides)} strides" if len(strides) > 1 else "the one stride")
    which = "those" if len(failed) > 1 else "the one"
    at = in_words([f"{stride.begin_s:.1f} s" for stride in failed], LISTED)
    held = f"consistent in {len(strides) - len(failed)} of {len(strides)} strides, not in {which} at {at}"
    return f"{held}; and {beyond}" if beyond else held


def _percent(share: float) -> str:
    # rounded down: all is all
    return "all" if share == 1.0 else f"{np.floor(100.0 * share):.0f} %"


def doubts(estimate: Estimate) -> list[Doubt]:
    """The reasons for which some part of an estimate is flagged."""
    result = []
    for reason, everywhere in estimate.doubts.items():
        flagged = everywhere & estimate.counted
        if flagged.any():
            everything = stretches(flagged, estimate)
            longest = _longest(everything, SHOWN)
            share = float(flagged.sum() / estimate.counted.sum())
            result.append(Doubt(trust.WORDS[reason], share, tuple(longest), len(everything) - len(longest)))
    return result


def spans(estimate: Estimate) -> tuple[Stretch, ...]:
    """Stretches flagged for any reason."""
    return tuple(stretches(estimate.counted & estimate.doubted, estimate))


def stretches(flagged: np.ndarray, estimate: Estimate) -> list[Stretch]:
    """(start, stop) [s] of the stretches in which (T,) ``flagged`` is True, close ones joined."""
    begin_s, rate_hz = float(estimate.time_s[0]), estimate.rate_hz
    edges = begin_s + np.flatnonzero(np.diff(np.concatenate([[False], flagged, [False]]).astype(int))) / rate_hz
    result: list[Stretch] = []
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if result and start - result[-1][1] < JOIN_S:
            result[-1] = (result[-1][0], stop)
        else:
            result.append((start, stop))
    return result


def listed(stretches: Sequence[Stretch], most: int) -> str:
    """Stretches in words, the longest of them where there are more than ``most``."""
    shown = [(f"{start:.1f}", f"{stop:.1f}") for start, stop in _longest(stretches, most)]
    words = [f"{start} s" if start == stop else f"{start}\u2013{stop} s" for start, stop in shown]
    return in_words(words + [""] * (len(stretches) - len(words)), most)


def _longest(stretches: Sequence[Stretch], most: int) -> list[Stretch]:
    return sorted(sorted(stretches, key=lambda s: s[0] - s[1])[:most])


def in_words(words: Sequence[str], most: int) -> str:
    """``a, b and c``; no more than ``most`` of them, and how many more there are."""
    shown, more = list(words[:most]), len(words) - most
    last = f"{more} more" if more > 0 else shown.pop()
    return f"{', '.join(shown)} and {last}" if shown else last

"""Whose labels are learned from: a user's own, other people's, or other people's and a little of the user's.

================  ====================================================  =========================================
regime            learned from                                          tested on
================  ====================================================  =========================================
``individual``    the first 60 % of the user's recordings, the next     the last 20 %
                  20 % say when to stop
``general``       other people; yet others say when to stop             the user's recordings, without the share
                                                                        that ``adaptive`` takes
``adaptive``      a general model, then the first share of the user's   what follows
                  recordings; the next share says when to stop
================  ====================================================  =========================================

For comparisons all three are scored on the last 20 % too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from kinertia.metrics import scoring
from kinertia.recording import Recording
from kinertia.recording.selection import crop
from kinertia.supervised import cycles, predict, training, windows
from kinertia.supervised.checkpoint import Fitted
from kinertia.supervised.config import FitConfig
from kinertia.supervised.examples import Examples, join
from kinertia.train.loop import IN_MEMORY, Running
from kinertia.train.people import Person, Split

Regime = Literal["individual", "general", "adaptive"]
REGIMES: tuple[Regime, ...] = ("individual", "general", "adaptive")
TRAINED, LAST = 0.6, 0.8  # ends of the parts of a user's recordings that ``individual`` learns from and stops by


def examples(person: Person, config: FitConfig, every: bool = False) -> Examples | None:
    """What there is to learn of a person in segment frames, all of it or (not ``every``) some; None where there is nothing."""
    read_in = cycles.examples if config.inputs.reading == "cycles" else windows.examples
    parts = [part for r in person.recordings if (part := read_in(r, person.name, config, every)) is not None]
    return join(parts) if parts else None


def fit_general(data: Mapping[str, Examples | None], split: Split, config: FitConfig, how: Running = IN_MEMORY) -> Fitted:
    """Learn from other people, as :func:`kinertia.supervised.training.fit` does.

    ``data`` are examples of every person by name; those of people whom the split tests are not looked at.
    """
    train, held = (join(data[name] for name in names) for names in (split.train, split.held))
    return training.fit(train, held, config, how)


def fit_adaptive(
    general: Fitted, person: Person, share: float, how: Running = IN_MEMORY, *, config: FitConfig | None = None
) -> Fitted:
    """Go on from a general model with the first ``share`` of a user's recordings; what follows it says when to stop.

    ``config`` has other settings of adapting than the model's; the rest is as for :func:`kinertia.supervised.training.fit`.
    ValueError if the share is no share, or too little is left of it.
    """
    chosen = general.config if config is None else replace(general.config, adaptation=config.adaptation)
    require_share(share, chosen)
    train, held = _own(person, chosen, share, share + chosen.adaptation.check, "give a larger share or longer recordings")
    return training.fit(train, held, chosen, how, start=general, regime="adaptive")


def fit_individual(person: Person, config: FitConfig, how: Running = IN_MEMORY) -> Fitted:
    """Learn from the user's own recordings alone; ValueError if they are too short."""
    train, held = _own(person, config, TRAINED, LAST, "give longer ones")
    return training.fit(train, held, config, how, regime="individual")


def _own(person: Person, config: FitConfig, share: float, whole: float, fix: str) -> tuple[Examples, Examples]:
    """To learn from and to stop by: the first share of every recording and what follows; what comes later is not even read."""
    first = [r if r.periodic else crop(r, 0, max(round(whole * r.samples), 1)) for r in person.recordings]
    own = examples(replace(person, recordings=tuple(first)), config, every=True)
    parts = None if own is None else (own.between(0.0, share / whole), own.between(share / whole, 1.0))
    if parts is None or not all(map(len, parts)):
        raise ValueError(
            f"{person.name}: {100 * share:g} % of the recordings hold nothing to learn from, or what follows nothing to stop "
            f"by; {fix}"
        )
    return parts


def require_share(share: float, config: FitConfig) -> None:
    """ValueError unless a share of the recordings, and what says when to stop, leave something to test on."""
    check = config.adaptation.check
    if not share > 0.0 or share + check > LAST + 1e-9:
        raise ValueError(
            f"share {share:g}: it must be above 0 and at most {LAST - check:g}, as {check:g} says when to stop and the last "
            f"{1 - LAST:g} is tested"
        )


def score(fitted: Fitted, person: Person, begin: float) -> dict[str, dict[str, Any]]:
    """Recording to the figures (:mod:`kinertia.metrics.scoring`) of a model on what follows ``begin``, a share of each.

    Recordings without a whole cycle there are left out.
    """
    pieces = [piece for recording in person.recordings for piece in _pieces(recording, begin, fitted)]
    return {piece.name: scoring.figures(predict.estimate(fitted, piece.without_truth()), piece) for piece in pieces}


def _pieces(recording: Recording, begin: float, fitted: Fitted) -> list[Recording]:
    """The part that is tested; its mean cycle for models of cycles. A periodic cycle is tested whole."""
    inputs = fitted.config.inputs
    if recording.periodic:
        return [recording]
    piece = crop(recording, round(begin * recording.samples), recording.samples)
    if inputs.reading == "windows":
        return [piece]
    return [cycle for cycle, _, _ in cycles.average(piece, "r", replace(inputs, averaged=10**6))[:1]]

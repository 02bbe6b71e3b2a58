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

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from kinertia.metrics import scoring
from kinertia.recording import Recording
from kinertia.recording.crop import crop
from kinertia.supervised import cycles, predict, training, windows
from kinertia.supervised.checkpoint import Fitted
from kinertia.supervised.config import FitConfig
from kinertia.supervised.examples import Examples, join
from kinertia.train.loop import Progress
from kinertia.train.people import Person
from kinertia.train.split import Split

Regime = Literal["individual", "general", "adaptive"]
REGIMES: tuple[Regime, ...] = ("individual", "general", "adaptive")
TRAINED, LAST = 0.6, 0.8
"""Ends of the parts of a user's recordings that ``individual`` learns from and stops by."""
Json = dict[str, Any]
All = Mapping[str, Examples | None]


def examples(person: Person, config: FitConfig, every: bool = False) -> Examples | None:
    """What there is to learn of a person; None where there is nothing.

    Parameters
    ----------
    person : in segment frames.
    config : what is read and predicted.
    every : all examples instead of some, for adapting.
    """
    read_in = cycles.examples if config.inputs.reading == "cycles" else windows.examples
    parts = [part for r in person.recordings if (part := read_in(r, person.name, config, every)) is not None]
    return join(parts) if parts else None


def together(parts: Sequence[Examples | None]) -> Examples:
    """Examples of several people together.

    Raises
    ------
    ValueError : if there are none.
    """
    return join([part for part in parts if part is not None])


def fit_general(
    data: All,
    split: Split,
    config: FitConfig,
    out: Path | None = None,
    *,
    resume: bool = False,
    progress: Progress | None = None,
) -> Fitted:
    """Learn from other people.

    Parameters
    ----------
    data : examples of every person by name.
    split : who is learned from and who says when to stop; examples of those who are tested are not looked at.
    config : what is learned and how.
    out, resume, progress : as for :func:`kinertia.supervised.training.fit`.
    """
    train, held = (together([data[name] for name in names]) for names in (split.train, split.held))
    return training.fit(train, held, config, out, regime="general", resume=resume, progress=progress)


def fit_adaptive(
    general: Fitted,
    person: Person,
    share: float,
    out: Path | None = None,
    *,
    resume: bool = False,
    progress: Progress | None = None,
    config: FitConfig | None = None,
) -> Fitted:
    """Go on from a general model with the first share of a user's recordings.

    Parameters
    ----------
    general : model of other people.
    person : the user.
    share : of every recording that is learned from; the next ``adaptation.check`` of it says when to stop.
    out, resume, progress : as for :func:`kinertia.supervised.training.fit`.
    config : with other settings of adapting; None takes the model's.

    Raises
    ------
    ValueError : if the share is no share, or too little is left of it.
    """
    chosen = general.config if config is None else replace(general.config, adaptation=config.adaptation)
    require_share(share, chosen)
    own = examples(_first(person, share + chosen.adaptation.check), chosen, every=True)
    whole = share + chosen.adaptation.check
    train = None if own is None else own.between(0.0, share / whole)
    held = None if own is None else own.between(share / whole, 1.0)
    if train is None or held is None or not len(train) or not len(held):
        raise ValueError(
            f"{person.name}: {100 * share:g} % of the recordings hold nothing to learn from, or what follows nothing to stop "
            "by; give a larger share or longer recordings"
        )
    return training.fit(train, held, chosen, out, start=general, regime="adaptive", resume=resume, progress=progress)


def fit_individual(
    person: Person, config: FitConfig, out: Path | None = None, *, resume: bool = False, progress: Progress | None = None
) -> Fitted:
    """Learn from the user's own recordings alone.

    Raises
    ------
    ValueError : if they are too short.
    """
    own = examples(_first(person, LAST), config, every=True)
    if own is None:
        raise ValueError(f"{person.name}: the recordings hold nothing to learn from; give longer ones")
    train, held = own.between(0.0, TRAINED / LAST), own.between(TRAINED / LAST, 1.0)
    return training.fit(train, held, config, out, regime="individual", resume=resume, progress=progress)


def require_share(share: float, config: FitConfig) -> None:
    """ValueError unless a share of the recordings, and what says when to stop, leave something to test on."""
    check = config.adaptation.check
    if not share > 0.0 or share + check > LAST + 1e-9:
        raise ValueError(
            f"share {share:g}: it must be above 0 and at most {LAST - check:g}, as {check:g} says when to stop and the last "
            f"{1 - LAST:g} is tested"
        )


def score(fitted: Fitted, person: Person, begin: float) -> dict[str, Json]:
    """Figures of a model on what follows ``begin`` (a share of each recording) of a person's recordings.

    Returns
    -------
    Recording to the figures of :func:`kinertia.metrics.scoring.figures`; recordings without a whole cycle there are left out.
    """
    found = {}
    for recording in person.recordings:
        for piece in _pieces(recording, begin, fitted):
            estimate = predict.estimate(fitted, piece.without_truth())
            found[piece.name] = scoring.figures(estimate, piece)
    return found


def _pieces(recording: Recording, begin: float, fitted: Fitted) -> list[Recording]:
    """The part that is tested; its mean cycle for models of cycles. A periodic cycle is tested whole."""
    inputs = fitted.config.inputs
    if recording.periodic:
        return [recording]
    piece = crop(recording, round(begin * recording.samples), recording.samples)
    if inputs.reading == "windows":
        return [piece]
    return [cycle for cycle, _, _ in cycles.average(piece, "r", replace(inputs, averaged=10**6))[:1]]


def _first(person: Person, share: float) -> Person:
    """The first share of every continuous recording: what comes later is not even read."""
    kept = tuple(r if r.periodic else crop(r, 0, max(round(share * r.samples), 1)) for r in person.recordings)
    return replace(person, recordings=kept)

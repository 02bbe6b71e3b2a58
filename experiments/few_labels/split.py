"""Who is tested, and which share of the others' labels is used."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from experiments.few_labels.targets import Labelled
from kinertia.train.people import Split

TESTED, HELD_BACK = 0.2, 0.15
"""Share of the people who are tested where there is one fold, and share of the others who say when to stop."""


def split(people: Sequence[str], folds: int = 1, fold: int = 0, tested: int | None = None) -> Split:
    """Divide people.

    Parameters
    ----------
    people : their names; order does not matter.
    folds : 1 tests the last of them; more take every one of them in turn, ``fold`` says whose turn it is.
    tested : with one fold, how many people are tested; a fifth when None.

    Raises
    ------
    ValueError
        If there are too few people: each part needs one.
    """
    names = sorted(set(people))
    if folds < 1 or not 0 <= fold < folds:
        raise ValueError(f"fold {fold} of {folds}: give folds of at least 1")
    last = max(round(TESTED * len(names)), 1) if tested is None else tested
    if not 0 < last < len(names):
        raise ValueError(f"{last} of {len(names)} people to be tested: leave some to learn from")
    test = names[len(names) - last :] if folds == 1 else names[fold::folds]
    rest = [name for name in names if name not in test]
    held = max(round(HELD_BACK * len(rest)), 1)
    found = Split(tuple(rest[: len(rest) - held]), tuple(rest[len(rest) - held :]), tuple(test))
    if not (found.train and found.held and found.test):
        raise ValueError(f"{len(names)} people in {folds} folds: too few to learn from some, stop by others and test the rest")
    return found


def of_people(data: Labelled, people: Sequence[str]) -> Labelled:
    """The windows of some people."""
    wanted = set(people)
    index = [i for i, owner in enumerate(data.windows.owners) if owner in wanted]
    return data.select(torch.tensor(index, dtype=torch.long))


def share_of(data: Labelled, share: float, seed: int) -> Labelled:
    """A share of every person's windows, at least one; smaller shares are parts of larger ones.

    Raises
    ------
    ValueError
        If the share is not above 0 and at most 1.
    """
    if not 0.0 < share <= 1.0:
        raise ValueError(f"share {share:g} of the labels: it must be above 0 and at most 1")
    owners = data.windows.owners
    generator = torch.Generator().manual_seed(seed)
    kept: list[Tensor] = []
    for owner in sorted(set(owners)):
        mine = torch.tensor([i for i, name in enumerate(owners) if name == owner])
        order = mine[torch.randperm(len(mine), generator=generator)]
        kept.append(order[: max(round(share * len(mine)), 1)])
    return data.select(torch.cat(kept).sort().values)

"""Who is learned from, who says when to stop, and who is tested: nobody is in two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HELD_BACK = 0.15
"""Share of the people that are not tested who say when to stop; at least one."""


@dataclass(frozen=True)
class Split:
    """Names of people."""

    train: tuple[str, ...]
    held: tuple[str, ...]
    test: tuple[str, ...]


def folds(people: Sequence[str], count: int = 0) -> list[Split]:
    """Every person is tested once, in ``count`` folds; 0 leaves one subject out at a time. Order of the names does not matter.

    Raises
    ------
    ValueError : if there are fewer than three people, or no such number of folds.
    """
    names = sorted(set(people))
    if len(names) < 3:
        raise ValueError(
            f"{len(names)} people ({', '.join(names)}): at least 3 are needed, to learn from some, stop by others and test the "
            "rest"
        )
    count = count or len(names)
    if not 2 <= count <= len(names):
        raise ValueError(f"{count} folds of {len(names)} people: give 2 to {len(names)}, or 0 to leave one out at a time")
    found = []
    for fold in range(count):
        test = names[fold::count]
        rest = [name for name in names if name not in test]
        held = max(round(HELD_BACK * len(rest)), 1)
        if held >= len(rest):
            raise ValueError(f"{len(names)} people in {count} folds: too few are left to learn from; give more folds")
        # other people say when to stop in every fold
        turned = rest[fold % len(rest) :] + rest[: fold % len(rest)]
        found.append(Split(tuple(sorted(turned[held:])), tuple(sorted(turned[:held])), tuple(test)))
    return found


def everyone(people: Sequence[str]) -> Split:
    """All are learned from but those who say when to stop; nobody is tested.

    Raises
    ------
    ValueError : if there are fewer than two.
    """
    names = tuple(sorted(set(people)))
    held = max(round(HELD_BACK * len(names)), 1)
    if len(names) < 2:
        raise ValueError(f"{len(names)} people to learn from: at least 2 are needed, as one says when to stop")
    return Split(names[:-held], names[-held:], ())

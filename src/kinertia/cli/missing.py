"""What commands say in an installation without the extra ``kinertia[train]``."""

from __future__ import annotations

from collections.abc import Sequence

from kinertia.cli.catalogue import GROUP
from kinertia.io import extra

TRAINING = ("adapt", "train", "pretrain", "fit", "solve", "simulate", "demo", "ship", "export")
"""Commands that nothing can be done with in such an installation."""
TRAINING_BENCHMARKS = (
    *("cycles", "continuous", "simulated", "simulator", "virtual", "ablation", "physics", "speed", "pretraining"),
    *("labels", "subsets", "files"),
)
"""The same for the commands of the group; those of streaming are light."""
_HELP = ("-h", "--help")


def check(arguments: Sequence[str]) -> None:
    """Refuse a command that needs packages which are not installed, before its options are read.

    Raises
    ------
    ModuleNotFoundError : names command, packages and what installs them.
    """
    first, second = [*arguments, "", ""][:2]
    heavy = second in TRAINING_BENCHMARKS if first == GROUP else first in TRAINING
    if not heavy or any(argument in _HELP for argument in arguments):
        return
    extra.require(f"{first} {second}" if first == GROUP else first)


def explain(error: ModuleNotFoundError, what: str = "this") -> str | None:
    """The sentence about a package of the extra that ``what`` asked for; None where the package is none of them."""
    said, package = str(error), (error.name or "").split(".")[0]
    if "pip install" in said:
        return said
    return extra.needs(what, [package]) if package in extra.PACKAGES else None


def one_line(error: Exception) -> str | None:
    """What the user is told of an error; None for a broken installation."""
    if isinstance(error, ModuleNotFoundError):
        return explain(error)
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split())

"""What commands say in an installation without the extra ``kinertia[train]``."""

from __future__ import annotations

from collections.abc import Sequence

from kinertia.cli.catalogue import GROUP

TRAINING = ("adapt", "train", "pretrain", "fit", "solve", "simulate", "demo", "ship", "export")
"""Commands that nothing can be done with in such an installation."""
TRAINING_BENCHMARKS = (
    *("cycles", "continuous", "simulated", "simulator", "virtual", "ablation", "physics", "speed", "pretraining"),
    *("labels", "subsets", "files"),
)
"""The same for the commands of the group; those of streaming are light."""
EXTRA = ("torch", "casadi", "scipy", "safetensors", "polars", "onnx", "onnxscript")
_ALWAYS = ("torch", "scipy", "safetensors")  # what each of these commands needs
_HELP = ("-h", "--help")


def check(arguments: Sequence[str]) -> None:
    """Refuse a command that needs packages which are not installed, before its options are read.

    Raises
    ------
    ValueError : names command, packages and what installs them.
    """
    from kinertia.io.extra import available

    first, second = [*arguments, "", ""][:2]
    heavy = second in TRAINING_BENCHMARKS if first == GROUP else first in TRAINING
    if not heavy or any(argument in _HELP for argument in arguments):
        return
    if absent := [package for package in _ALWAYS if not available(package)]:
        raise ValueError(_sentence(f"{first} {second}" if first == GROUP else first, absent))


def explain(error: ModuleNotFoundError, what: str = "this") -> str | None:
    """The sentence about a package of the extra that ``what`` asked for; None where the package is none of them."""
    package = (error.name or "").split(".")[0]
    return _sentence(what, [package]) if package in EXTRA else None


def _sentence(what: str, packages: Sequence[str]) -> str:
    from kinertia.io.extra import INSTALL

    *others, last = packages
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"{what} needs {listed}, which {'are' if others else 'is'} not installed. Fix: {INSTALL}"

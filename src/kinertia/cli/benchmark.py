"""``kinertia benchmark`` and ``kinertia pretrain``: the experiments of a checkout, which no installation holds."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import kinertia

RUNNER = "experiments.runner"
"""The one module that this package takes from the experiments; the others are imported by it."""
ABSENT = (
    "`kinertia {}` runs the experiments of a checkout of the source, which this installation does not hold. "
    "Fix: call it in the folder of a checkout, or install that with `pip install --editable '.[train]'`"
)


def run(words: Sequence[str]) -> None:
    """Run the command of the experiments that the first word names, with the others as its options.

    Raises
    ------
    ValueError : no checkout is here, or as the command.
    """
    checkout = next((folder for folder in (Path(kinertia.__file__).parents[2], Path.cwd()) if _holds(folder)), None)
    if checkout is None:
        raise ValueError(ABSENT.format(words[0]))
    if str(checkout) not in sys.path:
        sys.path.append(str(checkout))
    import_module(RUNNER).run(words)


def _holds(folder: Path) -> bool:
    """Whether a folder is a checkout of this package, with its experiments."""
    about, runner = folder / "pyproject.toml", folder / f"{RUNNER.replace('.', '/')}.py"
    return runner.is_file() and about.is_file() and 'name = "kinertia"' in about.read_text()

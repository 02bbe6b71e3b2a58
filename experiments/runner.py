"""``kinertia benchmark``: from the words of a command line to an experiment, whose files replace no others than its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import is_dataclass
from functools import wraps
from pathlib import Path
from typing import Any

from experiments.registry import GROUPS, NAMES, TRAINING
from kinertia.api import models
from kinertia.cli import catalogue, dispatch
from kinertia.io import inputs
from kinertia.io.outputs import Outputs

LIST = catalogue.page(GROUPS, "usage: kinertia benchmark NAME ...", "kinertia benchmark NAME --help shows its options.")
MODULES = {name: f"experiments.commands.{name}" for name in NAMES}
FIGURES, PAGES = ("json", "plot", "failures", "fit"), ("curves.html", "simulator.html")
"""Options that name a file to write, and files in the folder of --report."""


def run(words: Sequence[str]) -> None:
    """Run the experiment that the first word names, with the others as its options; without any, list them.

    Raises
    ------
    ValueError : as :func:`kinertia.cli.dispatch.command`.
    """
    if dispatch.asks_for_list(words):
        print(LIST)
    else:
        dispatch.command(MODULES, words, "kinertia benchmark", TRAINING, guarded)


def guarded(function: Callable[..., None], name: str) -> Callable[..., None]:
    """An experiment whose files replace no others than its own of the same data."""

    @wraps(function)
    def run_guarded(*arguments: Any, **options: Any) -> None:
        shared = {k: v for group in options.values() if is_dataclass(group) for k, v in vars(group).items()}
        known = shared | options
        given = known.get("data")
        data = list(given) if isinstance(given, tuple) else [given]
        model, report = known.get("model"), known.get("report")
        files = [path for key in FIGURES if isinstance(path := known.get(key), Path)]
        files += [report / name for name in PAGES] if isinstance(report, Path) else []
        read = inputs.of(*data, known.get("config_file"), models.folder(model) if isinstance(model, str) else None)
        source = str(data[0]) if data and data[0] is not None else ""
        outputs = Outputs(f"kinertia benchmark {name}", read, source, elsewhere="give another name", option="")
        with outputs.writing(files):
            function(*arguments, **options)

    return run_guarded

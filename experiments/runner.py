"""``kinertia benchmark``: from the words of a command line to an experiment, its table and its file of figures."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
from rich.console import Console

from experiments.protocol import Context, Experiment, Found, Json
from experiments.registry import COMMANDS, GROUPS, MODULES, TRAINING
from kinertia import __version__
from kinertia.api import models
from kinertia.cli import dispatch
from kinertia.io import inputs
from kinertia.io.outputs import Outputs

LIST = dispatch.page(GROUPS, "usage: kinertia benchmark NAME ...", "kinertia benchmark NAME --help shows its options.")
FILES = ("plot", "failures", "fit")
"""Options that name a file to write."""
PAGES = {"report": ("curves.html", "simulator.html"), "out": ("index.html", "index.md")}
"""Options that name a folder, and files in it."""
JSON_HELP = "\n    json\n        File to write the figures to; finished rows of long experiments are kept beside it.\n    "


def run(words: Sequence[str]) -> None:
    """Run the command that the first word names: ``benchmark`` with an experiment and its options, or one of its own.

    Without an experiment, list them.

    Raises
    ------
    ValueError : as :func:`kinertia.cli.dispatch.command`.
    """
    if words[0] in COMMANDS:
        dispatch.command(COMMANDS, words, "kinertia", tuple(COMMANDS))
    elif dispatch.asks_for_list(words[1:]):
        print(LIST)
    else:
        dispatch.command(MODULES, words[1:], "kinertia benchmark", TRAINING, command)


def command(experiment: Experiment, name: str) -> Callable[..., None]:
    """An experiment as a command, with the option ``--json``."""
    hints = get_type_hints(experiment, include_extras=True)
    own = {key: p.replace(annotation=hints[key]) for key, p in inspect.signature(experiment).parameters.items()}
    del own["context"]

    def carry_out(*, json: Path | None = None, **options: Any) -> None:
        with _outputs(name, options).writing(_files(json, options)):
            found = experiment(**options, context=Context(json, shows=True))
            if found.figures:
                Context(json).save(found.figures | _conditions(name, found, own, options))
        console = Console()
        for part in found.shown:
            console.print(part, highlight=False, markup=False, soft_wrap=isinstance(part, str))
        if found.failed:
            sys.exit(1)

    asked = inspect.Parameter("json", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Path | None)
    options = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own.values()]
    carry_out.__signature__ = inspect.Signature([*options, asked])  # type: ignore[attr-defined]
    carry_out.__annotations__ = {p.name: p.annotation for p in (*options, asked)}
    carry_out.__doc__ = (experiment.__doc__ or "").rstrip() + JSON_HELP
    return carry_out


def _conditions(name: str, found: Found, own: dict[str, inspect.Parameter], options: Json) -> Json:
    """What the figures were found under: the experiment's own words, version, and options that are not the default."""
    stated = {key: _stated(value, own[key].default) for key, value in options.items() if value != own[key].default}
    known = {"experiment": name, "version": __version__, "options": stated}
    return {"conditions": found.figures.get("conditions", {}) | known}


def _stated(value: Any, default: Any) -> Any:
    if is_dataclass(value) and type(value) is type(default):
        given = {f.name: (getattr(value, f.name), getattr(default, f.name)) for f in fields(value)}
        return {key: _stated(*pair) for key, pair in given.items() if pair[0] != pair[1]}
    return msgspec.to_builtins(value, enc_hook=str)


def _known(options: Json) -> Json:
    """Options by name, those of groups among them."""
    return {k: v for group in options.values() if is_dataclass(group) for k, v in vars(group).items()} | options


def _files(json: Path | None, options: Json) -> list[Path]:
    known = _known(options)
    named = [path for path in (json, *(known.get(key) for key in FILES)) if isinstance(path, Path)]
    homes = ((home, pages) for key, pages in PAGES.items() if isinstance(home := known.get(key), Path))
    return named + [home / page for home, pages in homes for page in pages]


def _outputs(name: str, options: Json) -> Outputs:
    """The guard of an experiment's files, which replace no others than its own of the same data."""
    known = _known(options)
    given, model = known.get("data"), known.get("model")
    data = list(given) if isinstance(given, tuple) else [given]
    read = inputs.of(*data, known.get("config_file"), models.folder(model) if isinstance(model, str) else None)
    source = str(data[0]) if data and data[0] is not None else ""
    return Outputs(f"kinertia benchmark {name}", read, source, elsewhere="give another name", option="")

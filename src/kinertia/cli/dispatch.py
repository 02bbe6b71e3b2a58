"""From the words of a command line to a command that a table knows; and what is said where that cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from kinertia.cli import parsing
from kinertia.io import extra

Command = Callable[..., None]


def command(
    known: Mapping[str, str],
    words: Sequence[str],
    parent: str,
    training: Sequence[str],
    prepare: Callable[[Callable[..., Any], str], Command] | None = None,
) -> None:
    """Run the command that the first word names, with the others as its options.

    ``known`` is the name of a command to the module that holds a function of this name, ``parent`` what stands before it. Those
    of ``training`` need the extra ``kinertia[train]``. ``prepare`` makes the command of a function and its name. ValueError:
    there is no such command or option, named with what was probably meant; or as the command. ModuleNotFoundError: it needs
    packages that are not installed; names them.
    """
    name, *rest = words
    prog = f"{parent} {name}"
    if name not in known:
        raise ValueError(f"there is no {prog[9:]}; {parsing.meant(name, known, where=f'{parent} --help')}")
    asked = any(word in (*parsing.HELP, parsing.ALL) for word in rest)
    if not asked and name in training:
        extra.require(prog[9:])
    try:
        chosen = getattr(import_module(known[name]), name)
    except ModuleNotFoundError as error:
        if (said := explain(error, name)) is None:
            raise
        raise ValueError(said) from error
    chosen = chosen if prepare is None else prepare(chosen, name)
    if asked:
        parsing.show(chosen, prog, everything=parsing.ALL in rest)
    else:
        parsing.parse(chosen, prog, rest)()


def asks_for_list(words: Sequence[str]) -> bool:
    """Whether no command is named, but what there is to be told."""
    return not words or words[0] in (*parsing.HELP, parsing.ALL)


def page(groups: dict[str, dict[str, str]], opening: str, closing: str) -> str:
    """A list of names with a line each."""
    lines = [opening]
    for title, names in groups.items():
        lines += ["", f"{title}:", *(f"  {name:<12}{about}" for name, about in names.items())]
    return "\n".join([*lines, "", closing])


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

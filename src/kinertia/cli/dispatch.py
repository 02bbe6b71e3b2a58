"""From the words of a command line to a command that a table knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from kinertia.cli import helping, missing, parsing
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

    Parameters
    ----------
    known : name of a command to the module that holds a function of this name.
    words : of the command line, from the name on.
    parent : what stands before it, ``kinertia`` or ``kinertia benchmark``.
    training : names of the commands that need the extra ``kinertia[train]``.
    prepare : makes the command of the function and its name; None where the function is the command.

    Raises
    ------
    ValueError : there is no such command or option, named with what was probably meant; or as the command.
    ModuleNotFoundError : it needs packages that are not installed; names them.
    """
    name, *rest = words
    prog = f"{parent} {name}"
    if name not in known:
        raise ValueError(f"there is no {prog[9:]}; {helping.meant(name, known, where=f'{parent} --help')}")
    asked = any(word in (*helping.HELP, helping.ALL) for word in rest)
    if not asked and name in training:
        extra.require(prog[9:])
    chosen = _function(known[name], name)
    chosen = chosen if prepare is None else prepare(chosen, name)
    if asked:
        helping.show(chosen, prog, everything=helping.ALL in rest)
        return
    parsing.parse(chosen, prog, rest)()


def asks_for_list(words: Sequence[str]) -> bool:
    """Whether no command is named, but what there is to be told."""
    return not words or words[0] in (*helping.HELP, helping.ALL)


def _function(module: str, name: str) -> Callable[..., Any]:
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if (said := missing.explain(error, name)) is None:
            raise
        raise ValueError(said) from error

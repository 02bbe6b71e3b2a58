"""From the words of a command line to a call; what cannot be understood is said in one sentence."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from functools import partial, wraps
from typing import Any

import tyro

from kinertia.cli import helping

_MISSING = re.compile(r"^ {6}(?=\S)(.+?) *$", re.MULTILINE)
_VALUE = re.compile(r"Error parsing (\S+):")
_REFUSED = re.compile(r"Error parsing (?!-)(\S+): (.+?) [─-]{3}")
"""What a group of settings says of its values when it is made."""
_CHOICE = re.compile(r"invalid choice '(.*?)' for argument '(\S+)'\. Expected one of \((.*?),?\)")
_ALONE = re.compile(r"Missing value for argument '(\S+)'")


def parse(command: Callable[..., None], prog: str, words: Sequence[str]) -> Callable[[], None]:
    """The call of a command that words ask for.

    Raises
    ------
    ValueError : the words cannot be understood; says which one and what is meant or needed.
    """
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            call, unknown = tyro.cli(_later(command), prog=prog, args=words, return_unknown_args=True, config=helping.FLAGS)
    except SystemExit:
        known = helping.options(command)
        _refuse(command, prog, [word for word in words if word.startswith("--") and word.partition("=")[0] not in known])
        raise ValueError(f"{_name(prog)} {_complaint(said.getvalue(), words)}; see `{prog} --help`") from None
    _refuse(command, prog, unknown)
    return call


def _refuse(command: Callable[..., None], prog: str, unknown: Sequence[str]) -> None:
    if not unknown:
        return
    word = next((word for word in unknown if word.startswith("-")), unknown[0])
    what = "has no option" if word.startswith("-") else "takes no further"
    advice = helping.meant(word.partition("=")[0], helping.options(command), where=f"{prog} {helping.ALL}")
    raise ValueError(f"{_name(prog)} {what} {word}; {advice}")


def _name(prog: str) -> str:
    return prog.removeprefix("kinertia ")


def _complaint(said: str, words: Sequence[str]) -> str:
    if match := _CHOICE.search(text := " ".join(said.replace("│", " ").split())):
        return f"{match[2]}: {match[1]!r} is none of {match[3].replace(chr(39), '')}"
    if match := _ALONE.search(text):
        return f"{match[1]} needs a value"
    if match := _REFUSED.search(text):
        return f"--{match[1]}: {match[2]}"
    if match := _VALUE.search(text):
        option = match[1]
        given = next((b for a, b in zip(words, [*words[1:], ""], strict=True) if a == option), None)
        given = given or next((word.partition("=")[2] for word in words if word.startswith(f"{option}=")), "")
        kind = "whole number" if re.search(r"\bint\b|INT", text) else "number"
        return f"{option}: {given!r} is no {kind}"
    names = _MISSING.findall(re.split("Unrecognized|For full", said)[0])
    return f"needs {' and '.join(names)}" if names else f"cannot be called like this: {text}"


def _later(command: Callable[..., None]) -> Callable[..., Callable[[], None]]:
    """What gives a call of a command instead of making it."""

    @wraps(command)
    def bind(*arguments: Any, **options: Any) -> Callable[[], None]:
        return partial(command, *arguments, **options)

    return bind

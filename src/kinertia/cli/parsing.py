"""From the words of a command line to a call: what cannot be understood is said in one sentence; help short or in full."""

from __future__ import annotations

import inspect
import io
import os
import re
import shutil
import textwrap
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from functools import partial, wraps
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import docstring_parser
import tyro

HELP, ALL = ("-h", "--help"), "--help-all"
FLAGS = (tyro.conf.FlagCreatePairsOff,)  # a flag is what changes the default; there is no second one that states it
_OPTION = re.compile(r"^  (--[a-z][\w.-]*)", re.MULTILINE)
_FIRST = re.compile(r"^ (positional arguments|options)$", re.MULTILINE)
_POSITIONAL = re.compile(r"^  ([^\s-]\S*(?: \S+)*)  ", re.MULTILINE)
_RULE = re.compile(r"^ *-{20,} *\n|[ \t]+$", re.MULTILINE)
_METAVARS = {
    Path | None: "FILE",
    str | None: "NAME",
    int | None: "N",
    float | None: "NUMBER",
    Path: "FILE",
    str: "NAME",
    int: "N",
    float: "NUMBER",
    tuple[Path, ...]: "FILE...",
    tuple[str, ...]: "NAME...",
}
_LIKE = 0.6  # how much alike words are that are taken for each other; the default of difflib


RARE = "rare"  # marks an option, in its annotation, that only ``--help-all`` shows
_MISSING = re.compile(r"^ {6}(?=\S)(.+?) *$", re.MULTILINE)
_VALUE = re.compile(r"Error parsing (\S+):")
_REFUSED = re.compile(r"Error parsing (?!-)(\S+): (.+?) [─-]{3}")  # what a group of settings says of its values when it is made
_CHOICE = re.compile(r"invalid choice '(.*?)' for argument '(\S+)'\. Expected one of \((.*?),?\)")
_ALONE = re.compile(r"Missing value for argument '(\S+)'")


def parse(command: Callable[..., None], prog: str, words: Sequence[str]) -> Callable[[], None]:
    """The call of a command that words ask for.

    ValueError: the words cannot be understood; says which one and what is meant or needed.
    """
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            call, unknown = tyro.cli(_later(command), prog=prog, args=words, return_unknown_args=True, config=FLAGS)
    except SystemExit:
        known = options(command)
        _refuse(command, prog, [word for word in words if word.startswith("--") and word.partition("=")[0] not in known])
        raise ValueError(
            f"{prog.removeprefix('kinertia ')} {_complaint(said.getvalue(), words)}; see `{prog} --help`"
        ) from None
    _refuse(command, prog, unknown)
    return call


def _refuse(command: Callable[..., None], prog: str, unknown: Sequence[str]) -> None:
    if not unknown:
        return
    word = next((word for word in unknown if word.startswith("-")), unknown[0])
    what = "has no option" if word.startswith("-") else "takes no further"
    advice = meant(word.partition("=")[0], options(command), where=f"{prog} {ALL}")
    raise ValueError(f"{prog.removeprefix('kinertia ')} {what} {word}; {advice}")


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


def show(command: Callable[..., None], prog: str, *, everything: bool) -> None:
    """Print the help of a command."""
    page = docstring_parser.parse(inspect.getdoc(command) or "")
    parts = [part for part in (page.short_description, page.long_description) if part]
    description = "\n\n".join(textwrap.fill(" ".join(part.split()), _width()) for part in parts)
    text = _text(_shown(command, everything=everything), prog)
    text = text[_FIRST.search(text).start() :]  # type: ignore[union-attr]
    usage = " ".join([f"usage: {prog} [OPTIONS]", *_POSITIONAL.findall(text.partition("\n options\n")[0])])
    hidden = set() if everything else options(command) - set(_OPTION.findall(text))
    print(f"{usage}\n\n{description}\n\n{text}")
    if hidden:
        print(f"\n{len(hidden)} more option{'s' if len(hidden) > 1 else ''}: {prog} {ALL}")


def options(command: Callable[..., None]) -> set[str]:
    """Every option that a command takes."""
    return set(_OPTION.findall(_text(_shown(command, everything=True), "kinertia")))


def meant(word: str, known: Iterable[str], *, where: str) -> str:
    """What was probably meant by a word that nobody knows, as an advice."""
    near = get_close_matches(word, sorted(known), n=1, cutoff=_LIKE)
    return (f"did you mean {near[0]}? " if near else "") + f"`{where}` lists all"


def _text(command: Callable[..., None], prog: str) -> str:
    said = io.StringIO()  # tyro draws no boxes where it cannot
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(_width())  # what tyro takes for the width of the terminal
    try:
        with redirect_stdout(said), suppress(SystemExit):
            tyro.cli(command, prog=prog, args=["--help"], config=FLAGS)
    finally:
        del os.environ["COLUMNS"]
        os.environ.update({} if before is None else {"COLUMNS": before})
    return re.sub(r"\n{3,}", "\n\n", _RULE.sub("", said.getvalue())).rstrip("\n")


def _width() -> int:
    """Columns to write in; in more than 100, tyro sets options side by side."""
    return min(max(40, shutil.get_terminal_size().columns), 100)


def _shown(command: Callable[..., None], *, everything: bool) -> Callable[..., None]:
    """A twin of a command for its help alone: rare options left out, no hints of defaults that say nothing."""
    hints = get_type_hints(command, include_extras=True)
    said = {p.arg_name: p.description or "" for p in docstring_parser.parse(inspect.getdoc(command) or "").params}
    parameters = []
    for name, parameter in inspect.signature(command).parameters.items():
        hint, default = _option(hints[name], parameter.default, said.get(name, ""), everything=everything)
        parameters.append(parameter.replace(annotation=hint, default=default))

    def twin(*_: Any, **__: Any) -> None: ...

    twin.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    twin.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    twin.__doc__ = command.__doc__
    return twin


def _option(hint: Any, default: Any, about: str, *, everything: bool) -> tuple[Any, Any]:
    """Annotation and default of an option, or of several in a dataclass, as the help is to see them."""
    kind, *extra = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    if not everything and RARE in extra:
        return tyro.conf.Suppress[hint], default
    if is_dataclass(kind) and isinstance(kind, type):
        hints, content = get_type_hints(kind, include_extras=True), dict[str, Any]()
        known = {f.name: _option(hints[f.name], getattr(default, f.name), "", everything=everything) for f in fields(kind)}
        content |= {name: value for name, (_, value) in known.items()}
        content["__annotations__"] = {name: hint for name, (hint, _) in known.items()}
        # told apart from what it stands for by nobody, so that what stands beside its fields is found
        content |= {"__doc__": kind.__doc__, "__module__": kind.__module__, "__qualname__": kind.__qualname__}
        twin = dataclass(frozen=True)(type(kind.__name__, (kind,), content))
        return Annotated[(twin, *extra)] if extra else twin, twin()
    if about:
        words = " ".join(about.split())
        words = f"Leave this out: {words[0].lower()}{words[1:]}" if default is True else words
        hint = Annotated[hint, tyro.conf.arg(help=words)]
    named = next((each.metavar for each in extra if getattr(each, "metavar", None)), None)
    if named is None and (word := _METAVARS.get(kind)):
        word = word.replace("FILE", "FOLDER") if about.startswith("Folder") else word
        hint = Annotated[hint, tyro.conf.arg(metavar=word)]
    if default is None or default is False or default in ((), "") or (default is True and about):
        hint = Annotated[hint, tyro.conf.arg(help_behavior_hint="")]
    elif default is True:
        hint = Annotated[hint, tyro.conf.arg(help_behavior_hint="(on without it)")]
    elif default is inspect.Parameter.empty and get_origin(kind) is tuple:
        hint = Annotated[hint, tyro.conf.arg(help_behavior_hint="(required)")]
    return hint, default

"""The ``kinertia`` command: its subcommands, and what users see of errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from kinertia import __version__
from kinertia.cli import catalogue, guard, helping, missing, parsing
from kinertia.cli.catalogue import BENCHMARKS, COMMANDS, GROUP

ABOUT = "Joint angles, moments, ground reaction and speed from inertial sensors."
OVERVIEW = catalogue.page(
    catalogue.GROUPS,
    f"{ABOUT}\n\nusage: kinertia COMMAND ...",
    "kinertia COMMAND --help shows the options most used, --help-all all of them.\n"
    "--version shows the version; --traceback shows where an error came from.",
)
LIST = catalogue.page(
    catalogue.BENCHMARK_GROUPS,
    "usage: kinertia benchmark NAME ...",
    "kinertia benchmark NAME --help shows its options.",
)
USER_ERROR, INTERRUPTED, PIPE_CLOSED = 2, 130, 141
"""Exit codes; the last two are those of a shell for a program that was interrupted, or whose reader has gone."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a user's error becomes one line and exit code 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    traceback = "--traceback" in given
    wanted = [argument for argument in given if argument != "--traceback"]
    # Read by torch when it is loaded. Waiting for a second thread on a busy machine makes training 20 times slower.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        _run(wanted)
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Python flushes once more when it ends, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(PIPE_CLOSED)
    except (ValueError, OSError, ModuleNotFoundError) as error:
        said = missing.one_line(error)
        if traceback or said is None:
            raise
        print(f"kinertia: {said}", file=sys.stderr)
        sys.exit(USER_ERROR)


def _run(words: list[str]) -> None:
    if words == ["--version"]:
        print(f"kinertia {__version__}")
    elif not words or words[0] in (*helping.HELP, helping.ALL):
        print(OVERVIEW)
    elif words[0] != GROUP:
        _command(COMMANDS, words, "kinertia")
    elif len(words) == 1 or words[1] in (*helping.HELP, helping.ALL):
        print(LIST)
    else:
        _command(BENCHMARKS, words[1:], f"kinertia {GROUP}")


def _command(known: dict[str, str], words: Sequence[str], parent: str) -> None:
    """Run the command that the first word names, with the others.

    Raises
    ------
    ValueError : there is no such command or option, named with what was probably meant; or as the command.
    """
    name, *rest = words
    prog, benchmark = f"{parent} {name}", known is BENCHMARKS
    if name not in known:
        names = known if benchmark else (*known, GROUP)
        raise ValueError(f"there is no {prog[9:]}; {helping.meant(name, names, where=f'{parent} --help')}")
    asked = any(word in (*helping.HELP, helping.ALL) for word in rest)
    if not asked:
        missing.check([GROUP, name] if benchmark else [name])
    command = _function(known[name], name)
    command = guard.benchmark(command, name) if benchmark else command
    if asked:
        helping.show(command, prog, everything=helping.ALL in rest)
        return
    parsing.parse(command, prog, rest)()


def _function(module: str, name: str) -> Callable[..., None]:
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if (said := missing.explain(error, name)) is None:
            raise
        raise ValueError(said) from error

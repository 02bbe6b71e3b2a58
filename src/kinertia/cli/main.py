"""The ``kinertia`` command: its subcommands, and what users see of errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from kinertia import __version__
from kinertia.cli import benchmark, catalogue, dispatch, missing
from kinertia.cli.catalogue import COMMANDS, IN_CHECKOUT

ABOUT = "Joint angles, moments, ground reaction and speed from inertial sensors."
OVERVIEW = catalogue.page(
    catalogue.GROUPS,
    f"{ABOUT}\n\nusage: kinertia COMMAND ...",
    "kinertia COMMAND --help shows the options most used, --help-all all of them.\n"
    "--version shows the version; --traceback shows where an error came from.",
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
    elif dispatch.asks_for_list(words):
        print(OVERVIEW)
    elif words[0] in IN_CHECKOUT:
        benchmark.run(words)
    else:
        dispatch.command({**COMMANDS, **dict.fromkeys(IN_CHECKOUT, "")}, words, "kinertia", missing.TRAINING)

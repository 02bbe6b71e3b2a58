"""The ``kinertia`` command: its subcommands, and what users see of errors."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import kinertia
from kinertia.cli import dispatch

GROUP = "benchmark"
IN_CHECKOUT = (GROUP, "pretrain", "calibrate", "ship")  # commands that the experiments of a checkout hold, and no installation
GROUPS = {
    "Every day": {
        "inspect": "what is in recordings, and what is wrong with them",
        "place": "which sensor sits where and how, found from walking",
        "estimate": "angles, moments, forces and speed of recordings, with a report",
        "adapt": "the model to one wearer, from the wearer's recordings alone",
        "report": "of an estimate anew, or of two side by side: before and after",
        "live": "estimates on a page in the browser while the samples come",
        "demo": "all of it once, on simulated people",
    },
    "Other ways to estimate": {
        "solve": "by trajectory optimisation: slower, without a model",
        "stream": "while the samples come, to a file or the network",
        "simulate": "people who walk and run, with their sensors and the exact truth",
    },
    "Learning": {
        "train": "a network on recordings of any people, without labels or with few",
        "fit": "a network on recordings with truth; tested on other people",
    },
    "Models": {
        "export": "a trained model as ONNX graphs that need no torch",
    },
    "For developers": {
        GROUP: "scores and speed, in a checkout; alone it lists what there is",
        "pretrain": "an encoder of signals for learning from few labels, in a checkout",
        "calibrate": "the 90 % bands of a model, on people with known truth",
        "ship": "a trained model as a folder that comes with the package",
    },
}
COMMANDS = {name: f"kinertia.cli.{name}" for names in GROUPS.values() for name in names if name not in IN_CHECKOUT}
COMMANDS["adapt"] = COMMANDS["train"]  # one with fewer options
TRAINING = ("adapt", "train", "fit", "solve", "simulate", "demo", "export")
"""Commands that nothing can be done with without the extra ``kinertia[train]``."""
ABOUT = "Joint angles, moments, ground reaction and speed from inertial sensors."
OVERVIEW = dispatch.page(
    GROUPS,
    f"{ABOUT}\n\nusage: kinertia COMMAND ...",
    "kinertia COMMAND --help shows the options most used, --help-all all of them.\n"
    "--version shows the version; --traceback shows where an error came from.",
)
RUNNER = "experiments.runner"  # the one module that this package takes from the experiments; the others are imported by it
ABSENT = (
    "`kinertia {}` runs the experiments of a checkout of the source, which this installation does not hold. "
    "Fix: call it in the folder of a checkout, or install that with `pip install --editable '.[train]'`"
)
USER_ERROR, INTERRUPTED, PIPE_CLOSED = 2, 130, 141
"""Exit codes; the last two are those of a shell for a program that was interrupted, or whose reader has gone."""

PLAIN = {"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "…": "...", "±": "+-", "²": "2"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a user's error becomes one line and exit code 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    traceback = "--traceback" in given
    wanted = [argument for argument in given if argument != "--traceback"]
    # Read by torch when it is loaded. Waiting for a second thread on a busy machine makes training 20 times slower.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    codecs.register_error("plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain")
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
        said = dispatch.one_line(error)
        if traceback or said is None:
            raise
        print(f"kinertia: {said}", file=sys.stderr)
        sys.exit(USER_ERROR)


def _plain(error: UnicodeError) -> tuple[str, int]:
    """What the terminal or the reader of a pipe has no character for, in plainer ones."""
    assert isinstance(error, UnicodeEncodeError)
    return "".join(PLAIN.get(character, "?") for character in error.object[error.start : error.end]), error.end


def _run(words: list[str]) -> None:
    if words == ["--version"]:
        print(f"kinertia {kinertia.__version__}")
    elif dispatch.asks_for_list(words):
        print(OVERVIEW)
    elif words[0] in IN_CHECKOUT:
        _in_checkout(words)
    else:
        dispatch.command({**COMMANDS, **dict.fromkeys(IN_CHECKOUT, "")}, words, "kinertia", TRAINING)


def _in_checkout(words: Sequence[str]) -> None:
    """Run the command of the experiments that the first word names; ValueError where no checkout is here."""
    checkout = next((folder for folder in (Path(kinertia.__file__).parents[2], Path.cwd()) if _holds(folder)), None)
    if checkout is None:
        raise ValueError(ABSENT.format(words[0]))
    if str(checkout) not in sys.path:
        sys.path.append(str(checkout))
    import_module(RUNNER).run(words)


def _holds(folder: Path) -> bool:
    """Whether a folder is a checkout of this package, with its experiments."""
    about, runner = folder / "pyproject.toml", folder / f"{RUNNER.replace('.', '/')}.py"
    return runner.is_file() and about.is_file() and 'name = "kinertia"' in about.read_text(encoding="utf-8")

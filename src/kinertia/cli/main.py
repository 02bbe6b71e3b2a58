"""The ``kinertia`` command: its subcommands, and what users see of errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from tyro.extras import SubcommandApp

from kinertia import __version__
from kinertia.cli import guard, missing
from kinertia.cli.missing import GROUP

DESCRIPTION = (
    "Joint angles, joint moments, ground reaction and speed from inertial sensors, learned without labels. "
    "--version shows the version; --traceback, anywhere, shows where an error came from."
)
COMMANDS = {
    name: f"kinertia.cli.{name}"
    for name in (
        *("inspect", "place", "pretrain", "fit", "train", "estimate", "solve", "simulate", "demo"),
        *("export", "calibrate", "ship", "stream", "live"),
    )
}
BENCHMARKS = {
    name: f"kinertia.cli.benchmark_{name}"
    for name in (
        *("cycles", "continuous", "simulated", "simulator", "virtual", "ablation", "bands"),
        *("physics", "speed", "latency", "crowd", "loss", "faults", "sparse", "place", "height", "mass", "turned"),
        *("pretraining", "labels", "subsets", "standing", "spoiled", "files", "alarms", "dead", "commands"),
    )
}
USER_ERROR = 2
INTERRUPTED = 130


def application(first: str = "") -> SubcommandApp:
    """The commands by name; only the one that ``first`` names, when it names one, because importing them all takes seconds."""
    app = SubcommandApp()
    for name, module in COMMANDS.items():
        if first == name or first not in (*COMMANDS, GROUP):
            app.command(name=name)(_function(module, name))
    if first not in COMMANDS:
        group = SubcommandApp()
        for name, module in BENCHMARKS.items():
            group.command(name=name)(guard.benchmark(_function(module, name), name))
        app.command(group, name=GROUP, help="Score methods against references, and measure speed.")
    return app


def _function(module: str, name: str) -> Callable[..., None]:
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        return missing.command(name, error)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a user's error becomes one line and exit code 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["--version"]:
        print(f"kinertia {__version__}")
        return
    traceback = "--traceback" in given
    wanted = [argument for argument in given if argument != "--traceback"]
    # Read by torch when it is loaded. Waiting for a second thread on a busy machine makes training 20 times slower.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        missing.check(wanted)
        application(*wanted[:1]).cli(prog="kinertia", description=DESCRIPTION, args=wanted)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except (ValueError, OSError, ModuleNotFoundError) as error:
        said = _one_line(error)
        if traceback or said is None:
            raise
        print(f"kinertia: {said}", file=sys.stderr)
        sys.exit(USER_ERROR)


def _one_line(error: ValueError | OSError | ModuleNotFoundError) -> str | None:
    """What the user is told; None for a broken installation."""
    if isinstance(error, ModuleNotFoundError):
        return missing.explain(error)
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split())

"""The ``kinertia`` command: its subcommands, and what users see of errors."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tyro.extras import SubcommandApp

from kinertia import __version__
from kinertia.cli.benchmark_cycles import cycles
from kinertia.cli.benchmark_physics import physics
from kinertia.cli.demo import demo
from kinertia.cli.estimate import estimate
from kinertia.cli.inspect import inspect
from kinertia.cli.train import train

DESCRIPTION = (
    "Joint angles, joint moments, ground reaction and speed from inertial sensors, learned without labels. "
    "--version shows the version; --traceback, anywhere, shows where an error came from."
)
USER_ERROR = 2
INTERRUPTED = 130


def application() -> SubcommandApp:
    """All commands by name."""
    benchmark = SubcommandApp()
    for command in (cycles, physics):
        benchmark.command(command)
    app = SubcommandApp()
    for command in (inspect, train, estimate, demo):
        app.command(command)
    app.command(benchmark, name="benchmark", help="Score methods against references, and measure speed.")
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a user's error becomes one line and exit code 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["--version"]:
        print(f"kinertia {__version__}")
        return
    traceback = "--traceback" in given
    try:
        application().cli(prog="kinertia", description=DESCRIPTION, args=[a for a in given if a != "--traceback"])
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except (ValueError, OSError) as error:
        if traceback:
            raise
        print(f"kinertia: {_one_line(error)}", file=sys.stderr)
        sys.exit(USER_ERROR)


def _one_line(error: ValueError | OSError) -> str:
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split())

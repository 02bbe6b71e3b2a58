"""``kinertia benchmark commands``."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

from rich.console import Console

from experiments.commands.options import Spoiled, Spoiling

ONE = Spoiling(variants=1)


def commands(
    spoiling: Spoiled = ONE,
    json: Path | None = None,
    commands: tuple[str, ...] = ("inspect", "place", "estimate", "train"),
) -> None:
    """Spoiled recordings given to whole commands: does one crash, or take long?

    Parameters
    ----------
    spoiling
        What is spoiled, and how often.
    json
        File to write the figures to.
    commands
        What to run: inspect, place, estimate, train (one step), solve.
    """
    from experiments import results
    from experiments.commands.spoiled import look
    from experiments.spoiled import commands as benchmark
    from experiments.spoiled import run, source, table
    from kinertia.cli.progress import samples_bar

    unknown = [name for name in commands if name not in benchmark.OPTIONS]
    if unknown:
        raise ValueError(f"{unknown[0]}: is not tried; choose from {', '.join(benchmark.OPTIONS)}")
    plan = run.Plan(spoiling.variants, spoiling.seed, spoiling.only, spoiling.first)
    with samples_bar(spoiling.variants * len(run.chosen(spoiling.only)), "variants") as bar:
        found = benchmark.run(source.available(spoiling.people, spoiling.data), plan, commands, look, attempt, lambda: bar(1))
    results.write(json, found)
    Console().print(table.render_commands(found))


def attempt(line: list[str]) -> str:
    """Run a command line in this process, without its output; the error that is no refusal, else nothing."""
    from kinertia.cli.main import USER_ERROR, main

    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            main(line)
    except SystemExit as end:
        return "" if end.code in (None, 0, USER_ERROR) else f"exit code {end.code}: {said.getvalue()[-300:]}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""

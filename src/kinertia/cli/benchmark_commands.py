"""``kinertia benchmark commands``."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

from rich.console import Console


def commands(
    people: tuple[Path, ...] = (),
    data: Path | None = None,
    json: Path | None = None,
    variants: int = 1,
    first: int = 0,
    only: tuple[str, ...] = (),
    commands: tuple[str, ...] = ("inspect", "place", "estimate", "train"),
    seed: int = 1,
) -> None:
    """Spoiled recordings given to whole commands: does one crash, or take long?

    Parameters
    ----------
    people
        Folders of simulated people, as `kinertia simulate` writes them.
    data
        Folder with real walks: `imu_mocap_gaittoolbox`, `imu_hugadb`.
    json
        File to write the figures to.
    variants
        Of each kind.
    first
        Number of the first variant.
    only
        Kinds to try; all by default.
    commands
        What to run: inspect, place, estimate, train (one step), solve.
    seed
        Draws recordings, sensors, axes, instants and amounts.
    """
    from kinertia.benchmark import results
    from kinertia.benchmark.spoiled import commands as benchmark
    from kinertia.benchmark.spoiled import run, source, table
    from kinertia.cli.benchmark_spoiled import look
    from kinertia.cli.progress import samples_bar

    unknown = [name for name in commands if name not in benchmark.OPTIONS]
    if unknown:
        raise ValueError(f"{unknown[0]}: is not tried; choose from {', '.join(benchmark.OPTIONS)}")
    plan = run.Plan(variants, seed, only, first)
    with samples_bar(variants * len(run.chosen(only)), "variants") as bar:
        found = benchmark.run(source.available(people, data), plan, commands, look, attempt, lambda: bar(1))
    if json is not None:
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

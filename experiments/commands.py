"""Spoiled files given to whole commands: none crashes, none takes long."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from experiments.options import Spoiled, Spoiling
from experiments.protocol import QUIET, Advance, Context, Found, Json, cell, table
from experiments.spoiling import source, variants
from experiments.spoiling.judge import Look, look
from experiments.spoiling.source import Load

Command = Callable[[list[str]], str]
"""Runs a command line; what crashed, else nothing. A refusal in a sentence is no crash."""
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "inspect": (),
    "place": (),
    "estimate": ("--csv",),
    "train": ("--config.training.steps", "1"),
    "solve": ("--csv",),
}
"""Commands, and what each is given besides the file."""
WRITING = ("estimate", "train", "solve")
"""Commands with a folder for results."""


ONE = Spoiling(variants=1)


def commands(
    spoiling: Spoiled = ONE,
    commands: tuple[str, ...] = ("inspect", "place", "estimate", "train"),
    context: Context = QUIET,
) -> Found:
    """Spoiled recordings given to whole commands: does one crash, or take long?

    Parameters
    ----------
    spoiling
        What is spoiled, and how often.
    commands
        What to run: inspect, place, estimate, train (one step), solve.
    """
    unknown = [name for name in commands if name not in OPTIONS]
    if unknown:
        raise ValueError(f"{unknown[0]}: is not tried; choose from {', '.join(OPTIONS)}")
    plan = variants.Plan(spoiling.variants, spoiling.seed, spoiling.only, spoiling.first)
    with context.bar(spoiling.variants * len(variants.chosen(spoiling.only)), "variants") as advance:
        found = give(source.available(spoiling.people, spoiling.data), plan, commands, look, attempt, advance)
    shown = table("command", "runs", "longest, s", "slowest", "crashes")
    for name, row in found.items():
        crashes = "\n".join(row["crashes"]) or "none"
        shown.add_row(name, str(row["runs"]), cell(row["seconds"], 1), row["slowest"], crashes)
    return Found(found, (shown,))


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


def give(
    available: Mapping[str, list[Load]],
    plan: variants.Plan,
    names: tuple[str, ...],
    look: Look,
    command: Command,
    advance: Advance = lambda _: None,
) -> Json:
    """Give every variant of a plan to commands.

    Returns
    -------
    Command to ``runs``, ``seconds`` (the longest), ``slowest`` (kind and number), ``crashes`` (kind, number and what crashed).
    """
    found: Json = {name: {"runs": 0, "seconds": 0.0, "slowest": "", "crashes": []} for name in names}
    with tempfile.TemporaryDirectory() as home:
        for spoiled in variants.drawn(available, plan, look, Path(home) / "variants"):
            if spoiled is None or spoiled.variant.motion is not None:
                advance(1)
                continue
            for name in names:
                out = Path(home) / "out"
                shutil.rmtree(out, ignore_errors=True)
                line = [name, str(spoiled.variant.path), *OPTIONS[name], *(("--out", str(out)) if name in WRITING else ())]
                line += [text for key, value in spoiled.variant.options.items() for text in (f"--{key}", f"{value:g}")]
                begin = time.perf_counter()
                crash = command(line)
                seconds, row = time.perf_counter() - begin, found[name]
                row["runs"] += 1
                if seconds > row["seconds"]:
                    row |= {"seconds": seconds, "slowest": f"{spoiled.kind.name}, number {spoiled.number}"}
                if crash:
                    row["crashes"].append(f"{spoiled.kind.name}, number {spoiled.number}: {crash}")
            shutil.rmtree(Path(home) / "variants", ignore_errors=True)
            advance(1)
    return found

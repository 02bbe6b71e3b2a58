"""Spoiled files given to whole commands: none crashes, none takes long."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from experiments.spoiled import run as benchmark
from experiments.spoiled.judge import Look
from experiments.spoiled.source import Load

Json = dict[str, Any]
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


def run(
    available: Mapping[str, list[Load]],
    plan: benchmark.Plan,
    names: tuple[str, ...],
    look: Look,
    command: Command,
    advance: Callable[[], None] = lambda: None,
) -> Json:
    """Give every variant of a plan to commands.

    Returns
    -------
    Command to ``runs``, ``seconds`` (the longest), ``slowest`` (kind and number), ``crashes`` (kind, number and what crashed).
    """
    found: Json = {name: {"runs": 0, "seconds": 0.0, "slowest": "", "crashes": []} for name in names}
    with tempfile.TemporaryDirectory() as home:
        for spoiled in benchmark.variants(available, plan, look, Path(home) / "variants"):
            if spoiled is None or spoiled.variant.motion is not None:
                advance()
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
            advance()
    return found

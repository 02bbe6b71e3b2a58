"""Commands that are killed at any instant: is nothing that was read changed or lost, and is every folder still readable?

A command runs in a process that is forked for it, and is killed either after a random time, or right before a random one of the
operations with which it changes files (open for writing, rename, remove, make a folder).
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from experiments.protocol import QUIET, Context, Json

CHANGING = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
TOLD = 20
"""Kills between two lines about how far it is."""


@dataclass(frozen=True)
class Job:
    """A command that is killed.

    Attributes
    ----------
    name : of the command.
    run : does the work into a folder; draws what it does (anew, go on, replace) from the numbers.
    problems : what is wrong with the folder, in words; empty where all that is there can be read and belongs together.
    whole : whether the folder holds something that must never be lost without a successor.
    """

    name: str
    run: Callable[[Path, Random], None]
    problems: Callable[[Path], list[str]]
    whole: Callable[[Path], bool]


@dataclass(frozen=True)
class Ended:
    """How a forked function ended: ``killed``, or with its error in words; after how many operations and seconds."""

    killed: bool
    failed: str
    operations: int
    seconds: float
    result: Any = None


def forked(function: Callable[[], Any], folder: Path, *, operation: int | None = None, after_s: float | None = None) -> Ended:
    """Run a function in its own process, and kill it.

    Parameters
    ----------
    function : its result, if any, can be written as JSON.
    folder : whose changes are counted.
    operation : before the change of this number the process is killed.
    after_s : so many seconds after its start the process is killed.
    """
    begin = time.perf_counter()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(function, folder, operation, writing)
    os.close(writing)
    if after_s is not None:
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    seconds = time.perf_counter() - begin
    if os.WIFSIGNALED(status):
        return Ended(True, "", 0, seconds)
    found = json.loads(said)
    return Ended(False, found["failed"], found["operations"], seconds, found["result"])


def _work(function: Callable[[], Any], folder: Path, operation: int | None, pipe: int) -> None:
    """What the forked process does; it never returns."""
    counted, start = [0], str(folder)

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        changes = event in CHANGING or (event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING)
        if changes and str(arguments[0]).startswith(start):
            if counted[0] == operation:
                os.kill(os.getpid(), signal.SIGKILL)
            counted[0] += 1

    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    sys.addaudithook(count)
    failed, result = "", None
    try:
        result = function()
    except SystemExit as end:
        failed = f"exit code {end.code}" if end.code else ""
    except BaseException:
        failed = traceback.format_exc()
    os.write(pipe, json.dumps({"failed": failed, "operations": counted[0], "result": result}).encode())
    os._exit(0)


def measure(jobs: Sequence[Job], inputs: Path, out: Path, kills: int, seed: int = 0, context: Context = QUIET) -> Json:
    """Kill jobs in turn at random instants and look at what is left; last, each runs to its end.

    Parameters
    ----------
    jobs : what is killed, each in its own folder.
    inputs : folder of everything that they read.
    out : folder for what they write.
    kills : how often.
    seed : of instants, and of what jobs do.

    Returns
    -------
    Name of each job to ``kills``, ``finished`` (ended before the instant came), and ``problems`` in words.
    """
    generator, before = Random(seed), contents(inputs)
    lengths: dict[str, Ended] = {}
    found: Json = {job.name: {"kills": 0, "finished": 0, "problems": []} for job in jobs}
    done = 0
    while done < kills:
        job = jobs[done % len(jobs)]
        folder, row = out / job.name, found[job.name]
        if job.name not in lengths:
            lengths[job.name] = _run(job, out / f"{job.name}-whole", 0, row)
        usual, number = lengths[job.name], generator.randrange(1 << 30)
        held = job.whole(folder)
        at_change = done % 2 == 0
        ended = forked(
            lambda job=job, folder=folder, number=number: job.run(folder, Random(number)),
            folder,
            operation=generator.randrange(usual.operations + 1) if at_change else None,
            after_s=None if at_change else generator.uniform(0.0, usual.seconds),
        )
        row["kills" if ended.killed else "finished"] += 1
        row["problems"] += [ended.failed] if ended.failed else []
        row["problems"] += forked(lambda job=job, folder=folder: job.problems(folder), out).result or []
        if held and not job.whole(folder):
            row["problems"].append("what was there is gone, and nothing whole took its place")
        if contents(inputs) != before:
            row["problems"].append("something that is read was changed")
        done += 1
        if done % TOLD == 0:  # a bar has a thread, and processes are forked without one
            context.say(f"{done} of {kills}, {sum(len(row['problems']) for row in found.values())} problems")
    for job in jobs:
        _run(job, out / job.name, 1, found[job.name])
        found[job.name]["problems"] += forked(lambda job=job: job.problems(out / job.name), out).result or []
    return found


def _run(job: Job, folder: Path, number: int, row: dict[str, Any]) -> Ended:
    ended = forked(lambda: job.run(folder, Random(number)), folder)
    row["problems"] += [ended.failed] if ended.failed else []
    return ended


def contents(folder: Path) -> dict[str, str]:
    """Hash of each file in a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

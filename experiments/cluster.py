"""Many short recordings on a Ray cluster of several nodes, with workers killed at random: is each done once, and the same?"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from experiments import walks
from experiments.protocol import QUIET, Context, Found, table
from kinertia.io import extra, write_recording
from kinertia.io.outputs import RECORDS

WORK = "there"  # the function in kinertia.cluster.workers that Ray calls; agents of its nodes are named like workers too
TOOK = re.compile(rb"computed in [^<]*")  # in a report
SECONDS, NOISE = 6.0, 0.02  # of a recording [s], [m/s^2]


def cluster(recordings: int = 1000, kill_every: float = 30.0, nodes: int = 2, seed: int = 0, context: Context = QUIET) -> Found:
    """Estimate copies of a short walk on Ray while workers are killed, and compare with a run of one process.

    Parameters
    ----------
    recordings
        How many.
    kill_every
        Mean time between kills [s].
    nodes
        Ray nodes of one core each, simulated on this machine.
    seed
        Of the recordings and of what is killed when.
    """
    extra.cluster_library()
    simulated = import_module("ray.cluster_utils")
    with TemporaryDirectory() as work:
        home = Path(work)
        make(home / "walks", recordings, seed)
        context.say("one process")
        alone = _estimate(home, "alone")
        context.say(f"{nodes} nodes")
        made = simulated.Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        try:
            for _ in range(nodes - 1):
                made.add_node(num_cpus=1)
            killer = Killer(kill_every, seed)
            killer.start()
            together = _estimate(home, "together", "--cluster", made.address)
            killer.ended.set()
            killer.join()
        finally:
            made.shutdown()
        figures = compare(home / "alone", home / "together", recordings)
    figures |= {"kills": killer.kills, "seconds_alone": alone, "seconds_together": together, "nodes": nodes}
    rows = [(name, f"{value:.4g}") for name, value in figures.items()]
    bad = bool(figures["missing"] or figures["different"] or figures["more"])
    return Found(figures, (table("", "", rows=rows),), failed=bad)


def make(folder: Path, recordings: int, seed: int) -> None:
    """Copies of a walk, each with noise of its own."""
    walk = walks.record(walks.fit(72.0, 1.78), "walk", seconds=SECONDS)
    for number in range(recordings):
        noise = np.random.default_rng((seed, number)).normal(scale=NOISE, size=walk.acc.shape)
        one = replace(walk, name=f"walk_{number:05d}", acc=walk.acc + noise, truth=None)
        write_recording.write(folder / f"{one.name}.csv", one)


def compare(alone: Path, together: Path, recordings: int) -> dict[str, int]:
    """Recordings that are missing, files with other content (but for the seconds it took), files that one of both has more."""
    one, other = _contents(alone), _contents(together)
    rows = (together / "summary.csv").read_text().splitlines()[1:]
    done = {row.partition(",")[0] for row in rows}
    return {
        "recordings": recordings,
        "missing": recordings - len(done) + (len(rows) - len(done)),
        "different": sum(one[name] != other[name] for name in one.keys() & other.keys()),
        "more": len(one.keys() ^ other.keys()),
        "files": len(other),
    }


def _contents(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name != RECORDS:
            content = path.read_bytes()
            if path.suffix == ".json":
                content = json.dumps(json.loads(content) | {"seconds": 0.0}).encode()
            content = TOOK.sub(b"", content)
            found[path.name] = hashlib.sha256(content).hexdigest()
    return found


def _estimate(home: Path, out: str, *options: str) -> float:
    """Seconds that the command takes."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "kinertia", "estimate", "walks", "--csv", "--out", out, *options]
    done = subprocess.run(command, cwd=home, check=False, capture_output=True, text=True)
    if done.returncode:
        raise ValueError(f"kinertia estimate {out} failed: {done.stderr}")
    return time.perf_counter() - begin


class Killer(threading.Thread):
    """Kills one of the workers of this process' nodes that work, now and then."""

    def __init__(self, every_s: float, seed: int) -> None:
        super().__init__(daemon=True)
        self.every_s, self.numbers, self.kills, self.ended = every_s, random.Random(seed), 0, threading.Event()

    def run(self) -> None:
        while not self.ended.wait(self.numbers.expovariate(1.0 / self.every_s)):
            if at_work := _workers():
                os.kill(self.numbers.choice(at_work), signal.SIGKILL)
                self.kills += 1


def _workers() -> list[int]:
    """Processes below this one that work on a recording, as Ray names them."""
    parents, names = dict[int, int](), dict[int, str]()
    for entry in Path("/proc").iterdir():
        try:
            names[int(entry.name)] = (entry / "cmdline").read_text()
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (ValueError, OSError):
            continue  # no process, or one that has ended

    def ours(process: int) -> bool:
        while process in parents and process != os.getpid():
            process = parents[process]
        return process == os.getpid()

    return [process for process, name in names.items() if name.startswith("ray::") and WORK in name and ours(process)]

"""Broken files given to every reader for as long as one likes: none crashes, hangs or fills the memory."""

from __future__ import annotations

import multiprocessing
import resource
import shutil
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from experiments import broken_files
from experiments.protocol import QUIET, Context, Found, Json, cell, table

HANG_S = 10.0
"""Of the processor."""
WAIT_S = 60.0
"""Until a process is given up, on a machine with other work."""
MEMORY_BYTES = 1 << 30
"""Above what the process has when it starts."""
CRASHES = 20
"""So many end the run."""


def fuzz(minutes: float = 10.0, seed: int = 0, keep: Path | None = None, context: Context = QUIET) -> Found:
    """Break small files of every format at random, and read them: is each read, or refused in a sentence, in time?

    Exit code 1 on a crash, a file that takes more than 10 s of the processor, or 1 GiB.

    Parameters
    ----------
    minutes
        How long.
    seed
        Of the first file; each file has the next.
    keep
        Folder for files that crash a reader.
    """
    began, files = time.monotonic(), 0
    formats: dict[str, int] = {}
    crashes: list[Json] = []
    with tempfile.TemporaryDirectory() as name, context.bar(round(60 * minutes), "seconds") as advance:
        worker = _Worker(Path(name))
        shown = 0
        while (past := time.monotonic() - began) < 60 * minutes and len(crashes) < CRASHES:
            advance(round(past) - shown)
            shown = round(past)
            file, said = worker.try_one(seed + files)
            formats[file] = formats.get(file, 0) + 1
            if said:
                crashes.append({"number": seed + files, "file": file, "said": said})
                if keep is not None:
                    worker.keep(keep / f"{seed + files}")
            files += 1
        peak, (slowest, slowest_at) = worker.close(), worker.slowest
    figures = {
        "minutes": (time.monotonic() - began) / 60.0,
        "files": files,
        "formats": formats,
        "longest_s": slowest,
        "longest": slowest_at,
        "peak_mib": peak,
        "crashes": crashes,
    }
    summary = table("files", "minutes", "longest, s", "largest, MiB", "crashes")
    said = "\n".join(f"{c['number']} {c['file']}: {c['said'].strip().splitlines()[-1]}" for c in crashes) or "none"
    summary.add_row(str(files), cell(figures["minutes"], 1), cell(slowest, 2), cell(peak, 0), said)
    return Found(figures, (summary,), failed=bool(crashes))


class _Worker:
    """A process that breaks and reads files; a new one where it hangs or dies."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._peak, self.slowest = folder, 0.0, (0.0, "")
        self.begin()

    def begin(self) -> None:
        """Start a process."""
        spawn = multiprocessing.get_context("spawn")
        self._ours, theirs = spawn.Pipe()
        shutil.rmtree(self._folder / "whole", ignore_errors=True)
        self._process = spawn.Process(target=_work, args=(theirs, self._folder), daemon=True)
        self._process.start()
        theirs.close()
        self._ours.recv()

    def try_one(self, number: int) -> tuple[str, str]:
        """The file that this number breaks, and what went wrong with it."""
        self._ours.send(number)
        file = ""
        try:
            file = self._ours.recv()
            if self._ours.poll(WAIT_S):
                said, peak, seconds = self._ours.recv()
                self._peak, self.slowest = max(self._peak, peak), max(self.slowest, (seconds, f"{file}, number {number}"))
                return file, said or (f"takes {seconds:.1f} s" if seconds > HANG_S else "")
            said = f"takes more than {WAIT_S:g} s"
        except EOFError:
            said = "the process died"
        self._process.kill()
        self._process.join()
        self.begin()
        return file, said

    def keep(self, to: Path) -> None:
        """Copy the folder of the last file."""
        if (self._folder / "broken").is_dir():
            shutil.copytree(self._folder / "broken", to, dirs_exist_ok=True)

    def close(self) -> float:
        """End the process; the most memory [MiB] that a reader took beyond what was there."""
        self._process.kill()
        self._process.join()
        return self._peak


def _work(pipe: Connection, folder: Path) -> None:
    """Break and read the files whose numbers come, and say what went wrong."""
    seeds = broken_files.make(folder / "whole")
    for path in seeds:  # imports and caches first
        broken_files.crash(path)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    held = _address_space()
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY_BYTES, held + MEMORY_BYTES))
    pipe.send("ready")
    while True:
        number = pipe.recv()
        draw = np.random.default_rng(number)
        seed = seeds[number % len(seeds)]
        shutil.rmtree(folder / "broken", ignore_errors=True)
        whole = seed if seed.is_dir() else seed.parent
        shutil.copytree(whole, folder / "broken")
        files = sorted(path for path in (folder / "broken").iterdir() if path.is_file())
        path = files[int(draw.integers(0, len(files)))]
        path.write_bytes(broken_files.broken(draw, path.read_bytes()))
        pipe.send(f"{whole.name}/{path.name}")
        start = time.process_time()
        said = broken_files.crash(folder / "broken" / seed.name if seed.is_file() else folder / "broken")
        said = said or broken_files.crash(path)
        used = time.process_time() - start
        pipe.send((said, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - base, used))


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()

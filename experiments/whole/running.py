"""Running the parts of the whole table: each as its own command, its figures kept, what is missing told."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import kinertia
from experiments.protocol import Context, Json, Rows, contents, sizes
from experiments.whole.plan import DATA, OUT, PEOPLE, Part

LOG_CHARACTERS = 300
"""Of the end of a failed command's output that the page tells."""
TIME_UP, NOT_YET = "the time was up", "not come to yet"

Run = Callable[[list[str], float | None, Path], str]
"""Carries out words of a command within seconds, with a file for what it says; returns why it failed, else nothing."""


@dataclass(frozen=True)
class Setting:
    """What commands are given.

    Attributes
    ----------
    data : folder of the data sets.
    people : folder of simulated people, or what makes one when it is first needed.
    out : folder of the table; figures of each part are in ``parts`` there.
    minutes : how long parts may take together; None for as long as they need.
    context : shows what is being done.
    """

    data: Path
    people: Callable[[], Path]
    out: Path
    minutes: float | None
    context: Context


@dataclass(frozen=True)
class Result:
    """A part, with its figures and where they are from, or why they are missing."""

    part: Part
    row: Json | None
    reason: str = ""

    @property
    def figures(self) -> Json | None:
        return None if self.row is None else self.row["figures"]


def run(parts: Sequence[Part], setting: Setting, carry_out: Run, show: Callable[[list[Result]], None]) -> list[Result]:
    """Run what is not there yet, in order.

    Parameters
    ----------
    parts : all of them.
    setting : what they are given.
    carry_out : runs one command.
    show : is given all results after each run, so that a page is there whenever this ends.

    Returns
    -------
    A result for each part. Figures are kept beside the table with the command, the data and the weights that they are of; a
    failed part is tried again the next time.
    """
    kept = Rows(setting.out / "all.rows.json", setting.data.resolve())
    ends = None if setting.minutes is None else time.monotonic() + 60.0 * setting.minutes
    weights = contents(Path(kinertia.__file__).parent / "models")[:8]
    results = [Result(part, None, part.left_out or _lacking(part, setting.data) or NOT_YET) for part in parts]
    for k, part in enumerate(parts):
        if results[k].reason != NOT_YET:
            continue
        left = None if ends is None else ends - time.monotonic()
        home = setting.people() if part.needs(PEOPLE) and (left is None or left > 0.0) else None
        key = f"{part.command} {_mark(part, setting.data, home, weights)}"
        if key in kept.made:
            results[k] = Result(part, kept.made[key])
        elif left is not None and left <= 0.0:
            results[k] = Result(part, None, TIME_UP)
        else:
            setting.context.say(part.command)
            results[k] = _made(part, setting, home, weights, left, carry_out)
            if (row := results[k].row) is not None:
                kept.add(key, row)
            show(results)
    show(results)
    return results


def as_command(words: list[str], seconds: float | None, log: Path) -> str:
    """Carry out ``kinertia benchmark`` with these words in a process of its own; as :data:`Run`."""
    line = [sys.executable, "-m", "kinertia", "benchmark", *words]
    with log.open("w") as file:
        try:
            code = subprocess.run(line, stdout=file, stderr=subprocess.STDOUT, timeout=seconds, check=False).returncode
        except subprocess.TimeoutExpired:
            return f"{TIME_UP} while it ran"
    said = " ".join(log.read_text(errors="replace").rpartition("kinertia: ")[2].split())[-LOG_CHARACTERS:]
    return "" if code == 0 else f"exit code {code}: {said}"


def _made(part: Part, setting: Setting, people: Path | None, weights: str, left: float | None, carry_out: Run) -> Result:
    home = setting.out / "parts"
    home.mkdir(parents=True, exist_ok=True)
    path, begin = home / f"{part.name}.json", time.monotonic()
    written = path.stat().st_mtime_ns if path.exists() else None
    folders = {DATA: setting.data, PEOPLE: people, OUT: setting.out}
    failed = carry_out([*part.given(folders), "--json", str(path)], left, home / f"{part.name}.txt")
    if not failed and (not path.exists() or path.stat().st_mtime_ns == written):
        failed = "it wrote no figures"
    if failed:
        for name, folder in folders.items():
            failed = failed.replace(str(folder), name)
        return Result(part, None, failed)
    figures = json.loads(path.read_text())
    there = 0 if people is None else len({path.parent for path in people.rglob("*.parquet")})
    made = {
        "people": there,
        "seconds": time.monotonic() - begin,
        "on": datetime.now(UTC).strftime("%Y-%m-%d"),
        "weights": weights,
    }
    return Result(part, {"figures": figures, "command": part.command, "version": kinertia.__version__, **made})


def _lacking(part: Part, data: Path) -> str:
    missing = [name for name in _folders(part) if not (data / name).is_dir()]
    return f"DATA holds no {', '.join(missing)}" if missing else ""


def _folders(part: Part) -> list[str]:
    """Data sets in the folder of data that a part reads."""
    return [name for name in part.section.data if name not in ("simulated", "synthetic")] if part.needs(DATA) else []


def _mark(part: Part, data: Path, people: Path | None, weights: str) -> str:
    """Hash of what the figures of a part depend on beside its command and the version."""
    read = [contents(data / name) for name in _folders(part)]
    if people is not None:
        read.append(sizes(sorted(people.rglob("*.parquet"))))
    return sha256("\0".join((*read, weights)).encode()).hexdigest()[:12]

"""Commands of this package in their own process, so that the stream has its interpreter and its processor for itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence

NICENESS = 10  # half of the way to the lowest priority
_COUNT = re.compile(rb"(\d+)/(\d+)")
_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_TAIL = 4096  # bytes of what it said that are kept for an error


class Command:
    """One run of ``kinertia`` with low priority.

    Parameters
    ----------
    arguments : subcommand and options.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from kinertia.cli.main import main; main()", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            # the bar with its count is drawn on terminals only
            env=os.environ | {"FORCE_COLOR": "1", "COLUMNS": "200"},
            creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
        )
        if hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICENESS)

    def wait(self, report: Callable[[float], None]) -> list[str]:
        """Until it has ended; ``report`` is told the part that its progress bar shows. Gives the last lines that it said.

        Raises
        ------
        ValueError
            If it fails; with what it said last.
        """
        pipe, tail = self._process.stderr, b""
        assert pipe is not None
        while chunk := os.read(pipe.fileno(), _TAIL):
            tail = (tail + chunk)[-_TAIL:]
            counts = _COUNT.findall(tail)
            if counts and int(counts[-1][1]):
                report(min(int(counts[-1][0]) / int(counts[-1][1]), 1.0))
        pipe.close()
        lines = [line for line in _STYLE.sub("", tail.decode(errors="replace")).splitlines() if line.strip()]
        if self._process.wait():
            raise ValueError(lines[-1].removeprefix("kinertia: ").strip() if lines else "it ended without a word")
        return lines

    def stop(self) -> None:
        """End it now."""
        if self._process.poll() is None:
            self._process.terminate()

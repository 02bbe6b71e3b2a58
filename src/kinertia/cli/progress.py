"""Progress bars with the time left: of training, with each loss term, and of simulation."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

ShowStep = Callable[[int, dict[str, float]], None]  # called after each training step with its number and the terms of the loss


class _TwoLines(Progress):
    """The bar, and below it the loss terms, so that neither squeezes the other."""

    terms = ""

    def get_renderables(self) -> Iterable[RenderableType]:
        yield self.make_tasks_table(self.tasks)
        if self.terms:
            yield Text(self.terms, style="dim")


@contextmanager
def _bar(total: int, label: str, done: int = 0, *, redirect: bool = True) -> Iterator[tuple[_TwoLines, TaskID]]:
    """A bar on standard error, with the time that is left."""
    left = (MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), *left)
    with _TwoLines(*columns, console=Console(stderr=True), redirect_stdout=redirect) as bar:
        yield bar, bar.add_task(label, total=total, completed=done)


@contextmanager
def recordings_bar(total: int, label: str = "recordings") -> Iterator[Callable[[str, str], None]]:
    """A bar; yields the function that the simulator calls with each person and recording."""
    with _bar(total, label) as (bar, task):
        yield lambda person, recording: bar.update(task, description=f"{person} {recording}", advance=1)


@contextmanager
def samples_bar(total: int, label: str) -> Iterator[Callable[[int], None]]:
    """A bar; yields the function that takes the number of samples done since its last call."""
    # what is printed meanwhile goes above the bar, but into a file where standard output is one
    with _bar(total, label, redirect=sys.stdout.isatty()) as (bar, task):
        yield lambda samples: bar.advance(task, samples)


@contextmanager
def training_bar(steps: int, start: int = 0, label: str = "training", *, terms: bool = True) -> Iterator[ShowStep]:
    """A bar, with loss terms below it or not; yields what the training loop calls after each step."""
    with _bar(steps, label, start) as (bar, task):

        def report(step: int, losses: dict[str, float]) -> None:
            bar.terms = "  ".join(f"{name} {value:.3g}" for name, value in losses.items()) if terms else ""
            bar.update(task, completed=step)

        yield report
        bar.update(task, total=bar.tasks[task].completed)  # what converged early is done


def working(label: str) -> AbstractContextManager[object]:
    """Something that moves on standard error, where it is a terminal, while it cannot be told how much is left."""
    return Console(stderr=True).status(label)


@contextmanager
def interrupted(console: Console, checkpoint: Path) -> Iterator[None]:
    """What can be done after Ctrl-C in the block is said."""
    try:
        yield
    except KeyboardInterrupt:
        again = "the same command with --resume goes on from the last checkpoint"
        advice = again if checkpoint.is_file() else "no checkpoint was written yet"
        console.print(f"interrupted; {advice}", highlight=False)
        raise

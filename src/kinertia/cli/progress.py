"""Progress bars for training: each loss term, and the time left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from kinertia.learning.training import Progress as Report


@contextmanager
def training_bar(steps: int, start: int = 0, label: str = "training") -> Iterator[Report]:
    """A bar on standard error; yields the function that the training loop calls after each step."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[terms]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=steps, completed=start, terms="")

        def report(step: int, terms: dict[str, float]) -> None:
            text = "  ".join(f"{name} {value:.3g}" for name, value in terms.items())
            bar.update(task, completed=step, terms=text)

        yield report

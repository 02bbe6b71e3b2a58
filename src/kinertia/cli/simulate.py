"""``kinertia simulate``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from kinertia.cli.options import Working
from kinertia.cli.progress import recordings_bar
from kinertia.cluster.workers import Workers

TWO = Workers(2)


def simulate(
    subjects: int,
    seed: int,
    out: Path,
    seconds: float = 60.0,
    rate: float = 100.0,
    workers: Working = TWO,
    only: tuple[str, ...] = (),
    strides: int = 1,
    varied: bool = False,
    muscles: bool = False,
) -> None:
    """Simulate people who walk and run, with the sensors they wear and the exact truth; goes on where it stopped.

    Args:
        subjects: Number of people; the first ones are the same whatever their number.
        seed: Decides who they are and how they move.
        out: Folder to write to: a folder per person, with a table per recording.
        seconds: Length of a recording [s].
        rate: Sampling rate of the sensors [Hz].
        workers: Where people are simulated.
        only: Recordings to make; default all: three walking and three running speeds, a slope, and a mixed one.
        strides: How many strides of a steady movement differ from each other before it repeats; time to solve grows with it.
        varied: People who also walk slowly, and who move and load the ground each in ways of their own.
        muscles: People whose moments muscles give, with activations and forces in the truth; without the mixed recording.
    """
    from kinertia.simulation.plan import RECORDINGS
    from kinertia.simulation.simulate import Request, run

    # passages between gaits have not been tried with muscles
    usual = tuple(name for name in RECORDINGS if not (muscles and name == "mixed"))
    request = Request(seed, seconds, rate, only or usual, strides=strides, varied=varied, muscles=muscles)
    with recordings_bar(subjects * len(request.recordings)) as show:
        warnings = run(out, subjects, request, workers=workers, show=show)
    console = Console(stderr=True)
    for warning in warnings:
        console.print(f"warning: {warning}", highlight=False, soft_wrap=True)
    Console().print(f"{subjects} simulated people in {out}", highlight=False, soft_wrap=True)

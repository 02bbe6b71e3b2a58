"""Trajectory optimisation of recordings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kinertia.api import reading
from kinertia.api.estimated import Estimated
from kinertia.api.reading import Reading
from kinertia.io import extra
from kinertia.recording import Recording, RecordingError
from kinertia.recording.crop import crop
from kinertia.sensing.segments import to_segments

if TYPE_CHECKING:
    from kinertia.solving.settings import Settings


def solve(
    recording: Recording | str | Path,
    *,
    begin: float | None = None,
    end: float | None = None,
    cycle: bool = False,
    settings: Settings | None = None,
    mass: float | None = None,
    height: float | None = None,
    anyway: bool = False,
) -> Estimated:
    """Find the motion and forces that explain a recording best and obey the equations of motion exactly, without a model.

    It takes 2 to 6 s for a gait cycle, and a few seconds for each second of other recordings.

    Parameters
    ----------
    recording : of :func:`kinertia.read`, or a file.
    begin, end : part of a continuous recording to solve, on its own axis [s]; sensors are aligned with all of it.
    cycle : solve the mean of the strides of a continuous recording, as one cycle that repeats.
    settings : weights, bounds and iterations; default those that come with the package.
    mass, height : of the person [kg], [m], in place of what the recording states.
    anyway : go on where a recording is wrong in a way that makes results wrong; they are then marked as not to be trusted.

    Returns
    -------
    Estimated; its ``solution`` gives motion and forces at any time, and how well the problem is solved.

    Raises
    ------
    RecordingError : as :func:`kinertia.estimate`.
    ModuleNotFoundError : kinertia[train] is not installed.
    """
    extra.require("solve")
    whole = reading.ready(recording, Reading(mass=mass, height=height, anyway=anyway))
    measured, aligned = part(whole, begin, end, mean=cycle)
    from kinertia.solving import solver

    solved = solver.solve(aligned, settings)
    return Estimated.of(solved.estimate, measured, solved.solution)


def part(recording: Recording, begin: float | None, end: float | None, *, mean: bool) -> tuple[Recording, Recording]:
    """The part of a recording that is to be solved, as it was read and in segment frames.

    Parameters
    ----------
    begin, end : limits of the part, on the recording's own axis [s].
    mean : as the mean of its strides.
    """
    ready = to_segments(recording)
    if begin is not None or end is not None:
        rate = recording.rate_hz
        first, last = (
            at if wanted is None else round((wanted - recording.begin_s) * rate)
            for at, wanted in ((0, begin), (recording.samples, end))
        )
        if not 0 <= first < last <= recording.samples:
            whole = f"{recording.begin_s:g} to {recording.begin_s + recording.duration_s:g} s"
            what = f"{'the start' if begin is None else f'{begin:g} s'} to {'the end' if end is None else f'{end:g} s'}"
            raise RecordingError(f"{what} is outside the recording", file=recording.source, fix=f"choose a part of {whole}")
        recording, ready = crop(recording, first, last), crop(ready, first, last)
    if mean and not recording.periodic:
        from kinertia.solving.mean_cycle import mean_cycle

        ready = mean_cycle(ready)
        recording = ready
    return recording, ready

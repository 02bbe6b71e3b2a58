"""What is had from recordings: estimates, adapted models, solutions, where the sensors sit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, overload

from kinertia.api import models, reading
from kinertia.api.estimated import Estimated
from kinertia.api.reading import Reading
from kinertia.checks import chain
from kinertia.estimation.muscular import with_muscles
from kinertia.io import extra
from kinertia.placement.correction import correct as put_right
from kinertia.placement.inference import Placement, with_right
from kinertia.placement.inference import place as look
from kinertia.recording import Recording, RecordingError
from kinertia.recording.selection import crop
from kinertia.sensing.alignment import to_segments

if TYPE_CHECKING:
    from kinertia.api.models import Named
    from kinertia.learning.adapting import Adapted
    from kinertia.learning.checkpoint import Model
    from kinertia.solving.settings import Settings

One = Recording | str | Path
Many = Sequence[One]
Size = float | None  # a mass [kg] or height [m], where one is given


@overload
def estimate(
    recording: One, model: Named = ..., *, mass: Size = ..., height: Size = ..., anyway: bool = ..., muscles: bool = ...
) -> Estimated: ...
@overload
def estimate(
    recording: Many, model: Named = ..., *, mass: Size = ..., height: Size = ..., anyway: bool = ..., muscles: bool = ...
) -> list[Estimated]: ...
def estimate(
    recording: One | Many,
    model: Named = "default",
    *,
    mass: float | None = None,
    height: float | None = None,
    anyway: bool = False,
    muscles: bool = False,
) -> Estimated | list[Estimated]:
    """Estimate angles, moments, ground reaction and speed of recordings.

    Parameters
    ----------
    recording : of :func:`kinertia.read`, or a file; or a list of them and of folders, for a list of estimates.
    model : name of one that comes with the package, folder of one, or what :func:`kinertia.adapt` returned.
    mass, height : of the person [kg], [m], in place of what the recording states.
    anyway : go on where a recording is wrong in a way that makes results wrong; they are then marked as not to be trusted.
    muscles : forces and activations of eight muscles a leg as well.

    Raises
    ------
    RecordingError : a recording that cannot be read, is not sound or cannot be aligned: file, sensor, sample and fix.
    ValueError : no such model.
    """
    asked = Reading(mass=mass, height=height, anyway=anyway)
    alone = isinstance(recording, Recording | str | Path)
    measured = [reading.ready(recording, asked)] if alone else reading.opened(recording, asked)
    pairs = ((models.estimate(model, one), one) for one in measured)
    made = [Estimated.of(with_muscles(result) if muscles else result, one) for result, one in pairs]
    return made[0] if alone else made


def adapt(
    recordings: One | Many,
    model: str | Path | Adapted | Model = "default",
    *,
    out: str | Path | None = None,
    steps: int | None = None,
    device: str = "cpu",
    mass: float | None = None,
    height: float | None = None,
    anyway: bool = False,
    overwrite: bool = False,
    progress: Callable[[int, dict[str, float]], None] | None = None,
) -> Adapted:
    """Adapt a model to a wearer's recordings, without labels.

    Parameters
    ----------
    recordings : of :func:`kinertia.read`, files or folders, of one wearer with the sensors strapped on once; half a minute is
        enough, a few minutes at several speeds are better.
    model : to start from: `default` (its sibling `sparse` where sensors are missing), or a folder, or a model.
    out : folder to write the model to; without one, it is in memory only.
    steps : largest number of training steps; default as the model says.
    device : where to compute: cpu, cuda, ...
    mass, height : of the person [kg], [m], in place of what the recordings state.
    anyway : go on where a recording is wrong in a way that makes results wrong.
    overwrite : replace what ``out`` holds.
    progress : called after each step with its number and the terms of the loss.

    Returns
    -------
    Adapted : what :func:`kinertia.estimate` takes as its model; ``outcome`` says what was learned.

    Raises
    ------
    RecordingError : as :func:`kinertia.estimate`, or ``out`` holds something.
    ModuleNotFoundError : kinertia[train] is not installed.
    """
    extra.require("adapt")
    from kinertia.learning import adaptation, adapting, shipped
    from kinertia.learning.batch import wearers_of
    from kinertia.learning.checkpoint import Model
    from kinertia.learning.prepare import to_sequence

    folder = None if out is None else Path(out)
    if folder is not None and not overwrite and folder.exists() and (folder.is_file() or any(folder.iterdir())):
        raise RecordingError("holds something", file=str(folder), fix="give another folder, or overwrite=True to replace it")
    listed = [recordings] if isinstance(recordings, Recording | str | Path) else recordings
    known = list(reading.opened(listed, Reading(mass=mass, height=height, anyway=anyway)))
    start = shipped.load(model) if isinstance(model, str | Path) else getattr(model, "model", model)
    if not isinstance(start, Model):
        raise TypeError(f"{type(model).__name__} is no model that can be adapted; give a name, a folder or what this returned")
    sequences = [to_sequence(one, adaptation.settings(start.config)) for one in known]
    if model == shipped.DEFAULT and not all(sequence.complete for sequence in sequences):
        start = shipped.load(shipped.SPARSE)
    config = adaptation.settings(start.config)
    if max(wearers_of(sequences, config.training.one_mounting)) > 0:
        config = adaptation.longer(config)
    if steps is not None:
        config = replace(config, training=replace(config.training, steps=steps))
    return adapting.adapt(start, sequences, config, folder, device=device, progress=progress)


def solve(
    recording: Recording | str | Path,
    *,
    begin: float | None = None,
    end: float | None = None,
    cycle: bool = False,
    muscles: bool = False,
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
    muscles : moments are what eight muscles a leg give, with forces and activations of these; takes twice as long.
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

    solved = solver.solve(aligned, settings, muscles=muscles)
    return Estimated.of(solved.estimate, measured, solved.solution)


def part(recording: Recording, begin: float | None, end: float | None, *, mean: bool) -> tuple[Recording, Recording]:
    """The part of a recording that is to be solved, or the mean of its strides, as it was read and in segment frames.

    ``begin`` and ``end`` are its limits on the recording's own axis [s].
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


def place(recording: Recording | str | Path, *, right: str | None = None) -> Placement:
    """Find out from walking or running where each sensor sits (segment, side, axes, place) and what is wrong with it.

    Parameters
    ----------
    recording : of :func:`kinertia.read` (with ``anyway=True`` where it is refused), or a file.
    right : name of a sensor on the right leg: left and right of the whole set cannot be told from the signals.

    Raises
    ------
    RecordingError : a file that cannot be read, or there is no such sensor.
    """
    if not isinstance(recording, Recording):
        (recording,) = reading.as_stated([recording], Reading())
    measured = recording if chain.is_examined(recording) else chain.examine(recording)
    placement = look(measured)
    return placement if right is None else with_right(placement, right, measured.source)


def correct(recording: Recording, placement: Placement) -> Recording:
    """The recording with what :func:`place` found put right: units, segments, axes, positions; in segment axes.

    Sensors that could not be judged are left out, with a warning, unless the recording was in segment axes.
    """
    return put_right(recording, placement)

"""Models that learn their wearer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kinertia.api import reading
from kinertia.api.reading import Reading
from kinertia.io import extra
from kinertia.recording import Recording, RecordingError

if TYPE_CHECKING:
    from kinertia.learning.adapting import Adapted
    from kinertia.learning.checkpoint import Model

    One = Recording | str | Path


def adapt(
    recordings: One | Sequence[One],
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

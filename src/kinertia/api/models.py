"""Models as users name them: one that comes with the package, a folder, or a model in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kinertia.estimation.estimate import Estimate
    from kinertia.estimation.estimator import Runner
    from kinertia.learning.adapting import Adapted
    from kinertia.learning.checkpoint import Model
    from kinertia.recording import Recording, Sensor
    from kinertia.runtime.model import ExportedModel

    Named = str | Path | Adapted | Model | ExportedModel

SHOWN_SAMPLES = 20_000  # recordings longer than this take seconds and get a progress bar
Bar = Callable[[int, str], AbstractContextManager[Callable[[int], None]]]
"""Given the number of samples and a label, a context that yields what is called with the samples done since the last call."""


def estimate(model: Named, recording: Recording, bar: Bar | None = None) -> Estimate:
    """What a model says of a recording that is read and checked.

    Parameters
    ----------
    model : `default` or another that comes with the package; a folder that `kinertia adapt`, `train`, `export` or `fit`
        wrote; a model in memory. In place of `default`, its sibling `sparse` where sensors are missing.
    recording : in sensor or segment axes.
    bar : shows progress of long recordings.

    Raises
    ------
    ValueError : no such model, or a damaged one, with file and fix; or as :func:`kinertia.estimation.estimator.estimate`.
    """
    from kinertia.estimation import estimator
    from kinertia.recording import selection

    if isinstance(model, str | Path) and (supervised := fitted(model)) is not None:
        return supervised(recording)
    loaded = runner(suited(str(model), selection.lasting(recording)) if isinstance(model, str | Path) else model)
    samples = round(recording.duration_s * loaded.rate_hz)
    if bar is None or samples < SHOWN_SAMPLES or not loaded.tells_progress:
        return estimator.estimate(loaded, recording)
    with bar(samples, "estimating") as advance:
        return estimator.estimate(loaded, recording, progress=advance)


def folder(model: Named) -> Path | None:
    """Folder of a user's own model; None for one that comes with the package or is in memory."""
    from kinertia.runtime import model as exported

    return Path(model) if isinstance(model, str | Path) and str(model) not in exported.names() else None


def suited(model: str, sensors: Sequence[Sensor]) -> str:
    """The model that a user named; in place of `default` the one for few sensors, where some are not worn or fall silent."""
    from kinertia.recording import LOWER_BODY
    from kinertia.runtime import model as exported

    return exported.SPARSE if model == exported.DEFAULT and not LOWER_BODY.covered_by(sensors) else model


def runner(model: Named) -> Runner:
    """A model ready for recordings: as graphs where there are graphs, else as a network; errors as :func:`estimate`."""
    from kinertia.runtime import model as exported

    if isinstance(model, exported.ExportedModel):
        return model.runner
    if isinstance(model, str | Path) and _exported(model):
        return exported.load(model).runner
    if not isinstance(model, str | Path) and not hasattr(model, "outcome") and not hasattr(model, "network"):
        raise ValueError(f"{type(model).__name__} is no model; give its name, its folder, or what kinertia.adapt returned")
    from kinertia.estimation import track as networks
    from kinertia.learning import shipped
    from kinertia.learning.adapting import Adapted

    if isinstance(model, Adapted):
        return networks.runner(model.model)
    return networks.runner(shipped.load(model) if isinstance(model, str | Path) else model)


def streaming(model: str, *, muscles: bool = False) -> ExportedModel:
    """The model that a user named as graphs, with muscles in streams or without; a trained one is exported first.

    ValueError as :func:`estimate`, or if the model cannot be exported.
    """
    from kinertia.runtime import model as exported

    if not _exported(model):
        from kinertia.export import export
        from kinertia.learning import shipped

        return replace(export.export(shipped.load(model)), muscles=muscles)
    return replace(exported.load(model), muscles=muscles)


def fitted(model: str | Path) -> Callable[[Recording], Estimate] | None:
    """What estimates with a model that `kinertia fit` wrote; None where the folder holds none, ValueError if it is damaged."""
    if not (Path(model) / "fitted.json").is_file():
        return None
    from kinertia.supervised import checkpoint, predict

    return partial(predict.estimate, checkpoint.load(model))


def _exported(model: str | Path) -> bool:
    """Whether a model is there as graphs; ValueError if it is not there at all."""
    from kinertia.runtime import model as exported
    from kinertia.runtime.card import CARD

    if str(model) in exported.names() or (Path(model) / CARD).is_file():
        return True
    if not (Path(model) / "model.json").is_file():
        raise ValueError(
            f"{model}: no model; give {', '.join(exported.names())}, or the folder that `kinertia adapt`, `train`, `fit` or "
            "`export` wrote"
        )
    return False

"""Models as the command line names them: shipped, exported or trained."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from kinertia.cli.progress import samples_bar

if TYPE_CHECKING:
    from kinertia.estimation.estimate import Estimate
    from kinertia.estimation.estimator import Runner
    from kinertia.recording import Recording, Sensor
    from kinertia.runtime.model import ExportedModel

SHOWN_SAMPLES = 20_000
"""Recordings longer than this take seconds and get a progress bar."""


@contextmanager
def running(model: str, recording: Recording) -> Iterator[Runner]:
    """The model that a user named, ready for a recording; long recordings show a bar.

    Raises
    ------
    ValueError
        If there is no such model, or it is damaged; the message names file and fix.
    """
    from kinertia.recording import sensor_sets
    from kinertia.runtime.exported import Exported

    loaded = runner(suited(model, sensor_sets.lasting(recording)))
    samples = round(recording.duration_s * loaded.rate_hz)
    if samples < SHOWN_SAMPLES or not isinstance(loaded, Exported):
        yield loaded
        return
    with samples_bar(samples, "estimating") as advance:
        yield Exported(loaded.model, advance)


def folder(model: str) -> Path | None:
    """Folder of a user's own model; None for one that comes with the package."""
    from kinertia.runtime import model as exported

    return None if model in exported.names() else Path(model)


def suited(model: str, sensors: Sequence[Sensor]) -> str:
    """The model that a user named; in place of `default` the one for few sensors, where some are not worn or fall silent."""
    from kinertia.recording import sensor_sets
    from kinertia.runtime import model as exported

    return exported.SPARSE if model == exported.DEFAULT and not sensor_sets.complete(sensors) else model


def runner(model: str) -> Runner:
    """The model that a user named, ready for recordings: as graphs where there are graphs, else as a network.

    Raises
    ------
    ValueError
        As :func:`running`.
    """
    from kinertia.runtime import model as exported
    from kinertia.runtime.exported import Exported

    if _exported(model):
        return Exported(exported.load(model))
    from kinertia.estimation.trained import Trained
    from kinertia.learning import shipped

    return Trained(shipped.load(model))


def streaming(model: str) -> ExportedModel:
    """The model that a user named as graphs; a trained one is exported first, which takes some seconds.

    Raises
    ------
    ValueError
        As :func:`running`, or if the model cannot be exported.
    """
    from kinertia.runtime import model as exported

    if not _exported(model):
        from kinertia.export import export
        from kinertia.learning import shipped

        return export.export(shipped.load(model))
    return exported.load(model)


def fitted(model: str) -> Callable[[Recording], Estimate] | None:
    """What estimates with a model that `kinertia fit` wrote; None where the folder holds none.

    Raises
    ------
    ValueError
        If the model is damaged.
    """
    if not (Path(model) / "fitted.json").is_file():
        return None
    from kinertia.supervised import checkpoint, predict

    return partial(predict.estimate, checkpoint.load(model))


def trained(model: str) -> Callable[[Recording], Estimate] | None:
    """What estimates with the network that a user's model was exported from; None without torch or without the network."""
    if find_spec("torch") is None:
        return None
    from kinertia.estimation import trained as networks
    from kinertia.learning import shipped

    if model not in shipped.names() and not (Path(model) / "model.json").is_file():
        return None
    return partial(networks.estimate, shipped.load(model))


def _exported(model: str) -> bool:
    """Whether a model is there as graphs; ValueError if it is not there at all."""
    from kinertia.runtime import model as exported
    from kinertia.runtime.card import CARD

    if model in exported.names() or (Path(model) / CARD).is_file():
        return True
    if not (Path(model) / "model.json").is_file():
        raise ValueError(
            f"{model}: no model; give {' or '.join(exported.names())}, or the folder that `kinertia train --out` or "
            "`kinertia export --out` wrote"
        )
    return False

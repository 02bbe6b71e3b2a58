"""Estimates of recordings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

from kinertia.api import models, reading
from kinertia.api.estimated import Estimated
from kinertia.api.reading import Reading
from kinertia.recording import Recording

if TYPE_CHECKING:
    from kinertia.api.models import Named

One = Recording | str | Path


@overload
def estimate(
    recording: One, model: Named = "default", *, mass: float | None = None, height: float | None = None, anyway: bool = False
) -> Estimated: ...
@overload
def estimate(
    recording: Sequence[One],
    model: Named = "default",
    *,
    mass: float | None = None,
    height: float | None = None,
    anyway: bool = False,
) -> list[Estimated]: ...
def estimate(
    recording: One | Sequence[One],
    model: Named = "default",
    *,
    mass: float | None = None,
    height: float | None = None,
    anyway: bool = False,
) -> Estimated | list[Estimated]:
    """Estimate angles, moments, ground reaction and speed of recordings.

    Parameters
    ----------
    recording : of :func:`kinertia.read`, or a file; or a list of them and of folders, for a list of estimates.
    model : name of one that comes with the package, folder of one, or what :func:`kinertia.adapt` returned.
    mass, height : of the person [kg], [m], in place of what the recording states.
    anyway : go on where a recording is wrong in a way that makes results wrong; they are then marked as not to be trusted.

    Raises
    ------
    RecordingError : a recording that cannot be read, is not sound or cannot be aligned: file, sensor, sample and fix.
    ValueError : no such model.
    """
    asked = Reading(mass=mass, height=height, anyway=anyway)
    if isinstance(recording, Recording | str | Path):
        return _one(recording, model, asked)
    return [_one(one, model, asked) for one in reading.opened(recording, asked)]


def _one(recording: One, model: Named, asked: Reading) -> Estimated:
    measured = reading.ready(recording, asked)
    return Estimated.of(models.estimate(model, measured), measured)

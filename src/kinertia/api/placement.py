"""Where the sensors of a recording sit."""

from __future__ import annotations

from pathlib import Path

from kinertia.api import reading
from kinertia.api.reading import Reading
from kinertia.checks import chain
from kinertia.placement.correction import correct as put_right
from kinertia.placement.inference import Placement
from kinertia.placement.inference import place as look
from kinertia.placement.laterality import with_right
from kinertia.recording import Recording


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
    measured = _examined(recording)
    placement = look(measured)
    return placement if right is None else with_right(placement, right, measured.source)


def correct(recording: Recording, placement: Placement) -> Recording:
    """The recording with what :func:`place` found put right: units, segments, axes, positions; in segment axes.

    Sensors that could not be judged are left out, with a warning, unless the recording was in segment axes.
    """
    return put_right(recording, placement)


def _examined(recording: Recording | str | Path) -> Recording:
    if not isinstance(recording, Recording):
        (recording,) = reading.as_stated([recording], Reading())
    return recording if chain.is_examined(recording) else chain.examine(recording)

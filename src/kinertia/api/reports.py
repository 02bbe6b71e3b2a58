"""Reports of estimates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kinertia.api import results
from kinertia.api.estimated import Estimated, KneeName, sign
from kinertia.io import inputs
from kinertia.io.outputs import Outputs
from kinertia.io.stored import Session

BEFORE_AFTER = ("before", "after")


def report(
    estimated: Estimated | Sequence[Estimated],
    path: str | Path,
    *,
    heading: str = "",
    note: str = "",
    labels: tuple[str, str] = BEFORE_AFTER,
    knee: KneeName = "flexion",
    overwrite: bool = False,
) -> Path:
    """Write the report of an estimate, or of two side by side: one HTML file that opens without a network, or a PDF.

    Parameters
    ----------
    estimated : what :func:`kinertia.estimate`, :func:`kinertia.solve` or :func:`kinertia.load` returned; or two of them, before
        and after, of two recordings or of two models.
    path : of the file; ``.pdf`` needs an installed browser that prints it.
    heading, note : who was measured, when, which visit; shoes, surface, complaints.
    labels : what two are called.
    knee : what is positive at the knee.
    overwrite : replace what is there, even if it is of something else.

    Raises
    ------
    RecordingError : something else is there.
    TypeError : what is given is no estimate.
    """
    shown = [estimated] if not isinstance(estimated, Sequence) else list(estimated)
    for one in shown:
        if not isinstance(one, Estimated):
            raise TypeError(f"{type(one).__name__} is no estimate; give what kinertia.estimate returned")
    if len(shown) == 1:
        return shown[0].report(path, heading=heading, note=note, knee=knee, overwrite=overwrite)
    if len(shown) != 2:
        raise ValueError(f"a report shows one estimate or two, not {len(shown)}")
    place, sources = Path(path), list(dict.fromkeys(one.recording.source or one.name for one in shown))
    read = inputs.of(*(one.recording.source or None for one in shown))
    guard = Outputs("kinertia report", read, " and ".join(sources), overwrite, "give another place", "overwrite=True")
    with guard.writing([place]):
        return results.report(place, [one.stored for one in shown], labels, session=Session(heading, note), knee=sign(knee))

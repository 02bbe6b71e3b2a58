"""Reports of estimates."""

from __future__ import annotations

from pathlib import Path

from kinertia.api.estimated import Estimated


def report(estimated: Estimated, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write the report of an estimate: one HTML file that opens without a network.

    Parameters
    ----------
    estimated : what :func:`kinertia.estimate` or :func:`kinertia.solve` returned.
    path : of the file.
    overwrite : replace what is there, even if it is of something else.

    Raises
    ------
    RecordingError : something else is there.
    """
    if not isinstance(estimated, Estimated):
        raise TypeError(f"{type(estimated).__name__} is no estimate; give what kinertia.estimate returned")
    return estimated.report(path, overwrite=overwrite)

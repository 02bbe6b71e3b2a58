"""Errors about recordings that name file, sensor, sample and the fix."""

from __future__ import annotations

from kinertia.recording.finding import Cause


class RecordingError(ValueError):
    """A recording cannot be used as it is.

    Parameters
    ----------
    message : what is wrong.
    file : path of the file, if any.
    sensor : sensor or column, if any.
    sample : index of the first bad sample, if any.
    fix : what the user can do.
    cause : what kind of fault it is, if it is one that checks look for.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str = "",
        sensor: str = "",
        sample: int | None = None,
        fix: str = "",
        cause: Cause | None = None,
    ) -> None:
        self.message = message
        self.file, self.sensor, self.sample, self.fix, self.cause = file, sensor, sample, fix, cause
        where = ", ".join(
            part for part in (file, f"sensor {sensor}" if sensor else "", "" if sample is None else f"sample {sample}") if part
        )
        super().__init__(f"{where + ': ' if where else ''}{message}{'. Fix: ' + fix if fix else ''}")

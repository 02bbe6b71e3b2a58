"""A recording as a table that explains itself: columns named with their units, person and sensor positions beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from kinertia.io.files import replacing, write_text
from kinertia.recording import Array, Frame, Recording

_SIGNALS = (("acc", "m/s^2"), ("gyro", "rad/s"))


def write(path: Path | str, recording: Recording) -> Path:
    """Write signals as CSV, and mass, height and sensor positions as JSON of the same stem.

    Parameters
    ----------
    path : ends in ``.csv``.
    recording : in segment frames. A periodic cycle is written in the layout of averaged cycles, with its truth; any other
        recording as a table over time, without truth. :func:`kinertia.io.read.read` reads both back.

    Returns
    -------
    The path of the CSV.

    Raises
    ------
    ValueError : another ending, or signals in sensor axes.
    """
    path = Path(path)
    if path.suffix.lower() != ".csv":
        raise ValueError(f"{path}: recordings are written as .csv")
    if recording.frame is not Frame.SEGMENT:
        raise ValueError(f"{path}: {recording.name!r} is in sensor axes; align it to the segments first")
    about: dict[str, Any] = {
        key: value
        for key, value in (("mass_kg", recording.subject.mass_kg), ("height_m", recording.subject.height_m))
        if key not in recording.subject.assumed
    }
    about["sensor_position_m"] = {s.segment: list(s.position_m) for s in recording.sensors if s.position_m is not None}
    if recording.periodic:
        columns = {"cycle_percent": np.arange(recording.samples) * 100.0 / recording.samples}
        columns |= _truth(recording)
        about["dur_mean"] = recording.duration_s
        if recording.truth is not None and recording.truth.speed is not None:
            about["speed_mean"] = recording.truth.speed
    else:
        columns = {"time [s]": recording.time_s}
    for kind, unit in _SIGNALS:
        signals: Array = getattr(recording, kind)
        columns |= {
            f"{kind}.{sensor.segment}.{axis} [{unit}]": signals[:, k, j]
            for k, sensor in enumerate(recording.sensors)
            if not np.isnan(signals[:, k]).all()
            for j, axis in enumerate("xyz")
        }
    write_text(path.with_suffix(".json"), json.dumps(about, indent=1) + "\n")
    with replacing(path) as temporary:
        pl.DataFrame(columns).fill_nan(None).write_csv(temporary)
    return path


def _truth(recording: Recording) -> dict[str, Array]:
    truth = recording.truth
    if truth is None:
        return {}
    return (
        {f"angle.{name} [deg]": np.degrees(values) for name, values in truth.angles.items()}
        | {f"moment.{name} [Nm]": values for name, values in truth.moments.items()}
        | {f"GRF.{name} [BW]": values for name, values in truth.grf.items()}
    )

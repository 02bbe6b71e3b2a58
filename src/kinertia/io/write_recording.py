"""A recording as a table that explains itself: columns named with their units, person and sensor positions beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from kinertia.io import truth_columns, write_columns
from kinertia.io.files import write_text
from kinertia.io.write_columns import ENDINGS
from kinertia.recording import Array, Frame, Recording

_SIGNALS = (("acc", "m/s^2"), ("gyro", "rad/s"))
_TIMES = ("time [s]", "cycle_percent")


def write(path: Path | str, recording: Recording, *, single_precision: bool = False) -> Path:
    """Write signals and reference as a table, and person and sensors as JSON of the same stem.

    ValueError: another ending, a gait cycle as ``.parquet``, Parquet without polars, or signals in sensor axes.

    Parameters
    ----------
    path : ends in ``.parquet`` or ``.csv``, which decides the format.
    recording : in segment frames. A periodic cycle is written in the layout of averaged cycles (``.csv`` only), any other
        recording as a table over time; both with their truth. :func:`kinertia.io.read.read` reads both back.
    single_precision : store everything but time with 24 bits of mantissa (``.parquet`` only), half the size.

    Returns
    -------
    The path of the table. It appears last and whole: where it exists, the JSON does too. Variances and orientations are not
    written, and neither are a signal or a curve without a single number.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ValueError(f"{path}: recordings are written as {' or '.join(ENDINGS)}")
    if recording.periodic and ending != ".csv":
        raise ValueError(f"{path}: a gait cycle is written as .csv")
    if recording.frame is not Frame.SEGMENT:
        raise ValueError(f"{path}: {recording.name!r} is in sensor axes; align it to the segments first")
    columns = _columns(recording)
    write_text(path.with_suffix(".json"), json.dumps(_facts(recording), indent=1, allow_nan=False) + "\n")
    return write_columns.write(
        path, columns, single=[name for name in columns if name not in _TIMES] if single_precision else ()
    )


def _columns(recording: Recording) -> dict[str, Array]:
    if recording.periodic:
        columns = {"cycle_percent": np.arange(recording.samples) * 100.0 / recording.samples}
    else:
        columns = {"time [s]": recording.begin_s + recording.time_s}
    for kind, unit in _SIGNALS:
        signals: Array = getattr(recording, kind)
        columns |= {
            f"{kind}.{sensor.segment}.{axis} [{unit}]": signals[:, k, j]
            for k, sensor in enumerate(recording.sensors)
            if not np.isnan(signals[:, k]).all()
            for j, axis in enumerate("xyz")
        }
    return columns | {name: curve for name, curve in truth_columns.columns(recording.truth).items() if np.isfinite(curve).any()}


def _facts(recording: Recording) -> dict[str, Any]:
    subject, sensors = recording.subject, recording.sensors
    about: dict[str, Any] = {key: getattr(subject, key) for key in ("mass_kg", "height_m") if key not in subject.assumed}
    if subject.sex is not None:
        about["sex"] = subject.sex
    about |= {"dur_mean": recording.duration_s} if recording.periodic else {"rate_hz": recording.rate_hz}
    about["sensor_position_m"] = {s.segment: list(s.position_m) for s in sensors if s.position_m is not None}
    misalignments = {s.segment: s.misalignment_rad for s in sensors if s.misalignment_rad is not None}
    if misalignments:
        about["sensor_misalignment_rad"] = misalignments
    return about | truth_columns.constants(recording.truth)

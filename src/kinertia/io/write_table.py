"""Results as one table with units in the column names, for statistics programs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kinertia.estimation import convention
from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.io import write_columns
from kinertia.io.write_columns import ENDINGS
from kinertia.io.write_opensim import is_translation
from kinertia.recording import Array

ACTIVITY = f"activity [{', '.join(f'{kind.value} {kind.name.lower()}' for kind in Activity)}]"
RESIDUALS = ("root_residual_x [BW]", "root_residual_y [BW]", "root_residual_moment [BWBH]")
_CHANNELS = (("acc_x", "m/s^2"), ("acc_y", "m/s^2"), ("gyro_z", "rad/s"))


def write(path: Path | str, estimate: Estimate, knee: Knee = Knee.FLEXION) -> Path:
    """Write every series of an estimate as one table.

    ValueError: another ending, or Parquet without polars.

    Parameters
    ----------
    path : ends in ``.parquet`` or ``.csv``, which decides the format.
    estimate : the result.
    knee : what is positive at the knee; its columns are called ``knee_flexion_r`` or, in OpenSim's sign, ``knee_angle_r``.

    Returns
    -------
    The path. A missing value is null in Parquet and an empty cell in CSV.
    """
    path = Path(path)
    if path.suffix.lower() not in ENDINGS:
        raise ValueError(f"{path}: a table is written as {' or '.join(ENDINGS)}, not {path.suffix or 'without an ending'!r}")
    return write_columns.write(path, columns(estimate, knee))


def columns(estimate: Estimate, knee: Knee = Knee.FLEXION) -> dict[str, Array | np.ndarray]:
    """Column name with unit to (T,) values, as :func:`write` writes them; events are 1 at their sample, 0 elsewhere."""
    table: dict[str, Array | np.ndarray] = {"time [s]": estimate.time_s}
    for coordinate, values in estimate.coordinates.items():
        name, signed = convention.name(coordinate, knee), convention.sign(coordinate, knee) * values
        table |= {f"{name} [m]": signed} if is_translation(coordinate) else {f"{name} [deg]": np.degrees(signed)}
    for coordinate, values in estimate.moments.items():
        table[f"{convention.name(coordinate, knee)}_moment [N m]"] = convention.sign(coordinate, knee) * values
    table |= {f"{name} [BW]": values for name, values in estimate.grf.items()}
    table |= {f"cop_x_{side} [m]": values for side, values in estimate.cop_x.items()}
    if estimate.speed is not None:
        table["speed [m/s]"] = estimate.speed
    if estimate.root_residual is not None:
        table |= dict(zip(RESIDUALS, estimate.root_residual.T, strict=True))
    table |= {f"{name}_force [N]": values for name, values in estimate.muscle_forces.items()}
    table |= {f"{name}_activation [0-1]": values for name, values in estimate.muscle_activations.items()}
    for coordinate, values in estimate.muscle_reserves.items():
        table[f"{convention.name(coordinate, knee)}_reserve [N m]"] = convention.sign(coordinate, knee) * values
    table |= {f"muscles_lack_{side} [0/1]": lack.astype(float) for side, lack in estimate.muscles_lack.items()}
    for name, contact in estimate.contact_forces.items():
        table |= {f"{name}_contact_{axis} [N]": contact[:, k] for k, axis in enumerate("xy")}
    for name, position in estimate.points.items():
        table |= {f"{name}_x [m]": position[:, 0], f"{name}_y [m]": position[:, 1]}
    for kind, signals in (("measured", estimate.imu_measured), ("virtual", estimate.imu_virtual)):
        if signals is not None:
            table |= {
                signal(segment, c, kind): signals[:, k, c]
                for k, segment in enumerate(estimate.sensor_segments)
                for c in range(len(_CHANNELS))
            }
    table |= {f"{name} [0/1]": _marks(at, estimate.samples) for name, at in estimate.events.items()}
    return table | _bands(estimate, knee) | _trust(estimate)


def signal(segment: str, channel: int, kind: str) -> str:
    """Column of one ``measured`` or ``virtual`` signal: acc x, acc y or gyro z."""
    name, unit = _CHANNELS[channel]
    return f"{segment}_{name}_{kind} [{unit}]"


def _bands(estimate: Estimate, knee: Knee) -> dict[str, Array]:
    """Half-widths of bands, with their level in percent in the name."""
    bands, ending = estimate.bands, f"band_{100.0 * estimate.bands.level:.0f}"
    table = {f"{convention.name(of, knee)}_{ending} [deg]": np.degrees(half) for of, half in bands.coordinates.items()}
    table |= {f"{convention.name(of, knee)}_moment_{ending} [N m]": half for of, half in bands.moments.items()}
    table |= {f"{name}_{ending} [BW]": values for name, values in bands.grf.items()}
    return table | ({} if bands.speed is None else {f"speed_{ending} [m/s]": bands.speed})


def _trust(estimate: Estimate) -> dict[str, np.ndarray]:
    """What counts, what the person does and what is trusted: 1 where an estimate counts and nothing speaks against it."""
    table: dict[str, np.ndarray] = {"settled [0/1]": estimate.counted.astype(np.int8)}
    if estimate.activity is not None:
        table[ACTIVITY] = np.asarray(estimate.activity, dtype=np.int8)
    if estimate.doubts:
        table["trusted [0/1]"] = estimate.trusted.astype(np.int8)
    return table


def _marks(events: np.ndarray, samples: int) -> np.ndarray:
    marks = np.zeros(samples, dtype=np.int8)
    marks[np.clip(np.round(events).astype(int), 0, samples - 1)] = 1
    return marks

"""Reference measurements from OpenSim files: coordinates, moments and ground reaction on one time axis, in our signs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinertia.io import opensim
from kinertia.io.opensim import KneeSign, Table
from kinertia.numerics.low_pass import butterworth, filter_both_ways
from kinertia.recording import GRAVITY, Array, Truth
from kinertia.recording.errors import RecordingError

_FORCE = re.compile(r"^(?:(?P<before>\w+?)_)?ground_force(?:_(?P<after>\w+?))?_(?P<what>[vp])(?P<axis>[xyz])$", re.IGNORECASE)


@dataclass(frozen=True)
class Reference:
    """Truth with its time axis.

    Attributes
    ----------
    truth : angles [rad], moments [N m], ground reaction [BW].
    time_s : (T,) time in the files [s].
    rate_hz : sampling rate [Hz].
    warnings : what was assumed.
    """

    truth: Truth
    time_s: Array
    rate_hz: float
    warnings: tuple[str, ...]


def read_reference(
    coordinates: str | Path,
    *,
    moments: str | Path | None = None,
    forces: str | Path | None = None,
    mass_kg: float | None = None,
    rate_hz: float | None = None,
    knee_flexion: KneeSign | None = None,
    plates: Mapping[str, str] | None = None,
    overground: bool = False,
) -> Reference:
    """Read coordinates and, if given, moments and ground reaction, over the time they share.

    Parameters
    ----------
    coordinates, moments, forces : .mot or .sto files of one trial.
    mass_kg : body mass, needed with ``forces``.
    rate_hz : rate of the result; default: that of the coordinates. Faster signals are low-passed first.
    knee_flexion : sign of knee flexion in the files; default: seen from the coordinates, with a warning.
    plates : force plate name to side, such as ``{"1": "r", "2": "l"}``; default: by name, else by which lies further right.
    overground : take the mean speed from ``pelvis_tx`` (not for treadmills).

    Raises
    ------
    RecordingError : as the readers, no common time, forces without mass, plates whose side cannot be told.
    """
    table = opensim.read(coordinates)
    angles, sign, warnings = opensim.coordinates(table, knee_flexion=knee_flexion)
    sources: list[tuple[Table, dict[str, Array]]] = [(table, angles)]
    if moments is not None:
        moment_table = opensim.read(moments)
        sources.append((moment_table, opensim.moments(moment_table, knee_flexion=sign)))
    if forces is not None:
        if mass_kg is None:
            raise RecordingError("ground reaction needs the body mass", file=str(forces), fix="pass mass_kg")
        force_table = opensim.read(forces)
        grf, more = ground_reaction(force_table, mass_kg=mass_kg, plates=plates)
        warnings = (*warnings, *more)
        sources.append((force_table, grf))
    start, stop = max(float(t.time_s[0]) for t, _ in sources), min(float(t.time_s[-1]) for t, _ in sources)
    rate = rate_hz or table.rate_hz
    samples = int(np.floor((stop - start) * rate + 1e-6)) + 1
    if stop <= start or samples < 2:
        raise RecordingError("the files share no time span", file=str(coordinates), fix="give files of one trial")
    time = start + np.arange(samples) / rate
    parts = [{name: on_grid(t.time_s, values, time) for name, values in columns.items()} for t, columns in sources]
    by_kind = dict(
        zip(
            ["angles", *(["moments"] if moments is not None else []), *(["grf"] if forces is not None else [])],
            parts,
            strict=True,
        )
    )
    speed = None
    if overground and "pelvis_tx" in parts[0]:
        speed = float((parts[0]["pelvis_tx"][-1] - parts[0]["pelvis_tx"][0]) / (time[-1] - time[0]))
    note = f"OpenSim files; knee flexion {sign} there, negative here"
    truth = Truth(by_kind["angles"], by_kind.get("moments", {}), by_kind.get("grf", {}), speed, note)
    return Reference(truth, time, rate, warnings)


def ground_reaction(
    table: Table, *, mass_kg: float, plates: Mapping[str, str] | None = None
) -> tuple[dict[str, Array], tuple[str, ...]]:
    """Ground reaction per foot.

    Parameters
    ----------
    table : external-load file with columns ``ground_force_<plate>_vx`` (or ``<plate>_ground_force_vx``).
    mass_kg : body mass.
    plates : plate name to side ``r`` / ``l``; plates left out are ignored.

    Returns
    -------
    ``grf_x_r``, ``grf_y_r``, ``grf_z_r``, ... to (T,) [BW], and warnings.

    Raises
    ------
    RecordingError : no force columns, plates whose side cannot be told, or a vertical axis that is not y.
    """
    sides, warnings = feet(table, plates)
    weight = mass_kg * GRAVITY
    return {f"grf_{axis}_{side}": parts[f"v{axis}"] / weight for side, parts in sides.items() for axis in "xyz"}, warnings


def feet(table: Table, plates: Mapping[str, str] | None = None) -> tuple[dict[str, dict[str, Array]], tuple[str, ...]]:
    """Columns of the force plate under each foot.

    Parameters
    ----------
    table : external-load file with columns ``ground_force_<plate>_vx`` (or ``<plate>_ground_force_vx``).
    plates : plate name to side ``r`` / ``l``; plates left out are ignored.

    Returns
    -------
    side to ``vx``, ``vy``, ``vz`` [N] and, where the file has them, ``px``, ``py``, ``pz`` [m]; and warnings.

    Raises
    ------
    RecordingError : no force columns, plates whose side cannot be told, or a vertical axis that is not y.
    """
    loads: dict[str, dict[str, Array]] = {}
    for column, values in table.columns.items():
        if match := _FORCE.match(column):
            plate = (match["before"] or match["after"] or "").lower()
            loads.setdefault(plate, {})[(match["what"] + match["axis"]).lower()] = values
    loads = {plate: parts for plate, parts in loads.items() if {"vx", "vy", "vz"} <= parts.keys()}
    if not loads:
        raise RecordingError(
            "has no ground forces", file=table.source, fix="expected columns such as ground_force_r_vx, _vy, _vz"
        )
    sizes = [sum(float(np.nanmean(np.abs(parts[f"v{axis}"]))) for parts in loads.values()) for axis in "xyz"]
    if sizes[1] < max(sizes):
        raise RecordingError(
            f"the largest ground force is along {'xyz'[int(np.argmax(sizes))]}, not y",
            file=table.source,
            fix="rotate the forces to y up",
        )
    warnings: tuple[str, ...] = ()
    if plates is None:
        plates, warnings = _sides(loads, table.source)
    elif missing := [plate for plate in plates if plate.lower() not in loads]:
        raise RecordingError(f"has no plate {missing[0]!r}", file=table.source, fix=f"plates in the file: {', '.join(loads)}")
    return {side: loads[plate.lower()] for plate, side in plates.items()}, warnings


def on_grid(time_s: Array, values: Array, new_time_s: Array) -> Array:
    """(T,) samples at new times: zero-phase low-pass at 0.4 of the new rate if that is slower, then linear interpolation."""
    rate, new_rate = (len(time_s) - 1) / (time_s[-1] - time_s[0]), (len(new_time_s) - 1) / (new_time_s[-1] - new_time_s[0])
    if new_rate < 0.99 * rate and len(values) > 30 and np.isfinite(values).all():
        values = filter_both_ways(butterworth(4, 0.4 * new_rate, rate), values)
    return np.interp(new_time_s, time_s, values)


def _sides(loads: Mapping[str, Mapping[str, Array]], file: str) -> tuple[dict[str, str], tuple[str, ...]]:
    named = {plate: plate[0] for plate in loads if plate in ("r", "l", "right", "left")}
    if set(loads) == {"", "l"}:  # OpenSim's gait2392 examples name the left foot alone
        return {"": "r", "l": "l"}, ()
    if named:
        return named, ()
    if set(loads) == {"", "1"}:  # OpenSim's oldest examples: right foot without a number
        return {"": "r", "1": "l"}, (f"{file}: force plate without a number taken as the right foot; pass plates to fix it",)
    if len(loads) != 2 or any("pz" not in parts for parts in loads.values()):
        raise RecordingError(
            f"cannot tell which of the force plates {', '.join(loads)} is under which foot",
            file=file,
            fix='pass plates={"1": "r", "2": "l"}',
        )
    # z points right: the plate pressed further right is the right foot's
    right, left = sorted(
        loads,
        key=lambda p: float(np.average(loads[p]["pz"], weights=np.maximum(loads[p]["vy"], 0) + 1e-9)),
        reverse=True,
    )
    return {right: "r", left: "l"}, (
        f"{file}: force plate {right!r} taken as the right foot by its position; pass plates to fix it",
    )

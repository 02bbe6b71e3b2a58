"""Force plates in OpenSim's external-load files: which is under which foot."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from kinertia.io.opensim import Table
from kinertia.recording import Array, RecordingError

_FORCE = re.compile(
    r"^(?:(?P<before>\w+?)_)?ground_(?:force|torque)(?:_(?P<after>\w+?))?_(?P<what>[vpm]?)(?P<axis>[xyz])$", re.IGNORECASE
)


def feet(table: Table, plates: Mapping[str, str] | None = None) -> tuple[dict[str, dict[str, Array]], tuple[str, ...]]:
    """Columns of the force plate under each foot.

    RecordingError: no force columns, plates whose side cannot be told, or a vertical axis that is not y.

    Parameters
    ----------
    table : external-load file with columns ``ground_force_<plate>_vx`` (or ``<plate>_ground_force_vx``).
    plates : plate name to side ``r`` / ``l``, such as ``{"1": "r", "2": "l"}``; plates left out are ignored. By default told
        by name, else by which lies further right.

    Returns
    -------
    side to ``vx``, ``vy``, ``vz`` [N] and, where the file has them, ``px`` ... [m] and ``mx`` ... [N m]; and warnings.
    """
    loads: dict[str, dict[str, Array]] = {}
    for column, values in table.columns.items():
        if match := _FORCE.match(column):
            plate = (match["before"] or match["after"] or "").lower()
            loads.setdefault(plate, {})[((match["what"] or "m") + match["axis"]).lower()] = values
    loads = {plate: parts for plate, parts in loads.items() if {"vx", "vy", "vz"} <= parts.keys()}
    if not loads:
        fix = "expected columns such as ground_force_r_vx, _vy, _vz"
        raise RecordingError("has no ground forces", file=table.source, fix=fix)
    sizes = [sum(float(np.nanmean(np.abs(parts[f"v{axis}"]))) for parts in loads.values()) for axis in "xyz"]
    if sizes[1] < max(sizes):
        message, fix = f"the largest ground force is along {'xyz'[int(np.argmax(sizes))]}, not y", "rotate the forces to y up"
        raise RecordingError(message, file=table.source, fix=fix)
    warnings: tuple[str, ...] = ()
    if plates is None:
        plates, warnings = _sides(loads, table.source)
    elif missing := [plate for plate in plates if plate.lower() not in loads]:
        raise RecordingError(f"has no plate {missing[0]!r}", file=table.source, fix=f"plates in the file: {', '.join(loads)}")
    return {side: loads[plate.lower()] for plate, side in plates.items()}, warnings


def _sides(loads: Mapping[str, Mapping[str, Array]], file: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Plate to side, by its name, else by its place."""
    named = {plate: plate[0] for plate in loads if plate in ("r", "l", "right", "left")}
    if set(loads) == {"", "l"}:  # OpenSim's gait2392 examples name the left foot alone
        return {"": "r", "l": "l"}, ()
    if named:
        return named, ()
    if set(loads) == {"", "1"}:  # OpenSim's oldest examples: right foot without a number
        return {"": "r", "1": "l"}, (f"{file}: force plate without a number taken as the right foot; pass plates to fix it",)
    if len(loads) != 2 or any("pz" not in parts for parts in loads.values()):
        message = f"cannot tell which of the force plates {', '.join(loads)} is under which foot"
        raise RecordingError(message, file=file, fix='pass plates={"1": "r", "2": "l"}')
    # z points right: the plate pressed further right is the right foot's
    right, left = sorted(
        loads,
        key=lambda p: float(np.average(loads[p]["pz"], weights=np.maximum(loads[p]["vy"], 0) + 1e-9)),
        reverse=True,
    )
    return {right: "r", left: "l"}, (
        f"{file}: force plate {right!r} taken as the right foot by its position; pass plates to fix it",
    )

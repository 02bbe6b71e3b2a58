"""``kinertia place``: where the sensors of a recording sit, what is wrong with them, and the recording put right."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import tyro
from rich.console import Console
from rich.table import Table

from kinertia.io import write_recording
from kinertia.io.read import read
from kinertia.placing import orientation
from kinertia.placing.correct import correct
from kinertia.placing.place import Placed, Placement
from kinertia.placing.place import place as look
from kinertia.recording import Recording, RecordingError


def place(
    recording: Annotated[Path, tyro.conf.Positional],
    /,
    apply: bool = False,
    out: Path | None = None,
    columns: Path | None = None,
    placement: Path | None = None,
    trial: str | None = None,
    rate: float | None = None,
    mass: float | None = None,
    height: float | None = None,
    json_out: Annotated[bool, tyro.conf.arg(name="json")] = False,
) -> None:
    """Find out from walking or running where each sensor sits (segment, side, axes, place) and what is wrong with it.

    Left and right of the whole set cannot be told: gravity and movement straight ahead look the same in a mirror.

    Parameters
    ----------
    recording
        Recording of any supported format.
    apply
        Write a corrected recording to --out: units, names, axes, positions. The original is left as it is.
    out
        File to write, .csv or .parquet.
    columns
        Column map of a CSV or Parquet table.
    placement
        File that maps Xsens serial numbers to segments.
    trial
        Which trial of a folder.
    rate
        Sampling rate in Hz, where the file does not state it.
    mass
        Body mass in kg, in place of the file's.
    height
        Body height in m, in place of the file's; lengths of the legs are judged by it. Without one, it is estimated from them.
    json_out
        Print JSON instead of a table.
    """
    if apply != (out is not None):
        raise RecordingError("--apply and --out belong together", fix="give both, or neither")
    read_in = read(recording, columns=columns, placement=placement, trial=trial, rate_hz=rate, mass_kg=mass, height_m=height)
    if out is not None and Path(read_in.source).exists() and out.exists() and out.samefile(read_in.source):
        raise RecordingError("is the recording itself", file=str(out), fix="write to another file; the original is kept")
    found = look(read_in)
    if json_out:
        print(json.dumps(summarise(read_in, found), indent=1, allow_nan=False))
    else:
        _show(read_in, found, Console())
    if out is not None:
        corrected = correct(read_in, found)
        if not corrected.sensors:
            raise RecordingError("no sensor could be judged, so nothing is written", file=read_in.source, fix="see the faults")
        # what the reader noticed concerned the file, what is corrected is said above
        written = write_recording.write(out, replace(corrected, warnings=()))
        for warning in corrected.warnings[len(read_in.warnings) :]:
            Console(stderr=True).print(f"  {warning}", style="yellow", highlight=False)
        Console(stderr=True).print(f"corrected recording: {written}", highlight=False)


def summarise(recording: Recording, found: Placement) -> dict[str, Any]:
    """Everything that is shown, as plain values (m, degrees)."""
    return {
        "name": recording.name,
        "source": recording.source,
        "rate_hz": {"stated": recording.rate_hz, "fits": found.rate_hz},
        "length_m": None if np.isnan(found.length_m[0]) else dict(zip(("thigh", "shank"), found.length_m, strict=True)),
        "height_m": {
            "stated": None if "height_m" in recording.subject.assumed else recording.subject.height_m,
            "from_motion": None if found.height is None else round(found.height.height_m, 3),
            "spread": None if found.height is None else round(found.height.spread_m, 3),
        },
        "sensors": [_row(placed) for placed in found.sensors],
        "faults": [
            {"kind": f.kind.value, "sensors": list(f.sensors), "message": f.message, "change": f.change} for f in found.faults
        ],
        "notes": list(found.notes),
    }


def _row(placed: Placed) -> dict[str, Any]:
    row: dict[str, Any] = {"name": placed.sensor.name, "stated": placed.sensor.segment}
    if placed.rotation is None or placed.position_m is None or placed.position_spread_m is None:
        return row | {"inferred": None}
    _, rest = orientation.nearest(placed.rotation)
    return row | {
        "inferred": placed.segment,
        "confidence": round(placed.confidence, 4),
        "axes": orientation.words(placed.rotation),
        "off_these_axes_deg": round(float(np.rad2deg(rest)), 1),
        "rotation": np.round(placed.rotation, 5).tolist(),
        "position_m": [round(v, 4) for v in placed.position_m],
        "position_spread_m": [round(v, 4) for v in placed.position_spread_m],
        "misfit": round(placed.misfit, 2),
    }


def _show(recording: Recording, found: Placement, console: Console) -> None:
    console.print(f"\n[bold]{recording.name}[/bold]  {recording.source}", highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("sensor", "stated", "inferred", "sure", "axes", "off [deg]", "forward [cm]", "up [cm]"):
        table.add_column(column, justify="left" if column in ("sensor", "stated", "inferred", "axes") else "right")
    for placed in found.sensors:
        row = _row(placed)
        if row["inferred"] is None:
            table.add_row(row["name"], row["stated"], "not judged", *[""] * 5, style="dim")
            continue
        (x, y), (dx, dy) = row["position_m"], row["position_spread_m"]
        table.add_row(
            row["name"],
            row["stated"],
            row["inferred"],
            f"{100 * row['confidence']:.0f} %",
            row["axes"],
            f"{row['off_these_axes_deg']:.0f}",
            f"{100 * x:.1f} ± {100 * dx:.1f}",
            f"{100 * y:.1f} ± {100 * dy:.1f}",
            style="yellow" if row["inferred"] != row["stated"] else None,
        )
    console.print(table)
    if not np.isnan(found.length_m[0]):
        thigh, shank = (100 * length for length in found.length_m)
        console.print(f"  thigh {thigh:.0f} cm, shank {shank:.0f} cm, from how the joints move", highlight=False)
    if found.height is not None and "height_m" in recording.subject.assumed:
        height = found.height
        console.print(
            f"  height {height.height_m:.2f} ± {height.spread_m:.2f} m from the motion; none was given", highlight=False
        )
    for fault in found.faults:
        change = f" [--apply: {fault.change}]" if fault.change else ""
        console.print(f"  {fault.kind.value}: {fault.message}{change}", style="yellow", highlight=False, markup=False)
    if not found.faults:
        console.print("  nothing wrong found", style="green")
    for note in found.notes:
        console.print(f"  note: {note}", style="dim", highlight=False)

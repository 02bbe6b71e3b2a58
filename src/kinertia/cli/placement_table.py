"""What ``kinertia place`` shows: a recording's placement, or a session's, as a table or as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from kinertia.cli.output import plain_table, show_findings
from kinertia.placement import orientation
from kinertia.placement.fault import Kind
from kinertia.placement.inference import Placement, SensorPlacement
from kinertia.recording import Cause, Recording, Severity

SAID = frozenset({Kind.MISSING, Kind.EXCHANGED})  # faults that are among the findings of the checks already


def summarise(recording: Recording, placement: Placement) -> dict[str, Any]:
    """Everything that is shown, as plain values (m, degrees)."""
    return {
        "name": recording.name,
        "source": recording.source,
        "rate_hz": {"stated": recording.rate_hz, "fits": placement.rate_hz},
        "length_m": None if np.isnan(placement.length_m[0]) else dict(zip(("thigh", "shank"), placement.length_m, strict=True)),
        "height_m": {
            "stated": None if "height_m" in recording.subject.assumed else recording.subject.height_m,
            "from_motion": None if placement.height is None else round(placement.height.height_m, 3),
            "spread": None if placement.height is None else round(placement.height.spread_m, 3),
        },
        "side_known": placement.sided,
        "sensors": [row(placed) for placed in placement.sensors],
        "findings": [
            {"cause": f.cause.value, "severity": f.severity.value, "sensors": list(f.sensors), "sentence": f.sentence}
            for f in recording.findings
        ],
        "faults": [
            {"kind": f.kind.value, "sensors": list(f.sensors), "message": f.message, "change": f.change}
            for f in placement.faults
        ],
        "notes": list(placement.notes),
    }


def row(placed: SensorPlacement) -> dict[str, Any]:
    """One sensor as plain values (m, degrees); ``inferred`` is None where it could not be judged."""
    about: dict[str, Any] = {"name": placed.sensor.name, "stated": placed.sensor.segment}
    if placed.rotation is None or placed.position_m is None or placed.position_spread_m is None:
        return about | {"inferred": None}
    _, rest = orientation.nearest(placed.rotation)
    return about | {
        "inferred": placed.segment,
        "confidence": round(placed.confidence, 4),
        "axes": orientation.words(placed.rotation),
        "off_these_axes_deg": round(float(np.rad2deg(rest)), 1),
        "rotation": np.round(placed.rotation, 5).tolist(),
        "inclination_spread_deg": round(float(np.rad2deg(placed.inclination_spread_rad or 0.0)), 1),
        "position_m": [round(v, 4) for v in placed.position_m],
        "position_spread_m": [round(v, 4) for v in placed.position_spread_m],
        "misfit": round(placed.misfit, 2),
    }


def show(recording: Recording, placement: Placement, console: Console) -> None:
    """A recording's sensors as a table, then lengths, faults and notes."""
    console.print(f"\n[bold]{recording.name}[/bold]  {recording.source}", highlight=False)
    console.print(table(placement.sensors, sided=placement.sided))
    if not np.isnan(placement.length_m[0]):
        thigh, shank = (100 * length for length in placement.length_m)
        console.print(f"  thigh {thigh:.0f} cm, shank {shank:.0f} cm, from how the joints move", highlight=False)
    if placement.height is not None and "height_m" in recording.subject.assumed:
        from_motion = f"{placement.height.height_m:.2f} ± {placement.height.spread_m:.2f} m"
        console.print(f"  height {from_motion} from the motion; none was given", highlight=False)
    told = recording.findings
    show_findings(told, console)
    known = SAID | {Kind.OFFSET} if any(finding.cause is Cause.GRAVITY for finding in told) else SAID
    faults = [
        fault for fault in placement.faults if fault.kind not in known or (placement.sided and fault.kind is Kind.EXCHANGED)
    ]
    for fault in faults:
        change = f" [--apply: {fault.change}]" if fault.change else ""
        console.print(f"  {fault.kind.value}: {fault.message}{change}", style="yellow", highlight=False, markup=False)
    judged = any(placed.rotation is not None for placed in placement.sensors)
    if judged and not faults and all(finding.severity is Severity.INFO for finding in told):
        console.print("  nothing wrong found", style="green")
    for note in placement.notes:
        console.print(f"  note: {note}", style="dim", highlight=False)


def table(sensors: Sequence[SensorPlacement], *, sided: bool) -> Table:
    """One row a sensor; of the side nothing is said to be sure until somebody told it."""
    words = ("sensor", "stated", "inferred", "side", "axes")
    made = plain_table((*words[:4], "sure\n[%]", "axes", "off\n[deg]", "forward\n[cm]", "up\n[cm]"), words)
    for placed in sensors:
        about = row(placed)
        if about["inferred"] is None:
            made.add_row(about["name"], about["stated"], "not judged", *[""] * 6, style="dim")
            continue
        (x, y), (dx, dy) = about["position_m"], about["position_spread_m"]
        part, _, side = about["inferred"].partition("_")
        made.add_row(
            about["name"],
            about["stated"],
            part,
            {"r": "right", "l": "left"}[side] + ("" if sided else "?") if side else "",
            f"{100 * about['confidence']:.0f}",
            about["axes"],
            f"{about['off_these_axes_deg']:.0f}",
            f"{100 * x:.1f} ± {100 * dx:.1f}",
            f"{100 * y:.1f} ± {100 * dy:.1f}",
            style="yellow" if about["inferred"] != about["stated"] else None,
        )
    return made

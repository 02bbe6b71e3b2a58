"""``kinertia inspect``: what is in a recording, before anything is estimated from it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import numpy as np
import tyro
from rich.console import Console
from rich.text import Text

from kinertia.checks import chain, units
from kinertia.checks.movement import MOSTLY, stride_frequency
from kinertia.cli import options
from kinertia.cli.options import NOTHING_STATED, Files, Said
from kinertia.cli.output import plain_table, say, show_findings
from kinertia.estimation.estimate import Activity
from kinertia.estimation.verdict import MOSTLY as MOSTLY_OTHER
from kinertia.placement.correction import with_estimated_size
from kinertia.recording import Cause, Finding, Frame, Recording, RecordingError, Severity
from kinertia.recording.standing import standing_periods
from kinertia.sensing import activity
from kinertia.sensing.alignment import to_segments

_AXES = {Frame.SEGMENT: "segment axes: x forward, y up, z right", Frame.SENSOR: "sensor axes, not aligned to the segments yet"}

MEASURED = ("acc rms\n[m/s^2]", "gyro rms\n[rad/s]", "missing\n[%]", "gravity\n[m/s^2]")
POSITION = "position\n[m]"


def inspect(
    recordings: Files,
    /,
    reading: Said = NOTHING_STATED,
    json_out: Annotated[bool, tyro.conf.arg(name="json")] = False,
) -> None:
    """Show sensors, rate, duration, units and axes, gravity, what the person does, and what is wrong.

    Args:
        recordings: Files of any supported format, or folders of them.
        reading: What the files do not say themselves; mass and height then hold for all recordings.
        json_out: Print JSON instead of tables.
    """
    files = options.files(recordings, reading)
    shown: list[dict[str, Any]] = []
    failed: list[str] = []
    console = Console()
    for file in files:
        try:
            (recording,) = options.read_stated((file,), reading)
        except ValueError as error:
            if len(files) == 1:
                raise
            failed.append(file.name)
            if not json_out:
                console.print(Text(f"\n{file.stem}", "bold"))
                say(console, Severity.ERROR, str(error))
            continue
        if any(recording.source == one["source"] for one in shown):
            continue  # the files of one trial are one recording
        examined = _examine(recording)
        shown.append(summarise(recording, examined))
        if not json_out:
            _show(recording, examined, shown[-1], console)
    if json_out:
        print(json.dumps(shown, indent=1))
    if failed:
        raise ValueError(f"{len(failed)} of {len(files)} recordings could not be read: {', '.join(failed)}")


def _examine(recording: Recording) -> Recording:
    """The recording after all checks, and with a finding where it is mostly no gait: estimates say that themselves."""
    examined = chain.examine(recording)
    lasts = activities(examined)
    if lasts.get(Activity.OTHER, 0.0) <= MOSTLY_OTHER * sum(lasts.values()):
        return examined
    message = f"no gait: {lasts[Activity.OTHER]:.1f} of {sum(lasts.values()):.1f} s are neither walking, running nor standing"
    fix = "record walking or running; estimates of anything else are marked as not to be trusted"
    return examined.with_findings(Finding(Cause.NO_GAIT, Severity.WARNING, message, fix))


def activities(examined: Recording) -> dict[Activity, float]:
    """How long the person does what [s]; empty where it cannot be told."""
    if examined.fault is not None or examined.periodic:
        return {}
    try:
        does = activity.classify(to_segments(examined))
    except RecordingError:
        return {}
    return {kind: np.count_nonzero(does == kind) / examined.rate_hz for kind in reversed(Activity) if (does == kind).any()}


def summarise(stated: Recording, recording: Recording) -> dict[str, Any]:
    """Everything ``inspect`` shows, as plain values (SI units, seconds, degrees where named), of a recording after the checks.

    What is missing is counted as it was ``stated``: read.
    """
    rate = stated.rate_hz
    missing = 100.0 * np.isnan(stated.acc).any(axis=2).mean(axis=0)
    person = with_estimated_size(recording)
    error = person.subject.height_error_m
    sensors = [
        {
            "name": sensor.name,
            "segment": sensor.segment,
            "position_m": sensor.position_m,
            "acc_rms_m_s2": _rms(recording.acc[:, k]),
            "gyro_rms_rad_s": _rms(recording.gyro[:, k]),
            "missing_percent": round(float(missing[k]), 2),
            "gravity_m_s2": None if check is None else round(check.size, 3),
            "gravity_from": None if check is None else "standing" if check.standing else "median",
            "gravity_ok": None if check is None else check.ok,
        }
        for k, (sensor, check) in enumerate(zip(recording.sensors, units.sizes(recording), strict=True))
    ]
    stride = stride_frequency(recording)
    return {
        "name": recording.name,
        "source": recording.source,
        "samples": recording.samples,
        "rate_hz": round(rate, 4),
        "duration_s": round(recording.duration_s, 4),
        "periodic": recording.periodic,
        "frame": recording.frame.value,
        "axes": _AXES[recording.frame],
        "units": {"acc": "m/s^2", "gyro": "rad/s"},
        "subject": {
            "mass_kg": person.subject.mass_kg,
            "height_m": recording.subject.height_m,
            "assumed": list(recording.subject.assumed),
            "estimated_height_m": None if error is None else person.subject.height_m,
            "estimated_height_error_m": None if error is None else round(error, 3),
        },
        "sensors": sensors,
        "orientation": recording.orientation is not None,
        "truth": recording.truth is not None,
        "stride_frequency_hz": None if stride is None else round(stride, 3),
        "begin_s": round(recording.begin_s, 6),
        "activity_s": {kind.word: round(seconds, 2) for kind, seconds in activities(recording).items()},
        "standing_s": [
            [round(recording.begin_s + sample / rate, 2) for sample in period] for period in standing_periods(recording)
        ],
        "findings": [
            asdict(finding)
            | {"cause": finding.cause.value, "severity": finding.severity.value, "sensors": list(finding.sensors)}
            for finding in recording.findings
        ],
        "warnings": list(person.warnings),
    }


def _rms(values: np.ndarray) -> float | None:
    squares = np.square(values).sum(axis=1)
    squares = squares[np.isfinite(squares)]
    return round(float(np.sqrt(squares.mean())), 3) if len(squares) else None


def _person(person: dict[str, Any]) -> str:
    """Mass and height in words; what stands for those that were not given is said in a warning."""
    height = person["height_m"] if person["estimated_height_m"] is None else person["estimated_height_m"]
    parts = [("mass_kg", "mass", f"{person['mass_kg']:g} kg"), ("height_m", "height", f"{height:.2f} m")]
    return ", ".join(f"{word} not given" if name in person["assumed"] else figure for name, word, figure in parts)


def _show(recording: Recording, examined: Recording, summary: dict[str, Any], console: Console) -> None:
    """Print what :func:`summarise` says of a recording."""
    person = summary["subject"]
    kind = "one averaged gait cycle" if recording.periodic else "continuous"
    console.print(f"\n[bold]{recording.name}[/bold]  {recording.source}", highlight=False)
    console.print(
        f"  {recording.samples} samples, {summary['rate_hz']:.4g} Hz, {summary['duration_s']:.4g} s, {kind}\n"
        f"  m/s^2 and rad/s; {summary['axes']}\n"
        f"  person {_person(person)}; "
        f"orientation {'yes' if summary['orientation'] else 'no'}; reference {'yes' if summary['truth'] else 'no'}",
        highlight=False,
    )
    stride = summary["stride_frequency_hz"]
    rest = sum(stop - start for start, stop in summary["standing_s"])
    if rest > MOSTLY * summary["duration_s"]:
        stride = None  # what repeats then is sway
    other = any(finding.cause is Cause.NO_GAIT for finding in examined.findings)
    pace = "no strides found" if stride is None or other else f"{stride:.2f} strides per second"
    does = ", ".join(f"{word} {seconds:.1f} s" for word, seconds in summary["activity_s"].items())
    stands = ", ".join(f"{start:g}\u2013{stop:g} s" for start, stop in summary["standing_s"])
    still = f"still at {stands}" if stands else ""
    console.print(f"  {'; '.join(filter(None, (pace, does, still)))}", highlight=False)
    placed = any(sensor["position_m"] is not None for sensor in summary["sensors"])
    words = ("sensor", "segment", POSITION)
    table = plain_table((*words[:2], *MEASURED, *([POSITION] if placed else [])), words, no_wrap=True)
    for sensor in summary["sensors"]:
        position = sensor["position_m"]
        gravity = "-"
        if sensor["gravity_m_s2"] is not None:
            mark = "ok" if sensor["gravity_ok"] else "[red]off[/red]"
            gravity = f"{sensor['gravity_m_s2']:.2f} {sensor['gravity_from']} {mark}"
        where = "unknown" if position is None else ", ".join(f"{v + 0.0:.3g}" for v in position)
        table.add_row(
            sensor["name"],
            sensor["segment"],
            *("-" if sensor[key] is None else f"{sensor[key]:.2f}" for key in ("acc_rms_m_s2", "gyro_rms_rad_s")),
            f"{sensor['missing_percent']:g}",
            gravity,
            *([where] if placed else []),
        )
    console.print(table)
    show_findings(examined.findings, console)
    for warning in summary["warnings"]:
        say(console, Severity.WARNING, warning)
    if not summary["warnings"] and all(finding.severity is Severity.INFO for finding in examined.findings):
        console.print("  nothing looks wrong")

"""Sound recordings to spoil: simulated people and real walks, cut short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from experiments.place_faults import rotation
from kinertia.io import devices, gaittoolbox
from kinertia.io import folder as folders
from kinertia.io.read import read
from kinertia.recording import Array, Frame, Recording, resampling
from kinertia.recording.errors import RecordingError
from kinertia.recording.selection import crop
from kinertia.recording.standing import standing_periods
from kinertia.sensing.alignment import align

LENGTH_S = (12.0, 20.0)
"""Long enough for ten strides, short enough that thousands of variants are read in an hour."""
RATES_HZ = (50.0, 100.0)
STANDS_S = 11.0
"""How long the person of the gait toolbox stands before walking; the cut begins in the last seconds of it."""
STANDING_S = 10.0
MARGIN_S = 0.5
"""Left out at either end of standing: the body already leans before the first step."""


@dataclass(frozen=True)
class Source:
    """A sound recording.

    Attributes
    ----------
    name : of the recording and the person.
    recording : in the axes it came in, without truth.
    gait : ``walking``, ``running`` or ``mixed``.
    real : measured, not simulated.
    """

    name: str
    recording: Recording
    gait: str
    real: bool


Load = Callable[[], Source]


def available(people: tuple[Path, ...], data: Path | None) -> dict[str, list[Load]]:
    """What there is, by origin: ``simulated``, ``optical`` (gait toolbox), ``hugadb``; each loads its recording when called.

    Parameters
    ----------
    people : folders of simulated people.
    data : folder with ``imu_mocap_gaittoolbox`` and ``imu_hugadb``.

    Raises
    ------
    RecordingError : neither is given, or nothing is there.
    """
    found: dict[str, list[Load]] = {}
    if people:
        paths = [path for folder in people for path in folders.recordings(folder) if path.with_suffix(".json").is_file()]
        found["simulated"] = [lambda path=path: _simulated(path) for path in paths]
    if data is not None:
        optical, legs = data / "imu_mocap_gaittoolbox", data / "imu_hugadb"
        if gaittoolbox.is_gaittoolbox(optical):
            found["optical"] = [lambda: _real(optical)]
        if legs.is_dir():
            found["hugadb"] = [lambda path=path: _real(path) for path in folders.recordings(legs) if devices.find(path)]
    found = {origin: loads for origin, loads in found.items() if loads}
    if not found:
        raise RecordingError(
            "no sound recordings found", file=str(data or ""), fix="name simulated people, or a folder of real walks"
        )
    return found


@cache
def _simulated(path: Path) -> Source:
    recording = read(path).without_truth()
    gait = {"run": "running", "mix": "mixed"}.get(path.stem[:3], "walking")
    return Source(f"{path.parent.name}/{path.stem}", recording, gait, False)


@cache
def _real(path: Path) -> Source:
    recording = gaittoolbox.read(path, truth=False) if path.is_dir() else read(path)
    kept = [k for k, sensor in enumerate(recording.sensors) if not sensor.segment.startswith("ankle")]
    recording = replace(
        recording,
        sensors=tuple(replace(recording.sensors[k], name=recording.sensors[k].segment) for k in kept),
        acc=recording.acc[:, kept],
        gyro=recording.gyro[:, kept],
        orientation=None,
        warnings=(),
    )
    return Source(recording.name, recording, "walking", True)


def cut(source: Source, generator: np.random.Generator, frame: Frame | None = None) -> Recording:
    """A stretch of walking or running of a source, 12 to 20 s long, in segment or sensor axes.

    Simulated recordings are brought to 50 or 100 Hz, and to sensor axes by turning every sensor any way; real ones to segment
    axes by alignment.

    Parameters
    ----------
    source : where from.
    generator : draws stretch, rate and turns.
    frame : of the result; None for that of the source.

    Raises
    ------
    RecordingError : too short, or a real one that cannot be aligned.
    """
    whole = source.recording
    if frame is Frame.SEGMENT and whole.frame is Frame.SENSOR:
        whole = align(whole)[0]
    seconds = float(generator.uniform(*LENGTH_S))
    latest = whole.duration_s - seconds
    if latest < 0:
        raise RecordingError("is too short to be cut", file=whole.source, fix="leave it out")
    begin = float(generator.uniform(0.0, latest))
    if source.name.startswith("S02"):
        begin = min(float(generator.uniform(STANDS_S - 4.0, STANDS_S - 1.0)), latest)
    elif source.gait == "mixed":
        begin = float(generator.uniform(0.0, 3.0))  # stands, then walks
    part = _part(whole, begin, seconds)
    if source.real:
        return part
    rate = float(generator.choice(RATES_HZ))
    if rate < part.rate_hz:
        part = resampling.resample(part, rate)
    return turned(part, generator) if frame is Frame.SENSOR else part


def standing(source: Source) -> Recording | None:
    """Ten seconds of standing alone, in the axes of the source; None where it has none.

    Standing that is shorter goes to and fro in time until it is long enough.
    """
    if source.name.startswith("S02"):
        return _part(source.recording, 0.0, STANDING_S)
    periods = standing_periods(source.recording) if source.gait == "mixed" else []
    if not periods:
        return None
    first, last = periods[0]
    margin = round(MARGIN_S * source.recording.rate_hz)
    if last - first < 4 * margin:
        return None
    there = np.arange(first + margin, last - margin)
    wanted = round(STANDING_S * source.recording.rate_hz)
    order = np.resize(np.concatenate([there, there[-2:0:-1]]), wanted)
    stands = source.recording
    return replace(stands, acc=stands.acc[order], gyro=stands.gyro[order], findings=(), warnings=())


def turned(recording: Recording, generator: np.random.Generator) -> Recording:
    """In sensor axes: every sensor mounted any way."""
    turns: Array = np.stack([rotation(generator, 0.0, np.pi) for _ in recording.sensors])
    return replace(
        recording,
        frame=Frame.SENSOR,
        sensors=tuple(replace(sensor, misalignment_rad=None) for sensor in recording.sensors),
        acc=np.einsum("kij,tkj->tki", turns, recording.acc),
        gyro=np.einsum("kij,tkj->tki", turns, recording.gyro),
    )


def _part(recording: Recording, begin_s: float, seconds: float) -> Recording:
    start = round(begin_s * recording.rate_hz)
    stop = min(start + round(seconds * recording.rate_hz), recording.samples)
    return replace(crop(recording, start, stop), findings=(), warnings=())

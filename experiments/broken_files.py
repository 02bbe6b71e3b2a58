"""Small files of every format, and ways to break them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from kinertia.io import extra, parquet, stream_log, write_recording
from kinertia.recording import Recording, Sensor, Subject
from kinertia.recording.errors import RecordingError
from kinertia.transport import walker

GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "io" / "golden"
HUGE = (
    b"1e308",
    b"-1e309",
    b"99999999999999999999999",
    b"1e-320",
    b"inf",
    b"nan",
    b"0x1f",
    b"1_0",
    b"-",
    b"",
    b"\xd9\xa3",
    b"9" * 5000,
)
"""What stands in place of a number."""
INSERTED = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n\n",
    b'"',
    b"'",
    b",,,",
    b";",
    b"\t",
    b"\xc2\xb5",
    b"<!--",
    b"&x;",
    b"\x1a",
)
LONGEST = 1 << 20
"""Bytes of a giant line."""

Break = Callable[[np.random.Generator, bytes], bytes]


def make(folder: Path) -> list[Path]:
    """Files of all formats that can be written here, each recording in a folder of its own; the file or folder to read."""
    shutil.copytree(GOLDEN, folder, dirs_exist_ok=True)
    seeds: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.is_file():
            own = folder / f"{path.stem}_{path.suffix[1:]}"
            own.mkdir()
            path = path.rename(own / path.name)
        seeds.append(path)
    walk = walker.recording(4.2, rate_hz=20.0)
    endings = (".csv", ".parquet") if parquet.available() else (".csv",)
    seeds += [write_recording.write(_own(folder, f"table{ending}"), walk) for ending in endings]
    cycle = replace(walk, periodic=True)
    seeds.append(write_recording.write(_own(folder, "cycle.csv"), cycle))
    seeds.append(_log(_own(folder, "live.kinlog"), walk))
    for name, text in TEXTS.items():
        path = _own(folder, name)
        path.write_text(text)
        seeds.append(path)
    (seeds[-1].parent / "mapped.columns.toml").write_text(MAP)
    seeds += [make(_own(folder, name)) for name, (package, make) in BINARY.items() if extra.available(package)]
    return seeds


def _own(folder: Path, name: str) -> Path:
    own = folder / name.replace(".", "_")
    own.mkdir()
    return own / name


def _log(path: Path, walk: Recording) -> Path:
    sensors = tuple(Sensor(sensor.name, sensor.segment) for sensor in walk.sensors)
    streams = (stream_log.StreamInfo("all", tuple(range(len(sensors))), walk.rate_hz),)
    content = stream_log.beginning(stream_log.Header(subject=Subject(), sensors=sensors, streams=streams))
    for k, time in enumerate(walk.time_s):
        values = np.concatenate([walk.acc[k], walk.gyro[k]], axis=1)
        content += stream_log.sample_record(0, k, float(time), float(time), values)
    path.write_bytes(content + stream_log.note_record(stream_log.Note("ended", end=True)))
    return path


def _hdf(path: Path) -> Path:
    import h5py

    with h5py.File(path, "w") as file:
        sensor = file.create_group("Sensors/738")
        sensor["Time"] = np.arange(40, dtype=np.uint64) * 7813
        sensor["Accelerometer"], sensor["Gyroscope"] = np.ones((40, 3)), np.zeros((40, 3))
        sensor.create_group("Configuration").attrs["Label 0"] = np.bytes_("Lumbar")
    return path


def _c3d(path: Path) -> Path:
    import ezc3d

    file, names = ezc3d.c3d(), [f"R_Shank_{kind}_{axis}" for kind in ("Acc", "Gyro") for axis in "XYZ"]
    for key, value in (("LABELS", names), ("UNITS", ["g"] * 3 + ["deg/s"] * 3), ("RATE", [100.0])):
        file["parameters"]["ANALOG"][key]["value"] = value
    for key, value in (("LABELS", ["C7"]), ("UNITS", ["mm"]), ("RATE", [100.0])):
        file["parameters"]["POINT"][key]["value"] = value
    file["data"]["points"] = np.ones((4, 1, 40))
    file["data"]["analogs"] = np.ones((1, 6, 40))
    file.write(str(path))
    return path


def _matlab(path: Path) -> Path:
    from scipy.io import savemat

    quaternion = np.tile([1.0, 0.0, 0.0, 0.0], (40, 1))
    segment = {"acc": np.ones((40, 3)), "gyr": np.zeros((40, 3)), "quat": quaternion}
    savemat(path, {"t": np.arange(40) / 100.0, "hip": segment, "foot_left": segment})
    return path


BINARY = {"opal.h5": ("h5py", _hdf), "walk.c3d": ("ezc3d", _c3d), "body.mat": ("scipy", _matlab)}

_SERIES = "\n".join(f"{k * 0.01:.2f}\t{20 + k}\t{-30 - k}" for k in range(30))
_STORED = f"endheader\ntime\thip_flexion_r\tknee_angle_r\n{_SERIES}\n"
_BARE = "\n".join(f"{k * 10},{0.1 * k:.2f},9.8,{0.2 * k:.2f},1,2,{k}" for k in range(40))
_OPAL = "\n".join(f"{1550879504438281 + k * 7812}," + ",".join(f"{0.1 * k:.4f}" for _ in range(14)) for k in range(30))
TEXTS = {
    "old.mot": f"walk\nnRows=30\nnColumns=3\n\nAngles are in degrees.\n{_STORED}",
    "new.sto": f"inDegrees=yes\nnRows=30\nDataType=double\nversion=3\nOpenSimVersion=4.5\n{_STORED}",
    "opal.csv": "Format=7,5718,,,Lumbar"
    + "," * 10
    + "\nTime,Accelerometer,,,Gyroscope,,,Magnetometer,,,Barometer,Orientation,,,\n"
    f",X,Y,Z,X,Y,Z,X,Y,Z,,S,X,Y,Z\n{_OPAL}\n",
    "mapped.csv": f"t_ms,ax,ay,az,gx,gy,gz\n{_BARE}\n",
}
MAP = """time = "t_ms"
time_unit = "ms"
acc_unit = "g"
gyro_unit = "deg/s"

[[sensors]]
segment = "tibia_r"
acc = ["ax", "ay", "az"]
gyro = ["gx", "gy", "gz"]
"""


def flip(draw: np.random.Generator, raw: bytes) -> bytes:
    """Some bytes are others."""
    changed = bytearray(raw)
    for at in draw.integers(0, max(len(raw), 1), size=int(draw.integers(1, 9))):
        if at < len(changed):
            changed[at] = int(draw.integers(0, 256))
    return bytes(changed)


def cut(draw: np.random.Generator, raw: bytes) -> bytes:
    """The end is missing, or the beginning, or something between."""
    first, last = sorted(draw.integers(0, len(raw) + 1, size=2))
    return (raw[:first], raw[first:], raw[:first] + raw[last:])[int(draw.integers(0, 3))]


def number(draw: np.random.Generator, raw: bytes) -> bytes:
    """A cell is no number, or one that is far too large."""
    first = int(draw.integers(0, len(raw) + 1))
    ends = [k for k in range(first, min(len(raw), first + 200)) if raw[k : k + 1] in b",;\t \n>"]
    if len(ends) < 2:
        return flip(draw, raw)
    return raw[: ends[0] + 1] + HUGE[int(draw.integers(0, len(HUGE)))] + raw[ends[1] :]


def insert(draw: np.random.Generator, raw: bytes) -> bytes:
    """Something stands in between that does not belong there."""
    at = int(draw.integers(0, len(raw) + 1))
    return raw[:at] + INSERTED[int(draw.integers(0, len(INSERTED)))] * int(draw.integers(1, 4)) + raw[at:]


def encode(draw: np.random.Generator, raw: bytes) -> bytes:
    """Text in another encoding, or said to be."""
    text = raw.decode("utf-8", "replace")
    codec = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "utf-7")[int(draw.integers(0, 6))]
    return text.encode(codec, "replace")[int(draw.integers(0, 2)) :]


def lines(draw: np.random.Generator, raw: bytes) -> bytes:
    """Lines come twice, in another order, without an end, or in another number of cells."""
    rows = raw.split(b"\n")
    at, to = (int(k) for k in draw.integers(0, len(rows), size=2))
    match int(draw.integers(0, 6)):
        case 0:
            rows.insert(to, rows[at])
        case 1:
            rows[at], rows[to] = rows[to], rows[at]
        case 2:
            rows[to:to] = rows[: min(len(rows), 12)]  # a header among the rows
        case 3:
            del rows[at]
        case 4:
            rows[at] = rows[at][: len(rows[at]) // 2]
        case _:
            rows[at] += b"," + rows[at]
    return b"\n".join(rows)


def giant(draw: np.random.Generator, raw: bytes) -> bytes:
    """A line that does not end."""
    at = int(draw.integers(0, len(raw) + 1))
    filling = (b"1,", b"x", b"1", b"\t", b" ", b"\n", b"0\n", b'"')[int(draw.integers(0, 8))]
    return raw[:at] + filling * (int(draw.integers(1, LONGEST)) // len(filling)) + raw[at:]


BREAKS: tuple[Break, ...] = (flip, cut, number, number, insert, encode, lines, lines, giant)


def broken(draw: np.random.Generator, raw: bytes) -> bytes:
    """One to three breaks, one after the other."""
    for _ in range(int(draw.integers(1, 4))):
        raw = BREAKS[int(draw.integers(0, len(BREAKS)))](draw, raw)
    return raw


def readers() -> tuple[Callable[[Path], object], ...]:
    """Every function that a file of a user may go to."""
    from kinertia.io import facts, markers, opensim
    from kinertia.io.read import read

    def recording(path: Path) -> object:
        return read(path, rate_hz=100.0 if path.name == "gaitmap.csv" else None)

    def storage(path: Path) -> object:
        return opensim.coordinates(opensim.read(path)) if path.suffix in (".mot", ".sto") else None

    def points(path: Path) -> object:
        return markers.read(path) if path.suffix in (".trc", ".c3d") else None

    def beside(path: Path) -> object:
        return facts.read_placement(path) if path.suffix in (".toml", ".json") else None

    return recording, storage, points, beside


def crash(path: Path) -> str:
    """What went wrong that is no refusal in a sentence, when every reader has read a file; else nothing."""
    import traceback

    for reader in readers():
        try:
            reader(path)
        except RecordingError as error:
            if not error.message or not error.fix:
                return f"a refusal without message or fix: {error!r}"
        except Exception:
            return traceback.format_exc()
    return ""

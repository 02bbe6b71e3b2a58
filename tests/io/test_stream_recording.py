from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinertia.io import stream_log, write_recording
from kinertia.io.read import read
from kinertia.io.stream_log import Header, StreamInfo
from kinertia.recording import Frame, RecordingError, Sensor, Subject

RATE = 100.0
SENSORS = (Sensor("a", "pelvis", (-0.1, 0.05, 0.0)), Sensor("b", "femur_r"))

ASSUMED = Subject(assumed=("mass_kg", "height_m"))


def _signal(time_s: np.ndarray) -> np.ndarray:
    """(N, 6) smooth curves."""
    return np.sin(2.0 * np.pi * np.multiply.outer(time_s, np.array([0.5, 0.7, 0.9, 1.1, 1.3, 1.5])))


class Log:
    def __init__(self, *streams: tuple[int, ...], subject: Subject = ASSUMED, **known: object) -> None:
        infos = tuple(StreamInfo(f"s{i}", rows, RATE) for i, rows in enumerate(streams))
        header = Header(subject=subject, sensors=SENSORS, streams=infos, **known)  # type: ignore[arg-type]
        self.data = stream_log.beginning(header)

    def add(self, stream: int, own_s: float, received_s: float, values: np.ndarray, number: int = -1) -> None:
        self.data += stream_log.sample_record(stream, number, own_s, received_s, np.atleast_2d(values))

    def write(self, folder: Path) -> Path:
        path = folder / "walk.kinlog"
        path.write_bytes(self.data + stream_log.note_record(stream_log.Note("ended", end=True)))
        return path


def test_one_stream_comes_back_as_it_was(tmp_path: Path) -> None:
    log = Log((0, 1), subject=Subject(61.0, 1.66, "f"))
    time = np.arange(300) / RATE
    values = np.stack([_signal(time), 2.0 * _signal(time)], axis=1)
    for i in [*range(100), 101, 100, *range(102, 300), 250]:
        log.add(0, 7.0 + time[i], 50.0 + time[i], values[i], i)
    recording = read(log.write(tmp_path))
    assert recording.rate_hz == pytest.approx(RATE)
    assert recording.frame is Frame.SENSOR
    assert recording.subject == Subject(61.0, 1.66, "f")
    assert recording.sensors == SENSORS
    np.testing.assert_allclose(recording.acc, values[..., :3], atol=1e-6)
    np.testing.assert_allclose(recording.gyro, values[..., 3:], atol=1e-6)
    assert recording.warnings == ()
    assert read(log.write(tmp_path), mass_kg=80.0).subject.mass_kg == 80.0


def test_known_mounting_gives_segment_axes_that_can_be_written_as_a_table(tmp_path: Path) -> None:
    turn = [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    log = Log((0,), (1,), rotations=[turn, turn], bias=[[0.0, 0.0, 0.5], [0.0, 0.0, 0.0]])
    for i in range(50):
        for stream in (0, 1):
            log.add(stream, i / RATE, i / RATE, np.array([1.0, 2.0, 3.0, 0.0, 0.0, 1.5]))
    recording = read(log.write(tmp_path))
    assert recording.frame is Frame.SEGMENT
    np.testing.assert_allclose(recording.acc[10], [[-2.0, 1.0, 3.0]] * 2, atol=1e-6)
    np.testing.assert_allclose(recording.gyro[10, :, 2], [1.0, 1.5], atol=1e-6)
    assert any("mass not given" in warning for warning in recording.warnings)
    again = read(write_recording.write(tmp_path / "table.csv", recording))
    np.testing.assert_allclose(again.acc, recording.acc, atol=1e-6)


def test_drifting_clocks_jitter_and_loss_are_put_on_one_axis(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    log = Log((0,), (1,))
    packets = []
    for stream, (offset, drift) in enumerate(((100.0, 80e-6), (-3.0, -120e-6))):
        for i in range(4000):
            real = i / RATE
            if generator.random() > 0.1 and not (stream == 1 and 1000 <= i < 1200):
                packets.append((real + 0.004 + generator.exponential(0.005), stream, offset + real * (1.0 + drift), real))
    for arrival, stream, own, real in sorted(packets):
        log.add(stream, own, 500.0 + arrival, _signal(np.array([real]))[0])
    recording = read(log.write(tmp_path))
    for k in range(2):
        good = np.isfinite(recording.acc[:, k]).all(axis=1)
        expected = _signal(recording.time_s)
        error = recording.acc[good, k] - expected[good, :3]
        assert np.abs(error).max() < 0.03  # about 5 ms of the fastest curve
        assert 0.7 < good.mean() < 0.95
    assert np.isnan(recording.acc[1010:1190, 1]).all()
    assert np.isfinite(recording.acc[1010:1190, 0]).any()


def test_a_restarted_sender_goes_on_where_it_was(tmp_path: Path) -> None:
    log = Log((0,), (1,))
    for i in range(1000):
        now = i / RATE
        log.add(0, now, 20.0 + now, _signal(np.array([now]))[0])
        if i < 400 or i >= 500:  # switched off and on: its clock begins anew
            log.add(1, now if i < 400 else now - 5.0, 20.0 + now, _signal(np.array([now]))[0])
    recording = read(log.write(tmp_path))
    assert "stream s1 was restarted 1 times" in recording.warnings
    good = np.isfinite(recording.acc[:, 1]).all(axis=1)
    assert good.sum() == pytest.approx(900, abs=3)
    np.testing.assert_allclose(recording.acc[good, 1], recording.acc[good, 0], atol=0.02)


@pytest.mark.parametrize("numbered", [True, False])
def test_senders_without_a_clock(tmp_path: Path, numbered: bool) -> None:
    log = Log((0, 1))
    for i in range(200):
        now = i / RATE
        log.add(0, float("nan"), 5.0 + now, np.tile(_signal(np.array([now]))[0], (2, 1)), i if numbered else -1)
    recording = read(log.write(tmp_path))
    np.testing.assert_allclose(recording.acc[:, 0], _signal(recording.time_s)[:, :3], atol=1e-5)


def test_too_little(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="fewer than two samples"):
        read(Log((0,)).write(tmp_path))
    log = Log((0,), (1,))
    for i in range(3):
        log.add(0, i / RATE, i / RATE, np.zeros(6))
        log.add(1, 1e5 + i / RATE, 1e5 + i / RATE, np.zeros(6))
    with pytest.raises(RecordingError, match="more gap than signal"):
        read(log.write(tmp_path))


def test_a_damaged_log_is_named_by_its_ending(tmp_path: Path) -> None:
    path = tmp_path / "x.kinlog"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(RecordingError, match="holds no session"):
        read(path)
    path.write_bytes(b"")
    with pytest.raises(RecordingError, match="holds no session"):
        read(path)
    with pytest.raises(RecordingError, match="cannot be read"):
        stream_log.read(tmp_path / "absent.kinlog")

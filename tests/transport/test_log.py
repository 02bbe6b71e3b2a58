from __future__ import annotations

import io
import signal
import subprocess
import sys
import textwrap
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transport_tools import samples, until

from kinertia.io import stream_log
from kinertia.io.stream_log import Header, Note, StreamInfo
from kinertia.recording import RecordingError, Sensor, Subject
from kinertia.streaming.sample import Session
from kinertia.transport import log
from kinertia.transport.log import LogWriter


def _file(count: int = 12, rows: int = 2) -> tuple[bytes, list[int]]:
    """A whole log, and where its sample records end."""
    sensors = (Sensor("a", "pelvis"), Sensor("b", "femur_r", (0.1, 0.2, 0.3)))[:rows]
    header = Header(subject=Subject(60.0, 1.6), sensors=sensors, streams=(StreamInfo("s", tuple(range(rows)), 100.0),))
    data, ends = stream_log.beginning(header), []
    for sample in samples(count, rows=rows):
        data += stream_log.sample_record(0, sample.sequence, sample.time_s, sample.received_s, sample.values)
        ends.append(len(data))
    return data + stream_log.note_record(Note("ended", end=True)), ends


WHOLE, ENDS = _file()


def _read(folder: Path, data: bytes) -> stream_log.StreamLog:
    path = folder / "x.kinlog"
    path.write_bytes(data)
    return stream_log.read(path)


def test_whole_file(tmp_path: Path) -> None:
    log_ = _read(tmp_path, WHOLE)
    (stream,) = log_.streams
    assert stream.sequence.tolist() == list(range(12))
    sent = samples(12, rows=2)
    np.testing.assert_allclose(stream.values, [sample.values for sample in sent], rtol=1e-7)
    np.testing.assert_array_equal(stream.time_s, [sample.time_s for sample in sent])
    np.testing.assert_array_equal(stream.received_s, [sample.received_s for sample in sent])
    assert log_.header.subject == Subject(60.0, 1.6)
    assert log_.header.sensors[1].position_m == (0.1, 0.2, 0.3)
    assert log_.ended
    assert log_.warnings == ()


@given(st.integers(0, len(WHOLE) - 1))
@settings(max_examples=200, deadline=None)
def test_cut_anywhere_everything_whole_is_read(tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
    folder = tmp_path_factory.mktemp("cut")
    first_session = len(stream_log.MAGIC) + (ENDS[0] - len(stream_log.MAGIC) - (ENDS[1] - ENDS[0])) // 2
    if length < first_session:
        with pytest.raises(RecordingError, match="no session"):
            _read(folder, WHOLE[:length])
        return
    log_ = _read(folder, WHOLE[:length])
    assert log_.streams[0].sequence.tolist() == list(range(sum(end <= length for end in ENDS)))
    whole = [first_session, ENDS[0] - (ENDS[1] - ENDS[0]), *ENDS]
    assert log_.lost_bytes == length - max(end for end in whole if end <= length)
    assert not log_.ended
    assert any("not ended properly" in warning for warning in log_.warnings)


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
@settings(max_examples=300, deadline=None)
def test_a_flipped_byte_is_noticed_and_costs_one_record_at_most(
    tmp_path_factory: pytest.TempPathFactory, at: int, change: int
) -> None:
    data = bytearray(WHOLE)
    data[at] ^= change
    log_ = _read(tmp_path_factory.mktemp("flip"), bytes(data))
    assert log_.damaged == 1
    assert log_.lost_bytes > 0
    assert any("damaged in 1 place" in warning for warning in log_.warnings)
    hit = [i for i, end in enumerate(ENDS) if end - (ENDS[1] - ENDS[0]) <= at < end]
    assert log_.streams[0].sequence.tolist() == [i for i in range(12) if i not in hit]
    np.testing.assert_allclose(
        log_.streams[0].values, [s.values for s in samples(12, rows=2) if s.sequence not in hit], rtol=1e-7
    )


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_junk_is_no_log(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    with pytest.raises(RecordingError):
        _read(tmp_path_factory.mktemp("junk"), stream_log.MAGIC + junk)


def test_another_version_is_refused(tmp_path: Path) -> None:
    header = Header(version=2, subject=Subject(), sensors=(), streams=())
    with pytest.raises(RecordingError, match="version 2"):
        _read(tmp_path, stream_log.beginning(header))


def test_writing_and_reading(tmp_path: Path, session: Session) -> None:
    path = tmp_path / "deep" / "walk.kinlog"
    with closing(log.begin(path, session, source="test")) as writer:
        for sample in samples(50):
            writer.sample(sample)
        writer.session(replace(session, rotations=np.tile(np.eye(3), (7, 1, 1)), bias=np.zeros((7, 3))))
        until(lambda: writer.samples == 50)
        before = stream_log.read(path)
        assert before.samples == 50
        assert not before.ended
    after = stream_log.read(path)
    assert after.ended
    assert after.header.source == "test"
    assert after.header.rotations is not None
    assert writer.lost == 0


def test_nothing_is_overwritten(tmp_path: Path, session: Session) -> None:
    path = tmp_path / "walk.kinlog"
    log.begin(path, session).close()
    with pytest.raises(FileExistsError, match="not overwritten"):
        log.begin(path, session)
    with pytest.raises(ValueError, match="kinlog"):
        log.begin(tmp_path / "walk.csv", session)


class SmallDisk(io.FileIO):
    """A file on a disk with little room; more can be made."""

    room = 5000

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        left = self.room - self.tell()
        if left <= 0:
            raise OSError(28, "No space left on device")
        return super().write(view[:left])


def test_a_full_disk_keeps_what_was_written_and_goes_on_when_there_is_room(
    tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "RETRY_S", 0.05)
    path = tmp_path / "walk.kinlog"
    disk = SmallDisk(path, "w")
    writer = LogWriter(log.AppendFile(disk, "walk"), session, capacity=200 * 390)
    sent = samples(400)
    for sample in sent[:4]:
        writer.sample(sample)
    until(lambda: writer.samples == 4)
    for sample in sent[4:300]:
        writer.sample(sample)
    until(lambda: not writer.writing)
    assert "No space left" in writer.status
    assert "samples wait" in writer.status
    full = stream_log.read(path)
    assert full.samples == 4
    assert full.damaged == 0
    assert 0 < writer.lost < 296
    lost = writer.lost
    disk.room = 10_000_000
    until(lambda: writer.writing and writer.samples == 300 - lost)
    for sample in sent[300:]:
        writer.sample(sample)
    writer.close()
    whole = stream_log.read(path)
    assert whole.samples == 400 - lost
    assert sum(note.samples for note in whole.notes) == lost
    assert whole.ended
    assert f"the disk was slow or full: {lost} samples are missing" in whole.warnings
    assert whole.streams[0].sequence.tolist() == [*range(300 - lost), *range(300, 400)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_disk_full_from_the_start_is_an_error_at_once(session: Session) -> None:
    with Path("/dev/full").open("wb", buffering=0) as raw, pytest.raises(OSError, match="No space left"):
        LogWriter(log.AppendFile(raw, "full"), session)


def test_a_killed_program_leaves_what_it_received(tmp_path: Path) -> None:
    path = tmp_path / "killed.kinlog"
    code = f"""
        import time, numpy as np
        from pathlib import Path
        from kinertia.recording import LOWER_BODY, Sensor, Subject
        from kinertia.streaming.sample import Sample, Session, StreamInfo
        from kinertia.transport import log
        sensors = tuple(Sensor(s, s) for s in LOWER_BODY.segments)
        session = Session(Subject(), sensors, (StreamInfo("all", tuple(range(7)), 100.0),))
        writer = log.begin(Path({str(path)!r}), session)
        number = 0
        while True:
            for _ in range(50):
                writer.sample(Sample(0, number / 100.0, number, np.full((7, 6), number), time.perf_counter()))
                number += 1
            time.sleep(0.01)
            print(writer.samples, flush=True)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        written = 0
        while written < 500:
            written = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        process.wait(10.0)
    log_ = stream_log.read(path)
    assert log_.samples >= written
    assert log_.streams[0].sequence.tolist() == list(range(log_.samples))
    np.testing.assert_array_equal(log_.streams[0].values[:, 3, 2], np.arange(log_.samples))
    assert not log_.ended

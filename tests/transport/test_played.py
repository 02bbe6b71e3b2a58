from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from transport_tools import drain

from kinertia.recording import LOWER_BODY, Frame, Recording, RecordingError, Sensor, Subject
from kinertia.streaming.sample import Sample
from kinertia.transport import replay
from kinertia.transport import replay as injection
from kinertia.transport.replay import AS_FAST_AS_POSSIBLE, NO_FAULTS, Faults, Outage, PacedSource


def _recording(count: int = 300, frame: Frame = Frame.SEGMENT, extra: bool = False) -> Recording:
    names = (*LOWER_BODY.segments, "torso") if extra else LOWER_BODY.segments
    generator = np.random.default_rng(1)
    acc, gyro = generator.normal(0.0, 3.0, (2, count, len(names), 3))
    return Recording("walk", 100.0, tuple(Sensor(n, n) for n in names), acc, gyro, Subject(70.0, 1.7), frame)


def _flow(count: int, streams: int = 1) -> list[Sample]:
    return [Sample(s, i / 100.0, i, np.full((1, 6), i), i / 100.0) for i in range(count) for s in range(streams)]


def _inject(faults: Faults, count: int = 4000, streams: int = 1) -> tuple[list[Sample], Counter[str]]:
    counts: Counter[str] = Counter()
    return list(injection.inject(_flow(count, streams), faults, counts)), counts


def test_nothing_goes_wrong_by_default() -> None:
    arrived, counts = _inject(NO_FAULTS)
    assert [sample.sequence for sample in arrived] == list(range(4000))
    assert counts == {"sent": 4000}


def test_random_loss_is_seeded_and_counted() -> None:
    arrived, counts = _inject(Faults(loss=0.2, seed=3), streams=2)
    assert counts["lost at random"] == pytest.approx(1600, rel=0.1)
    assert len(arrived) + counts["lost at random"] == counts["sent"] == 8000
    again, _ = _inject(Faults(loss=0.2, seed=3), streams=2)
    assert [(s.stream, s.sequence) for s in again] == [(s.stream, s.sequence) for s in arrived]
    other, _ = _inject(Faults(loss=0.2, seed=4), streams=2)
    assert [(s.stream, s.sequence) for s in other] != [(s.stream, s.sequence) for s in arrived]
    # one more stream changes nothing for the others
    alone, _ = _inject(Faults(loss=0.2, seed=3))
    assert [s.sequence for s in alone] == [s.sequence for s in arrived if s.stream == 0]


def test_bursts_hit_all_streams_at_once() -> None:
    arrived, counts = _inject(Faults(bursts_per_min=60.0, burst_s=0.05), streams=3)
    missing = [set(range(4000)) - {s.sequence for s in arrived if s.stream == k} for k in range(3)]
    assert missing[0] == missing[1] == missing[2]
    assert counts["lost in a burst"] == 3 * len(missing[0])
    assert 0.02 < len(missing[0]) / 4000 < 0.1
    edges = np.diff(sorted(missing[0]))
    assert np.median(edges) == 1


def test_jitter_delays_but_never_advances() -> None:
    arrived, _ = _inject(Faults(jitter_s=0.004))
    delay = np.array([sample.received_s - sample.time_s for sample in arrived])
    assert delay.min() >= 0.0
    assert delay.mean() == pytest.approx(0.004, rel=0.1)
    assert (np.diff([sample.received_s for sample in arrived]) >= 0.0).all()


def test_duplicates_and_reordering() -> None:
    arrived, counts = _inject(Faults(duplicated=0.1, reordered=0.1))
    assert len(arrived) == 4000 + counts["duplicated"]
    assert counts["duplicated"] == pytest.approx(400, rel=0.2)
    assert sorted({sample.sequence for sample in arrived}) == list(range(4000))
    backwards = (np.diff([sample.sequence for sample in arrived]) < 0).sum()
    assert backwards >= 0.8 * counts["reordered"]


def test_an_outage_and_a_restart() -> None:
    arrived, counts = _inject(Faults(outages=(Outage(1, 10.0, 12.0), Outage(0, 20.0, 21.0, restarted=True))), streams=2)
    assert counts["lost in an outage"] == 300
    second = [sample.sequence for sample in arrived if sample.stream == 1]
    assert second == [*range(1000), *range(1200, 4000)]
    first = [sample for sample in arrived if sample.stream == 0]
    assert [s.sequence for s in first] == [*range(2000), *range(1900)]
    assert first[2000].time_s == pytest.approx(0.0)
    assert first[-1].time_s == pytest.approx(18.99)


def test_clocks_drift_apart() -> None:
    arrived, _ = _inject(Faults(drift_ppm=(100.0, -50.0), offset_s=(5.0,)), streams=2)
    last = {sample.stream: sample for sample in arrived}
    assert last[0].time_s == pytest.approx(5.0 + 39.99 * 1.0001, abs=1e-9)
    assert last[1].time_s == pytest.approx(39.99 * 0.99995, abs=1e-9)


@pytest.mark.parametrize("bad", [{"loss": 1.5}, {"jitter_s": -1.0}, {"duplicated": float("nan")}])
def test_impossible_faults(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(bad))):
        Faults(**bad)  # type: ignore[arg-type]


def test_replay_gives_the_recording_back() -> None:
    recording = _recording(extra=True, frame=Frame.SENSOR)
    with replay.play(recording, speed=AS_FAST_AS_POSSIBLE) as source:
        got = drain(source)
    values = np.stack([sample.values for sample in got])
    np.testing.assert_array_equal(values[..., :3], recording.acc[:, :7])
    np.testing.assert_array_equal(values[..., 3:], recording.gyro[:, :7])
    assert source.session().rotations is None
    assert source.session().subject == recording.subject
    assert source.warnings == ("sensors torso are left out: not on a segment of the model",)
    assert source.dropped == 0
    assert source.status == "played to the end"
    # the clock that samples are received by runs along: 10 ms from one to the next
    np.testing.assert_allclose(np.diff([sample.received_s for sample in got]), 0.01, atol=1e-9)
    assert source.now_s() == got[-1].received_s


def test_replay_as_separate_streams_in_segment_frames_with_gaps() -> None:
    recording = _recording(100)
    recording.acc[40:50, 2] = np.nan
    recording.gyro[40:50, 2] = np.nan
    with replay.play(recording, speed=AS_FAST_AS_POSSIBLE, together=False) as source:
        got = drain(source)
    assert len(got) == 690
    assert [s.sequence for s in got if s.stream == 2] == [*range(40), *range(50, 100)]
    assert source.streams[2].sensors == (2,)
    rotations = source.session().rotations
    assert rotations is not None
    np.testing.assert_array_equal(rotations, np.tile(np.eye(3), (7, 1, 1)))


def test_replay_at_a_multiple_of_real_time_keeps_its_own_time() -> None:
    with replay.play(_recording(60), speed=20.0) as source:
        got = drain(source)
    np.testing.assert_allclose(np.diff([sample.received_s for sample in got]), 0.01, atol=1e-9)


def test_replay_in_real_time_is_paced() -> None:
    with replay.play(_recording(30)) as source:
        got = drain(source)
    assert len(got) == 30
    received = [sample.received_s for sample in got]
    assert received[-1] - received[0] >= 0.2  # the first one may be late on a busy machine


def test_replay_endlessly_until_stopped() -> None:
    with replay.play(_recording(50), speed=AS_FAST_AS_POSSIBLE, repeats=0) as source:
        got = drain(source, 9000)
    assert [sample.sequence for sample in got] == list(range(len(got)))
    np.testing.assert_array_equal(got[0].values, got[50].values)


def test_replay_with_faults_is_the_same_every_time() -> None:
    faults = Faults(loss=0.1, jitter_s=0.003, duplicated=0.05, seed=9)
    runs = []
    for _ in range(2):
        with replay.play(_recording(), speed=AS_FAST_AS_POSSIBLE, faults=faults) as source:
            got = drain(source)
        runs.append([(sample.sequence, round(sample.received_s - got[0].received_s, 9)) for sample in got])
        assert source.counts["sent"] == 300
        assert source.counts["lost at random"] > 10
    assert runs[0] == runs[1]


def test_nothing_to_replay() -> None:
    recording = _recording()
    nowhere = replace(recording, sensors=tuple(Sensor(s.name, "hand_r") for s in recording.sensors))
    with pytest.raises(RecordingError, match="no sensor is placed"):
        replay.play(nowhere)
    with pytest.raises(ValueError, match="speed"):
        replay.play(recording, speed=0.0)


def test_a_stopped_player_ends_while_it_waits_for_room() -> None:
    source = replay.play(_recording(), speed=math.inf, repeats=0)
    assert isinstance(source, PacedSource)
    source.start()
    source.stop()
    assert drain(source) is not None
    assert source.finished

"""Recordings of one session get one placement, and are refused one where they contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.place_faults import rotation
from kinertia.numerics import rotations
from kinertia.placement.assignment import mirrored
from kinertia.placement.correction import correct
from kinertia.placement.inference import Placement, SensorPlacement, place
from kinertia.placement.session import Session, combine
from kinertia.recording import LOWER_BODY, Frame, Recording, RecordingError, Subject
from kinertia.recording.selection import crop, same_wearer

Change = Callable[[SensorPlacement], SensorPlacement]


@pytest.fixture(scope="module")
def parts(walk: Recording) -> list[Recording]:
    """Three pieces of one walk, the first with standing, with other noise each."""
    generator = np.random.default_rng(8)
    pieces = []
    for name, start, stop in (("a", 0, 1000), ("b", 900, 1500), ("c", 1200, 2000)):
        piece = replace(crop(walk, start, stop), name=name, source=f"{name}.csv", truth=None)
        noise = 0.3 * generator.standard_normal(piece.acc.shape)
        pieces.append(replace(piece, acc=piece.acc + noise, gyro=piece.gyro + 0.05 * noise))
    return pieces


@pytest.fixture(scope="module")
def found(parts: list[Recording]) -> list[Placement]:
    return [place(part) for part in parts]


def _ordered(recording: Recording, order: Sequence[int]) -> Recording:
    sensors = tuple(recording.sensors[k] for k in order)
    return replace(recording, sensors=sensors, acc=recording.acc[:, order], gyro=recording.gyro[:, order])


def _changed(look: Placement, name: str, change: Change) -> Placement:
    return replace(look, sensors=tuple(change(placed) if placed.sensor.name == name else placed for placed in look.sensors))


def _places(session: Session) -> dict[str, tuple[object, ...]]:
    return {p.sensor.name: (p.segment, p.position_m, p.position_spread_m, p.confidence) for p in session.sensors}


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**31), order=st.permutations(list(range(7))))
def test_places_and_axes_are_the_same_in_all(parts: list[Recording], seed: int, order: list[int]) -> None:
    generator = np.random.default_rng(seed)
    turns = np.stack([rotation(generator, 0.3, 0.5) for _ in LOWER_BODY.segments])
    turned = [
        replace(
            part,
            frame=Frame.SENSOR,
            acc=np.einsum("kij,tkj->tki", turns, part.acc),
            gyro=np.einsum("kij,tkj->tki", turns, part.gyro),
        )
        for part in parts
    ]
    turned[1] = _ordered(turned[1], order)
    own = [place(part) for part in turned]
    assert not same_wearer(*(correct(part, one) for part, one in list(zip(turned, own, strict=True))[::2]))
    session = combine(turned, own)
    right = [correct(part, one) for part, one in zip(turned, session.placements, strict=True)]
    assert all(same_wearer(right[0], other) for other in right[1:])
    assert [sensor.name for sensor in right[1].sensors] == [LOWER_BODY.segments[k] for k in order]
    # signals of each keep their order, and all are turned alike
    for part, one in zip(parts, right, strict=True):
        for k, sensor in enumerate(one.sensors):
            together = next(placed for placed in session.sensors if placed.sensor.name == sensor.name)
            assert together.rotation is not None
            was = LOWER_BODY.index(sensor.name)
            np.testing.assert_allclose(one.gyro[:, k], part.gyro[:, was] @ (together.rotation @ turns[was]).T, atol=1e-9)


def test_average(parts: list[Recording], found: list[Placement]) -> None:
    session = combine(parts, found)
    for i, placed in enumerate(session.sensors):
        own = [look.sensors[i] for look in found]
        assert placed.rotation is not None
        np.testing.assert_allclose(placed.rotation @ placed.rotation.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(placed.rotation) > 0.0
        least, most = (f(np.array([one.position_m for one in own]), axis=0) for f in (np.min, np.max))
        assert ((least - 1e-12 <= placed.position_m) & (placed.position_m <= most + 1e-12)).all()
        spreads = np.array([one.position_spread_m for one in own])
        assert (spreads.min(axis=0) - 1e-12 <= placed.position_spread_m).all()
        turns = [one.rotation for one in own if one.rotation is not None]
        widest = max(rotations.angle(a.T @ b) for a in turns for b in turns)
        assert max(rotations.angle(placed.rotation.T @ turn) for turn in turns) <= widest + 1e-9
        assert placed.confidence >= max(one.confidence for one in own) - 1e-12
    assert [look.faults for look in session.placements] == [look.faults for look in found]


def test_surer_recordings_count_more(parts: list[Recording], found: list[Placement]) -> None:
    unsure = found[1]
    for name in LOWER_BODY.segments:
        unsure = _changed(unsure, name, lambda p: replace(p, position_spread_m=(10.0, 10.0), inclination_spread_rad=10.0))
    alone, together = found[0].sensors, combine(parts[:2], [found[0], unsure]).sensors
    for one, both in zip(alone, together, strict=True):
        assert one.rotation is not None
        assert both.rotation is not None
        assert one.position_m == pytest.approx(both.position_m, abs=1e-4)
        assert rotations.angle(one.rotation.T @ both.rotation) < 1e-3


def test_order_of_recordings_does_not_matter(parts: list[Recording], found: list[Placement]) -> None:
    there, back = _places(combine(parts, found)), _places(combine(parts[::-1], found[::-1]))
    for name, (segment, *values) in there.items():
        assert back[name][0] == segment
        for value, other in zip(values, back[name][1:], strict=True):
            assert value == pytest.approx(other)


def _moved(placed: SensorPlacement) -> SensorPlacement:
    assert placed.position_m is not None
    x, y = placed.position_m
    return replace(placed, position_m=(x, y - 0.15))


def _turned(axis: int, degrees: float) -> Change:
    def change(placed: SensorPlacement) -> SensorPlacement:
        assert placed.rotation is not None
        c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
        turn = np.roll(np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]]), (axis, axis), (0, 1))
        return replace(placed, rotation=turn @ placed.rotation)

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_moved, "further down than in"),
        (_turned(2, 30.0), r"turned by (2[6-9]|3[0-4]) deg against those in"),
        (_turned(1, -40.0), r"turned by (3[6-9]|4[0-4]) deg against those in"),
        (lambda placed: replace(placed, segment="pelvis"), "moves as one on pelvis"),
    ],
)
def test_contradictions_are_refused(parts: list[Recording], found: list[Placement], change: Change, message: str) -> None:
    for bad in range(3):
        looks = [_changed(look, "tibia_l", change) if r == bad else look for r, look in enumerate(found)]
        with pytest.raises(RecordingError, match=message) as refused:
            combine(parts, looks)
        assert refused.value.sensor == "tibia_l"
        assert refused.value.file == f"{'abc'[bad]}.csv"
        assert "Fix: place them apart" in str(refused.value)


def test_only_one_session(parts: list[Recording], found: list[Placement]) -> None:
    first, second = parts[:2]
    for other, message in (
        (replace(second, subject=Subject(50.0, 1.6, "female")), r"is of 50 kg, 1\.6 m, female, but a\.csv of"),
        (replace(second, frame=Frame.SENSOR), r"is in sensor axes, but a\.csv in segment axes"),
        (_ordered(second, range(6)), r"sensor foot_l: has other sensors than a\.csv"),
    ):
        with pytest.raises(RecordingError, match=message):
            combine([first, other], found[:2])


def test_nothing_to_go_by(walk: Recording) -> None:
    still = replace(crop(walk, 0, 300), source="still.csv")
    with pytest.raises(RecordingError, match=r"still\.csv, still\.csv: no recording of the session shows"):
        combine([still, still], [place(still)] * 2)


def test_what_one_recording_does_not_show(walk: Recording, parts: list[Recording]) -> None:
    still = replace(crop(walk, 0, 300), truth=None)
    frozen = replace(parts[1], acc=parts[1].acc.copy(), gyro=parts[1].gyro.copy())
    frozen.acc[200:, 3], frozen.gyro[200:, 3] = frozen.acc[200, 3], frozen.gyro[200, 3]
    recordings = [still, parts[0], frozen]
    looks = [place(recording) for recording in recordings]
    assert looks[2].sensors[3].rotation is None
    session = combine(recordings, looks)
    right = [correct(recording, one) for recording, one in zip(recordings, session.placements, strict=True)]
    assert same_wearer(right[0], right[1])
    assert same_wearer(right[1], right[2])
    assert "foot_r: not judged here" in session.placements[2].notes[-1]
    assert all(name in session.placements[0].notes[-1] for name in LOWER_BODY.segments)


def test_a_sensor_without_signal_stays_out(parts: list[Recording]) -> None:
    silent = replace(parts[1], acc=parts[1].acc.copy(), gyro=parts[1].gyro.copy())
    silent.acc[:, 0], silent.gyro[:, 0] = np.nan, np.nan
    recordings = [parts[0], silent]
    session = combine(recordings, [place(recording) for recording in recordings])
    assert session.sensors[0].rotation is not None
    assert session.placements[1].sensors[0].rotation is None
    assert "pelvis" not in [sensor.segment for sensor in correct(silent, session.placements[1]).sensors]


def test_one_mirror_image(parts: list[Recording], found: list[Placement]) -> None:
    swapped = mirrored(LOWER_BODY.segments)
    image = replace(
        found[1], sensors=tuple(replace(p, segment=name) for p, name in zip(found[1].sensors, swapped, strict=True))
    )
    session = combine(parts, [found[0], image, found[2]])
    assert _places(session) == _places(combine(parts, found))
    assert "left and right are exchanged throughout" in session.looks[1].notes[-1]


def test_confidence(parts: list[Recording], found: list[Placement]) -> None:
    for own, wanted in (((0.8, 0.8), 16.0 / 17.0), ((0.9, 0.4), 0.9), ((0.3, 0.4), 0.4)):
        looks = [
            _changed(look, "pelvis", lambda placed, p=chance: replace(placed, confidence=p))
            for look, chance in zip(found[:2], own, strict=True)
        ]
        assert combine(parts[:2], looks).sensors[0].confidence == pytest.approx(wanted)

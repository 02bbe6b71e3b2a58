"""Clocks and how sensors sit: each fault made in a sound walk is named, with its sensor, and undone where it can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from experiments import exercises
from kinertia.checks.chain import examine, require_sound
from kinertia.io.read import read
from kinertia.numerics.spline import CubicSpline
from kinertia.recording import Array, Cause, Finding, Frame, Recording, RecordingError, Severity
from kinertia.recording.selection import crop
from kinertia.sensing.alignment import align
from kinertia.simulation import person

Change = Callable[[Recording], Recording]
CLIPPED = (Cause.CLIPPED, Cause.ABSENT)
UPSIDE_DOWN, BACK_TO_FRONT = np.diag([-1.0, -1.0, 1.0]), np.diag([-1.0, 1.0, -1.0])
CYCLED = np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])
SWAPPED = np.array([[1.0, 0, 0], [0, 0, 1], [0, 1, 0]])


def turned(name: str, acc: Array | None, gyro: Array) -> Change:
    def change(recording: Recording) -> Recording:
        k = recording.sensor_index(name)
        signals = recording.acc.copy(), recording.gyro.copy()
        for signal, turn in zip(signals, (np.eye(3) if acc is None else acc, gyro), strict=True):
            signal[:, k] = signal[:, k] @ turn.T
        return replace(recording, acc=signals[0], gyro=signals[1])

    return change


def exchanged(first: str, second: str) -> Change:
    def change(recording: Recording) -> Recording:
        a, b = recording.sensor_index(first), recording.sensor_index(second)
        order = list(range(len(recording.sensors)))
        order[a], order[b] = b, a  # type: ignore[index]
        return replace(recording, acc=recording.acc[:, order], gyro=recording.gyro[:, order])

    return change


def at(name: str, when: Callable[[Array], Array]) -> Change:
    """One sensor's rows hold what it read at other times."""

    def change(recording: Recording) -> Recording:
        k, time = recording.sensor_index(name), recording.time_s
        wanted = when(time)
        signals = recording.acc.copy(), recording.gyro.copy()
        for signal in signals:
            signal[:, k] = CubicSpline(time, signal[:, k])(wanted)
            signal[(wanted < 0) | (wanted > time[-1]), k] = np.nan
        return replace(recording, acc=signals[0], gyro=signals[1])

    return change


def every_other_row(recording: Recording) -> Recording:
    acc, gyro = recording.acc.copy(), recording.gyro.copy()
    acc[1::2, 2], gyro[1::2, 2] = np.nan, np.nan
    return replace(recording, acc=acc, gyro=gyro)


def told(recording: Recording) -> list[Finding]:
    return [found for found in recording.findings if found.severity is not Severity.INFO or found.mended]


UNDONE: dict[str, tuple[Change, Cause, str, str]] = {
    "gravity down": (lambda r: replace(r, acc=-r.acc), Cause.GRAVITY_DOWN, "", "y reads -9.81"),
    "upside down": (turned("tibia_r", UPSIDE_DOWN, UPSIDE_DOWN), Cause.UPSIDE_DOWN, "tibia_r", "upside down, turned by 180"),
    "back to front": (turned("pelvis", BACK_TO_FRONT, BACK_TO_FRONT), Cause.UPSIDE_DOWN, "pelvis", "back to front"),
    "gyroscope": (
        turned("foot_l", None, np.diag([1.0, 1.0, -1.0])),
        Cause.GYRO_SIGN,
        "foot_l",
        "about z has the wrong sign",
    ),
    "axes": (turned("femur_l", CYCLED, CYCLED), Cause.AXES, "femur_l", "axes are exchanged"),
    "left-handed": (turned("tibia_l", SWAPPED, SWAPPED), Cause.LEFT_HANDED, "tibia_l", "y and z are exchanged"),
    "all left-handed": (lambda r: replace(r, acc=r.acc * [-1, 1, 1], gyro=r.gyro * [-1, 1, 1]), Cause.LEFT_HANDED, "", "all"),
    "late": (at("foot_r", lambda t: t - 0.2), Cause.LATE, "foot_r", "s late against the other sensors"),
    "early": (at("femur_l", lambda t: t + 0.25), Cause.LATE, "femur_l", "s early against the other sensors"),
    "slow": (at("tibia_r", lambda t: 1.03 * t), Cause.SENSOR_RATE, "tibia_r", "% slow"),
    "half rate": (every_other_row, Cause.SENSOR_RATE, "tibia_r", "it samples at 50 Hz, the table at 100 Hz"),
}


@pytest.mark.parametrize("name", UNDONE)
def test_fault_is_named_and_undone(walk: Recording, name: str) -> None:
    change, cause, sensor, words = UNDONE[name]
    walk = walk.without_truth()
    found = examine(change(walk))
    first, *others = told(found)
    assert (first.cause, first.sensors, first.mended) == (cause, (sensor,) if sensor else (), True), first
    assert words in first.sentence
    assert not others, others
    require_sound(found)
    for mine, theirs in ((found.acc, walk.acc), (found.gyro, walk.gyro)):
        off = np.sqrt(np.nanmean((mine - theirs) ** 2) / np.mean(theirs**2))
        assert off < (0.1 if cause in (Cause.LATE, Cause.SENSOR_RATE) else 1e-9)


@pytest.mark.parametrize(
    ("when", "cause", "mended"),
    [(lambda t: 1.03 * t, Cause.SENSOR_RATE, False), (lambda t: t - 0.3, Cause.LATE, True)],
    ids=["drifts", "late"],
)
def test_few_strides_tell_a_clock_that_drifts_from_one_that_is_late(
    walk: Recording, when: Callable[[Array], Array], cause: Cause, mended: bool
) -> None:
    short = crop(at("tibia_r", when)(walk.without_truth()), 200, 950)  # stands for two seconds, then takes five strides
    (found,) = told(examine(short))
    assert (found.cause, found.sensors, found.mended) == (cause, ("tibia_r",), mended), found
    assert mended or found.severity is Severity.ERROR


@pytest.mark.parametrize("frame", list(Frame))
@pytest.mark.parametrize("pair", ["tibia_r tibia_l", "femur_r femur_l", "foot_l tibia_l", "femur_r tibia_r"])
def test_exchanged_sensors_are_refused_by_name(walk: Recording, pair: str, frame: Frame) -> None:
    found = examine(exchanged(*pair.split())(replace(walk, truth=None, frame=frame)))
    (fault,) = told(found)
    assert (fault.cause, set(fault.sensors)) == (Cause.EXCHANGED, set(pair.split()))
    with pytest.raises(RecordingError, match=r"are exchanged.*Fix: exchange their names.*kinertia place FILE --apply"):
        require_sound(found)


def test_what_is_refused(walk: Recording) -> None:
    late = examine(at("pelvis", lambda t: t - 0.2)(walk.without_truth()))
    assert [(f.cause, f.sensors, f.severity) for f in told(late)] == [(Cause.LATE, ("pelvis",), Severity.ERROR)]
    assert "every step looks alike" in told(late)[0].sentence
    rate = examine(replace(walk.without_truth(), rate_hz=60.0))
    assert [f.cause for f in told(rate)] == [Cause.RATE]
    with pytest.raises(RecordingError, match=r"not 60 Hz.*--rate"):
        require_sound(rate)
    generator = np.random.default_rng(2)
    turns = np.linalg.qr(generator.standard_normal((7, 3, 3)))[0]
    turns *= np.linalg.det(turns)[:, None, None]
    own = replace(
        walk.without_truth(), acc=np.einsum("kij,tkj->tki", turns, walk.acc), gyro=np.einsum("kij,tkj->tki", turns, walk.gyro)
    )
    assert [f.cause for f in told(examine(own))] == [Cause.AXES]
    assert not told(examine(replace(own, frame=Frame.SENSOR)))  # turned axes are no fault of a recording in sensor axes


def test_person_who_sat_before_walking(walk: Recording) -> None:
    acc = walk.acc.copy()
    acc[:400, 1] = acc[:400, 1] @ np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]).T
    (found,) = told(examine(replace(walk.without_truth(), acc=acc, frame=Frame.SENSOR)))
    assert (found.cause, found.sensors) == (Cause.SLIPPED, ("femur_r",))
    assert "was the person standing upright" in found.sentence


@pytest.mark.parametrize("name", ["femur_l", "tibia_r", "foot_r"])
def test_one_gyroscope_axis_of_a_sensor_in_its_own_axes(walk: Recording, name: str) -> None:
    turn = Rotation.from_euler("yx", [25.0, 10.0], degrees=True).as_matrix()
    k = walk.sensor_index(name)
    acc, gyro = walk.acc.copy(), walk.gyro.copy()
    acc[:, k], gyro[:, k] = acc[:, k] @ turn.T, gyro[:, k] @ turn.T
    sound = replace(walk.without_truth(), acc=acc, gyro=gyro, frame=Frame.SENSOR)
    assert not told(examine(sound))
    axes = align(sound)[1].rotation[k]
    for axis, harmless in enumerate((False, True, False)):  # y points up
        wrong = gyro.copy()
        wrong[:, k, axis] *= -1.0
        found = examine(replace(sound, gyro=wrong))
        assert harmless or [(f.cause, f.sensors, f.mended) for f in told(found)] == [(Cause.GYRO_SIGN, (name,), True)]
        again = align(found)[1].rotation[k]
        assert np.rad2deg(np.arccos(min(1.0, float(again[2] @ axes[2])))) < 7.5, axis


def test_legs_that_move_together_say_nothing_of_clocks() -> None:
    # without a judgement of the legs, what repeats in these squats passes for gait, and a still foot for one of another clock
    found = told(examine(exercises.record(person.draw(1, 4), "squats")))
    assert not [f.sentence for f in found if f.cause in (Cause.SENSOR_RATE, Cause.LATE)]


@pytest.mark.data
def test_real_walks_are_sound_and_their_faults_named(shared_data: Path) -> None:
    real = [shared_data / "imu_mocap_gaittoolbox", *sorted((shared_data / "imu_hugadb").glob("*.txt"))[:4]]
    for path in real:
        recording = read(path).without_truth()
        assert not [f for f in told(examine(recording)) if f.cause not in CLIPPED], path
        aligned = align(recording)[0]
        for name in ("upside down", "left-handed", "late", "gyroscope"):
            change, cause, sensor, _ = UNDONE[name]
            k = aligned.sensor_index(sensor)
            assert k is not None
            (fault,) = [f for f in told(examine(change(aligned))) if f.cause not in CLIPPED]
            assert (fault.cause, fault.sensors) == (cause, (aligned.sensors[k].name,)), (path, name)

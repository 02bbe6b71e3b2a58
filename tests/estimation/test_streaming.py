"""A stream gives what estimation of the whole recording gives, two samples later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kinertia.estimation.estimator import estimate
from kinertia.estimation.streaming import Stream, Values
from kinertia.learning import shipped
from kinertia.learning.checkpoint import Model, Person
from kinertia.learning.prepare import to_sequence
from kinertia.learning.training import fingerprint
from kinertia.recording import Recording


def samples_of(recording: Recording) -> np.ndarray:
    return np.concatenate([recording.acc[:, :, :2], recording.gyro[:, :, 2:]], axis=-1)


def play(stream: Stream, signals: np.ndarray) -> list[Values]:
    found = [stream.push(sample) for sample in signals]
    assert found[: stream.delay_samples] == [None] * stream.delay_samples
    return [values for values in found if values is not None]


def assert_equal_to_batch(values: list[Values], model: Model, recording: Recording) -> None:
    whole = estimate(model, recording)
    weight = recording.subject.mass_kg * 9.81
    scale = {"coordinates": 1.0, "grf": 1.0, "moments": weight * recording.subject.height_m}
    for part, unit in scale.items():
        batch = getattr(whole, part)
        assert getattr(values[0], part).keys() == batch.keys()
        for name, series in batch.items():
            streamed = np.array([getattr(v, part)[name] for v in values])
            np.testing.assert_allclose(streamed / unit, series[: len(values)] / unit, atol=1e-5, rtol=0, err_msg=name)
    np.testing.assert_allclose([v.speed for v in values], whole.speed[: len(values)], atol=1e-5, rtol=0)


@pytest.mark.parametrize("formulation", ["derivative", "paper"])
@pytest.mark.parametrize("cell", ["lstm", "gru", "tcn"])
def test_stream_equals_batch(make_model: Callable[..., Model], walk: Recording, cell: str, formulation: str) -> None:
    model = make_model(cell, formulation, layers=3)
    stream = Stream(model, walk.subject, walk.sensors)
    values = play(stream, samples_of(walk))
    assert len(values) == walk.samples - stream.delay_samples
    values += stream.finish()
    assert len(values) == walk.samples
    assert_equal_to_batch(values, model, walk)


def test_the_model_that_comes_with_the_package_streams(walk: Recording) -> None:
    model = shipped.load()
    stream = Stream(model, walk.subject, walk.sensors)
    values = play(stream, samples_of(walk)[:150])
    part = replace(walk, acc=walk.acc[:152], gyro=walk.gyro[:152])
    assert_equal_to_batch(values, model, part)


def test_a_stream_knows_the_mounting_that_was_learned(make_model: Callable[..., Model], walk: Recording) -> None:
    model = make_model()
    mark = fingerprint(to_sequence(walk, model.config))
    person = Person(walk.name, mark, 68.0, 1.71, (0.1,) * 7, ((0.01, -0.02),) * 7, 1.05)
    known = replace(model, people=(person,))
    values = play(Stream(known, walk.subject, walk.sensors, person.deviation), samples_of(walk))
    assert_equal_to_batch(values, known, walk)
    with pytest.raises(AssertionError):
        assert_equal_to_batch(play(Stream(known, walk.subject, walk.sensors), samples_of(walk)), known, walk)


def test_delay_is_the_declared_one(make_model: Callable[..., Model], walk: Recording) -> None:
    model = make_model()
    assert Stream(model, walk.subject).delay_s == estimate(model, walk).output_delay_s


def test_missing_sensors(make_model: Callable[..., Model], walk: Recording) -> None:
    keep = [0, 3, 6]
    few = replace(walk, sensors=tuple(walk.sensors[k] for k in keep), acc=walk.acc[:, keep], gyro=walk.gyro[:, keep])
    signals = samples_of(walk)
    signals[:, [k for k in range(7) if k not in keep]] = np.nan
    model = make_model()
    assert_equal_to_batch(play(Stream(model, few.subject, few.sensors), signals), model, few)


def test_streams_of_one_model_do_not_disturb_each_other(make_model: Callable[..., Model], walk: Recording) -> None:
    model, signals = make_model(), samples_of(walk)[:40]
    alone = play(Stream(model, walk.subject, walk.sensors), signals)
    one, other = (Stream(model, walk.subject, walk.sensors) for _ in range(2))
    found = []
    for sample in signals:
        values = one.push(sample)
        other.push(-sample)
        if values is not None:
            found.append(values)
    assert found == alone


def test_a_cell_that_reads_backwards_is_refused(make_model: Callable[..., Model], walk: Recording) -> None:
    with pytest.raises(ValueError, match="reads the signal backwards"):
        Stream(make_model("bilstm"), walk.subject, walk.sensors)


def test_samples_of_another_shape_are_refused(make_model: Callable[..., Model], walk: Recording) -> None:
    stream = Stream(make_model(), walk.subject, walk.sensors)
    with pytest.raises(ValueError, match=r"shape \(7, 6\), expected \(7, 3\)"):
        stream.push(np.zeros((7, 6)))


def test_a_stream_needs_as_many_samples_as_its_delay(make_model: Callable[..., Model], walk: Recording) -> None:
    stream = Stream(make_model(), walk.subject)
    stream.push(np.zeros((7, 3)))
    with pytest.raises(ValueError, match="fewer than 2 samples"):
        stream.finish()
    stream.push(np.zeros((7, 3)))
    assert len(stream.finish()) == 2

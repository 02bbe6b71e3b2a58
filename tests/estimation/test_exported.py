"""An exported model gives, sample by sample and over whole recordings, what the trained network gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from kinertia.estimation import estimator, track
from kinertia.estimation.estimate import Estimate
from kinertia.export import export
from kinertia.learning import shipped
from kinertia.learning.checkpoint import Model, Person
from kinertia.learning.prepare import to_sequence
from kinertia.learning.training import fingerprint
from kinertia.recording import Array, Recording, Subject
from kinertia.runtime import model as runtime
from kinertia.runtime.card import FORMAT
from kinertia.runtime.model import ExportedModel, Stepper

SINGLE = 1e-5
"""Two implementations round single precision differently; second differences magnify that."""


@cache
def default() -> ExportedModel:
    return runtime.load()


def samples_of(recording: Recording) -> Array:
    return np.concatenate([recording.acc[:, :, :2], recording.gyro[:, :, 2:]], axis=-1)


def play(stepper: Stepper, signals: Array) -> list[Array]:
    found = [stepper.step(sample) for sample in signals]
    assert found[:2] == [None] * 2
    return [values for values in found if values is not None]


def assert_equal(a: Estimate, b: Estimate, tolerance: float) -> None:
    weight = a.subject.mass_kg * 9.81
    units = {"coordinates": 1.0, "grf": 1.0, "points": 1.0, "moments": weight * a.subject.height_m}
    for part, unit in units.items():
        one, two = getattr(a, part), getattr(b, part)
        assert one.keys() == two.keys()
        for name in one:
            np.testing.assert_allclose(one[name] / unit, two[name] / unit, atol=tolerance, rtol=0.3 * tolerance, err_msg=name)
    for side in "rl":
        np.testing.assert_allclose(a.cop_x[side], b.cop_x[side], atol=1e-3)
    for part, times in (("speed", 1.0), ("imu_virtual", 1e3), ("root_residual", 5.0)):
        one, two = getattr(a, part), getattr(b, part)
        assert one is not None
        np.testing.assert_allclose(one, two, atol=times * tolerance, rtol=0.3 * tolerance, err_msg=part)
    assert a.warnings == b.warnings
    assert a.output_delay_s == b.output_delay_s


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_exported_equals_trained(make_model: Callable[..., Model], walk: Recording, cell: str) -> None:
    model = make_model(cell, layers=3)
    assert_equal(estimator.estimate(export.export(model).runner, walk), track.estimate(model, walk), SINGLE)


@pytest.mark.parametrize("rate", [59.3, 100.0, 148.0])
def test_the_model_that_comes_with_the_package(walk: Recording, rate: float) -> None:
    other = replace(walk, rate_hz=rate)
    assert_equal(estimator.estimate(default().runner, other), track.estimate(shipped.load(), other), SINGLE)


def test_cycles_and_missing_sensors(walk: Recording) -> None:
    keep = [0, 3, 6]
    few = replace(walk, sensors=tuple(walk.sensors[k] for k in keep), acc=walk.acc[:, keep], gyro=walk.gyro[:, keep])
    cycle = replace(few, acc=few.acc[:111], gyro=few.gyro[:111], periodic=True)
    for recording in (few, cycle):
        assert_equal(estimator.estimate(default().runner, recording), track.estimate(shipped.load(), recording), SINGLE)


def test_the_shipped_graphs_belong_to_the_shipped_weights() -> None:
    assert default().card.model == shipped.load().fingerprint
    assert default().name == shipped.DEFAULT


def test_what_was_learned_about_a_wearer_goes_with_the_model(
    make_model: Callable[..., Model], walk: Recording, tmp_path: Path
) -> None:
    model = make_model()
    mark = fingerprint(to_sequence(walk, model.config))
    shift = tuple((0.01 * k, -0.02) for k in range(7))
    known = replace(model, people=(Person(walk.name, mark, 68.0, 1.71, (0.1,) * 7, shift, 1.05),))
    export.write(export.export(known), tmp_path)
    loaded = runtime.load(tmp_path)
    assert_equal(estimator.estimate(loaded.runner, walk), track.estimate(known, walk), SINGLE)
    stated = replace(walk, subject=replace(walk.subject, height_m=1.85))
    assert any(
        "trained on this recording with a height of 1.71 m" in warning
        for warning in estimator.estimate(loaded.runner, stated).warnings
    )


def test_a_stream_is_bit_for_bit_the_whole_recording(walk: Recording) -> None:
    stepper = default().stepper(walk.subject, walk.sensors)
    values = np.array(play(stepper, samples_of(walk)) + stepper.finish())
    assert len(values) == walk.samples
    whole, layout = estimator.estimate(default().runner, walk), default().layout
    for k, name in enumerate(layout.names[layout.coordinates]):
        np.testing.assert_allclose(values[:, k], whole.coordinates[name], rtol=0, atol=1e-12 if k == 0 else 0)
    np.testing.assert_array_equal(values[:, layout.index["grf_y_l"]], whole.grf["grf_y_l"])
    np.testing.assert_array_equal(values[:, layout.index["knee_angle_r_moment"]], whole.moments["knee_angle_r"])


def test_streams_of_one_model_do_not_disturb_each_other(walk: Recording) -> None:
    signals = samples_of(walk)[:40]
    alone = play(default().stepper(walk.subject, walk.sensors), signals)
    one, other = (default().stepper(walk.subject, walk.sensors) for _ in range(2))
    found = []
    for sample in signals:
        values = one.step(sample)
        other.step(-sample)
        if values is not None:
            found.append(values)
    np.testing.assert_array_equal(found, alone)


def test_missing_channels_and_resets(walk: Recording) -> None:
    signals = samples_of(walk)[:60]
    signals[20:40, 3] = np.nan
    stepper = default().stepper(walk.subject, walk.sensors)
    first = play(stepper, signals)
    assert all(np.isfinite(values[default().layout.coordinates]).all() for values in first)
    stepper.reset()
    np.testing.assert_array_equal(play(stepper, signals), first)


def test_samples_of_another_shape_are_refused(walk: Recording) -> None:
    stepper = default().stepper(walk.subject)
    with pytest.raises(ValueError, match=r"shape \(7, 6\), expected \(7, 3\)"):
        stepper.step(np.zeros((7, 6)))
    with pytest.raises(ValueError, match="fewer than 6 samples"):
        stepper.finish()


def test_networks_without_a_step_are_refused(make_model: Callable[..., Model]) -> None:
    with pytest.raises(ValueError, match="cell 'bilstm' cannot be exported"):
        export.export(make_model("bilstm"))
    with pytest.raises(ValueError, match="formulation 'paper' cannot be exported"):
        export.export(make_model("lstm", "paper"))


def test_exports_of_earlier_versions_run(walk: Recording, tmp_path: Path) -> None:
    """In format 2 other arrays went from one graph to the other, whose names only the graphs know."""
    names: dict[str, str] = {"matrix_1": "offset", "matrix_2": "wrench", "matrix_3": "force"}
    step, person = (onnx.load_from_string(graph) for graph in (default().step, default().person))
    for part in (*step.graph.input, *person.graph.output):
        part.name = names.get(part.name, part.name)
    for node in (*step.graph.node, *person.graph.node):
        for ends in (node.input, node.output):
            ends[:] = [names.get(name, name) for name in ends]
    graphs = {"step.onnx": step.SerializeToString(), "person.onnx": person.SerializeToString()}
    sums = {name: sha256(graph).hexdigest() for name, graph in graphs.items()}
    old = replace(default(), step=graphs["step.onnx"], person=graphs["person.onnx"])
    export.write(replace(old, card=replace(old.card, format=2, checksums=sums)), tmp_path)
    signals = samples_of(walk)[:40]
    found, expected = (play(m.stepper(walk.subject, walk.sensors), signals) for m in (runtime.load(tmp_path), default()))
    np.testing.assert_array_equal(found, expected)


def test_damaged_exports_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"export.json: no exported model"):
        runtime.load(tmp_path)
    export.write(default(), tmp_path)
    step = tmp_path / "step.onnx"
    step.write_bytes(step.read_bytes()[:-10])
    with pytest.raises(ValueError, match=r"step.onnx: does not belong to export.json"):
        runtime.load(tmp_path)
    card = tmp_path / "export.json"
    card.write_text(card.read_text().replace(f'"format": {FORMAT}', '"format": 99'))
    with pytest.raises(ValueError, match="format 99, this version reads 2 and 3; export the model again"):
        runtime.load(tmp_path)
    card.write_text("{")
    with pytest.raises(ValueError, match=r"export.json: damaged"):
        runtime.load(tmp_path)


def test_the_pages_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export.write(default(), tmp_path / "exported")
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).resolve().parents[2] / "docs" / "export.md").read_text()
    names: dict[str, Any] = {}
    for block in page.split("```python\n")[1:]:
        exec(compile(block.partition("```")[0], "docs/export.md", "exec"), names)
    stepper = default().stepper(Subject(72.0, 1.78))
    found = [stepper.step(np.array([[0.0, 9.81, 0.0]] * 7)) for _ in range(10)][-1]
    assert found is not None
    np.testing.assert_allclose(list(names["values"].values())[1:], found[1:], atol=1e-9)

"""Training: the loss falls, runs repeat, interruptions leave no trace, labels have no influence."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from swinging import swinging_cycle

from kinertia.estimation.estimate import Estimate
from kinertia.estimation.track import estimate
from kinertia.learning import checkpoint
from kinertia.learning.checkpoint import Model
from kinertia.learning.config import Config
from kinertia.learning.prepare import to_sequence
from kinertia.learning.sequence import Sequence
from kinertia.learning.training import LOG_EVERY, train
from kinertia.recording import Recording, Truth
from kinertia.train import store


def settings(config: Config, **changes: object) -> Config:
    return replace(config, training=replace(config.training, **changes))


def weights(model: Model) -> dict[str, torch.Tensor]:
    return model.network.state_dict()


def assert_same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> None:
    assert a.keys() == b.keys()
    for name, x in a.items():
        assert torch.equal(x, b[name]), name


def assert_same_estimate(a: Estimate, b: Estimate) -> None:
    for part in ("coordinates", "moments", "grf", "cop_x", "points", "events"):
        for name, x in getattr(a, part).items():
            np.testing.assert_array_equal(x, getattr(b, part)[name])
    np.testing.assert_array_equal(a.speed, b.speed)
    np.testing.assert_array_equal(a.root_residual, b.root_residual)
    np.testing.assert_array_equal(a.imu_virtual, b.imu_virtual)


@pytest.mark.parametrize("formulation", ["derivative", "paper"])
def test_loss_and_residual_of_the_equations_fall(tiny: Config, sequences: list[Sequence], formulation: str) -> None:
    config = settings(tiny, steps=300, window=96, warm_up=24, batch=4)
    config = replace(config, network=replace(config.network, formulation=formulation, hidden=24))
    history: dict[int, dict[str, float]] = {}
    model = train(sequences, config, progress=history.__setitem__)
    first, last = history[LOG_EVERY], history[300]
    assert last["total"] < 0.5 * first["total"]
    assert last["kane"] < 0.5 * first["kane"]
    assert all(torch.isfinite(x).all() for x in weights(model).values())
    assert any(p.sensor_angle_rad != (0.0,) * 7 for p in model.people)


def test_same_seed_same_model_other_seed_other_model(tiny: Config, sequences: list[Sequence]) -> None:
    short = settings(tiny, steps=5)
    torch.manual_seed(11)
    one = train(sequences, short)
    torch.manual_seed(12)  # the global generator has no influence
    assert_same(weights(one), weights(train(sequences, short)))
    other = weights(train(sequences, settings(short, seed=4)))
    assert any(not torch.equal(x, other[name]) for name, x in weights(one).items())


def uninterrupted(config: Config, sequences: list[Sequence], out: Path) -> dict[str, dict[str, torch.Tensor]]:
    train(sequences, config, out, checkpoint_s=0.0)
    return {kind: checkpoint.read(out, kind)[0] for kind in (checkpoint.MODEL, checkpoint.CHECKPOINT)}


@pytest.mark.parametrize("stop", [20, 27])
def test_resuming_equals_an_uninterrupted_run(tiny: Config, sequences: list[Sequence], tmp_path: Path, stop: int) -> None:
    whole = uninterrupted(tiny, sequences, tmp_path / "whole")
    parts = tmp_path / "parts"
    train(sequences, tiny, parts, stop_after=stop)
    assert not (parts / "model.json").exists()
    train(sequences, tiny, parts, resume=True)
    for kind, tensors in whole.items():
        assert_same(tensors, checkpoint.read(parts, kind)[0])
        assert checkpoint.read(tmp_path / "whole", kind)[1] == checkpoint.read(parts, kind)[1]
    assert (parts / "history.csv").read_bytes() == (tmp_path / "whole" / "history.csv").read_bytes()


def test_interruption_between_checkpoints_loses_only_steps(tiny: Config, sequences: list[Sequence], tmp_path: Path) -> None:
    whole = uninterrupted(tiny, sequences, tmp_path / "whole")

    def interrupt(step: int, _terms: dict[str, float]) -> None:
        if step == 26:
            raise KeyboardInterrupt

    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        train(sequences, tiny, out, checkpoint_s=0.0, progress=interrupt)
    assert checkpoint.read(out, checkpoint.CHECKPOINT)[1].step == 25
    train(sequences, tiny, out, resume=True)
    assert_same(whole[checkpoint.MODEL], checkpoint.read(out, checkpoint.MODEL)[0])


@pytest.mark.parametrize("failing", ["save_file", "write_text"])
def test_interruption_while_a_checkpoint_is_written_leaves_the_one_before(
    tiny: Config, sequences: list[Sequence], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    whole = uninterrupted(tiny, sequences, tmp_path / "whole")
    out = tmp_path / "out"
    train(sequences, tiny, out, stop_after=20)
    before = {p.name: p.read_bytes() for p in out.iterdir()}

    def half(*arguments: object) -> None:
        path = next(a for a in arguments if isinstance(a, Path))
        if failing == "save_file":
            path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(store, failing, half)
    with pytest.raises(KeyboardInterrupt):
        train(sequences, tiny, out, resume=True)
    monkeypatch.undo()
    for name, content in before.items():
        assert (out / name).read_bytes() == content
    assert checkpoint.read(out, checkpoint.CHECKPOINT)[1].step == 20
    train(sequences, tiny, out, resume=True)
    assert_same(whole[checkpoint.MODEL], checkpoint.read(out, checkpoint.MODEL)[0])
    assert sorted(p.name for p in out.iterdir()) == sorted(p.name for p in (tmp_path / "whole").iterdir())


def test_a_finished_training_can_be_resumed_again(tiny: Config, sequences: list[Sequence], tmp_path: Path) -> None:
    short = settings(tiny, steps=3)
    done = train(sequences, short, tmp_path)
    assert_same(weights(done), weights(train(sequences, short, tmp_path, resume=True)))


def test_saved_model_estimates_like_the_one_in_memory(
    tiny: Config, sequences: list[Sequence], cycle: Recording, tmp_path: Path
) -> None:
    model = train(sequences, settings(tiny, steps=5), tmp_path)
    loaded = checkpoint.load_model(tmp_path)
    assert loaded.config == model.config
    assert loaded.people == model.people
    assert_same_estimate(estimate(model, cycle), estimate(loaded, cycle))


def garbage(recording: Recording) -> Recording:
    """The same signals with other labels."""
    samples = recording.samples
    wrong = {"knee_angle_r": np.full(samples, np.nan), "hip_flexion_l": np.full(samples, 1e9)}
    return replace(recording, truth=Truth(wrong, {"knee_angle_r": np.full(samples, np.inf)}, wrong, speed=np.nan))


def test_labels_have_no_influence(tiny: Config) -> None:
    config = settings(tiny, steps=5)
    seen = [swinging_cycle(), swinging_cycle("P02_swing", 96, 80.0)]
    recordings = {"seen": seen, "garbage": [garbage(r) for r in seen], "none": [r.without_truth() for r in seen]}
    models = {k: train([to_sequence(r, config) for r in rs], config) for k, rs in recordings.items()}
    for kind in ("garbage", "none"):
        assert_same(weights(models["seen"]), weights(models[kind]))
        assert models["seen"].people == models[kind].people
        for a, b in zip(seen, recordings[kind], strict=True):
            assert_same_estimate(estimate(models["seen"], a), estimate(models[kind], b))


@pytest.mark.parametrize("formulation", ["derivative", "paper"])
@pytest.mark.parametrize("cell", ["lstm", "bilstm", "gru", "tcn"])
def test_every_cell_trains_and_estimates_with_missing_sensors(tiny: Config, cell: str, formulation: str) -> None:
    recording = swinging_cycle()
    keep = [i for i, s in enumerate(recording.sensors) if s.segment.startswith(("foot", "femur"))]
    few = replace(
        recording,
        sensors=tuple(recording.sensors[i] for i in keep),
        acc=recording.acc[:, keep],
        gyro=recording.gyro[:, keep],
        truth=None,
    )
    config = settings(replace(tiny, network=replace(tiny.network, cell=cell, formulation=formulation)), steps=3)
    model = train([to_sequence(few, config), to_sequence(recording, config)], config)
    result = estimate(model, few)
    assert result.sensor_segments == ("femur_r", "foot_r", "femur_l", "foot_l")
    assert result.samples == few.samples
    assert all(np.isfinite(x).all() for x in (*result.coordinates.values(), *result.moments.values(), *result.grf.values()))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c, s: (c, []), "no recordings"),
        (lambda c, s: (replace(c, rate_hz=50.0), s), "50.0 Hz"),
        (lambda c, s: (settings(c, window=20), s), r"training\.window is 20"),
        (lambda c, s: (settings(c, steps=0), s), r"training\.steps"),
        (lambda c, s: (settings(c, batch=0), s), r"training\.batch"),
        (lambda c, s: (c, [replace(s[0], signals=s[0].signals[:25], present=s[0].present[:25])]), "25 samples"),
        (lambda c, s: (settings(c, learning_rate=1e30, steps=30), s), "diverged at step"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    tiny: Config, sequences: list[Sequence], change: Callable[[Config, list[Sequence]], tuple], message: str
) -> None:
    config, given = change(tiny, sequences)
    with pytest.raises(ValueError, match=message):
        train(given, config)


def test_a_recording_shorter_than_the_window_trains(tiny: Config, sequences: list[Sequence]) -> None:
    short = replace(sequences[0], signals=sequences[0].signals[:40], present=sequences[0].present[:40])
    model = train([short, sequences[1]], settings(tiny, steps=3))
    assert len(model.people) == 2
    assert all(torch.isfinite(p).all() for p in model.network.parameters())


@pytest.mark.parametrize("device", ["abacus", "cuda:99"])
def test_a_device_that_is_not_there_is_named(tiny: Config, sequences: list[Sequence], device: str) -> None:
    with pytest.raises(ValueError, match=f"device '{device}'"):
        train(sequences, tiny, device=device)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_training_on_cuda_gives_a_model_for_any_device(
    tiny: Config, sequences: list[Sequence], cycle: Recording, tmp_path: Path
) -> None:
    train(sequences, tiny, tmp_path, device="cuda", stop_after=20)
    model = train(sequences, tiny, tmp_path, device="cuda", resume=True)
    on_cpu, on_gpu = checkpoint.load_model(tmp_path), checkpoint.load_model(tmp_path, "cuda")
    assert_same_estimate(estimate(model, cycle), estimate(on_cpu, cycle))
    for name, x in estimate(on_gpu, cycle).coordinates.items():
        np.testing.assert_allclose(x, estimate(on_cpu, cycle).coordinates[name], atol=1e-4)


MEMORY_PROGRAM = """
import resource, sys
sys.path.insert(0, sys.argv[1])
import torch
torch.set_num_threads(1)
from swinging import swinging_cycle
from kinertia.learning.config import Config, TrainingConfig
from kinertia.learning.prepare import to_sequence
from kinertia.learning.training import train
config = Config()
train([to_sequence(swinging_cycle(), config)] * 2, config, stop_after=3)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


def test_training_with_the_default_configuration_stays_under_four_gib() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEMORY_PROGRAM, str(Path(__file__).parent)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 4 * 2**30

"""Commands for :mod:`experiments.kills`: small ones that write everything that the real ones write."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np

from experiments import walks
from experiments.encoders import checkpoint as encoders
from experiments.kills import Job
from kinertia.cli import main
from kinertia.export import export
from kinertia.io import folder as folders
from kinertia.io import opensim, write_recording
from kinertia.io.read import read
from kinertia.learning import checkpoint as models
from kinertia.recording import Recording
from kinertia.runtime import model as runtime
from kinertia.simulation import person, simulate
from kinertia.supervised import checkpoint as fits
from kinertia.train import store

SECONDS, PEOPLE = 8.0, 3
TRAIN = ("--config.training.batch", "2", "--config.network.hidden", "16")
FIT = ("--config.network.width", "8", "--config.network.layers", "1", "--config.inputs.most-windows", "8")
PRETRAIN = ("--config.batch", "8", "--config.transformer.width", "16", "--config.transformer.layers", "1")
SOLVE = ("--begin", "2", "--end", "3", "--settings.rate-hz", "25", "--settings.iterations", "3")


def make_inputs(data: Path, model: Path) -> None:
    """Walkers with made-up truth, one folder each, and a small model."""
    walk = walks.fit(72.0, 1.78)
    for number in range(PEOPLE):
        made = walks.record(walk, "walk_1", SECONDS, seed=number)
        write_recording.write(data / f"person{number}" / "walk_1.csv", _with_forces(made))
    _command("train", data / "person0", "--mass", "70", *TRAIN, "--config.training.steps", "2", "--out", model)


def _with_forces(made: Recording) -> Recording:
    truth = made.truth
    assert truth is not None
    grf = {
        f"grf_{axis}_{side}": np.maximum(np.sin(3.0 * truth.angles[f"hip_flexion_{side}"]), 0.0)
        for axis in "xy"
        for side in "rl"
    }
    moments = {name: 30.0 * np.cos(4.0 * angle) for name, angle in truth.angles.items()}
    return replace(made, truth=replace(truth, moments=moments, grf=grf))


def jobs(data: Path, model: Path) -> tuple[Job, ...]:
    """All of them; ``model`` is a trained one that is exported."""
    walk = data / "person0" / "walk_1.csv"
    return (
        _training(
            "train",
            ("train", walk, "--mass", "70", *TRAIN),
            "--config.training.steps",
            models.read,
            ("model", "checkpoint"),
            _whole_model,
        ),
        _training(
            "fit",
            ("fit", data, "--no-test", *FIT),
            "--steps",
            fits.read,
            (fits.FITTED, fits.STATE),
            _whole_fit,
        ),
        _training(
            "pretrain",
            ("pretrain", data, *PRETRAIN),
            "--steps",
            encoders.read,
            (encoders.ENCODER, encoders.STATE),
            _whole_encoder,
        ),
        Job("estimate", _results("estimate", walk, "--csv"), lambda out: _unreadable(out, 800), _nothing),
        Job("solve", _results("solve", walk, "--csv", *SOLVE), lambda out: _unreadable(out, 100), _nothing),
        Job("export", _export(model), _wrong_export, lambda out: (out / "export.json").is_file()),
        Job("simulate", _simulate(data), _wrong_people, _nothing),
    )


def _nothing(out: Path) -> bool:
    del out
    return False


def _command(*words: str | Path) -> None:
    main.main([str(word) for word in words])


def _training(
    name: str,
    command: tuple[str | Path, ...],
    length: str,
    reader: Callable[[Path, str], object],
    kinds: tuple[str, str],
    loads: Callable[[Path], object],
) -> Job:
    """One that is begun anew, goes on, or is replaced by one of another configuration."""
    finished, begun = kinds

    def run(out: Path, numbers: Random) -> None:
        steps = numbers.choice(("3", "4"))
        how = ()
        if (out / f"{begun}.json").is_file():
            config = json.loads((out / f"{begun}.json").read_text())["config"]
            steps = str(config.get("training", config)[length.rpartition("-")[2].rpartition(".")[2]])
            how = ("--resume",)
            if numbers.random() < 0.6:
                steps, how = numbers.choice(("3", "4")), ("--overwrite",)
        elif (out / f"{finished}.json").is_file():
            how = ("--overwrite",)
        store.CHECKPOINT_S = 0.0  # one at every step
        _command(*command, "--out", out, length, steps, *how)

    def problems(out: Path) -> list[str]:
        found = []
        for kind in kinds:
            if (out / f"{kind}.json").is_file():
                found += _tried(lambda kind=kind: reader(out, kind))
        if (out / f"{finished}.json").is_file():
            found += _tried(lambda: loads(out))
        config = out / "config.json"
        if config.is_file():
            stated = [
                json.loads((out / f"{kind}.json").read_text())["config"] for kind in kinds if (out / f"{kind}.json").is_file()
            ]
            if json.loads(config.read_text()) not in stated:
                found.append("config.json belongs to nothing that is there")
        return found

    return Job(name, run, problems, lambda out: any((out / f"{kind}.json").is_file() for kind in kinds))


def _whole_model(out: Path) -> object:
    return models.load_model(out)


def _whole_fit(out: Path) -> object:
    return fits.load(out)


def _whole_encoder(out: Path) -> object:
    return encoders.load(out)


def _results(name: str, walk: Path, *options: str) -> Callable[[Path, Random], None]:
    def run(out: Path, numbers: Random) -> None:
        again = ("--resume",) if name == "solve" and numbers.random() < 0.5 else ()
        _command(name, walk, "--out", out, *options, *again)

    return run


def _export(model: Path) -> Callable[[Path, Random], None]:
    def run(out: Path, numbers: Random) -> None:
        scale = numbers.choice((1.0, 1.5))
        loaded = models.load_model(model)
        for weights in loaded.network.parameters():
            weights.data *= scale
        export.write(export.export(loaded), out)

    return run


def _simulate(data: Path) -> Callable[[Path, Random], None]:
    """What is written of simulated people, without the minutes of finding their movement."""

    def run(out: Path, numbers: Random) -> None:
        people = [person.draw(1, number) for number in range(1, 1 + numbers.choice((1, 2)))]
        simulate.describe(out, people, simulate.Request(1))
        for someone in people:
            made = read(data / "person0" / "walk_1.csv")
            write_recording.write(out / someone.name / "walk_1.parquet", made, single_precision=True)

    return run


def _unreadable(out: Path, samples: int) -> list[str]:
    """Results that are there in part, and half files that are taken for recordings."""
    found = []
    for path in _files(out):
        if path.suffix in (".mot", ".sto"):
            found += _tried(lambda path=path: _require(len(opensim.read(path).time_s) == samples, f"{path}: cut off"))
        elif path.suffix == ".csv":
            found += _tried(lambda path=path: _require(len(path.read_text().splitlines()) == samples + 1, f"{path}: cut off"))
        elif path.suffix == ".html":
            found += _tried(lambda path=path: _require(path.read_text().rstrip().endswith("</html>"), f"{path}: cut off"))
        elif path.suffix == ".json":
            found += _tried(lambda path=path: json.loads(path.read_text()))
        elif path.suffix == ".npz":
            found += _tried(lambda path=path: dict(np.load(path)))
    if out.is_dir() and any(out.iterdir()):
        taken = [path for path in folders.recordings(out) if path != out]
        found += [f"{path}: taken for a recording" for path in taken]
    return found


def _wrong_export(out: Path) -> list[str]:
    return _tried(lambda: runtime.load(out)) if (out / "export.json").is_file() else []


def _wrong_people(out: Path) -> list[str]:
    found = []
    for path in _files(out):
        if path.suffix == ".parquet":
            found += _tried(lambda path=path: _require(read(path).samples == round(100 * SECONDS), f"{path}: cut off"))
        elif path.suffix == ".json":
            found += _tried(lambda path=path: json.loads(path.read_text()))
    return found


def _files(out: Path) -> Iterable[Path]:
    return (path for path in sorted(out.rglob("*")) if path.is_file() and not path.name.endswith(".part"))


def _require(right: bool, what: str) -> None:
    if not right:
        raise ValueError(what)


def _tried(look: Callable[[], object]) -> list[str]:
    try:
        look()
    except Exception as error:  # whatever it is, it is a finding
        return [f"{type(error).__name__}: {error}"]
    return []

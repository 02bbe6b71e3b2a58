"""``kinertia demo``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rich.console import Console

from kinertia.learning import config as configuration
from kinertia.learning.config import Config

STEPS = 1000
"""Fewer than by default, for a minute of training; everything else is the default configuration."""


def demo(out: Path = Path("kinertia-demo"), steps: int = STEPS, seed: int = 0) -> None:
    """Simulate two people walking, train on their sensors without labels, estimate, and compare with the exact truth.

    Parameters
    ----------
    out
        Folder for the recordings, the model and the results.
    steps
        Training steps.
    seed
        Makes everything repeatable.
    """
    from kinertia.benchmark.single import score_single
    from kinertia.cli import output
    from kinertia.cli.progress import training_bar
    from kinertia.estimation.estimator import estimate
    from kinertia.io import write_recording
    from kinertia.io.read import read
    from kinertia.learning.prepare import to_sequence
    from kinertia.learning.training import train
    from kinertia.simulation import people

    console = Console()
    config = Config()
    config = replace(config, training=replace(config.training, steps=steps, seed=seed))
    console.print("Two simulated people walk for 20 s, seven sensors each.")
    recordings = []
    for simulated in people.walk(seed=seed):
        path = write_recording.write(out / "recordings" / f"{simulated.name}.csv", simulated)
        # what is learned from is what a user can read from the file; the truth is only for the comparison
        recordings.append(replace(read(path), truth=simulated.truth))
    model_folder = out / "model"
    model_folder.mkdir(parents=True, exist_ok=True)
    configuration.save(config, model_folder / "config.json")
    with training_bar(steps) as progress:
        model = train([to_sequence(recording, config) for recording in recordings], config, model_folder, progress=progress)
    for recording in recordings:
        result = estimate(model, recording)
        scores = score_single(result, recording)
        output.write(out / recording.name, result, recording, scores)
        output.show(console, result, recording, scores)
    console.print(f"\nOpen {out / recordings[0].name / 'report.html'} in a browser. The same by hand:", soft_wrap=True)
    console.print(f"  kinertia inspect {recordings[0].source}", highlight=False, soft_wrap=True)
    console.print(
        f"  kinertia estimate {recordings[0].source} --model {model_folder} --out {out / 'by-hand'}",
        highlight=False,
        soft_wrap=True,
    )

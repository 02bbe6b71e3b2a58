"""``kinertia demo``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

STEPS = 500
"""Fewer than by default, for less than a minute of adaptation; everything else is as in `kinertia train --from default`."""
RECORDINGS = ("walk_2", "run_2")
SECONDS = 20.0
SHOWN = (
    ("angles [deg]", "angle_rmsd_deg"),
    ("moments [BWBH%]", "moment_rmsd_bwbh"),
    ("ground reaction [BW%]", "grf_rmsd_bw"),
    ("speed [m/s]", "speed_error"),
)


def demo(out: Path = Path("kinertia-demo"), steps: int = STEPS, seed: int = 0, overwrite: bool = False) -> None:
    """Simulate a person, estimate with the model that comes with the package, adapt it without labels, compare with the truth.

    Parameters
    ----------
    out
        Folder for the recordings, the adapted models and the results.
    steps
        Steps of adaptation.
    seed
        Makes everything repeatable.
    overwrite
        Write into a folder that holds something else.
    """
    from kinertia.benchmark.single import score_single
    from kinertia.cli import output
    from kinertia.cli.progress import recordings_bar, training_bar
    from kinertia.estimation.trained import estimate
    from kinertia.io.read import read
    from kinertia.learning import adaptation, shipped
    from kinertia.learning.adapting import adapt
    from kinertia.learning.prepare import to_sequence
    from kinertia.recording import RecordingError
    from kinertia.runtime import exported
    from kinertia.runtime import model as runtime
    from kinertia.simulation import simulate

    console = Console()
    if not overwrite and out.is_dir() and any(out.iterdir()) and not (out / "recordings" / simulate.PEOPLE_FILE).is_file():
        raise RecordingError(
            "is not empty", file=str(out), fix="give another --out, or --overwrite to write there all the same"
        )
    shipped_model = shipped.load()
    asked = replace(adaptation.DEFAULT, adaptation=replace(adaptation.DEFAULT.adaptation, steps=steps))
    config = adaptation.settings(shipped_model.config, asked)
    config = replace(config, training=replace(config.training, seed=seed))
    folder = out / "recordings"
    with recordings_bar(len(RECORDINGS), "simulating") as show:
        warnings = simulate.run(folder, 1, simulate.Request(seed, SECONDS, recordings=RECORDINGS), show=show)
    for warning in warnings:
        console.print(f"warning: {warning}", highlight=False, soft_wrap=True)
    # what is estimated from is what a user can read from the file; its truth is only compared with
    recordings = [read(path) for path in sorted(folder.glob("*/*.parquet"))]
    console.print(f"Simulated: {', '.join(r.name for r in recordings)}; seven sensors each, in {folder}.", highlight=False)
    for recording in recordings:
        before = exported.estimate(runtime.load(), recording)
        sequences, own = [to_sequence(recording, config)], out / recording.name
        with training_bar(config.training.steps, label=f"adapting to {recording.name}") as progress:
            model = adapt(shipped_model, sequences, config, own / "model", progress=progress).model
        after = estimate(model, recording)
        scores = {"shipped": score_single(before, recording), "adapted": score_single(after, recording)}
        for (kind, found), result in zip(scores.items(), (before, after), strict=True):
            output.write(own / kind, result, recording, found)
        output.show(console, after, recording, None)
        console.print(_comparison(recording.name, scores))
    first = recordings[0]
    console.print(
        f"\nOpen {out / first.name / 'adapted' / f'{first.name}_report.html'} in a browser. The same by hand:", soft_wrap=True
    )
    by_hand = out / "by-hand"
    for command in (
        f"kinertia inspect {first.source}",
        f"kinertia estimate {first.source} --out {by_hand / 'shipped'}",
        f"kinertia train {first.source} --from default --out {by_hand / 'model'}",
        f"kinertia estimate {first.source} --model {by_hand / 'model'} --out {by_hand / 'adapted'}",
    ):
        console.print(f"  {command}", highlight=False, soft_wrap=True)


def _comparison(name: str, scores: dict[str, dict[str, Any] | None]) -> Table:
    """Errors of the shipped weights, after adaptation, and of the population curve."""
    from kinertia.metrics.summary import mean_over_joints

    table = Table(title=f"{name}: errors against the exact truth (RMSD, mean over joints)", title_justify="left")
    table.add_column("")
    for heading, _ in SHOWN:
        table.add_column(Text(heading), justify="right")
    for label, trial in scores.items():
        if trial is not None:
            table.add_row(label, *(_number(mean_over_joints(trial, field)) for _, field in SHOWN))
    last = scores["adapted"]
    curve = None if last is None else last["trivial"]["normative"]
    if last is not None and curve is not None:
        table.add_row("population curve", *(_number(mean_over_joints(last, field, curve)) for _, field in SHOWN))
    return table


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"

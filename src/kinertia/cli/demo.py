"""``kinertia demo``."""

from __future__ import annotations

import math
import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from kinertia.api import results
from kinertia.cli import output
from kinertia.cli.progress import recordings_bar, training_bar
from kinertia.metrics.scoring import summarise
from kinertia.recording import RecordingError, words
from kinertia.reporting.shown import Shown

if TYPE_CHECKING:
    from kinertia.estimation.estimate import Estimate
    from kinertia.recording import Recording

RECORDINGS = ("walk_2", "run_2")
SECONDS = 30.0
TURNED_DEG = 10.0
"""Standard deviation of the inclination of sensors: as people strap them on without measuring."""
SHOWN = (
    ("angles\n[deg]", "angle_rmsd_deg", 1),
    ("moments\n[BWBH %]", "moment_rmsd_bwbh", 2),
    ("ground reaction\n[BW %]", "grf_rmsd_bw", 1),
    ("speed\n[m/s]", "speed_error", 2),
)
KINDS = ("shipped", "adapted")
ROWS = ("shipped model", "adapted model", "population curve")
MEANING = (
    "The smaller, the better. Both models saw the sensor signals alone; adapting learned how these sensors really sit. "
    "The population curve is the mean of other people: it knows nothing of this one, and says nothing of moments and speed."
)


def demo(
    out: Path = Path("kinertia-demo"),
    steps: int | None = None,
    seed: int = 0,
    open: bool = False,
    overwrite: bool = False,
) -> None:
    """Simulate a person, estimate with the model that comes with the package, adapt it without labels, compare with the truth.

    Args:
        out: Folder for the recordings, the adapted model and the results.
        steps: Steps of adapting at most; default until it has converged.
        seed: Another number is another person, with sensors worn in another way.
        open: Open the report in a browser.
        overwrite: Write into a folder that holds something else.
    """
    from kinertia.estimation import estimator
    from kinertia.estimation.track import estimate
    from kinertia.io.read import read
    from kinertia.learning import adaptation, shipped
    from kinertia.learning.adapting import adapt
    from kinertia.learning.prepare import to_sequence
    from kinertia.runtime import model as runtime
    from kinertia.sensing.measurement import TYPICAL
    from kinertia.simulation import simulate

    console = Console(soft_wrap=True, highlight=False)
    if not overwrite and out.is_dir() and any(out.iterdir()) and not (out / "recordings" / simulate.PEOPLE_FILE).is_file():
        fix = "give another --out, or --overwrite to write there all the same"
        raise RecordingError("is not empty", file=str(out), fix=fix)
    console.print(
        f"A simulated person walks and runs, {SECONDS:.0f} s each, with seven sensors that sit as people strap them on: "
        f"turned by about {TURNED_DEG:.0f} deg, 2 cm off, on skin and muscle. The exact truth is known."
    )
    worn = replace(TYPICAL, spread=replace(TYPICAL.spread, inclination_rad=math.radians(TURNED_DEG)))
    folder = out / "recordings"
    with recordings_bar(len(RECORDINGS), "simulating") as show:
        warnings = simulate.run(folder, 1, simulate.Request(seed, SECONDS, recordings=RECORDINGS, realism=worn), show=show)
    for warning in warnings:
        console.print(f"warning: {warning}")
    # what is estimated from is what a user can read from the file; its truth is only compared with
    recordings = [read(path) for name in RECORDINGS for path in folder.glob(f"*/{name}.parquet")]
    sides: dict[str, list[Shown]] = {}

    def keep(kind: str, estimates: list[Estimate]) -> None:
        sides[kind] = [Shown(e, r, label=kind) for e, r in zip(estimates, recordings, strict=True)]
        for side in sides[kind]:
            output.write(out / kind, side)

    keep("shipped", [estimator.estimate(runtime.load().runner, recording) for recording in recordings])
    start = shipped.load()
    asked = adaptation.DEFAULT
    if steps is not None:
        asked = replace(asked, adaptation=replace(asked.adaptation, steps=steps))
    config = adaptation.settings(start.config, asked)
    sequences = [to_sequence(recording, config) for recording in recordings]
    with training_bar(config.training.steps, label="adapting", terms=False) as progress:
        adapted = adapt(start, sequences, config, out / "model", progress=progress)
    for line in (*adapted.outcome.lines, f"In truth, sensors are turned: {true_turns(recordings[0])}."):
        console.print(line)
    keep("adapted", [estimate(adapted.model, recording) for recording in recordings])
    pages = [
        results.report(out / f"{before.estimate.name}_before_after.html", (before, after))
        for before, after in zip(sides["shipped"], sides["adapted"], strict=True)
    ]
    console.print(table(sides))
    console.print(MEANING)
    console.print("\nOpen in a browser, before and after side by side:")
    for page in pages:
        console.print(f"  {page}")
    first, by_hand = recordings[0], out / "by-hand"
    console.print("\nThe same by hand:")
    for command in (
        f"kinertia inspect {first.source}",
        f"kinertia estimate {first.source} --out {by_hand / 'shipped'}",
        f"kinertia adapt {' '.join(recording.source for recording in recordings)} --out {by_hand / 'model'}",
        f"kinertia estimate {first.source} --model {by_hand / 'model'} --out {by_hand / 'adapted'}",
        f"kinertia report {by_hand / 'shipped'} {by_hand / 'adapted'}",
    ):
        console.print(f"  {command}")
    if open:
        webbrowser.open(pages[0].resolve().as_uri())


def true_turns(recording: Recording) -> str:
    """How sensors really sit, in the words in which adapting says what it learned."""
    from kinertia.learning import outcome

    turned = {} if recording.truth is None else {name: pose.angle_rad for name, pose in recording.truth.poses.items()}
    told = [
        f"{words.segment(segment)} {abs(math.degrees(angle)):.0f} deg {'back' if angle > 0 else 'forward'}"
        for segment, angle in turned.items()
        if abs(math.degrees(angle)) >= outcome.SHOWN_DEG
    ]
    return words.listed(told) if told else f"none by {outcome.SHOWN_DEG:g} deg"


def table(sides: dict[str, list[Shown]]) -> Table:
    """Errors of both models and of the population curve, mean over recordings and joints."""
    shipped, adapted = ({side.estimate.name: side.scores for side in sides[kind] if side.scores} for kind in KINDS)
    rows = []
    for name, means in zip(ROWS, (summarise(shipped), summarise(adapted), summarise(adapted, "normative")), strict=True):
        cells = ((means["mean"][field], digits) for _, field, digits in SHOWN)
        rows.append((name, *("-" if value is None else f"{value:.{digits}f}" for value, digits in cells)))
    title = "How far from the truth (root mean square, mean over the recordings and joints)"
    return output.table(("", *(heading for heading, _, _ in SHOWN)), rows, title)

"""``kinertia solve``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro
from rich.console import Console
from rich.text import Text

from kinertia.cli import options, output, several
from kinertia.cli.options import ALONE, AS_USUAL, NOTHING_GIVEN, Files, Out, Presented, Presenting, Reading, Shared, Working
from kinertia.cli.parsing import RARE
from kinertia.cli.progress import training_bar
from kinertia.io import inputs
from kinertia.io.outputs import Outputs
from kinertia.reporting.shown import Shown
from kinertia.solving.settings import Settings

if TYPE_CHECKING:
    from kinertia.ocp.ipopt import Show
    from kinertia.solving.solution import Convergence

COMMAND = "kinertia solve"
DEFAULT = Settings()
WINDOWS = "windows"
REPORT = "convergence.json"  # endings of what is written after NAME_


def solve(
    recordings: Files,
    /,
    out: Out = None,
    begin: Annotated[float | None, tyro.conf.arg(metavar="S")] = None,
    end: Annotated[float | None, tyro.conf.arg(metavar="S")] = None,
    cycle: bool = False,
    muscles: bool = False,
    start: Literal["signals", "model"] = "signals",
    resume: bool = False,
    csv: bool = False,
    overwrite: bool = False,
    workers: Working = ALONE,
    reading: Shared = NOTHING_GIVEN,
    shown: Presented = AS_USUAL,
    settings: Annotated[Settings, RARE] = DEFAULT,
) -> None:
    """Find the motion and forces that explain a recording best and obey the equations of motion exactly.

    Slower than `kinertia estimate` (5 s for a gait cycle, a few seconds for each second of other recordings), needs no model,
    and its forces and moments leave no residual. See docs/solving.md.

    Args:
        recordings: Files of any supported format, or folders of them; periodic gait cycles, or continuous recordings.
        out: Folder for the results, those of `kinertia estimate` and NAME_convergence.json; default NAME_kinertia/solved here.
        begin: Time to solve a continuous recording from, on its own axis; sensors are aligned with all of it.
        end: Time to solve it to.
        cycle: Solve the mean of the strides of a continuous recording, as one cycle that repeats.
        muscles: Moments are what eight muscles a leg give, with tendons; takes twice as long or more.
        start: Motion to start from: straight from the signals, or what the model that comes with the package estimates.
        resume: Go on from the finished windows, or recordings, of an interrupted run in OUT.
        csv: Write the table as CSV instead of Parquet.
        overwrite: Replace what is there already, even if it was not solved from this recording; never what is read.
        workers: Where several recordings are solved.
        reading: What the files do not say themselves; mass and height then hold for all recordings.
        shown: How results are shown.
        settings: What counts how much, what is bounded, and how finely it looks.
    """
    files = options.files(recordings, reading)
    read = inputs.of(*recordings, reading.columns, reading.placement)
    folder = out or options.default_out(recordings) / "solved"
    asked = _Asked(begin, end, cycle, muscles, start, resume, csv, overwrite, reading, shown, settings, read)
    if len(files) > 1:
        of_results = (begin, end, cycle, muscles, start, csv, reading, shown, settings)
        about = several.About(COMMAND, str(recordings[0]), read, overwrite, resume, of_results)
        several.run(partial(_shown, asked=asked), files, folder, about, (reading.columns, reading.placement), workers)
        return
    made, convergence, paths = _one(files[0], folder, asked, lambda work: training_bar(work, label="solving"))
    console = Console()
    output.show(console, made)
    show(console, convergence)
    for path in paths:
        output.tell(console, f"  {path}")


@dataclass(frozen=True)
class _Asked:
    """Options, and every file that is read."""

    begin: float | None
    end: float | None
    cycle: bool
    muscles: bool
    start: str
    resume: bool
    csv: bool
    overwrite: bool
    reading: Reading
    shown: Presenting
    settings: Settings
    read: tuple[Path, ...]


def _one(file: Path, out: Path, asked: _Asked, bar: Show | None = None) -> tuple[Shown, Convergence, list[Path]]:
    """Solve one recording and write everything into a folder; errors as the steps on the way."""
    from kinertia.api.methods import part
    from kinertia.estimation import track
    from kinertia.learning import shipped
    from kinertia.ocp.ipopt import silent
    from kinertia.solving import solver

    whole = options.read(file, asked.reading)
    guard = Outputs(COMMAND, asked.read, whole.source, asked.overwrite)
    convergence_file = out / f"{whole.name}_{REPORT}"
    planned = [*output.planned(out, whole.name, csv=asked.csv, as_pdf=asked.shown.pdf), convergence_file]
    guard.check(planned)
    measured, ready = part(whole, asked.begin, asked.end, mean=asked.cycle)
    guess = track.estimate(shipped.load(), ready) if asked.start == "model" else None
    try:
        kept = out / f"{whole.name}_{WINDOWS}"
        solved = solver.solve(ready, asked.settings, bar or silent, guess, kept, asked.resume, asked.muscles)
    except KeyboardInterrupt:
        again = "the same command with --resume goes on from the last finished window"
        advice = "nothing was written" if ready.periodic else again
        Console(stderr=True).print(f"interrupted; {advice}", highlight=False)
        raise
    made = Shown(solved.estimate, measured, asked.shown.said, asked.shown.knee)
    convergence = solved.solution.convergence
    with guard.writing(planned):
        paths = output.write(out, made, csv=asked.csv, as_pdf=asked.shown.pdf)
        paths.append(output.write_json(convergence_file, asdict(convergence) | {"summary": convergence.figures()}))
    return made, convergence, paths


def _shown(file: Path, folder: Path, asked: _Asked) -> Shown:
    return _one(file, folder, asked)[0]


def show(console: Console, convergence: Convergence) -> None:
    """Constraints and costs of a solution as tables."""
    runs = convergence.solves
    done, iterations = sum(run.converged for run in runs), sum(run.iterations for run in runs)
    said = f"  solver: {done} of {len(runs)} converged, {iterations} iterations, {convergence.seconds:.0f} s"
    console.print(Text(f"{said}, {convergence.nodes} nodes", style="" if done == len(runs) else "yellow"))
    words = ("", "unit")
    rows = [(name, f"{out.largest:.2g}", f"{out.rms:.2g}", out.unit) for name, out in convergence.violation.items()]
    console.print(output.table(("", "largest", "RMS", "unit"), rows, "constraints: how far outside", words))
    if (contact := convergence.contact) is not None:
        rows = [
            ("unexplained force at the root, RMS", f"{contact.root_force_bw:.2g}", "BW"),
            ("unexplained moment at the root, RMS", f"{contact.root_moment_bwbh:.2g}", "BWBH"),
            ("force on a foot more than 2 cm up, largest", f"{contact.force_in_air_bw:.3f}", "BW"),
            ("slip in stance, RMS", f"{contact.slip_m_s:.3f}", "m/s"),
        ]
        console.print(output.table(("", "value", "unit"), rows, "the movement itself", words))
    costs = sorted(convergence.cost.items(), key=lambda item: -item[1])
    console.print(output.table(("", "weighted"), [(name, f"{value:.4f}") for name, value in costs], "cost per node"))

"""``kinertia benchmark virtual``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from experiments import curves
from experiments import results as result_files
from experiments import virtual as benchmark
from experiments.commands.options import AS_USUAL, Shared
from experiments.methods import MethodName
from experiments.table import render
from experiments.virtual_table import render_consistency
from kinertia.cli.place import files_of
from kinertia.io import inputs, write_recording
from kinertia.io.outputs import Outputs
from kinertia.simulation.worn import IDEAL, TYPICAL, Wear


def virtual(
    data: Path,
    method: MethodName,
    json: Path | None = None,
    report: Path | None = None,
    write: Path | None = None,
    clean: bool = False,
    wear: Wear = TYPICAL,
    wear_seed: int = 0,
    learning: Shared = AS_USUAL,
) -> None:
    """Score a method on virtual sensors: measured motion on the sagittal body, with exact truth.

    Parameters
    ----------
    data
        Folder of motion capture with force plates in OpenSim files (see docs/formats.md).
    method
        What estimates; learned methods are trained on these recordings, without labels.
    json
        File to write the figures to.
    report
        Folder to write curves.html to: estimate against reference, curve by curve.
    write
        Folder to write the virtual recordings to, as averaged gait cycles with their truth.
    clean
        Sensors exactly in place and without noise, instead of the options below.
    wear
        How the virtual sensors are worn.
    wear_seed
        Seed of their placement and noise.
    learning
        How learned methods are trained, and from which model.
    """
    if clean and wear != TYPICAL:
        raise ValueError("--clean and --wear options were both given; leave one out")
    chosen = learning.method(method)
    scored = benchmark.run(data, chosen, method, IDEAL if clean else wear, wear_seed)
    if write is not None:
        for recording in scored.recordings:
            path = write / f"{recording.name}.csv"
            with Outputs("kinertia benchmark virtual", inputs.of(data), str(data), option="", results=False).writing(
                files_of(path)
            ):
                write_recording.write(path, recording)
    result_files.write(json, scored.results)
    console = Console()
    console.print(render(scored.results))
    console.print(render_consistency(scored.results))
    if report is not None:
        curves.write(console, report, scored)

"""``kinertia benchmark continuous``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console

from kinertia.benchmark import continuous as benchmark
from kinertia.benchmark import methods
from kinertia.benchmark import results as result_files
from kinertia.benchmark.methods import MethodName
from kinertia.benchmark.table import render
from kinertia.cli.options import DEFAULT, choose_config
from kinertia.cli.progress import training_bar
from kinertia.learning.config import Config


def continuous(
    data: Path,
    method: MethodName = "sspinnpose",
    json: Path | None = None,
    model: str | None = None,
    seed: int | None = None,
    config_file: Path | None = None,
    config: Config = DEFAULT,
) -> None:
    """Score a method on a continuous recording of raw sensors with a standing start.

    Parameters
    ----------
    data
        Folder with MT Manager exports, the list of walking frames and the optical reference (see docs/formats.md).
    method
        What estimates; learned methods are trained on this recording, without labels.
    json
        File to write the figures to.
    model
        Model of the methods pretrained and adapted: a folder that `kinertia train` wrote, instead of the
        model that comes with the package.
    seed
        Seed of training, instead of the configuration's.
    config_file
        Configuration of learned methods, to read instead of the options below.
    config
        How learned methods are trained; for the method adapted, settings not given are the model's.
    """
    wanted = choose_config(config_file, config)
    chosen = methods.choose(method, wanted.training.seed if seed is None else seed, wanted, training_bar, model)
    results = benchmark.run(data, chosen, method)
    if json is not None:
        result_files.write(json, results)
    console = Console()
    console.print(render(results))
    first, last = results["conditions"]["frames"]
    console.print(f"Scored frames {first} to {last}. Reference: {results['conditions']['reference']}.", highlight=False)
    for trial in results["trials"].values():
        console.print(_describe(trial["plausibility"]), highlight=False)


def _describe(figures: dict[str, Any]) -> str:
    if figures["stride_mean_grf_y_bw"] is None:
        return "Vertical ground reaction: not given by this method (or no strides found)."
    peak = figures["peak_grf_y_bw"]
    return (
        f"Vertical ground reaction over {figures['strides']} strides: peak right {peak['r']:.2f} BW, left {peak['l']:.2f} BW "
        f"(plausible: 0.9 to 1.3); mean of both legs {figures['stride_mean_grf_y_bw']:.3f} BW (plausible: within 3 % of 1)."
    )

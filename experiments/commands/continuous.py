"""``kinertia benchmark continuous``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console

from experiments import continuous as benchmark
from experiments import results as result_files
from experiments.commands.options import AS_USUAL, Shared
from experiments.methods import MethodName
from experiments.table import render


def continuous(
    data: Path,
    method: MethodName = "sspinnpose",
    json: Path | None = None,
    learning: Shared = AS_USUAL,
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
    learning
        How learned methods are trained, and from which model.
    """
    chosen = learning.method(method)
    results = benchmark.run(data, chosen, method)
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

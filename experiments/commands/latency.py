"""``kinertia benchmark latency``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table


def latency(
    json: Path | None = None,
    model: str = "default",
    minutes: float = 10.0,
    rate: float = 100.0,
    seed: int = 0,
    lsl: bool = False,
    warm: bool = True,
) -> None:
    """Time estimates sample by sample, paced as sensors send, and compare them with those of the whole recording.

    Parameters
    ----------
    json
        File to write the figures to.
    model
        Folder that `kinertia train` or `kinertia export` wrote; `default` is the model that comes with the package.
    minutes
        Length of the stream.
    rate
        Samples per second of each sensor.
    seed
        Seed of the synthetic wearer.
    lsl
        Measure from sender to receiver over Lab Streaming Layer on this machine instead, network and threads included.
    warm
        Keep the processor warm between samples, as `kinertia stream` and `kinertia live` do by default.
    """
    from experiments import latency as measurement
    from experiments import lsl_latency, results
    from kinertia.api.models import streaming, trained
    from kinertia.cli.progress import samples_bar

    loaded, seconds = streaming(model), 60.0 * minutes
    with samples_bar(round(seconds * rate), "streaming") as advance:
        if lsl:
            measured = lsl_latency.measure(loaded, seconds, rate, seed, advance, warm)
        else:
            measured = measurement.measure(loaded, seconds, rate, seed, advance, warm, trained(model))
    results.write(json, measured)
    console = Console()
    console.print(
        f"{measured['samples']} samples at {rate:g} Hz: median {measured['p50_ms']:.3f} ms, 99 % within "
        f"{measured['p99_ms']:.3f} ms, 99.9 % within {measured['p999_ms']:.3f} ms, longest {measured['max_ms']:.2f} ms",
        highlight=False,
    )
    if "ratio" in measured:
        alone, ratio = measured["graph"], measured["ratio"]
        console.print(
            f"the exported graph alone, at the same pace: median {alone['p50_ms']:.3f} ms, 99 % within "
            f"{alone['p99_ms']:.3f} ms, back to back {alone['back_to_back_ms']:.3f} ms",
            highlight=False,
        )
        console.print(
            f"stream over graph: median x{ratio['p50']:.2f}, 99 % x{ratio['p99']:.2f}",
            highlight=False,
        )
    console.print(f"output delay {measured['output_delay_ms']:g} ms, not counted above", highlight=False)
    if "batch_difference" in measured:
        console.print(
            f"largest difference to the estimate of the whole recording: {measured['batch_difference']:.2g} "
            "(rad, BW, BWBH, m/s)",
            highlight=False,
        )
    if "trained_difference" in measured:
        console.print(f"and to that of the network it was exported from: {measured['trained_difference']:.2g}", highlight=False)
    table = Table("up to [ms]", "samples")
    for edge, count in measured["histogram"].items():
        table.add_row(edge, str(count))
    console.print(table)

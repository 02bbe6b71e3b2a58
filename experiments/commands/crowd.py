"""``kinertia benchmark crowd``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console


def crowd(
    json: Path | None = None,
    people: int = 8,
    minutes: float = 10.0,
    rate: float = 200.0,
    model: str = "default",
    seed: int = 0,
) -> None:
    """Stream several people at once in one process: samples lost, memory, and how late estimates are.

    Parameters
    ----------
    json
        File to write the figures to.
    people
        Synthetic wearers, seven sensors each.
    minutes
        Length of the streams.
    rate
        Samples per second of each sensor.
    model
        Folder that `kinertia train` or `kinertia export` wrote; `default` is the model that comes with the package.
    seed
        Seed of the first wearer; the others count on.
    """
    from experiments import crowd as measurement
    from experiments import results
    from kinertia.api.models import streaming
    from kinertia.cli.progress import samples_bar

    with samples_bar(round(60.0 * minutes), "streaming [s]") as advance:
        measured = measurement.measure(streaming(model), people, 60.0 * minutes, rate, seed, advance)
    results.write(json, measured)
    Console().print(
        f"{people} people at {rate:g} Hz for {minutes:g} min: {measured['samples']} of {measured['expected']} samples, "
        f"{measured['dropped']} dropped; {measured['frames']} estimates, median {measured['p50_ms']:.2f} ms and "
        f"99 % within {measured['p99_ms']:.2f} ms of the sample; memory {measured['memory_mb']:.0f} MB, "
        f"grown by {measured['memory_growth_mb']:.1f} MB; {measured['cpu_share']:.0%} of one core",
        highlight=False,
    )

"""``kinertia benchmark speed``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from kinertia.learning.config import Config
from kinertia.train import configuration


def speed(json: Path | None = None, duration: float = 3600.0, threads: int = 1, config_file: Path | None = None) -> None:
    """Time the estimation of a long recording with seven sensors, and of one sample at a time.

    Parameters
    ----------
    json
        File to write the figures to.
    duration
        Length of the recording in seconds.
    threads
        CPU threads to use.
    config_file
        Configuration whose network is timed; default the built-in one.
    """
    from experiments import results, throughput

    measured = throughput.measure(
        duration, Config() if config_file is None else configuration.load(config_file, Config), threads
    )
    results.write(json, measured)
    console = Console()
    console.print(
        f"{measured['samples']} samples ({duration:g} s), {measured['threads']} threads: {measured['seconds']:.2f} s, "
        f"{measured['seconds_per_hour']:.1f} s per hour of recording; reading, writing and the report not included",
        highlight=False,
    )
    if "stream_median_ms" in measured:
        console.print(
            f"one sample at a time: median {measured['stream_median_ms']:.2f} ms, "
            f"99 of 100 within {measured['stream_p99_ms']:.2f} ms",
            highlight=False,
        )

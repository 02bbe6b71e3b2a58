"""``kinertia benchmark physics``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console


def physics(json: Path | None = None, threads: int = 2, repeats: int = 50) -> None:
    """Time inverse dynamics and virtual IMUs of 16,384 samples, forward and backward.

    Parameters
    ----------
    json
        File to write the figures to.
    threads
        CPU threads to use.
    repeats
        Timed repetitions.
    """
    from experiments import physics_speed, results

    measured = physics_speed.measure(repeats=repeats, threads=threads)
    results.write(json, measured)
    Console().print(
        f"{measured['samples']} samples, {measured['threads']} threads, float32: "
        f"forward and backward {measured['median_ms']:.1f} ms (median of {repeats}; fastest {measured['fastest_ms']:.1f} ms), "
        f"forward alone {measured['forward_median_ms']:.1f} ms",
        highlight=False,
    )

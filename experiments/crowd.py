"""Several people at once in one process: does anything get lost, does memory stay flat, how late are the estimates."""

from __future__ import annotations

import gc
import threading
import time
from pathlib import Path

import numpy as np

from experiments.protocol import QUIET, Context, Found, Json
from kinertia.api.models import streaming
from kinertia.runtime.model import ExportedModel
from kinertia.streaming.core import Core
from kinertia.transport.walker import SyntheticSource

SETTLED = 0.1
"""Part of the time after which memory is taken as settled."""
REPORT_S = 0.5
STATUS = Path("/proc/self/status")


class Person(threading.Thread):
    """One wearer: a source at real speed and a core.

    Attributes
    ----------
    samples, frames : how many went in and came out.
    late_ms : time from the arrival of a sample to the estimate, for every sample [ms].
    """

    def __init__(self, model: ExportedModel, seed: int, rate_hz: float, seconds: float) -> None:
        super().__init__(daemon=True)
        self.source = SyntheticSource(seed, rate_hz=rate_hz, seconds=seconds, aligned=True)
        self.core = Core(model, self.source.session())
        self.samples = self.frames = 0
        # written to at once, so that it is in memory from the beginning and not counted as growth
        self.late_ms = np.full(round(seconds * rate_hz), np.nan)

    def run(self) -> None:
        with self.source:
            while not self.source.finished:
                for sample in self.source.take():
                    self.frames += len(self.core.push(sample))
                    if self.samples < len(self.late_ms):
                        self.late_ms[self.samples] = 1000.0 * (time.perf_counter() - sample.received_s)
                    self.samples += 1

    @property
    def lost(self) -> int:
        """Samples that the queue, the order or the clock lost."""
        worst = max(self.core.health.sensors, key=lambda sensor: sensor.lost + sensor.late + sensor.rejected)
        return self.source.dropped + worst.lost + worst.late + worst.rejected


def crowd(
    people: int = 8,
    minutes: float = 10.0,
    rate: float = 200.0,
    model: str = "default",
    seed: int = 0,
    context: Context = QUIET,
) -> Found:
    """Stream several people at once in one process: samples lost, memory, and how late estimates are.

    Parameters
    ----------
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
    found = measure(streaming(model), people, 60.0 * minutes, rate, seed, context)
    line = (
        f"{people} people at {rate:g} Hz for {minutes:g} min: {found['samples']} of {found['expected']} samples, "
        f"{found['dropped']} dropped; {found['frames']} estimates, median {found['p50_ms']:.2f} ms and "
        f"99 % within {found['p99_ms']:.2f} ms of the sample; memory {found['memory_mb']:.0f} MB, "
        f"grown by {found['memory_growth_mb']:.1f} MB; {found['cpu_share']:.0%} of one core"
    )
    return Found(found, (line,))


def measure(
    model: ExportedModel,
    people: int = 8,
    seconds: float = 600.0,
    rate_hz: float = 200.0,
    seed: int = 0,
    context: Context = QUIET,
) -> Json:
    """Run people side by side, each with seven sensors.

    Returns
    -------
    dict with ``people``, ``samples``, ``expected``, ``dropped``, ``frames``, ``p50_ms``, ``p99_ms`` from the arrival of a
    sample to its estimate, ``memory_mb`` at the end, ``memory_growth_mb`` since a tenth of the time, ``cpu_share`` of one core.
    """
    wearers = [Person(model, seed + k, rate_hz, seconds) for k in range(people)]
    begin, cpu = time.perf_counter(), time.process_time()
    for person in wearers:
        person.start()
    settled, told = 0.0, 0
    with context.bar(round(seconds), "streaming [s]") as advance:
        while any(person.is_alive() for person in wearers):
            time.sleep(REPORT_S)
            done = time.perf_counter() - begin
            if not settled and done > SETTLED * seconds:
                gc.collect()
                settled = resident_mb()
            advance(round(min(done, seconds)) - told)
            told = round(min(done, seconds))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - begin
    gc.collect()
    resident = resident_mb()
    late = np.concatenate([person.late_ms[round(rate_hz) :] for person in wearers])
    return {
        "people": people,
        "rate_hz": rate_hz,
        "seconds": seconds,
        "samples": sum(person.samples for person in wearers),
        "expected": people * round(seconds * rate_hz),
        "dropped": sum(person.lost for person in wearers),
        "frames": sum(person.frames for person in wearers),
        "p50_ms": float(np.nanpercentile(late, 50)),
        "p99_ms": float(np.nanpercentile(late, 99)),
        "memory_mb": resident,
        "memory_growth_mb": resident - settled,
        "cpu_share": cpu / wall,
    }


def resident_mb() -> float:
    """Memory that this process holds [MB]; NaN where the system does not tell."""
    if not STATUS.is_file():
        return float("nan")
    line = next(row for row in STATUS.read_text().splitlines() if row.startswith("VmRSS:"))
    return float(line.split()[1]) / 1024.0

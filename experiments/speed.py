"""How fast a model estimates: a long recording at once, and sample by sample."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import numpy as np
import torch

from experiments.protocol import QUIET, Context, Found
from kinertia.bodies import SKELETONS
from kinertia.estimation.track import estimate
from kinertia.export import export
from kinertia.learning.checkpoint import Model
from kinertia.learning.config import Config
from kinertia.learning.network import Network
from kinertia.recording import LOWER_BODY, Recording, Sensor, Subject
from kinertia.train import configuration

HOUR_S = 3600.0
STRIDES_PER_S = 0.9


def speed(duration: float = HOUR_S, threads: int = 1, config_file: Path | None = None, context: Context = QUIET) -> Found:
    """Time the estimation of a long recording with seven sensors, and of one sample at a time.

    Parameters
    ----------
    duration
        Length of the recording in seconds.
    threads
        CPU threads to use.
    config_file
        Configuration whose network is timed; default the built-in one.
    """
    del context
    found = measure(duration, None if config_file is None else configuration.load(config_file, Config), threads)
    lines = [
        f"{found['samples']} samples ({duration:g} s), {threads} threads: {found['seconds']:.2f} s, "
        f"{found['seconds_per_hour']:.1f} s per hour of recording; reading, writing and the report not included"
    ]
    if "stream_median_ms" in found:
        median, most = found["stream_median_ms"], found["stream_p99_ms"]
        lines.append(f"one sample at a time: median {median:.2f} ms, 99 of 100 within {most:.2f} ms")
    return Found(found, tuple(lines))


def measure(
    duration_s: float = HOUR_S, config: Config | None = None, threads: int = 1, stream_samples: int = 500, seed: int = 0
) -> dict[str, float | int]:
    """Time the estimation of a recording with seven sensors, from raw signals to every series of the estimate.

    The time depends on the size of the network and not on its weights, which are random here. Reading and writing files and
    the report are not included.

    Parameters
    ----------
    duration_s : length of the recording [s].
    config : size of the network, and the sampling rate; default the built-in one.
    threads : CPU threads that torch may use during the measurement.
    stream_samples : samples for the latency of streaming; measured for cells that can be exported (lstm, gru).
    seed : seed of signals and weights.

    Returns
    -------
    dict with ``samples``, ``threads``, ``seconds`` and ``cpu_seconds`` of the whole recording, ``seconds_per_hour``,
    ``times_real_time``, and ``stream_median_ms`` and ``stream_p99_ms`` per sample.
    """
    config = config or Config()
    model = _random_model(config, seed)
    recording = _random_recording(duration_s, config.rate_hz, seed)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        estimate(model, _random_recording(2.0, config.rate_hz, seed))  # first calls are slow
        wall, cpu = time.perf_counter(), time.process_time()
        estimate(model, recording)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        streams = config.network.cell in ("lstm", "gru") and config.network.formulation == "derivative"
        latency = _latency(model, recording, stream_samples) if streams else {}
    finally:
        torch.set_num_threads(before)
    return {
        "samples": recording.samples,
        "threads": threads,
        "seconds": wall,
        "cpu_seconds": cpu,
        "seconds_per_hour": wall * HOUR_S / duration_s,
        "times_real_time": duration_s / wall,
        **latency,
    }


def _latency(model: Model, recording: Recording, samples: int) -> dict[str, float]:
    stepper = export.export(model).stepper(recording.subject, recording.sensors)
    signals = np.concatenate([recording.acc[:samples, :, :2], recording.gyro[:samples, :, 2:]], axis=-1)
    times = []
    for row in signals:
        start = time.perf_counter()
        stepper.step(row)
        times.append(1000.0 * (time.perf_counter() - start))
    settled = times[len(times) // 10 :]
    return {"stream_median_ms": statistics.median(settled), "stream_p99_ms": float(np.percentile(settled, 99))}


def _random_model(config: Config, seed: int) -> Model:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Network(config.network, SKELETONS[config.body])
    return Model(network.requires_grad_(False).eval(), config, ())


def _random_recording(duration_s: float, rate_hz: float, seed: int) -> Recording:
    """Seven sensors that swing at stride frequency, with noise."""
    generator = np.random.default_rng(seed)
    shape = (round(duration_s * rate_hz), len(LOWER_BODY), 3)
    swing = np.sin(2 * np.pi * STRIDES_PER_S * np.arange(shape[0]) / rate_hz)[:, None, None]
    return Recording(
        name="throughput",
        rate_hz=rate_hz,
        sensors=tuple(Sensor(segment, segment) for segment in LOWER_BODY.segments),
        acc=np.array([0.0, 9.81, 0.0]) + 2.0 * swing + generator.normal(scale=0.5, size=shape),
        gyro=3.0 * swing + generator.normal(scale=0.1, size=shape),
        subject=Subject(),
    )

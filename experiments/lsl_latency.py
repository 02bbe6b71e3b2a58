"""From sender to receiver over Lab Streaming Layer: network, threads and queues included."""

from __future__ import annotations

import gc
import multiprocessing
import sys
import threading
import time
from multiprocessing.synchronize import Event

import numpy as np
import pylsl

from experiments.protocol import QUIET, Advance, Context, Json
from experiments.wearer import WARM_UP_S, lateness, signals, sleep
from kinertia.recording import Array
from kinertia.runtime.model import ExportedModel
from kinertia.streaming.core import Core
from kinertia.transport import lsl
from kinertia.transport.lsl import LslSink
from kinertia.transport.pump import Pump
from kinertia.transport.sink import Sinks

START_S = 60.0
SWITCH_S = 5e-4
"""As in `kinertia stream`."""
LAST_S = 2.0


def measure(
    model: ExportedModel,
    seconds: float = 600.0,
    rate_hz: float = 100.0,
    seed: int = 0,
    context: Context = QUIET,
    warm: bool = True,
) -> Json:
    """Time samples from the moment they are sent until their estimate is received.

    One process sends and receives, another one estimates, as `kinertia stream` does.

    Returns
    -------
    As :func:`experiments.latency.measure`, without ``batch_difference``; with ``missing``, samples without estimate.
    """
    given = signals(seconds, rate_hz, seed)
    recording = given.recording()
    rows = np.concatenate([recording.acc, recording.gyro], axis=-1).reshape(recording.samples, -1)
    # names of this run only, whatever else is on the network
    name = f"kinertia-{time.time_ns()}"
    outlet = _outlet(name, [sensor.name for sensor in given.session.sensors], rate_hz)
    spawning = multiprocessing.get_context("spawn")
    stop = spawning.Event()
    worker = spawning.Process(target=_estimate, args=(model, name, stop, warm), daemon=True)
    worker.start()
    try:
        found = pylsl.resolve_byprop("name", f"{name} out", 1, START_S)
        if not found:
            raise OSError(
                "no estimates came back over Lab Streaming Layer; see docs/transport.md on networks that hide streams"
            )
        delay_s = model.delay_samples / model.rate_hz
        with context.bar(len(rows), "streaming") as advance:
            sent, received = _exchange(outlet, pylsl.StreamInlet(found[0]), rows, rate_hz, delay_s, advance)
    finally:
        stop.set()
        worker.join(START_S)
    late_ms = 1000.0 * (received - sent)[round(WARM_UP_S * rate_hz) : len(sent) - model.delay_samples]
    came = late_ms[np.isfinite(late_ms)]
    return {
        **lateness(came),
        "missing": len(late_ms) - len(came),
        "rate_hz": rate_hz,
        "output_delay_ms": 1000.0 * delay_s,
    }


def _outlet(name: str, sensors: list[str], rate_hz: float) -> pylsl.StreamOutlet:
    info = pylsl.StreamInfo(name, "IMU", 6 * len(sensors), rate_hz, pylsl.cf_float32, name)
    channels = info.desc().append_child("channels")
    for sensor in sensors:
        for kind, unit in (("acc", "m/s^2"), ("gyro", "rad/s")):
            for axis in "xyz":
                channel = channels.append_child("channel")
                channel.append_child_value("label", f"{sensor}_{kind}_{axis}")
                channel.append_child_value("unit", unit)
    return pylsl.StreamOutlet(info)


def _exchange(
    outlet: pylsl.StreamOutlet,
    inlet: pylsl.StreamInlet,
    rows: Array,
    rate_hz: float,
    delay_s: float,
    advance: Advance,
) -> tuple[Array, Array]:
    """(T,) times at which each sample was sent and its estimate came [s]; NaN where none came."""
    sent, received, stamps = np.full(len(rows), np.nan), np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    done = threading.Event()
    inlet.open_stream(START_S)
    offset = inlet.time_correction(START_S)

    def listen() -> None:
        while not done.is_set():
            _, stamp = inlet.pull_sample(timeout=0.1)
            now = time.perf_counter()
            if stamp is not None:
                # the stamp is that of the values; the sample that brought them out was sent the output delay later
                k = round((stamp + offset + delay_s - stamps[0]) * rate_hz)
                if 0 <= k < len(received) and np.isnan(received[k]):
                    received[k] = now

    listener = threading.Thread(target=listen, daemon=True)
    period = 1.0 / rate_hz
    gc.collect()
    gc.freeze()
    begin, due = pylsl.local_clock() + period, time.perf_counter() + period
    stamps[:] = begin + period * np.arange(len(rows))
    listener.start()
    for k, row in enumerate(rows):
        sleep(due)
        sent[k] = time.perf_counter()
        outlet.push_sample(row, stamps[k])
        due += period
        if (k + 1) % 100 == 0:
            advance(100)
    time.sleep(LAST_S)
    done.set()
    listener.join(LAST_S)
    gc.unfreeze()
    return sent, received


def _estimate(model: ExportedModel, name: str, stop: Event, warm: bool) -> None:
    """The process in the middle."""
    sys.setswitchinterval(SWITCH_S)
    source = lsl.connect(lsl.Query(name=name, streams=1), timeout_s=START_S)
    core = Core(model, source.session())
    core.align(np.tile(np.eye(3), (len(source.sensors), 1, 1)))
    out = LslSink(f"{name} out", model.layout.names, model.rate_hz, core.output_delay_s)
    gc.collect()
    gc.freeze()
    with Pump(source, core, Sinks([out]), warm=warm) as pump:
        while not stop.is_set():
            pump.step()

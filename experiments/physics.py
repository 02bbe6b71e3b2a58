"""How fast the physics is: inverse dynamics and virtual IMUs, forward and backward, in one batch."""

from __future__ import annotations

import statistics
import time

import torch

from experiments.protocol import QUIET, Context, Found
from kinertia.bodies import build, stack
from kinertia.mechanics import dynamics, kinematics
from kinertia.mechanics.imu import Mounting, read

SEQUENCES = 64
SAMPLES_PER_SEQUENCE = 256


def physics(threads: int = 2, repeats: int = 50, context: Context = QUIET) -> Found:
    """Time inverse dynamics and virtual IMUs of 16,384 samples, forward and backward.

    Parameters
    ----------
    threads
        CPU threads to use.
    repeats
        Timed repetitions.
    """
    del context
    found = measure(repeats, threads)
    line = (
        f"{found['samples']} samples, {threads} threads, float32: "
        f"forward and backward {found['median_ms']:.1f} ms (median of {repeats}; fastest {found['fastest_ms']:.1f} ms), "
        f"forward alone {found['forward_median_ms']:.1f} ms"
    )
    return Found(found, (line,))


def measure(repeats: int = 50, threads: int = 2, dtype: torch.dtype = torch.float32, seed: int = 0) -> dict[str, float | int]:
    """Time one training step's worth of physics: 16,384 samples of 64 different bodies.

    Kinematics, inverse dynamics under four contact forces and seven virtual IMUs are evaluated, and the
    gradient with respect to coordinates, speeds, accelerations and forces is taken.

    Parameters
    ----------
    repeats : timed repetitions, after three untimed ones.
    threads : CPU threads that torch may use during the measurement.
    dtype : floating type.
    seed : seed of the random motion.

    Returns
    -------
    dict with ``samples``, ``threads``, ``median_ms``, ``fastest_ms`` and ``forward_median_ms``.
    """
    threads_before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        return _measure(repeats, threads, dtype, torch.Generator().manual_seed(seed))
    finally:
        torch.set_num_threads(threads_before)


def _measure(repeats: int, threads: int, dtype: torch.dtype, generator: torch.Generator) -> dict[str, float | int]:
    masses = torch.linspace(50.0, 100.0, SEQUENCES).tolist()
    body = stack([build(mass, 1.5 + 0.005 * mass, dtype=dtype) for mass in masses]).with_time_axis()
    segments = tuple(range(len(body.skeleton.segments)))
    mounting = Mounting(segments, 0.5 * body.com, torch.zeros(SEQUENCES, 1, len(segments), dtype=dtype))
    shape = (SEQUENCES, SAMPLES_PER_SEQUENCE)

    def random(*trailing: int) -> torch.Tensor:
        return torch.randn(*shape, *trailing, generator=generator, dtype=dtype).requires_grad_()

    n = len(body.skeleton.coordinates)
    inputs = (random(n), random(n), random(n), random(len(body.skeleton.contacts), 2))

    def evaluate() -> torch.Tensor:
        q, qd, qdd, force = inputs
        motion = kinematics.forward(body, q, qd, qdd)
        torque = dynamics.inverse(body, motion, force)
        signals = read(motion, mounting)
        return torque.square().mean() + signals.acc.square().mean() + signals.gyro.square().mean()

    for _ in range(3):
        torch.autograd.grad(evaluate(), inputs)
    forward: list[float] = []
    both: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        loss = evaluate()
        forward.append(time.perf_counter() - start)
        torch.autograd.grad(loss, inputs)
        both.append(time.perf_counter() - start)
    return {
        "samples": SEQUENCES * SAMPLES_PER_SEQUENCE,
        "threads": threads,
        "median_ms": 1000.0 * statistics.median(both),
        "fastest_ms": 1000.0 * min(both),
        "forward_median_ms": 1000.0 * statistics.median(forward),
    }

"""How fast the physics is: inverse dynamics and virtual IMUs, forward and backward, in one batch, in the plane and in space."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch

from experiments.protocol import QUIET, Context, Found
from kinertia.bodies import GAIT2D, GAIT3D, Skeleton, build, stack
from kinertia.mechanics import dynamics, kinematics
from kinertia.mechanics.imu import Mounting, read

SEQUENCES = 64
"""Different people of a batch ..."""
SAMPLES_PER_SEQUENCE = 256
"""... and samples of each: 16,384 together, a training step's worth."""
SENSORS = tuple(range(7))
"""Segments with sensors: pelvis and both legs, the first seven of both bodies."""


def physics(threads: int = 2, repeats: int = 50, context: Context = QUIET) -> Found:
    """Time inverse dynamics and virtual IMUs of 16,384 samples, forward and backward, in the plane and in space.

    Parameters
    ----------
    threads
        CPU threads to use.
    repeats
        Timed repetitions, each of both bodies in turn.
    """
    del context
    found = measure(repeats, threads)
    lines = [f"{found['samples']} samples, {threads} threads, float32, {repeats} repeats of both in turn:"]
    lines += [
        f"{label}: forward and backward {found[f'{name}_median_ms']:.1f} ms (median; "
        f"fastest {found[f'{name}_fastest_ms']:.1f} ms), forward alone {found[f'{name}_forward_median_ms']:.1f} ms"
        for name, label in (
            ("plane", "gait2d, 9 coordinates, 7 sensors of 3 axes"),
            ("space", "gait3d, 21 coordinates, 7 sensors of 6 axes"),
        )
    ]
    lines.append(f"gait3d takes {found['ratio']:.1f} times as long as gait2d (fastest of each)")
    return Found(found, tuple(lines))


def measure(repeats: int = 50, threads: int = 2, dtype: torch.dtype = torch.float32, seed: int = 0) -> dict[str, float | int]:
    """Time one training step's worth of physics: 16,384 samples of 64 different bodies, planar and in space.

    Kinematics, inverse dynamics under the forces of all contact points and seven virtual IMUs are evaluated, and the
    gradient with respect to coordinates, speeds, accelerations and forces is taken.

    Parameters
    ----------
    repeats : timed repetitions, after three untimed ones; both bodies take turns, so that other work disturbs both alike.
    threads : CPU threads that torch may use during the measurement.
    dtype : floating type.
    seed : seed of the random motion.

    Returns
    -------
    dict with ``samples``, ``threads``, ``ratio`` of the fastest times, and for ``plane`` and ``space`` each
    ``_median_ms``, ``_fastest_ms`` and ``_forward_median_ms``.
    """
    threads_before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        clocks = {name: _Clock(*_problem(skeleton, dtype, seed)) for name, skeleton in (("plane", GAIT2D), ("space", GAIT3D))}
        for _ in range(3 + repeats):
            for clock in clocks.values():
                clock.run()
    finally:
        torch.set_num_threads(threads_before)
    found: dict[str, float | int] = {"samples": SEQUENCES * SAMPLES_PER_SEQUENCE, "threads": threads}
    for name, clock in clocks.items():
        both, forward = clock.both[3:], clock.forward[3:]
        found[f"{name}_median_ms"] = 1000.0 * statistics.median(both)
        found[f"{name}_fastest_ms"] = 1000.0 * min(both)
        found[f"{name}_forward_median_ms"] = 1000.0 * statistics.median(forward)
    return found | {"ratio": found["space_fastest_ms"] / found["plane_fastest_ms"]}


@dataclass
class _Clock:
    """Times [s] of evaluating a loss, and of its gradient as well."""

    loss: Callable[[], torch.Tensor]
    inputs: tuple[torch.Tensor, ...]
    forward: list[float] = field(default_factory=list)
    both: list[float] = field(default_factory=list)

    def run(self) -> None:
        start = time.perf_counter()
        loss = self.loss()
        self.forward.append(time.perf_counter() - start)
        torch.autograd.grad(loss, self.inputs)
        self.both.append(time.perf_counter() - start)


def _problem(skeleton: Skeleton, dtype: torch.dtype, seed: int) -> tuple[Callable[[], torch.Tensor], tuple[torch.Tensor, ...]]:
    """A loss of moments and sensor signals of random motion, and what it depends on."""
    generator = torch.Generator().manual_seed(seed)
    masses = torch.linspace(50.0, 100.0, SEQUENCES).tolist()
    bodies = [build(mass, 1.5 + 0.005 * mass, dtype=dtype, skeleton=skeleton) for mass in masses]
    body, worn = stack(bodies).with_time_axis(), len(SENSORS)
    upright = torch.zeros(SEQUENCES, 1, worn, dtype=dtype)
    frames = torch.eye(3, dtype=dtype).expand(SEQUENCES, 1, worn, 3, 3)
    mounting = Mounting(SENSORS, 0.5 * body.com[..., :worn, :], upright if skeleton.planar else frames)

    def random(*trailing: int) -> torch.Tensor:
        shape = (SEQUENCES, SAMPLES_PER_SEQUENCE, *trailing)
        return torch.randn(*shape, generator=generator, dtype=dtype).requires_grad_()

    n = len(skeleton.coordinates)
    inputs = (random(n), random(n), random(n), random(*body.contact_position.shape[-2:]))

    def evaluate() -> torch.Tensor:
        q, qd, qdd, force = inputs
        motion = kinematics.forward(body, q, qd, qdd)
        torque = dynamics.inverse(body, motion, force)
        signals = read(motion, mounting)
        return torque.square().mean() + signals.acc.square().mean() + signals.gyro.square().mean()

    return evaluate, inputs

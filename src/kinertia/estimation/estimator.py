"""Run a trained model over a recording."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy.interpolate import CubicSpline
from torch import Tensor

from kinertia.body import Body
from kinertia.estimation import events, landmarks
from kinertia.estimation.estimate import Estimate
from kinertia.learning import decode, differences, objective, prepare
from kinertia.learning.batch import Batch, Pool
from kinertia.learning.checkpoint import Model
from kinertia.learning.network import State, features
from kinertia.learning.sequence import Sequence
from kinertia.learning.training import fingerprint
from kinertia.physics import kinematics as kin
from kinertia.recording import SEGMENTS, Array, Recording

CHUNK = 6000
TRUSTED_RESIDUAL_BW = 0.10
WARM_UP_S = 0.5


@dataclass(frozen=True)
class _Track:
    """Time series at the model's rate, each (T, ...), in SI units."""

    q: Array
    generalized: Array
    force: Array
    contact: Array
    speed: Array
    virtual: Array
    points: dict[str, Array]


def _chunks(model: Model, batch: Batch) -> Iterator[tuple[Tensor, int, int]]:
    """Raw outputs with REACH samples of context on both sides, chunk by chunk, recurrent state carried on."""
    samples = batch.signals.shape[1]
    state: State = None
    held: Tensor | None = None
    whole = model.config.network.cell in ("bilstm", "tcn")
    size = samples if whole else CHUNK
    for start in range(0, samples, size):
        part = slice(start, min(start + size, samples))
        x = features(batch.signals[:, part], batch.present[:, part], batch.body, batch.position)
        raw, state = model.network(x, state)
        first, last = start == 0, part.stop == samples
        pad_front = raw[:, :1].expand(-1, differences.REACH, -1) if held is None else held
        pieces = [pad_front, raw] + ([raw[:, -1:].expand(-1, differences.REACH, -1)] if last else [])
        context = torch.cat(pieces, dim=1)
        held = context[:, -2 * differences.REACH :]
        stop = part.stop if last else part.stop - differences.REACH
        yield context, (0 if first else start - differences.REACH), stop


def _run(model: Model, sequence: Sequence, angle: Tensor) -> _Track:
    pool = Pool.of([sequence])
    batch = pool.gather(sequence.signals[None], sequence.present[None], torch.tensor([0]))
    body, mounting = batch.body.with_time_axis(), objective.mounting(batch.position, angle[None])
    parts: list[dict[str, Tensor]] = []
    with torch.inference_mode():
        for raw, _, _ in _chunks(model, batch):
            motion = decode.motion(raw, batch.body, model.config.rate_hz, model.config.network.formulation)
            result = objective.evaluate(motion, body, mounting)
            kinematics = kin.forward(body, motion.q, motion.qd, motion.qdd)
            generalized = result.generalized if motion.torque is None else result.generalized.clone()
            if motion.torque is not None:
                generalized[..., 3:] = motion.torque[..., 3:]
            found = {f"point.{k}": v for k, v in landmarks.positions(body, kinematics).items()}
            found |= {"q": motion.q, "generalized": generalized, "force": motion.force, "contact": result.contact.position}
            found |= {
                "speed": motion.qd[..., 0],
                "virtual": torch.cat([result.signals.acc, result.signals.gyro[..., None]], -1),
            }
            parts.append({k: v[0] for k, v in found.items()})
    joined = {k: torch.cat([p[k] for p in parts]).numpy().astype(np.float64) for k in parts[0]}
    points = {k.removeprefix("point."): v for k, v in joined.items() if k.startswith("point.")}
    named = {k: v for k, v in joined.items() if not k.startswith("point.")}
    return _Track(points=points, **named)


def _travel(track: _Track, rate_hz: float) -> Array:
    """Forward position of the pelvis [m]: the integral of speed (trapezoid)."""
    step = 0.5 * (track.speed[1:] + track.speed[:-1]) / rate_hz
    return np.concatenate([[0.0], np.cumsum(step)])


def _grf(force_bw: Array, body: Body) -> dict[str, Array]:
    sides = [c.side for c in body.skeleton.contacts]
    grf: dict[str, Array] = {}
    for side in ("r", "l"):
        of_side = [p for p, s in enumerate(sides) if s == side]
        grf[f"grf_x_{side}"] = force_bw[:, of_side, 0].sum(1)
        grf[f"grf_y_{side}"] = force_bw[:, of_side, 1].sum(1)
    return grf


def _cop(force_bw: Array, contact: Array, body: Body) -> dict[str, Array]:
    sides = [c.side for c in body.skeleton.contacts]
    cop: dict[str, Array] = {}
    for side in ("r", "l"):
        of_side = [p for p, s in enumerate(sides) if s == side]
        vertical = force_bw[:, of_side, 1]
        total = vertical.sum(1)
        centre = (vertical * contact[:, of_side, 0]).sum(1) / np.maximum(total, 1e-9)
        cop[side] = np.where(total > events.CONTACT_BW, centre, np.nan)
    return cop


def _warnings(recording: Recording, residual: Array) -> tuple[str, ...]:
    found = list(recording.warnings)
    found += [
        f"body {name} was not given; the default was used"
        for name in recording.subject.assumed
        if "default" not in " ".join(found)
    ]
    level = float(np.sqrt((residual[:, :2] ** 2).sum(1).mean()))
    if level > TRUSTED_RESIDUAL_BW:
        found.append(
            f"the estimated motion and forces disagree by {level:.2f} BW (RMS residual of the equations of motion); "
            "moments and ground reaction should not be trusted"
        )
    return tuple(found)


def _assemble(
    model: Model, recording: Recording, sequence: Sequence, track: _Track, sample: Callable[[Array], Array], method: str
) -> Estimate:
    body = sequence.body
    weight, moment_scale = float(body.weight), float(body.moment_scale)
    names = body.skeleton.coordinate_names
    travel = _travel(track, model.config.rate_hz)
    shift = np.stack([travel, np.zeros_like(travel)], axis=-1)
    q = track.q.copy()
    q[:, 0] = travel
    force = np.nan_to_num(track.force) / weight
    residual = sample(track.generalized[:, :3] / np.array([weight, weight, moment_scale]))
    grf = {k: sample(v) for k, v in _grf(force, body).items()}
    sampled_force, sampled_contact = sample(force), sample(track.contact + shift[:, None])
    used = [k for k, s in enumerate(SEGMENTS) if bool(sequence.present[:, k].any())]
    measured = sequence.signals.numpy().astype(np.float64)[: len(track.q), used]
    return Estimate(
        name=recording.name,
        method=method,
        rate_hz=recording.rate_hz,
        subject=recording.subject,
        coordinates={name: sample(q[:, j]) for j, name in enumerate(names)},
        moments={name: sample(track.generalized[:, j]) for j, name in enumerate(names) if j > 2},
        grf=grf,
        cop_x=_cop(sampled_force, sampled_contact, body),
        speed=sample(track.speed),
        points={k: sample(v + shift) for k, v in track.points.items()},
        root_residual=residual,
        imu_measured=sample(measured),
        imu_virtual=sample(track.virtual[:, used]),
        sensor_segments=tuple(SEGMENTS[k] for k in used),
        events=events.from_grf(grf, recording.rate_hz, recording.periodic),
        output_delay_s=differences.REACH / model.config.rate_hz,
        warnings=_warnings(recording, residual),
    )


def estimate(model: Model, recording: Recording, method: str = "sspinnpose") -> Estimate:
    """Estimate movement dynamics of a recording, at its own rate and length.

    Parameters
    ----------
    model : a trained model.
    recording : a recording in sensor or segment axes; truth in it is not read. A periodic cycle is
        repeated, and the last complete repetition is reported.
    method : name to write into the result.

    Returns
    -------
    Estimate. The value at a sample uses signals up to ``output_delay_s`` after it (causal cells).

    Raises
    ------
    RecordingError
        If the recording cannot be aligned or has no usable sensor.
    """
    begin = time.perf_counter()
    ready = prepare.to_segments(recording)
    rate = model.config.rate_hz
    if ready.periodic:
        cycles = prepare.lead_cycles(ready.duration_s)
        margin_s = (2 * differences.REACH + 1) / rate
        # tile length of training, so that a recording that was trained on is recognised
        known = model.angle_for(fingerprint(prepare.to_sequence(ready, model.config)))
        sequence = prepare.to_sequence(ready, model.config, (cycles + 1) * ready.duration_s + margin_s)
        wanted = cycles * ready.duration_s + ready.time_s
    else:
        sequence = prepare.to_sequence(ready, model.config)
        known = model.angle_for(fingerprint(sequence))
        wanted = ready.time_s
    track = _run(model, sequence, known)
    time_s = np.arange(len(track.q)) / rate

    def sample(x: Array) -> Array:
        if len(wanted) == len(time_s) and ready.rate_hz == rate:
            return x
        return np.asarray(CubicSpline(time_s, x, axis=0)(np.minimum(wanted, time_s[-1])))

    result = _assemble(model, ready, sequence, track, sample, method)
    return _with_seconds(result, time.perf_counter() - begin)


def _with_seconds(result: Estimate, seconds: float) -> Estimate:
    from dataclasses import replace

    return replace(result, seconds=seconds)

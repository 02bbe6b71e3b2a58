"""From series of motion and forces to an estimate: what every method that has a body ends with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from torch import Tensor

from kinertia.body import Body
from kinertia.estimation import events
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.track import Track
from kinertia.recording import SEGMENTS, Array, Recording

TRUSTED_RESIDUAL_BW = 0.10

Sampler = Callable[[Array], Array]
"""Brings a series (T, ...) from the track's time axis to the times at which values are wanted."""


def assemble(
    track: Track,
    body: Body,
    rate_hz: float,
    recording: Recording,
    method: str,
    measured: Array,
    used: list[int],
    sample: Sampler,
) -> Estimate:
    """An estimate of a recording.

    Parameters
    ----------
    track : motion and forces.
    body : the stated body; its mass and height scale forces and moments.
    rate_hz : sampling rate of the track [Hz].
    recording : gives name, rate and person; as many samples as ``sample`` returns.
    method : name to write into the result.
    measured : (T, K, 3) signals in segment frames at the wanted times, NaN where missing.
    used : the K segments with a sensor, indices into :data:`~kinertia.recording.SEGMENTS`.
    sample : see :data:`Sampler`.

    Returns
    -------
    Estimate with the recording's warnings and what the residual says; without delay and wall time.
    """
    weight, moment_scale = float(body.weight), float(body.moment_scale)
    q, generalized, force_bw = series(track.q), series(track.generalized), series(track.force) / weight
    speed = series(track.qd)[:, 0]
    q[:, 0] = _travel(speed, rate_hz)
    # contact points and landmarks are relative to the pelvis along x
    shift = np.stack([q[:, 0], np.zeros(len(q))], axis=-1)
    residual = sample(generalized[:, :3] / np.array([weight, weight, moment_scale]))
    grf = {k: sample(v) for k, v in side_forces(force_bw, body).items()}
    names = body.skeleton.coordinate_names
    return Estimate(
        name=recording.name,
        method=method,
        rate_hz=recording.rate_hz,
        subject=recording.subject,
        coordinates={name: sample(q[:, j]) for j, name in enumerate(names)},
        moments={name: sample(generalized[:, j]) for j, name in enumerate(names) if j > 2},
        grf=grf,
        cop_x=_centre_of_pressure(sample(force_bw), sample(series(track.contact) + shift[:, None]), body),
        speed=sample(speed),
        points={k: sample(series(v) + shift) for k, v in track.points.items()},
        root_residual=residual,
        imu_measured=measured,
        imu_virtual=sample(series(track.virtual)[:, used]),
        sensor_segments=tuple(SEGMENTS[k] for k in used),
        events=events.from_grf(grf, recording.rate_hz, recording.periodic),
        warnings=(*_subject_warnings(recording), *_residual_warnings(residual)),
    )


def series(x: Tensor) -> Array:
    """A tensor as a float64 array of its own."""
    return np.array(x.cpu().numpy(), dtype=np.float64)


def side_forces(force: Array, body: Body) -> dict[str, Array]:
    """``grf_x_r``, ``grf_y_r`` and the left ones, (...): sums over the contact points of each foot, (..., P, 2)."""
    sides = np.array([c.side for c in body.skeleton.contacts])
    return {
        f"grf_{axis}_{side}": force[..., sides == side, i].sum(-1) for side in ("r", "l") for i, axis in enumerate(("x", "y"))
    }


def _travel(speed: Array, rate_hz: float) -> Array:
    """Forward position of the pelvis [m]: the integral of speed (trapezoid)."""
    step = 0.5 * (speed[1:] + speed[:-1]) / rate_hz
    return np.concatenate([[0.0], np.cumsum(step)])


def _centre_of_pressure(force_bw: Array, contact: Array, body: Body) -> dict[str, Array]:
    sides = np.array([c.side for c in body.skeleton.contacts])
    found: dict[str, Array] = {}
    for side in ("r", "l"):
        vertical = force_bw[:, sides == side, 1]
        total = vertical.sum(1)
        centre = (vertical * contact[:, sides == side, 0]).sum(1) / np.maximum(total, 1e-9)
        found[side] = np.where(total > events.CONTACT_BW, centre, np.nan)
    return found


def _subject_warnings(recording: Recording) -> list[str]:
    found = list(recording.warnings)
    for name in recording.subject.assumed:
        quantity = f"body {name.partition('_')[0]}"
        if not any(warning.startswith(quantity) for warning in found):
            found.append(f"{quantity} not given: a default was used")
    return found


def _residual_warnings(residual: Array) -> list[str]:
    level = float(np.sqrt((residual[:, :2] ** 2).sum(1).mean()))
    if level <= TRUSTED_RESIDUAL_BW:
        return []
    return [
        f"the estimated motion and forces disagree by {level:.2f} BW (RMS residual of the equations of motion); "
        "moments and ground reaction should not be trusted"
    ]

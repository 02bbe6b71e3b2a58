"""Virtual recordings of measured motion, with how well their truth obeys the equations of motion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from experiments import motion_capture
from experiments.planar import consistent, replay, worn
from experiments.planar.replay import CONTACT_BW, Cycle
from experiments.planar.worn import TYPICAL, Wear
from experiments.protocol import Json
from kinertia.bodies import build
from kinertia.mechanics import sole
from kinertia.metrics.errors import rmsd
from kinertia.recording import Recording


@dataclass(frozen=True)
class Trial:
    """A virtual recording with its truth, and what the truth's own errors are (see :func:`consistency`)."""

    recording: Recording
    consistency: Json


def make(folder: Path, wear: Wear = TYPICAL, seed: int = 0) -> list[Trial]:
    """Virtual recordings of every movement in a folder.

    Parameters
    ----------
    folder : layout of :mod:`experiments.motion_capture`.
    wear : how the virtual sensors are worn.
    seed : draws their placement and noise.

    Raises
    ------
    RecordingError : a file cannot be used.
    """
    trials = []
    for index, capture in enumerate(motion_capture.read_folder(folder)):
        in_step, lag = consistent.align(capture)
        measured = replay.average(in_step)
        figures = consistency(measured, consistent.correct(measured)) | {"plates_lag_s": lag}
        trials.append(Trial(worn.of_capture(capture, wear, seed + index), figures))
    return trials


def consistency(measured: Cycle, cycle: Cycle) -> Json:
    """How well the truth obeys the equations of motion: the floor of what a method's error can mean.

    Parameters
    ----------
    measured : motion as it was measured.
    cycle : motion as it is used, with other hip path and trunk lean.

    Returns
    -------
    ``root`` : ``force_bw`` and ``moment_bwbh``, RMS over the cycle of what the true ground reaction leaves unexplained at the
    root; ``root_as_measured`` : before the correction; ``root_of_scaled_body`` : on the body that methods make from mass and
    height; ``hip_moved_m``, ``trunk_turned_deg`` : size of the correction, RMS about its mean; ``moments_bwbh`` : RMSD in
    percent between measured joint moments and those of the body by inverse dynamics, per joint, null where none were measured;
    ``stance_height_m``, ``stance_slip_m_s`` : RMS of height and speed of the loaded foot; ``force_gain`` : see
    :class:`~experiments.planar.replay.Cycle`; ``strides``.
    """
    phase = torch.arange(worn.SAMPLES, dtype=torch.float64) / worn.SAMPLES
    body = cycle.body
    scaled = build(body.total_mass, body.height, skeleton=body.skeleton)
    change = cycle.at(cycle.coordinates - measured.coordinates, phase)
    change = (change - change.mean(dim=0)).square().mean(dim=0)
    hip = [body.skeleton.coordinate_index(name) for name in ("pelvis_tx", "pelvis_ty")]
    height, slip = stance(cycle)
    own, theirs = worn.body_moments(cycle), worn.measured_moments(cycle)
    unit = 100.0 / float(body.moment_scale)
    return {
        "root": _root(cycle),
        "root_as_measured": _root(measured),
        "root_of_scaled_body": _root(replace(cycle, body=scaled)),
        "hip_moved_m": float(change[hip].sum().sqrt()),
        "trunk_turned_deg": float(np.degrees(float(change[body.skeleton.coordinate_index("lumbar_extension")]) ** 0.5)),
        "moments_bwbh": {name: unit * rmsd(own[name], theirs[name]) if name in theirs else None for name in own},
        "stance_height_m": height,
        "stance_slip_m_s": slip,
        "force_gain": cycle.force_gain,
        "strides": cycle.strides,
    }


def _root(cycle: Cycle) -> Json:
    phase = torch.arange(worn.SAMPLES, dtype=torch.float64) / worn.SAMPLES
    residual = replay.root_residual(cycle, phase).square().mean(dim=0)
    return {"force_bw": float(residual[:2].sum().sqrt()), "moment_bwbh": float(residual[2].sqrt())}


def stance(cycle: Cycle) -> tuple[float, float]:
    """How far the loaded foot is from resting on level ground.

    Returns
    -------
    RMS of the height of its lowest contact point about the mean [m], and of that point's forward speed [m/s].
    """
    moving = worn.sampled(cycle)
    points = sole.touch(cycle.body.with_time_axis(), moving.kinematics)
    heights, speeds = [], []
    for side, force in moving.force.items():
        mine = [i for i, contact in enumerate(cycle.body.skeleton.contacts) if contact.side == side]
        loaded = force[:, 1] > CONTACT_BW * cycle.body.weight
        height, lowest = points.position[loaded][:, mine, 1].min(dim=1)
        heights.append(height)
        speeds.append(points.velocity[loaded][:, mine, 0].gather(1, lowest[:, None])[:, 0])
    return float(torch.cat(heights).std(correction=0)), float(torch.cat(speeds).square().mean().sqrt())

"""Virtual sensors on measured motion: recordings with exact truth that obeys the equations of motion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from kinertia.bodies import build
from kinertia.io import motion_capture
from kinertia.metrics.errors import rmsd
from kinertia.recording import Recording
from kinertia.recording.motion_capture import MotionCapture
from kinertia.simulation import clocks, consistent, replay, worn
from kinertia.simulation.replay import Cycle
from kinertia.simulation.worn import TYPICAL, Wear

Json = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """A virtual recording with its truth, and what the truth's own errors are (see :func:`consistency`)."""

    recording: Recording
    consistency: Json


def make(folder: Path, wear: Wear = TYPICAL, seed: int = 0) -> list[Trial]:
    """Virtual recordings of every movement in a folder.

    Parameters
    ----------
    folder : layout of :mod:`kinertia.io.motion_capture`.
    wear : how the virtual sensors are worn.
    seed : draws their placement and noise.

    Raises
    ------
    RecordingError : a file cannot be used.
    """
    return [of_capture(capture, wear, seed + index) for index, capture in enumerate(motion_capture.read_folder(folder))]


def of_capture(capture: MotionCapture, wear: Wear, seed: int) -> Trial:
    """Virtual recording of one movement; parameters as for :func:`make`."""
    in_step, lag = clocks.align(capture)
    measured = replay.average(in_step)
    cycle = consistent.correct(measured)
    recording = worn.record(cycle, capture.name, capture.subject, wear, seed)
    figures = consistency(measured, cycle) | {"plates_lag_s": lag}
    return Trial(replace(recording, source=capture.source, warnings=capture.warnings), figures)


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
    :class:`~kinertia.simulation.replay.Cycle`; ``strides``.
    """
    phase = torch.arange(worn.SAMPLES, dtype=torch.float64) / worn.SAMPLES
    body = cycle.body
    scaled = build(body.total_mass, body.height, skeleton=body.skeleton)
    change = cycle.at(cycle.coordinates - measured.coordinates, phase)
    change = (change - change.mean(dim=0)).square().mean(dim=0)
    hip = [body.skeleton.coordinate_index(name) for name in ("pelvis_tx", "pelvis_ty")]
    height, slip = worn.stance(cycle)
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

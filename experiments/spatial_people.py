"""People whose motion in space was measured, as recordings of virtual sensors: who there is, and who may be looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from experiments import motion_capture
from experiments.captured import MotionCapture
from experiments.planar import consistent
from experiments.protocol import Json
from experiments.spatial import consistent as spatial_consistent
from experiments.spatial import movement as spatial
from experiments.spatial import worn as spatial_worn
from experiments.spatial.movement import Movement
from kinertia import opensim
from kinertia.metrics.errors import rmsd
from kinertia.opensim import Imported
from kinertia.recording import Frame, Recording
from kinertia.sensing import measurement
from kinertia.sensing.measurement import Realism

DEVELOPMENT = ("walking_arnold", "walking_moco", "running_hamner", "emg_walking_ceinms")
"""Sets of motion capture that settings may be chosen by."""
JUDGES = ("mixed_opencap", "running3d_biomac")
"""Sets that nothing is chosen by."""
RUNNING = ("running_hamner", "running3d_biomac")
GENERIC = "models/gait2392_thelen2003muscle.osim"
"""Model of those who came without their own, made as long as their legs."""
GENERIC_HEIGHT_M = 1.80
PHASES = 100

VARIANTS: dict[str, tuple[str, ...]] = {
    "as worn": (),
    "no mounting errors": ("mounting",),
    "no tissue": ("tissue",),
    "no noise, bias, scale": ("electronics",),
    "in the plane": ("plane",),
    "ideal sensors": ("mounting", "tissue", "electronics"),
    "ideal, in the plane": ("mounting", "tissue", "electronics", "plane"),
}
"""What is left out, by name; the first leaves out nothing."""


@dataclass(frozen=True)
class Captured:
    """A measured movement as it is worn.

    Attributes
    ----------
    name : ``<person>_<trial>``.
    capture : as it was read.
    movement : what sensors are put on: the mean stride, or strides in a row.
    stride : the mean stride.
    consistency : how far the truth is from obeying the equations of motion (:func:`consistency`).
    """

    name: str
    capture: MotionCapture
    movement: Movement
    stride: Movement
    consistency: Json

    @property
    def person(self) -> str:
        return self.name.partition("_")[0]


def read(data: Path, name: str, seconds: float) -> list[Captured]:
    """The movements of a set of motion capture, made to explain their plates.

    Parameters
    ----------
    data : folder of the sets.
    name : of the set.
    seconds : of movements that have several times this: so many seconds in a row; of others the mean stride.

    Raises
    ------
    RecordingError : a file cannot be used.
    """
    return [captured(capture, data, seconds) for capture in motion_capture.read_folder(data / name)]


def captured(capture: MotionCapture, data: Path, seconds: float) -> Captured:
    """One movement; arguments as for :func:`read`."""
    body = _body(capture, data)
    in_step, lag = consistent.align(capture)
    measured = spatial.mean_stride(in_step, body)
    stride = spatial_consistent.correct(measured)
    movement = stride
    if capture.samples / capture.rate_hz > 2.0 * seconds:
        movement = spatial_consistent.correct(spatial.in_a_row(in_step, body, seconds))
    figures = consistency(measured, movement) | {"plates_lag_s": lag}
    return Captured(capture.name, capture, movement, stride, figures)


def _body(capture: MotionCapture, data: Path) -> Imported:
    subject, geometry = capture.subject, capture.geometry
    if capture.model:
        return opensim.load(capture.model, subject.height_m, unlocked=True)
    imported = opensim.load(data / GENERIC, GENERIC_HEIGHT_M, unlocked=True)
    joints = spatial_worn.proximal_joints(imported)
    legs = sum(spatial_worn.length(imported, joints, segment) for segment in ("femur_r", "tibia_r"))
    scaled = opensim.scaled(imported, (geometry.thigh + geometry.shank) / legs, subject.mass_kg)
    return replace(scaled, body=replace(scaled.body, height=torch.tensor(subject.height_m, dtype=torch.float64)))


def consistency(measured: Movement, used: Movement) -> Json:
    """How well the truth obeys the equations of motion.

    Returns
    -------
    ``root`` and ``root_as_measured``: RMS force [BW] and moment [BWBH] that the plates leave unexplained, of the movement as
    used and of the mean stride as measured; ``pelvis_moved_m``: RMS of the change of its path; ``moments_bwbh``: RMSD in
    percent between measured joint moments and those used, null where none were measured; ``jump_deg``, ``force_gain``,
    ``strides``.
    """
    phase = torch.arange(PHASES, dtype=torch.float64) / PHASES
    whole = torch.arange(PHASES * (1 if used.repeats else used.strides), dtype=torch.float64)
    residuals = {"root": (used, whole / len(whole)), "root_as_measured": (measured, phase)}
    found: Json = {}
    for name, (movement, at) in residuals.items():
        square = spatial_consistent.root_residual(movement, at).square().mean(dim=0)
        found[name] = {"force_bw": float(square[:3].sum().sqrt()), "moment_bwbh": float(square[3:].sum().sqrt())}
    moments = None
    if used.repeats:
        own, unit = spatial.sample(used, phase).generalized, 100.0 / float(used.imported.body.moment_scale)
        signs = spatial.signs(used, tuple(used.moments))
        moments = {
            name: unit * rmsd((sign * own[:, used.index(name)]).numpy(), used.at(used.moments[name][None], phase)[:, 0].numpy())
            for name, sign in signs.items()
        }
        change = [used.index(name) for name in spatial.PELVIS]
        moved = used.at(used.coordinates[change] - measured.coordinates[change], phase)
        found["pelvis_moved_m"] = float((moved - moved.mean(dim=0)).square().mean(dim=0).sum().sqrt())
    return found | {
        "moments_bwbh": moments or None,
        "jump_deg": float(np.degrees(used.jump_rad)),
        "force_gain": used.force_gain,
        "strides": used.strides,
    }


def worn(one: Captured, seed: int, variant: str, aligned: bool = False) -> Recording:
    """The recording of a movement by sensors as its wearer put them on for this seed.

    Parameters
    ----------
    variant : of :data:`VARIANTS`.
    aligned : in the sensors' own axes, so that the product's alignment finds those of the segments.
    """
    left_out = VARIANTS[variant]
    realism = spatial_worn.AS_WORN
    for part in left_out:
        realism = replace(realism, **spatial_worn.WITHOUT.get(part, {}))
    movement = spatial.flattened(one.movement) if "plane" in left_out else one.movement
    recording = _recorded(one, movement, realism, seed)
    return replace(recording, frame=Frame.SENSOR) if aligned else recording


def reference(one: Captured) -> Recording:
    """The mean stride without errors: a person's curves."""
    return _recorded(one, one.stride, measurement.IDEAL, 0)


def _recorded(one: Captured, movement: Movement, realism: Realism, seed: int) -> Recording:
    capture = one.capture
    # whoever wears the sensors wears them alike in all their recordings
    wearing = np.random.default_rng([seed, *one.person.encode()])
    noise = np.random.default_rng([seed, *one.name.encode()])
    made = spatial_worn.record(movement, one.name, capture.subject, realism, wearing, noise)
    return replace(made, source=capture.source, warnings=capture.warnings)

"""Judge: measured walks through our files: moments agree with OpenSim's inverse dynamics tool, where its wheel is installed."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch

from experiments import motion_capture
from experiments.spatial import movement as moving
from experiments.spatial.movement import LEGS, Movement
from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import Estimate
from kinertia.io import force_plates, write_opensim
from kinertia.io import opensim as storage
from kinertia.mechanics import dynamics
from kinertia.opensim import load
from kinertia.recording import GRAVITY, Subject

osim = pytest.importorskip("opensim", reason="the opensim wheel is not installed")

WALKS = {
    "walking_moco": ("walking_moco", ""),
    "walking_arnold": ("walking_arnold", ""),
    "emg_walking_ceinms": ("emg_walking_ceinms", "models/gait2392_thelen2003muscle.osim"),
}
RATE_HZ = 400.0
EDGE = 40  # samples at either end, where splines through samples are not those of the series
LEAST_N = 30.0  # of a vertical force that has a centre of pressure
ANKLE, STRAIGHT, CURVED = 3e-4, 1e-3, 2e-2
"""Difference over the largest moment of a joint: of ankles, of hips and knees in a model with plain hinges, and where knees
turn about three axes and carry a patella (test_against_opensim.py)."""


def _walk(data: Path, name: str) -> tuple[Movement, Path]:
    folder, own = WALKS[name]
    capture = motion_capture.read_folder(data / folder)[0]
    model = data / own if own else Path(capture.model)
    return moving.mean_stride(capture, load(model, unlocked=True)), model


def _dependent(movement: Movement) -> dict[str, tuple[str, float]]:
    """Coordinates that follow another: which, and by how much. Couplers in these models are straight lines."""
    known = movement.imported.model.coordinates
    return {
        c.name: (c.follows, float(c.curve(1.0) - c.curve(0.0))) for c in known if c.follows is not None and c.curve is not None
    }


def _written(movement: Movement, now: moving.Moving, folder: Path, moments: dict[str, np.ndarray], **more: object) -> Estimate:
    """An estimate of the movement in our signs, written as OpenSim's files."""
    names, sign = movement.names, moving.signs(movement, movement.names)
    q = {name: now.q[:, k].numpy() * sign[name] for k, name in enumerate(names)}
    known = {c.name: c for c in movement.imported.model.coordinates}
    for name, (other, _) in _dependent(movement).items():
        curve = known[name].curve
        assert curve is not None
        values = np.array([float(curve(value)) for value in q[other] * sign[other]])
        # OpenSim takes degrees for what they are where a coordinate is a rotation alone, which that of a patella is not
        q[name] = np.deg2rad(values) * moving.signs(movement, (name,))[name]
    subject = Subject(float(movement.imported.body.weight) / GRAVITY, 1.75)
    estimate = Estimate("walk", "test", RATE_HZ, subject, q, moments, **more)  # type: ignore[arg-type]
    positive = moving.flexes_positive(movement.imported)
    write_opensim.write(folder, estimate, knee=Knee.FLEXION if positive else Knee.OPENSIM)
    return estimate


def _of_tool(movement: Movement, model: Path, folder: Path, loads: Path, samples: int) -> dict[str, np.ndarray]:
    """Moments of the legs that the inverse dynamics tool finds for the files of a folder, in our signs."""
    osim.Logger.setLevelString("Off")
    bare = osim.Model(str(model))
    bare.updForceSet().clearAndDestroy()  # springs, bushings and contact, which bodies do not have
    bare.updConstraintSet().clearAndDestroy()  # what follows another coordinate stands in the file
    for k in range(bare.getCoordinateSet().getSize()):
        bare.updCoordinateSet().get(k).set_locked(False)
    bare.finalizeConnections()
    bare.printToXML(str(folder / "model.osim"))
    tool = osim.InverseDynamicsTool()
    tool.setModelFileName(str(folder / "model.osim"))
    tool.setCoordinatesFileName(str(folder / "walk_coordinates.mot"))
    tool.setExternalLoadsFileName(str(loads))
    tool.setLowpassCutoffFrequency(-1.0)
    tool.setStartTime(0.0)
    tool.setEndTime((samples - 1) / RATE_HZ)
    tool.setResultsDir(str(folder))
    tool.setOutputGenForceFileName("found.sto")
    assert tool.run()
    found = storage.read(folder / "found.sto", in_degrees=False).columns
    moments = {name: found[f"{name}_moment"] for name in LEGS}
    for name, (other, slope) in _dependent(movement).items():
        if other in moments and f"{name}_moment" in found:
            moments[other] = moments[other] + slope * found[f"{name}_moment"]
    sign = moving.signs(movement, tuple(LEGS))
    return {name: values * sign[name] for name, values in moments.items()}


def _largest(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> dict[str, float]:
    inner = slice(EDGE, -EDGE)
    return {name: float(np.abs(ours[name] - theirs[name])[inner].max() / np.abs(theirs[name][inner]).max()) for name in LEGS}


def _agree(found: dict[str, float], name: str) -> None:
    limit = STRAIGHT if name == "emg_walking_ceinms" else CURVED
    assert max(found[ankle] for ankle in LEGS if ankle.startswith("ankle")) <= ANKLE, found
    assert max(found.values()) <= limit, found


def _moments(movement: Movement, generalized: torch.Tensor) -> dict[str, np.ndarray]:
    sign = moving.signs(movement, tuple(LEGS))
    return {name: generalized[:, movement.index(name)].numpy() * sign[name] for name in LEGS}


def _phase(movement: Movement) -> torch.Tensor:
    return torch.arange(int(1.1 * movement.period_s * RATE_HZ), dtype=torch.float64) / (RATE_HZ * movement.period_s)


@pytest.mark.data
@pytest.mark.parametrize("name", WALKS)
def test_a_sagittal_estimate_with_all_of_its_files(name: str, shared_data: Path, tmp_path: Path) -> None:
    movement, model = _walk(shared_data, name)
    movement = moving.flattened(movement)
    now = moving.sample(movement, _phase(movement))
    body, coupling = movement.imported.body, movement.imported.coupling
    needed = dynamics.inertia_forces(body, now.kinematics)
    weight, grf, cop = float(body.weight), {}, {}
    hip = now.q[:, [movement.index(name) for name in moving.PELVIS]]
    for side, coefficients in movement.wrench.items():
        wrench = movement.at(coefficients, _phase(movement))
        pressed = (wrench[:, 1] > LEAST_N).to(wrench)
        force = wrench[:, :3] * pressed[:, None]
        # M_z = (p_x - h_x) F_y + h_y F_x about the pelvis, of a force on the floor
        at = hip[:, 0] + (wrench[:, 5] - hip[:, 1] * wrench[:, 0]) / torch.clamp(wrench[:, 1], min=LEAST_N)
        point = torch.stack([at, 0.0 * at, 0.0 * at], dim=-1)
        foot = body.skeleton.segment_index(f"{moving.FOOT}_{side}")
        needed = needed - dynamics.external_forces(body, now.kinematics, (foot,), point[:, None], force[:, None])
        grf |= {f"grf_{axis}_{side}": (force[:, k] / weight).numpy() for k, axis in enumerate("xy")}
        cop[side] = torch.where(pressed > 0, at, torch.nan).numpy()
    ours = _moments(movement, coupling.project(now.q, needed))
    _written(movement, now, tmp_path, ours, grf=grf, cop_x=cop)
    theirs = _of_tool(movement, model, tmp_path, tmp_path / "walk_external_loads.xml", len(now.q))
    found = _largest(ours, theirs)
    _agree(found, name)

    # its own readers find in the files what we wrote
    moments = osim.TimeSeriesTable(str(tmp_path / "walk_moments.sto"))
    knees = moving.signs(movement, ("knee_angle_r",))["knee_angle_r"]
    np.testing.assert_allclose(
        moments.getDependentColumn("knee_angle_r_moment").to_numpy(), knees * ours["knee_angle_r"], atol=1e-6
    )
    forces = osim.TimeSeriesTable(str(tmp_path / "walk_grf.mot"))
    assert forces.getTableMetaDataString("inDegrees") == "no"
    ours_back, _ = force_plates.feet(storage.read(tmp_path / "walk_grf.mot"))
    np.testing.assert_allclose(forces.getDependentColumn("ground_force_r_vy").to_numpy(), ours_back["r"]["vy"], atol=1e-6)


@pytest.mark.data
@pytest.mark.parametrize("name", WALKS)
def test_a_walk_in_space(name: str, shared_data: Path, tmp_path: Path) -> None:
    movement, model = _walk(shared_data, name)
    phase = _phase(movement)
    now = moving.sample(movement, phase)
    ours = _moments(movement, now.generalized)
    _written(movement, now, tmp_path, ours)
    hip = now.q[:, [movement.index(name) for name in moving.PELVIS]]
    columns, loads = {"time": phase * movement.period_s}, ElementTree.Element("OpenSimDocument", Version="40000")
    objects = ElementTree.SubElement(ElementTree.SubElement(loads, "ExternalLoads", name="loads"), "objects")
    for side, coefficients in movement.wrench.items():  # the force as if at the pelvis, and the moment about its origin
        wrench = movement.at(coefficients, phase)
        columns |= {
            f"{side}_{what}{a}": v[:, k]
            for what, v in zip("vpm", (wrench[:, :3], hip, wrench[:, 3:]), strict=True)
            for k, a in enumerate("xyz")
        }
        force = ElementTree.SubElement(objects, "ExternalForce", name=side)
        about = {
            "applied_to_body": f"{moving.FOOT}_{side}",
            "force_expressed_in_body": "ground",
            "point_expressed_in_body": "ground",
        }
        about |= {f"{key}_identifier": f"{side}_{what}" for key, what in (("force", "v"), ("point", "p"), ("torque", "m"))}
        for tag, text in about.items():
            ElementTree.SubElement(force, tag).text = text
    header = f"loads\nversion=1\nnRows={len(phase)}\nnColumns={len(columns)}\ninDegrees=no\nendheader\n" + "\t".join(columns)
    np.savetxt(
        tmp_path / "loads.mot", torch.stack(list(columns.values()), dim=-1).numpy(), "%.9f", "\t", header=header, comments=""
    )
    ElementTree.SubElement(loads[0], "datafile").text = str(tmp_path / "loads.mot")
    ElementTree.ElementTree(loads).write(tmp_path / "loads.xml")
    found = _largest(ours, _of_tool(movement, model, tmp_path, tmp_path / "loads.xml", len(now.q)))
    _agree(found, name)

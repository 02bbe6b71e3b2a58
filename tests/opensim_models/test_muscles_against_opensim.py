"""Judge: muscles of imported models against OpenSim itself, where its wheel is installed: lengths, arms, curves, forces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from kinertia.muscles import curves
from kinertia.muscles.fibres import rigid
from kinertia.opensim import load
from kinertia.opensim.muscle_paths import lengths
from kinertia.opensim.muscle_set import muscle_set

osim = pytest.importorskip("opensim", reason="the opensim wheel is not installed")

GAIT_DEG = {
    "hip_flexion": (-25.0, 45.0),
    "hip_adduction": (-15.0, 15.0),
    "hip_rotation": (-15.0, 15.0),
    "knee_angle": (-75.0, 5.0),
    "ankle_angle": (-30.0, 25.0),
    "subtalar_angle": (-15.0, 15.0),
    "mtp_angle": (-30.0, 30.0),
}
STATES = 40


def test_curves_are_those_of_opensim() -> None:
    made, x = curves.millard({}), np.linspace(0.4, 2.0, 400)
    active = osim.ActiveForceLengthCurve()
    active.setMinValue(0.0)
    for table, theirs, at, shift in (
        (made.active, active, x, 0.0),
        (made.passive, osim.FiberForceLengthCurve(), x, 0.0),
        (made.velocity, osim.ForceVelocityCurve(), x - 1.2, 0.0),
        (made.tendon, osim.TendonForceLengthCurve(), 0.05 * (x - 0.5), 1.0),
    ):
        wanted = [theirs.calcValue(float(v) + shift) for v in at]
        np.testing.assert_allclose(table(at[:, None])[0][:, 0], wanted, atol=2e-4)


@pytest.mark.data
@pytest.mark.parametrize("name", ["muscles_gait10dof18/subject01.osim", "models/gait2392_thelen2003muscle.osim"])
def test_lengths_arms_and_forces_of_imported_muscles(name: str, shared_data: Path) -> None:
    imported = load(shared_data / name)
    muscles = muscle_set(imported)
    draw = np.random.default_rng(0)
    low, high = np.radians([GAIT_DEG[c] for c in muscles.coordinates]).T
    q = draw.uniform(low, high, (STATES, len(low)))
    qd = draw.normal(0.0, 2.0, q.shape)
    osim.Logger.setLevelString("Off")
    model = osim.Model(str(shared_data / name))
    state = model.initSystem()
    coordinates = [model.getCoordinateSet().get(f"{c}_r") for c in muscles.coordinates]
    theirs = [model.getMuscles().get(f"{m}_r") for m in muscles.names]
    length, active, speed = (np.zeros((STATES, len(theirs))) for _ in range(3))
    arms = np.zeros((STATES, len(theirs), len(low)))
    for t in range(STATES):
        for k, coordinate in enumerate(coordinates):
            coordinate.setValue(state, q[t, k], False)
            coordinate.setSpeedValue(state, qd[t, k])
        model.realizeVelocity(state)
        for m, muscle in enumerate(theirs):
            length[t, m], speed[t, m] = muscle.getLength(state), muscle.getLengtheningSpeed(state)
            active[t, m] = muscle.calcInextensibleTendonActiveFiberForce(state, 1.0)
            arms[t, m] = [muscle.getPath().computeMomentArm(state, c) for c in coordinates]
    whole = torch.zeros(STATES, len(imported.coupling.independent), dtype=torch.float64)
    for k, c in enumerate(muscles.coordinates):
        whole[:, imported.coupling.independent.index(f"{c}_r")] = torch.as_tensor(q[:, k])
    paths = {m.name: m for m in imported.model.muscles}
    along_points = lengths(imported, [paths[f"{m}_r"] for m in muscles.names], whole)
    np.testing.assert_allclose(along_points.numpy(), length, atol=1e-9)
    found, turned = muscles.paths(q)
    # 2 mm RMS of each muscle is what is asked for
    assert np.sqrt(np.mean((found - length) ** 2, 0)).max() < 0.7e-3
    assert np.sqrt(np.mean((turned - arms) ** 2, 0)).max() < 2e-3
    rate = -(turned @ qd[..., None])[..., 0]
    assert np.sqrt(np.mean((rate - speed) ** 2)) < 1.5e-3
    fibres = rigid(muscles, found, rate)
    if osim.Thelen2003Muscle.safeDownCast(theirs[0]) is None:
        active *= fibres.cosine  # Millard's is along the fibre
    # shorter fibres are held at a least length, which differs
    wrong = np.where(fibres.length > 0.5, (fibres.active - active) / muscles.max_force, 0.0)
    assert np.sqrt(np.mean(wrong**2, 0)).max() < 0.02

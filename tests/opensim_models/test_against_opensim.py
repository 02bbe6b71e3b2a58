"""Judge: imported models against OpenSim itself, where its wheel is installed: inverse dynamics, places, masses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from kinertia.mechanics import dynamics, kinematics
from kinertia.opensim import load

osim = pytest.importorskip("opensim", reason="the opensim wheel is not installed")

MODELS = (
    "models/gait2392_thelen2003muscle.osim",
    "models/Rajagopal2016.osim",
    "muscles_gait10dof18/subject01.osim",
    "mixed_opencap/model.osim",
    "running3d_biomac/P02.osim",
    "running_hamner/model.osim",
    *(f"walking_arnold/{person}/{person}.osim" for person in ("subject01", "subject02", "subject04")),
    "walking_moco/subject_walk_scaled.osim",
)
CURVED_KNEES = ("models/Rajagopal2016.osim", "mixed_opencap", "walking_arnold", "walking_moco")
"""Models whose knee turns about three axes through curves of one coordinate: OpenSim's forces that grow with speed then leave
its own power balance by as much as they differ from these (tests/opensim_models/test_tree.py: power is balanced here)."""
STATES = 6
TOLERANCE = 1e-9
TOLERANCE_CURVED = 3e-4


def _differences(path: Path) -> np.ndarray:
    """Largest difference of inverse dynamics over the largest force, of each state; places agree to 1e-9 m."""
    imported = load(path, unlocked=True)
    coupling, body = imported.coupling, imported.body
    draw = np.random.default_rng(0)
    q, qd, qdd = (torch.as_tensor(s * draw.uniform(-1.0, 1.0, (STATES, len(coupling.independent)))) for s in (0.5, 3.0, 30.0))
    qd[: STATES // 2] = 0.0
    motion = kinematics.forward(body, *coupling.expand(q, qd, qdd))
    ours = coupling.project(q, dynamics.inertia_forces(body, motion)).numpy()
    known = {c.name: c for c in imported.model.coordinates}

    osim.Logger.setLevelString("Off")
    model = osim.Model(str(path))
    model.updForceSet().clearAndDestroy()
    state = model.initSystem()
    constraints = model.getConstraintSet()
    for k in range(constraints.getSize()):
        constraints.get(k).setIsEnforced(state, False)
    coordinates = [model.getCoordinateSet().get(k) for k in range(model.getCoordinateSet().getSize())]
    for coordinate in coordinates:
        coordinate.setLocked(state, False)
        coordinate.setClamped(state, False)
    # the order of OpenSim's generalized speeds: by body, then within its joint
    coordinates.sort(key=lambda c: (int(c.getBodyIndex()), c.getMobilizerQIndex()))
    names = [c.getName() for c in coordinates]
    solver, difference = osim.InverseDynamicsSolver(model), np.zeros(STATES)
    for t in range(STATES):
        values = {n: (q[t, k].item(), qd[t, k].item(), qdd[t, k].item()) for k, n in enumerate(coupling.independent)}
        slope: dict[str, tuple[str, float]] = {n: (n, 1.0) for n in coupling.independent}
        for c in known.values():
            if c.follows is not None and c.curve is not None:
                value, step = values[c.follows], 1e-4
                rate = float(c.curve(value[0] + step) - c.curve(value[0] - step)) / (2.0 * step)
                # couplers in these models are straight lines
                values[c.name] = (float(c.curve(value[0])), rate * value[1], rate * value[2])
                slope[c.name] = (c.follows, rate)
        acceleration = osim.Vector(len(names), 0.0)
        for k, n in enumerate(names):
            coordinate = model.getCoordinateSet().get(n)
            coordinate.setValue(state, values[n][0], False)
            coordinate.setSpeedValue(state, values[n][1])
            acceleration[k] = values[n][2]
        found = solver.solve(state, acceleration)
        theirs = np.zeros(len(coupling.independent))
        for k, n in enumerate(names):
            independent, share = slope[n]
            theirs[coupling.independent.index(independent)] += share * found[k]
        difference[t] = np.abs(ours[t] - theirs).max() / np.abs(theirs).max()
        model.realizePosition(state)
        for part in imported.model.bodies:
            at = np.array([0.05, -0.1, 0.02])
            segment, local = imported.point(part.name, at)
            here = kinematics.positions(motion, (segment,), local[None])[t, 0].numpy()
            there = model.getBodySet().get(part.name).findStationLocationInGround(state, osim.Vec3(*at.tolist())).to_numpy()
            np.testing.assert_allclose(here, there, atol=1e-9)
    return difference


@pytest.mark.data
@pytest.mark.parametrize("name", MODELS)
def test_inverse_dynamics_and_places_of_an_imported_model(name: str, shared_data: Path) -> None:
    difference = _differences(shared_data / name)
    assert difference[: STATES // 2].max() <= TOLERANCE
    assert difference[STATES // 2 :].max() <= (TOLERANCE_CURVED if name.startswith(CURVED_KNEES) else TOLERANCE)

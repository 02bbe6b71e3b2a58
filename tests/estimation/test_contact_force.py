"""Contact forces of joints: a leg derived with sympy, a leg at rest, an estimate and its files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import sympy as sp

import kinertia as ki
from kinertia.bodies import gait2d
from kinertia.estimation.contact_force import COM, MASSES, contact_forces
from kinertia.io import write_opensim, write_table
from kinertia.recording import GRAVITY, Recording

RATE_HZ, MASS = 500.0, 70.0


def test_forces_are_those_of_a_leg_that_is_derived_symbolically() -> None:
    """Momentum of what is distal of each joint, differentiated in closed form; muscles along the bones."""
    t = sp.symbols("t")
    hip = sp.Matrix([1.2 * t, 0.9 + 0.02 * sp.sin(6 * t)])
    thigh, shank = 0.4 * sp.sin(5 * t), 0.4 * sp.sin(5 * t) - 0.5 + 0.4 * sp.cos(4 * t)
    down = lambda angle: sp.Matrix([sp.sin(angle), -sp.cos(angle)])  # noqa: E731
    knee = hip + 0.44 * down(thigh)
    ankle = knee + 0.43 * down(shank)
    heel, toe = ankle + sp.Matrix([-0.06, -0.07]), ankle + sp.Matrix([0.2, -0.07])
    places = {"hip": hip, "knee_r": knee, "ankle_r": ankle, "heel_r": heel, "toe_r": toe}
    time_s = np.arange(300) / RATE_HZ
    points = {name: np.array(sp.lambdify(t, x.T, "numpy")(time_s)[0]).T for name, x in places.items()}
    ground, pulls = np.array([30.0, 600.0]) * np.ones((300, 1)), np.array([900.0, 1500.0, 2000.0]) * np.ones((300, 1))
    found = contact_forces(points, ground, pulls, MASS, RATE_HZ, "r")
    centres = {
        "hip": (0.1, hip + 0.433 * (knee - hip)),
        "knee": (0.0465, knee + 0.433 * (ankle - knee)),
        "ankle": (0.0145, (heel + toe) / 2),
    }
    momentum = sp.zeros(2, 1)
    for k, joint in reversed(list(enumerate(centres))):
        part, at = centres[joint]
        momentum += MASS * part * (at.diff(t) + sp.Matrix([0, GRAVITY * t]))
        bone = -down(thigh if joint == "hip" else shank)
        wanted = momentum.diff(t) - sp.Matrix([30, 600]) - pulls[0, k] * bone
        exact = np.array(sp.lambdify(t, wanted.T, "numpy")(time_s)[0]).T
        np.testing.assert_allclose(found[f"{joint}_r"][5:-5], exact[5:-5], atol=0.1)


def test_a_leg_at_rest_carries_what_stands_on_it() -> None:
    at = {"hip": (0.0, 0.9), "knee_l": (0.0, 0.5), "ankle_l": (0.0, 0.1), "heel_l": (-0.05, 0.0), "toe_l": (0.2, 0.0)}
    points = {name: np.tile(xy, (20, 1)) for name, xy in at.items()}
    ground = np.tile([0.0, MASS * GRAVITY], (20, 1))
    found = contact_forces(points, ground, np.full((20, 3), 500.0), MASS, 100.0, "l")
    # all but the leg's own weight, and muscles
    for k, joint in enumerate(("hip", "knee", "ankle")):
        expected = -(1.0 - sum(MASSES[k:])) * MASS * GRAVITY - 500.0
        np.testing.assert_allclose(found[f"{joint}_l"], np.tile([0.0, expected], (20, 1)), atol=1e-9)
    assert (gait2d.THIGH.mass, gait2d.SHANK.mass, gait2d.FOOT.mass) == MASSES
    assert gait2d.LEG_COM == -COM


def test_an_estimate_has_them_and_marks_what_muscles_lack(walk: Recording, tmp_path: Path) -> None:
    found = ki.estimate(walk, muscles=True)
    weight = found.subject.mass_kg * GRAVITY
    for name, least, most in (("hip_r", 2.0, 8.0), ("knee_l", 2.0, 7.0), ("ankle_r", 2.0, 7.0)):
        assert least < np.hypot(*found.contact_forces[name][found.counted].T).max() / weight < most
    columns = write_table.columns(found)
    np.testing.assert_array_equal(columns["knee_l_contact_y [N]"], found.contact_forces["knee_l"][:, 1])
    lacks = columns["muscles_lack_r [0/1]"]
    reserves = np.stack([found.muscle_reserves[f"{name}_r"] for name in ("hip_flexion", "knee_angle", "ankle_angle")])
    np.testing.assert_array_equal(lacks, np.abs(reserves).max(0) > 0.005 * weight * found.subject.height_m)
    paths = {path.name: path for path in write_opensim.write(tmp_path, found)}
    assert "knee_l_on_tibia_l_in_ground_fy" in paths[f"{found.name}_joint_contact.sto"].read_text()
    assert "muscles_lack_l" in paths[f"{found.name}_muscle_forces.sto"].read_text()
    assert found.contact_forces.keys() == {f"{joint}_{side}" for joint in ("hip", "knee", "ankle") for side in "rl"}

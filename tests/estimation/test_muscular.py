"""Muscles of an estimate: they give its moments, and say what they cannot give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import kinertia as ki
from kinertia.estimation.muscular import with_muscles
from kinertia.muscles import leg
from kinertia.recording import Recording, RecordingError


def test_muscles_give_the_moments_of_an_estimate(walk: Recording) -> None:
    found = ki.estimate(walk, muscles=True)
    muscles = leg().scaled(found.subject.mass_kg, found.subject.height_m)
    names = [f"{name}_l" for name in muscles.coordinates]
    angles, moments, reserves = (
        np.stack([curves[name] for name in names], -1) for curves in (found.coordinates, found.moments, found.muscle_reserves)
    )
    forces = np.stack([found.muscle_forces[f"{name}_l"] for name in muscles.names], -1)
    given = (forces[:, None, :] @ muscles.paths(angles)[1])[:, 0] + reserves
    counted = found.counted
    np.testing.assert_allclose(given[counted], moments[counted], atol=1e-4)
    activations = np.stack(list(found.muscle_activations.values()))[:, counted]
    assert activations.shape[0] == 16
    assert (activations.min(), activations.max()) == (pytest.approx(0.02), pytest.approx(np.clip(activations.max(), 0.1, 1.0)))
    assert {"soleus_l_force [N]", "soleus_l_activation [0-1]", "knee_flexion_l_reserve [N m]"} <= set(found.frame().columns)


def test_what_muscles_cannot_give_is_said_and_what_is_missing_stays_missing(walk: Recording) -> None:
    plain = ki.estimate(walk)
    knee = plain.moments["knee_angle_r"].copy()
    knee[100:110], hip = 2000.0, plain.coordinates["hip_flexion_r"].copy()
    hip[200] = np.nan
    spoiled = replace(
        plain,
        moments=plain.moments | {"knee_angle_r": knee},
        coordinates=plain.coordinates | {"hip_flexion_r": hip},
        warnings=(),
    )
    found = with_muscles(spoiled)
    (said,) = found.warnings
    assert said.startswith("muscles cannot give the moments at ")
    assert said.endswith(" N m of knee_angle_r are left over (columns that end in _reserve)")
    assert found.muscle_reserves["knee_angle_r"][105] > 1000.0
    assert np.isnan(found.muscle_forces["soleus_r"]).sum() == 3  # the sample, and those whose speed needs it
    assert np.isfinite(found.muscle_forces["soleus_l"]).all()
    with pytest.raises(RecordingError, match="gives no moment hip_flexion_r"):
        with_muscles(replace(plain, moments={}))

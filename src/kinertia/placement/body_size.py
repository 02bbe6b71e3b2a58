"""How large a person is whose height or mass nobody gave."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinertia.placement.inference import place
from kinertia.placement.joint_positions import Height
from kinertia.recording import Recording

BMI = 24.3
"""Mean body mass index of the world's adults [kg/m^2] (NCD Risk Factor Collaboration, Lancet 387:1377, 2016); in some countries
it is 29."""
BMI_SPREAD = 4.5  # about its standard deviation
LIMITS_M = (1.2, 2.2)  # of people who walk by themselves
NOT_GIVEN = {"height_m": "body height not given", "mass_kg": "body mass not given"}


def with_estimated_size(recording: Recording) -> Recording:
    """The recording, in any axes, with a height from its motion, and a mass that goes with it, where they were not given.

    Quantities in ``subject.assumed`` are replaced, and the reader's warnings about them; they stay in ``assumed``. Nothing is
    changed where nothing was assumed, or where the motion does not tell the height.
    """
    subject = recording.subject
    if not subject.assumed:
        return recording
    warnings: list[str] = []
    known = Height(subject.height_m)
    if "height_m" in subject.assumed:
        result = place(recording).height
        if result is None or not LIMITS_M[0] < result.height_m < LIMITS_M[1]:
            return recording
        known = Height(round(result.height_m, 2), result.spread_m)
        subject = replace(subject, height_m=known.height_m, height_error_m=known.spread_m)
        warnings.append(
            f"{NOT_GIVEN['height_m']}: estimated {known.height_m:.2f} \u00b1 {known.spread_m:.2f} m from the motion; "
            "speed and moments scale with it; give --height"
        )
    if "mass_kg" in subject.assumed:
        mass = BMI * known.height_m**2
        spread = mass * float(np.hypot(BMI_SPREAD / BMI, 2.0 * known.spread_m / known.height_m))
        subject = replace(subject, mass_kg=round(mass, 1))
        warnings.append(
            f"{NOT_GIVEN['mass_kg']}: {mass:.0f} \u00b1 {spread:.0f} kg is usual at that height; forces in N and moments in "
            "N m scale with it, per body weight they do not depend on it; give --mass"
        )
    replaced = tuple(NOT_GIVEN[name] for name in subject.assumed)
    kept = tuple(warning for warning in recording.warnings if not warning.startswith(replaced))
    return replace(recording, subject=subject, warnings=(*kept, *warnings))

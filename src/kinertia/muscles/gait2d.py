"""Eight muscles of a leg of the gait2d family: those of a planar walker of 75 kg and 1.8 m.

van den Bogert et al. (2011), Proc. Inst. Mech. Eng. P 225:59-75; the csu-hmc/gait2d models.
"""

from __future__ import annotations

import numpy as np

from kinertia.muscles.curves import gait2d, gait2d_equations
from kinertia.muscles.muscle_set import MuscleSet
from kinertia.muscles.paths import linear

COORDINATES = ("hip_flexion", "knee_angle", "ankle_angle")
TABLE = {
    # maximal force [N], optimal length [m], width, slack of the parallel element (optimal lengths), tendon [m],
    # length at zero [m], moment arms of hip, knee and ankle [m], fast-twitch fraction
    "iliopsoas": (1500, 0.102, 1.298, 1.2, 0.142, 0.248, 0.05, 0.0, 0.0, 0.5),
    "glutei": (3000, 0.2, 0.625, 1.2, 0.157, 0.271, -0.062, 0.0, 0.0, 0.45),
    "hamstrings": (3000, 0.104, 1.197, 1.2, 0.334, 0.383, -0.072, -0.034, 0.0, 0.35),
    "rectus_femoris": (1200, 0.081, 1.443, 1.4, 0.398, 0.474, 0.034, 0.05, 0.0, 0.65),
    "vasti": (7000, 0.093, 0.627, 1.4, 0.223, 0.271, 0.0, 0.042, 0.0, 0.5),
    "gastrocnemius": (3000, 0.055, 0.888, 1.2, 0.42, 0.487, 0.0, -0.02, -0.053, 0.5),
    "soleus": (4000, 0.055, 1.039, 1.2, 0.245, 0.284, 0.0, 0.0, -0.053, 0.2),
    "tibialis_anterior": (2500, 0.082, 0.442, 1.2, 0.317, 0.381, 0.0, 0.0, 0.037, 0.25),
}
MAX_SPEED = 12.0  # optimal lengths per second
ACTIVATION_S, DEACTIVATION_S = 0.01, 0.03  # time constants
MASS_KG, HEIGHT_M = 75.0, 1.8  # of the person whose numbers these are


def leg(*, equations: bool = False) -> MuscleSet:
    """The eight muscles of a leg of a person of 75 kg and 1.8 m; knee flexion negative.

    ``equations``: curves as they are written, for tracing, in place of their tables.
    """
    numbers = np.array(list(TABLE.values()), dtype=float)
    force, optimal, width, passive, tendon, reference = numbers[:, :6].T
    same = np.ones(len(numbers))
    return MuscleSet(
        name="gait2d",
        names=tuple(TABLE),
        coordinates=COORDINATES,
        max_force=force,
        optimal_length=optimal,
        slack_length=tendon,
        pennation=0.0 * same,
        max_speed=MAX_SPEED * same,
        activation_time=ACTIVATION_S * same,
        deactivation_time=DEACTIVATION_S * same,
        paths=linear(reference, numbers[:, 6:9]),
        curves=(gait2d_equations if equations else gait2d)(width, passive),
        mass=MASS_KG,
        height=HEIGHT_M,
    )

"""Muscles of one leg as data (gait2d family); the muscle physics reads them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Muscle:
    """Hill-type muscle-tendon parameters.

    Attributes
    ----------
    name : muscle name.
    max_isometric_force : F_max [N].
    optimal_fiber_length : Lce_opt [m].
    width : width of the force-length curve, relative to the optimal fibre length.
    pee_slack : slack length of the parallel elastic element, relative to the optimal fibre length.
    see_slack : slack length of the series elastic element (tendon) [m].
    reference_length : muscle-tendon length at the zero pose, L0 [m].
    moment_arm_hip, moment_arm_knee, moment_arm_ankle : moment arms d [m]; L_mtu = L0 - sum(d q).
    fast_twitch : fraction of fast-twitch fibres.
    """

    name: str
    max_isometric_force: float
    optimal_fiber_length: float
    width: float
    pee_slack: float
    see_slack: float
    reference_length: float
    moment_arm_hip: float
    moment_arm_knee: float
    moment_arm_ankle: float
    fast_twitch: float


LEG_MUSCLES: tuple[Muscle, ...] = (
    Muscle("iliopsoas", 1500, 0.102, 1.298, 1.2, 0.142, 0.248, 0.05, 0.0, 0.0, 0.5),
    Muscle("glutei", 3000, 0.2, 0.625, 1.2, 0.157, 0.271, -0.062, 0.0, 0.0, 0.45),
    Muscle("hamstrings", 3000, 0.104, 1.197, 1.2, 0.334, 0.383, -0.072, -0.034, 0.0, 0.35),
    Muscle("rectus_femoris", 1200, 0.081, 1.443, 1.4, 0.398, 0.474, 0.034, 0.05, 0.0, 0.65),
    Muscle("vasti", 7000, 0.093, 0.627, 1.4, 0.223, 0.271, 0.0, 0.042, 0.0, 0.5),
    Muscle("gastrocnemius", 3000, 0.055, 0.888, 1.2, 0.42, 0.487, 0.0, -0.02, -0.053, 0.5),
    Muscle("soleus", 4000, 0.055, 1.039, 1.2, 0.245, 0.284, 0.0, 0.0, -0.053, 0.2),
    Muscle("tibialis_anterior", 2500, 0.082, 0.442, 1.2, 0.317, 0.381, 0.0, 0.0, 0.037, 0.25),
)

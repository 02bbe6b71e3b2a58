"""Mean joint angles of people over a stride: what is known of a posture before anything is measured.

Gyroscopes show how a joint moves, but hardly where it is: a sensor that sits ten degrees off looks like a joint that is
ten degrees off. How much the mean angle of the knee differs between people is known, and it is less than that. Hip and ankle
are left out: laboratories put their zeros ten degrees and more apart, and a prior on them would pull towards one laboratory.
"""

from __future__ import annotations

from dataclasses import dataclass

WALKING_DEG = {"knee_angle": -24.8}
"""Means over the stride of the published mean curves of walking (Winter 1991) ..."""
RUNNING_DEG = {"knee_angle": -46.7}
"""... and of running (Fukuchi et al. 2017), knee flexion negative [deg]."""
SPREAD_DEG = {"knee_angle": 4.0}
"""Standard deviation between people [deg]."""


@dataclass(frozen=True)
class Posture:
    """Mean angles of joints over strides.

    Attributes
    ----------
    mean_deg, spread_deg : joint name without side to mean and standard deviation between people [deg].
    """

    mean_deg: dict[str, float]
    spread_deg: dict[str, float]


def usual(running: bool) -> Posture:
    """Posture of people who run, or walk."""
    return Posture(RUNNING_DEG if running else WALKING_DEG, SPREAD_DEG)

"""Body height, where nobody gave it: from the lengths of thigh and shank that steady gait shows, and from what people measure.

Sources: height of adults, Fryar et al., NCHS Vital and Health Statistics 3(46), 2021; lengths of thigh and shank as parts of
height, Winter 2009; their spread at one height, Drillis & Contini 1966 and ANSUR (Gordon et al. 1989).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.placement.joint_positions import LENGTH, Lengths

POPULATION_M = {"female": (1.62, 0.07), "male": (1.755, 0.076)}  # mean and standard deviation of adults [m]
LEG_SPREAD = 0.025  # standard deviation of the leg's length at one height, as part of it
SHARE_SPREAD = 0.015  # the same of a thigh, or shank, in a leg of one length
LEG_ERROR = 0.02  # error of the leg's length from the joints' equations that these do not know of themselves, as part of it
KNEE_ERROR = 0.025  # the same of a thigh or shank where the knee is found too high or too low
TELLING = 0.9  # what is found says something if it leaves less than this part of the spread between people


@dataclass(frozen=True)
class Height:
    """Body height and its standard deviation [m]; zero for one that was measured."""

    height_m: float
    spread_m: float = 0.0


def of_people(sex: str | None = None) -> Height:
    """What adults measure: of one sex, or of both where it is not ``female`` or ``male``."""
    if sex in POPULATION_M:
        return Height(*POPULATION_M[sex])
    means, spreads = np.array(list(POPULATION_M.values())).T
    return Height(float(means.mean()), float(np.sqrt((spreads**2).mean() + means.var())))


def from_lengths(lengths: Lengths, sex: str | None = None) -> Height | None:
    """Height given lengths of thigh and shank: the posterior mean and standard deviation of a Gaussian.

    None where the lengths say nothing, as without sensors on either side of hips and ankles.
    """
    people = of_people(sex)
    share = np.array([LENGTH["femur"], LENGTH["tibia"]])
    length = share * people.height_m
    knee = length * [1.0, -1.0]
    # lengths = share height (1 + leg) -+ knee + error
    apart = (LEG_SPREAD**2 + LEG_ERROR**2) * np.outer(length, length) + (SHARE_SPREAD**2 + KNEE_ERROR**2) * np.outer(knee, knee)
    information = np.linalg.solve(apart + lengths.covariance, np.stack([share, lengths.value - length], axis=-1))
    variance = 1.0 / (1.0 / people.spread_m**2 + float(share @ information[:, 0]))
    if np.sqrt(variance) > TELLING * people.spread_m:
        return None
    return Height(people.height_m + variance * float(share @ information[:, 1]), float(np.sqrt(variance)))

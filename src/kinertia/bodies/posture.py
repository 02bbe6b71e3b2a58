"""How people hold themselves on average over a stride: what is known of a posture before anything is measured.

Gyroscopes show how a joint moves, but hardly where it is: a sensor that sits ten degrees off looks like a joint that is
ten degrees off. How much the mean inclination of segments differs between people is known, and of legs it is less than that;
mean joint angles follow from it, those of hips with the pelvis. Where laboratories put zeros is part of the spread.
"""

from __future__ import annotations

from dataclasses import dataclass

WALKING_KNEE_DEG, RUNNING_KNEE_DEG = -24.8, -46.7
"""Means over the stride of the published mean curves of walking (Winter 1991) and of running (Fukuchi et al. 2017), flexion
negative [deg]."""
KNEE_SPREAD_DEG = 4.0  # standard deviation between people [deg]


@dataclass(frozen=True)
class Usual:
    """Mean inclination of a segment over a stride, about z, leaning back positive [deg]."""

    mean: float
    people: float  # standard deviation between people and laboratories, the same for both legs
    side: float = 0.0  # standard deviation of a leg about the mean of both


WALKING = {
    # walking_arnold (three people), walking_moco, emg_walking_ceinms: -6.1, 2.0, -7.5, 0.5, 0.3; laboratories 3
    "pelvis": Usual(-2.2, 5.3),
    # the same people: 10.7, 7.9, 8.5, 11.1, 7.3 (Winter 1991: 7.0); where the hip centre is put moves it by 2
    "femur": Usual(9.1, 2.6, 1.5),
    # the same people: -17.9, -15.2, -17.5, -15.7, -17.3 (Winter: -17.8)
    "tibia": Usual(-16.7, 2.4, 1.5),
    # the same people: -14.8, -15.2, -11.6, -11.4, -13.5
    "foot": Usual(-13.3, 2.7, 1.5),
    # the same people, -12.2, from the lumbar joint to the centre of mass of their models and of gait2d_trunk: 15.8 apart
    "torso": Usual(3.6, 5.0),
}
"""Of people who walk; laboratories: McGinley et al., Gait Posture 29 (2009), 2 to 5 deg between them."""
RUNNING = {
    # running_hamner, one runner: -18.2, twice; hips of Fukuchi et al. 2017, 20.1, against that runner's thighs, 16.4: -3.7
    "pelvis": Usual(-11.0, 8.0),
    # the same runner, 16.3 and 16.6, and Fukuchi et al. 2017, 20.1
    "femur": Usual(18.0, 4.0, 1.5),
    # the same, -32.3 and -35.4, and -26.6
    "tibia": Usual(-30.2, 5.0, 1.5),
    # the same, -24.0 and -30.2, and -31
    "foot": Usual(-29.0, 5.0, 1.5),
    # the runner, -17.6, as in walking
    "torso": Usual(-1.8, 6.0),
}
"""Of people who run."""

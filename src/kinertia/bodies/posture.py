"""Mean knee angle of people over a stride: what is known of a posture before anything is measured.

Gyroscopes show how a joint moves, but hardly where it is: a sensor that sits ten degrees off looks like a joint that is
ten degrees off. How much the mean angle of the knee differs between people is known, and it is less than that. Hip and ankle
are left out: laboratories put their zeros ten degrees and more apart, and a prior on them would pull towards one laboratory.
"""

from __future__ import annotations

WALKING_KNEE_DEG, RUNNING_KNEE_DEG = -24.8, -46.7
"""Means over the stride of the published mean curves of walking (Winter 1991) and of running (Fukuchi et al. 2017), flexion
negative [deg]."""
KNEE_SPREAD_DEG = 4.0  # standard deviation between people [deg]

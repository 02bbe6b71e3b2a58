"""The muscles of one leg against the published table."""

from __future__ import annotations

import pytest

from kinertia.bodies import LEG_MUSCLES, build

TABLE = """
iliopsoas          1500 .102 1.298 1.2 .142 .248  .05    0    0   .5
glutei             3000 .2    .625 1.2 .157 .271 -.062   0    0   .45
hamstrings         3000 .104 1.197 1.2 .334 .383 -.072 -.034  0   .35
rectus_femoris     1200 .081 1.443 1.4 .398 .474  .034  .05   0   .65
vasti              7000 .093  .627 1.4 .223 .271  0     .042  0   .5
gastrocnemius      3000 .055  .888 1.2 .42  .487  0    -.02 -.053 .5
soleus             4000 .055 1.039 1.2 .245 .284  0     0   -.053 .2
tibialis_anterior  2500 .082  .442 1.2 .317 .381  0     0    .037 .25
"""
FIELDS = (
    "max_isometric_force",
    "optimal_fiber_length",
    "width",
    "pee_slack",
    "see_slack",
    "reference_length",
    "moment_arm_hip",
    "moment_arm_knee",
    "moment_arm_ankle",
    "fast_twitch",
)


def test_muscles_are_those_of_the_table() -> None:
    rows = [line.split() for line in TABLE.strip().splitlines()]
    assert [m.name for m in LEG_MUSCLES] == [row[0] for row in rows]
    for muscle, row in zip(LEG_MUSCLES, rows, strict=True):
        assert [getattr(muscle, field) for field in FIELDS] == pytest.approx([float(x) for x in row[1:]]), muscle.name


def test_a_body_carries_them() -> None:
    assert build(75.0, 1.8).muscles == LEG_MUSCLES

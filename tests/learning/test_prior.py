"""What is unknown about a wearer: usual postures, what a recording proves, and that rounding does not decide."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from experiments import walks
from kinertia.bodies import GAIT2D_TRUNK, posture
from kinertia.bodies.posture import Usual
from kinertia.learning import adaptation, mounting, prior, shipped
from kinertia.learning.batch import Pool
from kinertia.learning.prepare import to_sequence
from kinertia.learning.prior import BY_EYE_RAD, ERROR, PER_STRIDE, STRIDES, Posture
from kinertia.learning.sequence import DEFAULT_MISALIGNMENT_RAD, Sequence
from kinertia.learning.stretches import even
from kinertia.simulation.norms import RUNNING, WALKING

NAMES = GAIT2D_TRUNK.coordinate_names


def standing(usual: dict[str, Usual]) -> torch.Tensor:
    """(n,) coordinates of a body whose segments incline as usual."""
    lean = {name: math.radians(one.mean) for name, one in usual.items()}
    q = dict.fromkeys(NAMES, 0.0) | {"pelvis_tilt": lean["pelvis"], "lumbar_extension": lean["torso"] - lean["pelvis"]}
    for side in "rl":
        q[f"hip_flexion_{side}"] = lean["femur"] - lean["pelvis"]
        q[f"knee_angle_{side}"] = lean["tibia"] - lean["femur"]
        q[f"ankle_angle_{side}"] = lean["foot"] - lean["tibia"]
    return torch.tensor([q[name] for name in NAMES], dtype=torch.float64)


@pytest.mark.parametrize(("usual", "norm"), [(posture.WALKING, WALKING), (posture.RUNNING, RUNNING)])
def test_usual_people_stand_where_published_curves_do(usual: dict[str, Usual], norm: object) -> None:
    """Within a standard deviation between people; published hips are against another pelvis."""
    at = dict(zip(NAMES, np.degrees(standing(usual).numpy()), strict=True))
    knee = math.degrees(norm.angles["knee_angle"][0])  # type: ignore[attr-defined]
    assert abs(at["knee_angle_r"] - knee) < math.hypot(usual["femur"].people, usual["tibia"].people)


def test_distance_knows_what_both_legs_share() -> None:
    usual = posture.WALKING
    q, known = standing(usual), Posture.of(GAIT2D_TRUNK, usual, torch.zeros((), dtype=torch.float64))
    assert float(known.distance(q)) == pytest.approx(0.0, abs=1e-12)

    def moved(**degrees: float) -> float:
        change = torch.tensor([math.radians(degrees.get(name, 0.0)) for name in NAMES], dtype=torch.float64)
        return float(known.distance(q + change))

    # a pelvis that tilts alone turns hips and trunk against it
    assert moved(pelvis_tilt=5.3, hip_flexion_r=-5.3, hip_flexion_l=-5.3, lumbar_extension=-5.3) == pytest.approx(1.0)
    together = moved(hip_flexion_r=2.0, hip_flexion_l=2.0, knee_angle_r=-2.0, knee_angle_l=-2.0)
    apart = moved(hip_flexion_r=2.0, hip_flexion_l=-2.0, knee_angle_r=-2.0, knee_angle_l=2.0)
    femur = usual["femur"]
    assert together == pytest.approx(2 * 4.0 / (2 * femur.people**2 + femur.side**2))
    assert apart == pytest.approx(2 * 4.0 / femur.side**2)


def test_windows_of_unknown_gait_have_no_usual_posture() -> None:
    q = standing(posture.RUNNING).expand(3, 50, -1)
    hints = torch.tensor([math.nan, math.radians(posture.RUNNING_KNEE_DEG), math.radians(posture.WALKING_KNEE_DEG)])
    far = Posture.of(GAIT2D_TRUNK, posture.WALKING, q).distance(q[0, 0])
    assert float(prior.distance(q, hints, GAIT2D_TRUNK, torch.ones(50))) == pytest.approx(float(far) / 3)


def test_a_recording_proves_as_much_as_some_strides() -> None:
    small, large = ({name: torch.tensor(size * error) for name, error in ERROR.items()} for size in (1e-3, 1e3))
    count = STRIDES * sum(PER_STRIDE.values())
    assert float(prior.evidence(small)) == pytest.approx(0.5e-3 * count, rel=1e-3)
    # errors beyond what is expected tell of their size more than of the wearer
    assert float(prior.evidence(large)) == pytest.approx(0.5 * count * math.log(1001.0), rel=1e-3)


@pytest.fixture(scope="module")
def walk() -> Sequence:
    recording = walks.record(walks.fit(72.0, 1.78), "walk", 10.0, seed=1).without_truth()
    return to_sequence(recording, adaptation.settings(shipped.load().config))


def test_sensors_of_which_nobody_says_how_they_sit_were_put_on_by_eye(walk: Sequence) -> None:
    stated = walk.misalignment.clone().fill_(DEFAULT_MISALIGNMENT_RAD)
    stated[2] = 0.05
    found = prior.by_eye(replace(walk, misalignment=stated)).misalignment
    assert found.tolist() == pytest.approx([0.05 if k == 2 else BY_EYE_RAD for k in range(7)])


def test_rounding_does_not_decide_and_what_is_learned_is_known_better(walk: Sequence) -> None:
    model = shipped.load()
    config, pool = adaptation.settings(model.config), Pool.of([prior.by_eye(walk)])
    angles = []
    for scale in (1.0, 1.0 + 3e-6):
        noisy = replace(pool, sequences=tuple(replace(s, signals=s.signals * scale) for s in pool.sequences))
        found = mounting.find(model.network, noisy, config)
        angles.append(found.units[0, :-1:3] * pool.misalignment[0])
    assert float((angles[0] - angles[1]).abs().max()) < math.radians(0.2)
    known = mounting.posterior(found.network, even(pool, config), found.units, config)
    for joint, before in known.before.items():
        assert math.radians(0.5) < known.after[joint] < before < math.radians(6.0)

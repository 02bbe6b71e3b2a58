"""Simulated people and what they do."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from kinertia.simulation import conditions, person
from kinertia.simulation.reference import Curves, leg_length


@pytest.fixture(scope="module")
def people() -> list[person.Person]:
    return [person.draw(5, number) for number in range(1, 201)]


def test_a_person_depends_on_seed_and_number_only(people: list[person.Person]) -> None:
    again = person.draw(5, 7)
    assert again.subject == people[6].subject
    assert torch.equal(again.body.mass, people[6].body.mass)
    assert person.draw(6, 7).subject != again.subject
    assert again.name == "person007"


def test_sizes_are_those_of_people(people: list[person.Person]) -> None:
    heights = torch.stack([p.body.height for p in people])
    masses = torch.stack([p.body.total_mass for p in people])
    assert 1.62 < heights.mean() < 1.76
    assert 0.06 < heights.std() < 0.12
    index = masses / heights**2
    assert 17.0 < index.min() < index.max() < 34.5
    sexes = [p.subject.sex for p in people]
    assert 70 < sexes.count("female") < 130
    legs = torch.tensor([leg_length(p.body) for p in people]) / heights
    assert 0.46 < legs.min() < legs.max() < 0.6


def test_segments_add_up_and_sides_are_alike(people: list[person.Person]) -> None:
    for someone in people:
        body = someone.body
        assert float(body.mass.sum()) == pytest.approx(float(body.total_mass))
        assert bool((body.inertia > 0).all())
        for part in ("femur", "tibia", "foot"):
            right, left = (body.skeleton.segment_index(f"{part}_{side}") for side in "rl")
            assert body.mass[right] == body.mass[left]
            assert torch.equal(body.com[right], body.com[left])


def test_what_is_stated_is_near_the_truth_but_not_it(people: list[person.Person]) -> None:
    apart = [abs(p.subject.mass_kg - float(p.body.total_mass)) for p in people]
    assert 0.1 < max(apart) < 1.6
    assert max(abs(p.subject.height_m - float(p.body.height)) for p in people) < 0.025


def test_conditions_cover_walking_and_running(people: list[person.Person]) -> None:
    for someone in people[:20]:
        found = conditions.draw(someone)
        assert found == conditions.draw(someone)
        walks = [found[f"walk_{k}"].speed for k in (1, 2, 3)]
        runs = [found[f"run_{k}"].speed for k in (1, 2, 3)]
        assert 0.8 <= walks[0] < walks[1] < walks[2] <= 2.0 <= runs[0] < runs[1] < runs[2] <= 5.0
        assert not any(c.slope_rad for name, c in found.items() if name != "slope")
        assert 0.03 < abs(found["slope"].slope_rad) < 0.11
        style = found["walk_1"].style
        assert style.left.offset_rad != style.right.offset_rad
        assert max(abs(a - b) for a, b in zip(style.left.offset_rad, style.right.offset_rad, strict=True)) < 0.03
        assert found["run_1"].style.right == style.right


def test_varied_people_differ_in_how_they_load_the_ground_and_carry_their_weight() -> None:
    peaks, contacts = [], []
    for number in range(1, 13):
        someone = person.draw(7, number, varied=True)
        way = conditions.draw(someone)["run_2"]
        force = Curves(someone.body, way.style, way.speed, True).forces(np.arange(400) / 400)
        assert force[:, [1, 3]].mean(axis=0) == pytest.approx([0.5, 0.5], rel=1e-3)
        peaks.append(force[:, 1].max())
        contacts.append(float((force[:, 1] > 0.05).mean()))
    assert 2.1 < min(peaks) < max(peaks) - 0.3 < 3.3
    assert max(contacts) - min(contacts) > 0.05

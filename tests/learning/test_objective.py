"""The whole objective: zero for physics that holds, the same for every size of person, blind to what is missing."""

from __future__ import annotations

from dataclasses import asdict, fields, replace

import pytest
import torch
from torch import Tensor

from kinertia.bodies import GAIT2D_TRUNK, build, stack
from kinertia.learning import losses, objective
from kinertia.learning.batch import Batch
from kinertia.learning.config import Config, Formulation
from kinertia.learning.network import Layout
from kinertia.learning.personal import Deviation, units_of
from kinertia.mechanics import contact
from kinertia.mechanics.motion import Motion
from kinertia.recording import LOWER_BODY

SAMPLES = 40


def make_batch(masses: tuple[float, ...] = (70.0,), samples: int = SAMPLES) -> Batch:
    count = len(masses)
    generator = torch.Generator().manual_seed(1)
    return Batch(
        signals=torch.randn(count, samples, 7, 3, dtype=torch.float64, generator=generator),
        present=torch.ones(count, samples, 7, 3, dtype=torch.float64),
        variance=torch.ones(count, 7, 3, dtype=torch.float64),
        body=stack([build(mass, 1.75, skeleton=GAIT2D_TRUNK) for mass in masses]),
        position=torch.full((count, 7, 2), 0.05, dtype=torch.float64),
        misalignment=torch.full((count, 7), 0.1, dtype=torch.float64),
        inclination=torch.zeros(count, 7, dtype=torch.float64),
        size_error=torch.full((count,), 0.03, dtype=torch.float64),
        speed_hint=torch.full((count,), 1.2, dtype=torch.float64),
        knee_hint=torch.full((count,), -0.4, dtype=torch.float64),
        wearer=torch.arange(count),
    )


def make_raw(count: int, formulation: Formulation, samples: int = SAMPLES) -> Tensor:
    generator = torch.Generator().manual_seed(2)
    outputs = Layout.of(GAIT2D_TRUNK).outputs(formulation)
    return torch.randn(1, samples, outputs, dtype=torch.float64, generator=generator).repeat(count, 1, 1)


def with_formulation(config: Config, formulation: Formulation) -> Config:
    return replace(config, network=replace(config.network, formulation=formulation))


def as_stated(count: int = 1) -> Tensor:
    """Nobody deviates."""
    return torch.zeros(count, units_of(LOWER_BODY), dtype=torch.float64)


def test_standing_still_obeys_every_equation() -> None:
    batch = make_batch()
    body = batch.body.with_time_axis()
    q = torch.zeros(1, 10, 10, dtype=torch.float64)
    q[..., 1] = -(body.joint_offset[..., 2, 1] + body.joint_offset[..., 3, 1] + body.contact_position[..., 0, 1])
    still = torch.zeros_like(q)
    # heels and toes share the weight so that its resultant passes under the centre of mass
    centre = _centre_of_mass_x(batch)
    heel, toe = batch.body.contact_position[0, 0, 0], batch.body.contact_position[0, 1, 0]
    part = float((centre - heel) / (toe - heel))
    assert 0 < part < 1
    force = torch.zeros(1, 10, 4, 2, dtype=torch.float64)
    force[..., 1] = 0.5 * batch.body.weight * torch.tensor([1 - part, part, 1 - part, part], dtype=torch.float64)
    as_read = Deviation.of(as_stated(), batch.misalignment, batch.size_error).mounting(batch.position, batch.body.skeleton)
    result = objective.evaluate(Motion(q, still, still, force), body, as_read)
    mask = torch.ones(1, 10, dtype=torch.float64)
    assert float(losses.kane(result.generalized[..., :3], body, mask)) < 1e-20
    touch = contact.complementarity(result.contact, force[..., 1] / body.weight[..., None])
    for term in (losses.penetration, losses.lifted, losses.slip):
        assert float(term(touch, mask)) < 1e-20
    at_rest = torch.zeros(1, 10, 7, 3, dtype=torch.float64)
    at_rest[..., 1] = 9.81
    one = torch.ones_like(at_rest)
    assert float(losses.acc(result.signals, at_rest, one, one[:, 0], mask)) < 1e-20
    assert float(losses.gyro(result.signals, at_rest, one, one[:, 0], mask)) < 1e-20
    # lift the body without its ground reaction: a whole body weight is missing
    falling = objective.evaluate(Motion(q, still, still, 0 * force), body, as_read)
    assert float(losses.kane(falling.generalized[..., :2], body, mask)) == pytest.approx(0.5)


def _centre_of_mass_x(batch: Batch) -> Tensor:
    body = batch.body
    # upright, the proximal joints stand above each other but for the lumbar one
    offset = torch.zeros(len(body.skeleton.segments), dtype=torch.float64)
    for i, parent in enumerate(body.skeleton.parents):
        if parent >= 0:
            offset[i] = offset[parent] + body.joint_offset[0, i, 0]
    return ((offset + body.com[0, :, 0]) * body.mass[0]).sum() / body.total_mass[0]


@pytest.mark.parametrize("formulation", ["derivative", "paper"])
def test_every_term_has_a_weight_and_is_finite(tiny: Config, formulation: Formulation) -> None:
    config = with_formulation(tiny, formulation)
    raw = make_raw(1, formulation).requires_grad_()
    units = as_stated().requires_grad_()
    found = objective.terms(raw, make_batch(), units, config)
    assert set(found) <= set(asdict(config.weights))
    assert ("temporal" in found) == (formulation == "paper")
    for name, value in found.items():
        assert value.shape == (), name
        assert torch.isfinite(value), name
        assert bool(value >= 0), name
    gradients = torch.autograd.grad(objective.total(found, config.weights), (raw, units))
    assert all(torch.isfinite(g).all() for g in gradients)


def test_total_is_the_weighted_sum(tiny: Config) -> None:
    weights = replace(tiny.weights, kane=2.0, torque=0.5)
    close = pytest.approx(2.0 * 3.0 + 0.5 * 4.0)
    assert float(objective.total({"kane": torch.tensor(3.0), "torque": torch.tensor(4.0)}, weights)) == close


def test_effort_can_leave_mean_angles_alone(tiny: Config) -> None:
    free = replace(tiny, training=replace(tiny.training, effort_sets_posture=False))
    pull = {}
    for config in (tiny, free):
        raw = make_raw(1, "derivative").requires_grad_()
        found = objective.terms(raw, make_batch(), as_stated(), config)
        effort = found["torque"] + found["torque_rate"] + found["torque_bend"]
        (gradient,) = torch.autograd.grad(effort, raw)
        pull[config.training.effort_sets_posture] = float(effort.detach()), gradient[0, :, :7]
    assert pull[True][0] == pytest.approx(pull[False][0], rel=1e-12)
    # a shift of an angle by the same amount at all times
    largest = float(pull[False][1].abs().max())
    assert float(pull[True][1].sum(0).abs().max()) > 1e-6 * largest > 0.0
    assert float(pull[False][1].sum(0).abs().max()) < 1e-11 * largest
    batch = make_batch()
    present = batch.present.clone()
    present[:, :, LOWER_BODY.index("foot_l")] = 0.0
    raw = make_raw(1, "derivative").requires_grad_()
    found = objective.terms(raw, replace(batch, present=present), as_stated(), free)["torque"]
    assert float(torch.autograd.grad(found, raw)[0][0, :, :7].sum(0).abs().max()) > 1e-6 * largest


@pytest.mark.parametrize("formulation", ["derivative", "paper"])
def test_terms_are_the_same_for_a_heavier_person(tiny: Config, formulation: Formulation) -> None:
    config = with_formulation(tiny, formulation)
    light, heavy = (
        objective.terms(make_raw(1, formulation), make_batch((mass,)), as_stated(), config) for mass in (55.0, 110.0)
    )
    for name, value in light.items():
        assert float(heavy[name]) == pytest.approx(float(value), rel=1e-9), name


@pytest.mark.parametrize("formulation", ["derivative", "paper"])
def test_objective_of_a_batch_is_the_mean_of_its_windows(tiny: Config, formulation: Formulation) -> None:
    config = with_formulation(tiny, formulation)
    raw = make_raw(2, formulation)
    raw[1] += 0.3
    both = objective.terms(raw, make_batch((60.0, 90.0)), as_stated(2), config)
    batch = make_batch((60.0, 90.0))
    single = [objective.terms(raw[i : i + 1], _one(batch, i), as_stated(), config) for i in (0, 1)]
    for name, value in both.items():
        assert float(value) == pytest.approx(0.5 * sum(float(s[name]) for s in single), rel=1e-9), name


def _one(batch: Batch, i: int) -> Batch:
    pick = torch.tensor([i])
    tensors = {f.name: getattr(batch, f.name)[pick] for f in fields(batch) if f.name != "body"}
    return Batch(body=batch.body.select(pick), **tensors)


@pytest.mark.parametrize("formulation", ["derivative", "paper"])
@pytest.mark.parametrize("hole", [slice(30, SAMPLES), slice(24, 28)], ids=["past the end", "all sensors missing"])
def test_nothing_is_learned_from_samples_without_sensors(tiny: Config, hole: slice, formulation: Formulation) -> None:
    config = with_formulation(tiny, formulation)
    batch = make_batch()
    batch.present[:, hole] = 0.0
    batch.signals[:, hole] = 1e6
    raw = make_raw(1, formulation).requires_grad_()
    found = objective.terms(raw, batch, as_stated(), config)
    (gradient,) = torch.autograd.grad(objective.total(found, config.weights), raw)
    # outputs past the end of a recording, or inside a gap that differences reach across, have no influence
    assert (gradient[:, hole] == 0).all()
    reached = hole.start - 1 - (2 if formulation == "paper" else 0)  # paper: no differences, and the mask reaches two samples
    assert gradient[:, reached].abs().sum() > 0
    changed = raw.detach().clone()
    changed[:, hole] += 100.0
    again = objective.terms(changed, batch, as_stated(), config)
    for name, value in found.items():
        assert torch.equal(again[name], value.detach()), name


@pytest.mark.parametrize("effort_sets_posture", [False, True])
def test_nothing_is_asked_of_samples_before_the_memory_is_full(tiny: Config, effort_sets_posture: bool) -> None:
    config = replace(tiny, training=replace(tiny.training, warm_up=16, effort_sets_posture=effort_sets_posture))
    raw = make_raw(1, "derivative").requires_grad_()
    terms = objective.terms(raw, make_batch(), as_stated(), config)
    (slope,) = torch.autograd.grad(objective.total(terms, config.weights), raw)
    assert (slope[:, :14] == 0.0).all()
    assert (slope[:, 18:36].abs().amax(-1) > 0.0).all()


def test_one_missing_sensor_does_not_hide_the_sample(tiny: Config) -> None:
    batch = make_batch()
    batch.present[:, :, 3] = 0.0
    raw = make_raw(1, "derivative").requires_grad_()
    terms = objective.terms(raw, batch, as_stated(), tiny)
    (gradient,) = torch.autograd.grad(terms["kane"], raw)
    assert (gradient[:, tiny.training.warm_up + 2 : -2].abs().amax(-1) > 0).all()

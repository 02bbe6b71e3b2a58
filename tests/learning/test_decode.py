"""Raw outputs to motions that cannot pull on the ground."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from kinertia.bodies import SKELETONS, Body, build, stack
from kinertia.learning import decode, differences
from kinertia.learning.config import Config, Formulation
from kinertia.learning.network import Layout, Network, features, inputs
from kinertia.recording import LOWER_BODY

RATE = 100.0

PLANAR = [name for name, skeleton in SKELETONS.items() if skeleton.planar]


def bodies(name: str) -> Body:
    return stack([build(m, h, skeleton=SKELETONS[name]) for m, h in ((60.0, 1.6), (90.0, 1.9))])


def raw_outputs(body: Body, formulation: Formulation, scale: float = 1.0, samples: int = 30) -> Tensor:
    count = Layout.of(body.skeleton).outputs(formulation)
    generator = torch.Generator().manual_seed(0)
    return scale * torch.randn(2, samples, count, dtype=torch.float64, generator=generator)


@pytest.mark.parametrize("formulation", ["derivative", "paper"])
@pytest.mark.parametrize("name", PLANAR)
def test_shapes(name: str, formulation: Formulation) -> None:
    body = bodies(name)
    motion = decode.motion(raw_outputs(body, formulation), body, RATE, formulation)
    n = len(body.skeleton.coordinates)
    assert motion.q.shape == motion.qd.shape == motion.qdd.shape == (2, 26, n)
    assert motion.force.shape == (2, 26, len(body.skeleton.contacts), 2)
    assert (motion.q[..., 0] == 0).all()
    if formulation == "paper":
        assert motion.torque is not None
        assert motion.torque.shape == (2, 26, n)
        assert (motion.torque[..., :3] == 0).all()
        assert motion.torque[..., 3:].abs().min() > 0
    else:
        assert motion.torque is None


@pytest.mark.parametrize("formulation", ["derivative", "paper"])
@pytest.mark.parametrize("name", PLANAR)
def test_layout_uses_every_output_once(name: str, formulation: Formulation) -> None:
    body = bodies(name)
    raw = raw_outputs(body, formulation).requires_grad_()
    motion = decode.motion(raw, body, RATE, formulation)
    parts = [motion.q, motion.qd, motion.qdd, motion.force, *([] if motion.torque is None else [motion.torque])]
    (gradient,) = torch.autograd.grad(torch.stack([(p * torch.randn_like(p)).sum() for p in parts]).sum(), raw)
    assert (gradient[:, 4:-4].abs().amin((0, 1)) > 0).all()
    layout = Layout.of(body.skeleton)
    ends = [layout.rotations, layout.height, layout.speed, layout.force.start, layout.force.stop, layout.speeds.stop]
    assert ends == sorted(ends)
    assert layout.accelerations.stop - layout.accelerations.start == len(body.skeleton.coordinates)


@pytest.mark.parametrize("scale", [0.1, 1.0, 30.0])
def test_forces_push_only_and_stay_in_the_friction_cone(scale: float) -> None:
    body = bodies("gait2d")
    force = decode.contact_force(raw_outputs(body, "derivative", scale), body)
    assert (force[..., 1] >= 0).all()
    assert (force[..., 0].abs() <= decode.FRICTION_LIMIT * force[..., 1] * (1 + 1e-12)).all()


def test_forces_scale_with_body_weight_and_angles_do_not() -> None:
    light = stack([build(50.0, 1.7), build(50.0, 1.7)])
    heavy = stack([build(100.0, 1.7), build(100.0, 1.7)])
    raw = raw_outputs(light, "paper")
    a, b = (decode.motion(raw, body, RATE, "paper") for body in (light, heavy))
    torch.testing.assert_close(2 * a.force, b.force)
    assert a.torque is not None
    assert b.torque is not None
    torch.testing.assert_close(2 * a.torque, b.torque)
    torch.testing.assert_close(a.q, b.q)


def test_speeds_and_accelerations_are_derivatives_of_the_output() -> None:
    body = bodies("gait2d")
    layout = Layout.of(body.skeleton)
    t = torch.arange(40, dtype=torch.float64) / RATE
    raw = torch.zeros(2, 40, layout.outputs("derivative"), dtype=torch.float64)
    raw[..., 1] = 2 * t**3 + t
    raw[..., layout.speed] = t**2
    motion = decode.motion(raw, body, RATE, "derivative")
    inner = differences.centre(t.unsqueeze(-1))[:, 0]
    torch.testing.assert_close(motion.qd[0, :, 3], decode.ANGLE_SCALE * (6 * inner**2 + 1), atol=1e-9, rtol=0)
    torch.testing.assert_close(motion.qdd[0, :, 3], decode.ANGLE_SCALE * 12 * inner, atol=1e-8, rtol=0)
    torch.testing.assert_close(motion.qd[0, :, 0], decode.REST_SPEED + decode.SPEED_SCALE * inner**2, atol=1e-9, rtol=0)
    torch.testing.assert_close(motion.qdd[0, :, 0], decode.SPEED_SCALE * 2 * inner, atol=1e-9, rtol=0)
    assert (motion.qd[..., 1].abs() < 1e-12).all()


def test_a_still_network_stands_with_its_feet_near_the_ground() -> None:
    body = bodies("gait2d")
    raw = torch.zeros(2, 9, Layout.of(body.skeleton).outputs("derivative"), dtype=torch.float64)
    q, _ = decode.pose(raw, body)
    leg = body.height * (0.245 + 0.246) + 0.0702 * body.height / 1.8
    assert ((q[:, 0, 1] / leg - 1).abs() < 0.05).all()


@pytest.mark.parametrize("formulation", ["derivative", "paper"])
@pytest.mark.parametrize("cell", ["lstm", "bilstm", "gru", "tcn"])
def test_networks_give_all_outputs(tiny: Config, cell: str, formulation: Formulation) -> None:
    skeleton = SKELETONS[tiny.body]
    network = Network(replace(tiny.network, cell=cell, formulation=formulation), skeleton)
    raw, _ = network(torch.randn(2, 50, inputs(LOWER_BODY)))
    assert raw.shape == (2, 50, Layout.of(skeleton).outputs(formulation))


@pytest.mark.parametrize("cell", ["lstm", "gru", "tcn"])
def test_causal_cells_do_not_look_ahead(tiny: Config, cell: str) -> None:
    network = Network(replace(tiny.network, cell=cell, layers=3), SKELETONS[tiny.body])
    x = torch.randn(1, 80, inputs(LOWER_BODY), requires_grad=True)
    (gradient,) = torch.autograd.grad(network(x)[0][0, 40].sum(), x)
    assert (gradient[0, 41:] == 0).all()
    assert gradient[0, 40].abs().sum() > 0


def test_features_tell_missing_sensors_and_people_apart() -> None:
    body = stack([build(60.0, 1.6), build(90.0, 1.9)])
    signals, present, position = (
        torch.randn(2, 5, 7, 3).double(),
        torch.ones(2, 5, 7, 3).double(),
        torch.zeros(2, 7, 2).double(),
    )
    assert features(signals, present, body, position).shape == (2, 5, inputs(LOWER_BODY))
    gone = present.clone()
    gone[:, :, 2] = 0.0
    noisy = signals.clone()
    noisy[:, :, 2] = 1e3
    torch.testing.assert_close(features(noisy, gone, body, position), features(signals, gone, body, position))
    assert not torch.equal(features(signals, gone, body, position), features(signals * gone, present, body, position))
    same = torch.zeros(2, 5, 7, 3).double()
    assert not torch.equal(*features(same, present, body, position))

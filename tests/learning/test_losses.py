"""Every loss term against values computed by hand, and what it must not depend on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from kinertia.bodies import GAIT2D_TRUNK, Body, build, stack
from kinertia.learning import losses
from kinertia.mechanics.contact import Complementarity, complementarity
from kinertia.mechanics.imu import Signals
from kinertia.mechanics.sole import Touch

T = 6
MASK = torch.ones(1, T, dtype=torch.float64)
HALF = torch.tensor([[0.0, 0, 0, 1, 1, 1]], dtype=torch.float64)


def person(mass: float = 70.0) -> Body:
    return stack([build(mass, 1.75, skeleton=GAIT2D_TRUNK)]).with_time_axis()


def zeros(*trailing: int) -> Tensor:
    return torch.zeros(1, T, *trailing, dtype=torch.float64)


def random(*trailing: int, seed: int = 0) -> Tensor:
    return torch.randn(1, T, *trailing, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def close(found: Tensor, expected: float) -> None:
    assert float(found) == pytest.approx(expected, rel=1e-9, abs=1e-15)


def test_mean_is_over_unmasked_values_only() -> None:
    x = torch.tensor([1.0, 100.0, 3.0])
    close(losses.masked_mean(x, torch.tensor([1.0, 0.0, 1.0])), 2.0)
    close(losses.masked_mean(x, torch.zeros(3)), 0.0)
    close(losses.masked_mean(torch.ones(3, 4), torch.tensor([[1.0], [0.0], [1.0]])), 1.0)


def imu_case(gyro_error: float, acc_error: float) -> tuple[Signals, Tensor, Tensor, Tensor]:
    signals = Signals(acc=random(7, 2), gyro=random(7, seed=1))
    measured = torch.cat([signals.acc, signals.gyro.unsqueeze(-1)], dim=-1)
    measured = measured + torch.tensor([acc_error, acc_error, gyro_error], dtype=torch.float64)
    variance = torch.tensor([9.0, 9.0, 4.0], dtype=torch.float64).expand(1, 7, 3)
    return signals, measured, torch.ones_like(measured), variance


@pytest.mark.parametrize("term", [losses.acc, losses.gyro])
def test_imu_errors_are_squared_when_small_and_absolute_when_large(term: Callable[..., Tensor]) -> None:
    d = losses.TOLERANCE
    spread = 3.0 if term is losses.acc else 2.0

    def value(error: float) -> float:
        """Loss for an error of so many standard deviations; the other kind of sensor is far off and has no influence."""
        other = 1e4
        signals, measured, present, variance = imu_case(
            gyro_error=other if term is losses.acc else error * spread,
            acc_error=error * spread if term is losses.acc else other,
        )
        return float(term(signals, measured, present, variance, MASK))

    assert value(0.003 * d) == pytest.approx((0.003 * d) ** 2, rel=1e-5)
    # 2 d^2 (sqrt(1 + (e / d)^2) - 1)
    assert value(d) == pytest.approx(2 * d * d * (2**0.5 - 1), rel=1e-9)
    assert value(1000.0) == pytest.approx(2 * d * 1000.0 - 2 * d * d, rel=1e-6)


@pytest.mark.parametrize("term", [losses.acc, losses.gyro])
def test_signals_that_agree_or_are_missing_cost_nothing(term: Callable[..., Tensor]) -> None:
    signals, measured, present, variance = imu_case(0.0, 0.0)
    close(term(signals, measured, present, variance, MASK), 0.0)
    measured[..., 2, :] = 1e6
    present[..., 2, :] = 0.0
    close(term(signals, measured, present, variance, MASK), 0.0)
    measured[:, :3] = 1e6
    close(term(signals, measured, present, variance, HALF), 0.0)


def test_kane_is_in_body_weights_and_body_weight_heights() -> None:
    body = person()
    residual = zeros(3)
    close(losses.kane(residual, body, MASK), 0.0)
    residual[..., 0], residual[..., 2] = body.weight, 0.5 * body.moment_scale
    close(losses.kane(residual, body, MASK), (1.0 + 0.25) / 3)
    all_coordinates = zeros(10)
    all_coordinates[..., 9] = body.moment_scale
    close(losses.kane(all_coordinates, body, MASK), 1.0 / 10)


def test_torque_terms_are_in_percent_of_body_weight_height() -> None:
    body = person()
    close(losses.torque(0.02 * body.moment_scale.expand(1, T).unsqueeze(-1) * torch.ones(7), body, MASK), 4.0)
    ramp = 0.01 * body.moment_scale.unsqueeze(-1) * torch.arange(T).reshape(1, T, 1) * torch.ones(7)
    size = float((ramp / body.moment_scale[..., None]).square().mean()) + losses.SMALLEST_MOMENT_BWBH**2
    close(losses.torque_rate(ramp, body, MASK), 0.01**2 / size)
    # a steady rhythm of moments costs the same however large it is
    small, large = (float(losses.torque_rate(factor * ramp, body, MASK)) for factor in (1000.0, 2000.0))
    assert small == pytest.approx(large, rel=1e-6)
    close(losses.torque_rate(torch.full_like(ramp, 33.0), body, MASK), 0.0)


def test_bends_are_squared_second_differences() -> None:
    body = person()
    time = torch.arange(T, dtype=torch.float64).reshape(1, T, 1)
    parabola = 0.01 * body.moment_scale.unsqueeze(-1) * time**2 * torch.ones(7)
    size = float((parabola / body.moment_scale[..., None]).square().mean()) + losses.SMALLEST_MOMENT_BWBH**2
    close(losses.torque_bend(parabola, body, MASK), 0.02**2 / size)
    ramp = body.moment_scale.unsqueeze(-1) * time * torch.ones(7)
    close(losses.torque_bend(ramp, body, MASK), 0.0)
    force = 0.1 * (time**2).unsqueeze(-1) * torch.ones(4, 2)
    close(losses.force_bend(force, MASK), 0.2**2)
    close(losses.force_bend(time.unsqueeze(-1) * torch.ones(4, 2), MASK), 0.0)


@pytest.mark.parametrize("term", [losses.kane, losses.torque, losses.torque_rate, losses.torque_bend])
def test_terms_do_not_depend_on_the_size_of_the_person(term: Callable[..., Tensor]) -> None:
    x = random(3) * 100.0
    torch.testing.assert_close(term(x, person(60.0), MASK), term(2 * x, person(120.0), MASK))


def test_limit_is_the_squared_excess() -> None:
    body = person()
    q = zeros(10)
    names = body.skeleton.coordinate_names
    q[..., names.index("knee_angle_r")] = -1.0
    q[..., names.index("pelvis_tx")] = 1e3
    close(losses.limit(body, q, MASK), 0.0)
    q[..., names.index("knee_angle_r")] = 0.1
    q[..., names.index("ankle_angle_l")] = float(body.coordinate_min[..., names.index("ankle_angle_l")]) - 0.2
    close(losses.limit(body, q, MASK), (0.1**2 + 0.2**2) / 10)


def test_lumbar_is_the_squared_angle() -> None:
    close(losses.lumbar(torch.tensor([[0.1, 0.0, 0, 0, 0, 0.2]], dtype=torch.float64), MASK), (0.01 + 0.04) / 6)


def test_prior_is_the_sum_over_deviations_and_the_mean_over_people() -> None:
    units = torch.zeros(2, 22, dtype=torch.float64)
    close(losses.prior(units), 0.0)
    units[0] = 0.5
    close(losses.prior(units), 22 * 0.25 / 2)


def contact(height: float, speed: tuple[float, float], force: float) -> Complementarity:
    position, velocity = zeros(4, 2), zeros(4, 2)
    position[..., 1] = height
    velocity[..., 0], velocity[..., 1] = speed
    return complementarity(Touch(position, velocity), torch.full((1, T, 4), force, dtype=torch.float64))


def test_contact_terms() -> None:
    close(losses.penetration(contact(-0.02, (0, 0), 1.0), MASK), 4e-4)
    close(losses.penetration(contact(0.02, (0, 0), 1.0), MASK), 0.0)
    close(losses.lifted(contact(0.1, (1, 1), 0.5), MASK), 0.05**2)
    close(losses.slip(contact(0.0, (0.3, 0.4), 0.8), MASK), 0.8 * 0.25)


@pytest.mark.parametrize("case", [contact(0.0, (0.0, 0.0), 1.3), contact(0.4, (2.0, 1.0), 0.0)], ids=["stance", "swing"])
def test_contact_that_obeys_complementarity_costs_nothing(case: Complementarity) -> None:
    for term in (losses.penetration, losses.lifted, losses.slip):
        close(term(case, MASK), 0.0)


def test_force_rate_is_the_squared_change() -> None:
    force = torch.arange(T, dtype=torch.float64).reshape(1, T, 1, 1) * 0.1 * torch.ones(4, 2, dtype=torch.float64)
    close(losses.force_rate(force, MASK), 0.01)
    close(losses.force_rate(torch.ones_like(force), MASK), 0.0)
    force[:, :3] = 1e3 * random(4, 2)[:, :3]
    force[:, 2] = 0.2
    close(losses.force_rate(force, HALF), 0.01)


def test_temporal_is_zero_for_constant_acceleration_and_one_for_a_speed_that_is_off_by_one() -> None:
    rate = 50.0
    t = torch.arange(T, dtype=torch.float64).reshape(1, T, 1) / rate
    size = torch.arange(1.0, 6.0, dtype=torch.float64)
    q, qd, qdd = 0.5 * size * t**2, size * t, size * torch.ones_like(t)
    close(losses.temporal(q, qd, qdd, rate, MASK), 0.0)
    # q' enters both comparisons, and a constant error of q' only the first
    close(losses.temporal(q, qd + 1.0, qdd, rate, MASK), 1.0)
    shifted = q.clone()
    shifted[..., 0] = 1e3 * torch.sin(t[..., 0])
    close(losses.temporal(shifted, qd, qdd, rate, MASK), 0.0)  # the position of pelvis_tx is not compared
    broken = q.clone()
    broken[:, :3] = 1e3
    close(losses.temporal(broken, qd, qdd, rate, HALF), 0.0)  # no difference across the mask's edge


def test_warm_up_is_left_out() -> None:
    mask = losses.valid_samples(20, 5, torch.zeros(1))
    assert mask.tolist() == [0.0] * 3 + [1.0] * 13
    assert losses.valid_samples(20, 0, torch.zeros(1)).tolist() == [1.0] * 16


def test_gradients() -> None:
    body = person()
    signals, measured, present, variance = imu_case(0.7, 0.2)

    def check(function: Callable[[Tensor], Tensor], *trailing: int) -> None:
        assert torch.autograd.gradcheck(function, random(*trailing, seed=2).requires_grad_(), atol=1e-6)

    check(lambda x: losses.acc(replace(signals, acc=x), measured, present, variance, HALF), 7, 2)
    check(lambda x: losses.gyro(replace(signals, gyro=x), measured, present, variance, HALF), 7)
    check(lambda x: losses.kane(100 * x, body, HALF), 3)
    check(lambda x: losses.torque(10 * x, body, HALF), 7)
    check(lambda x: losses.limit(body, 3 * x, HALF), 10)
    check(lambda x: losses.force_rate(x, HALF), 4, 2)
    check(lambda x: losses.temporal(x[..., :3], x[..., 3:6], x[..., 6:], 10.0, HALF), 9)
    check(losses.prior, 22)
    check(lambda x: losses.lumbar(x, HALF))

    def of_contact(term: Callable[..., Tensor]) -> Callable[[Tensor], Tensor]:
        def value(x: Tensor) -> Tensor:
            motion = Touch(x[..., :2], x[..., 2:4])
            return term(complementarity(motion, x[..., 4].square()), HALF)

        return value

    for term in (losses.penetration, losses.lifted, losses.slip):
        check(of_contact(term), 4, 5)


def test_speed_hint_counts_only_people_who_have_one() -> None:
    speed = torch.full((2, T), 1.5, dtype=torch.float64)
    close(losses.speed_hint(speed, torch.tensor([1.0, float("nan")], dtype=torch.float64), MASK.expand(2, T)), 0.25)
    close(losses.speed_hint(speed, torch.full((2,), float("nan"), dtype=torch.float64), MASK.expand(2, T)), 0.0)


def test_posture_is_the_distance_of_a_knees_mean_in_standard_deviations() -> None:
    spread = math.radians(4.0)
    knee = torch.full((2, T, 2), -0.4, dtype=torch.float64)
    knee[:, ::2] += 0.1
    knee[:, 1::2] -= 0.1
    hint = torch.tensor([float(knee[0, :, 0].mean()) - 2.0 * spread, float("nan")], dtype=torch.float64)
    close(losses.posture(knee, hint, MASK.expand(2, T)), 4.0)
    close(losses.posture(knee, torch.full_like(hint, float("nan")), MASK.expand(2, T)), 0.0)

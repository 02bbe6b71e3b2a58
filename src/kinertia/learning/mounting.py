"""How sensors sit, how large the body is and how a person stands on average: few numbers, found by second-order steps.

They are found with a network as it is, before it is trained further and again on the way: first-order steps are slow where a
turned sensor and a bent joint explain the signals nearly as well.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from kinertia.learning import objective, prior
from kinertia.learning.batch import Pool
from kinertia.learning.config import Config
from kinertia.learning.decode import ANGLE_SCALE
from kinertia.learning.network import CausalConvolutions, Layout, Network
from kinertia.learning.personal import Deviation, units_of
from kinertia.learning.stretches import Stretches, even

STEPS, MEMORY = 40, 40  # quasi-Newton steps at a time; fewer do not converge, and then rounding decides where they end
ROUNDS, LEAST_GAIN = 6, 3.0
"""Signals are turned back further while that makes the recording this much more probable, as a logarithm: 20 to 1."""
POSTURE_STEP = 0.1
"""Raw outputs in a unit of the search: 3 deg of an angle, 1 cm of height, about what is not known of them."""
NUDGE = 1e-2  # in units of the search, for second derivatives from first ones
LEAST_CURVATURE = 0.1  # what curves less than this is taken to be known this badly: the likelihood is no parabola out there


@dataclass(frozen=True)
class Mounting:
    """What is known of wearers."""

    network: Network  # with the mean posture found
    units: Tensor  # (wearers, U) deviations of the wearers, see :mod:`kinertia.learning.personal`


@dataclass(frozen=True)
class Posterior:
    """How well joint zeros are known, standard deviations by joint, mean of both legs [rad]."""

    # before, after: from how sensors were put on and how people walk or run, and with the recording
    before: dict[str, float]
    after: dict[str, float]


def find(network: Network, pool: Pool, config: Config) -> Mounting:
    """Find the mountings of the wearers of ``pool`` with a network that is not changed.

    A single wearer's signals are read turned back as it was found, while that makes the recording more probable: networks are
    trained on sensors that are nearly in line with their segments, and answer better to such signals.
    """
    stretches = even(pool, config)
    units = torch.zeros(pool.wearers, units_of(config.sensors), device=pool.variance.device)
    if pool.wearers > 1:
        own = deepcopy(network)
        return Mounting(own, refine([own], stretches, units, config)[0])
    best, lowest = None, torch.inf
    for _ in range(ROUNDS):
        angle = Deviation.of(units, pool.misalignment[:1], pool.size_error[:1], pool.inclination[:1]).angle[0]
        turned = folded(network, angle)
        units, reached = refine([turned], stretches, units, config)
        if best is not None and reached > lowest - LEAST_GAIN:
            break
        best, lowest = Mounting(turned, units), reached
    assert best is not None
    return best


def refine(networks: list[Network], stretches: Stretches, units: Tensor, config: Config) -> tuple[Tensor, float]:
    """Units and mean posture that are most probable, given the first network, and the negative logarithm of how much they are.

    The networks are changed: angles and hip height are shifted. ``units`` (wearers, U) is where it begins.
    """
    with torch.no_grad():
        raw = stretches.outputs(networks[0])
        improbable = _Improbability(raw, stretches, units.shape, config)
        x, reached = _lower(improbable, torch.cat([units.flatten(), raw.new_zeros(improbable.shifted)]))
        units, posture = improbable.split(x)
        for network in networks:
            last = network.head[-1]
            assert isinstance(last, torch.nn.Linear)
            last.bias[: len(posture)] += posture
    return units, reached


@dataclass(frozen=True)
class _Improbability:
    """Negative logarithm of the posterior (:mod:`kinertia.learning.prior`) of units and a shift of raw outputs."""

    raw: Tensor  # (B, T, outputs) of the network as it is
    stretches: Stretches
    shape: torch.Size  # (wearers, U) of the units
    config: Config

    @property
    def shifted(self) -> int:
        """Raw outputs that are shifted: angles and hip height."""
        return Layout.of(self.stretches.batch.body.skeleton).height + 1

    def split(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Units, and the shift in raw outputs."""
        return x[: -self.shifted].view(self.shape), POSTURE_STEP * x[-self.shifted :]

    def of(self, x: Tensor) -> Tensor:
        """() at ``x`` (wearers U + shifted,), for each of the recordings that a wearer has."""
        units, posture = self.split(x)
        first, batch = self.shifted, self.stretches.batch
        moved = torch.cat([self.raw[..., :first] + posture, self.raw[..., first:]], dim=-1)
        settled = replace(self.config, training=replace(self.config.training, warm_up=0))
        found = objective.terms(moved, batch, units[batch.wearer], settled)
        usual = found.get("usual", moved.new_zeros(()))
        return prior.evidence(found) + 0.5 * usual + 0.5 * units.square().sum() / self.stretches.recordings

    @torch.enable_grad()
    def gradient(self, x: Tensor) -> Tensor:
        """Of :meth:`of`."""
        x = x.detach().clone().requires_grad_()
        return torch.autograd.grad(self.of(x), x)[0]


@torch.enable_grad()
def _lower(improbable: _Improbability, start: Tensor) -> tuple[Tensor, float]:
    """Where quasi-Newton steps end, and how improbable that is."""
    x = start.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([x], max_iter=STEPS, history_size=MEMORY, line_search_fn="strong_wolfe")

    def lower() -> Tensor:
        optimiser.zero_grad()
        loss = improbable.of(x)
        loss.backward()
        return loss

    optimiser.step(lower)  # pyright: ignore[reportArgumentType]
    return x.detach(), float(improbable.of(x).detach())


def posterior(network: Network, stretches: Stretches, units: Tensor, config: Config) -> Posterior:
    """How well the zeros of joints are known, at what is most probable: Laplace's approximation, a Gaussian of the curvature.

    ``units`` (1, U) of a single wearer; ``network`` with the mean posture found.
    """
    with torch.no_grad():
        improbable = _Improbability(stretches.outputs(network), stretches, units.shape, config)
    at = torch.cat([units.flatten(), units.new_zeros(improbable.shifted)])
    steps = NUDGE * torch.eye(len(at), device=at.device)
    # H_i = (g(x + e_i) - g(x - e_i)) / 2 |e|
    rows = torch.stack([improbable.gradient(at + step) - improbable.gradient(at - step) for step in steps]).double()
    curvature, axes = torch.linalg.eigh(0.5 * stretches.recordings * (rows + rows.T) / (2.0 * NUDGE))
    covariance = axes @ torch.diag(1.0 / curvature.clamp_min(LEAST_CURVATURE)) @ axes.T
    body, spread = stretches.batch.body, {}
    scale = POSTURE_STEP * ANGLE_SCALE
    for j, k in enumerate(body.skeleton.rotations):
        spread[body.skeleton.coordinate_names[k]] = scale * float(covariance[units.numel() + j, units.numel() + j].sqrt())
    known = prior.zeros(stretches.batch, config.sensors)
    return Posterior(known, {joint: 0.5 * sum(spread[f"{joint}_{side}"] for side in "rl") for joint in known})


def folded(network: Network, angle: Tensor) -> Network:
    """A network that answers to signals as ``network`` (not changed) does to the same signals turned back by ``angle``.

    So it sees sensors in line with their segments, as it was trained. ``angle`` (S,) is the rotation of the sensors against
    their segments, about z [rad].
    """
    turned, size = deepcopy(network), network.sensors.size
    c, s = torch.cos(angle), torch.sin(angle)
    with torch.no_grad():
        for weight in _first_layer(turned):
            x, y, rate = weight[:, :size].unflatten(1, (-1, 3)).unbind(-1)
            # w_x (c x - s y) + w_y (s x + c y)
            weight[:, :size] = torch.stack([c * x + s * y, c * y - s * x, rate], dim=-1).flatten(1)
    return turned


def _first_layer(network: Network) -> list[Tensor]:
    """Weights (outputs, features) that see the features."""
    if isinstance(network.core, CausalConvolutions):
        return [network.core.enter.weight]
    return [weight for name, weight in network.core.named_parameters() if name.startswith("weight_ih_l0")]

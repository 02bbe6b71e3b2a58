"""Muscles of both legs in a movement: activation dynamics and tendons that stretch as constraints, effort as a cost.

Fibres and tendons are in the units of their person: lengths and arms grow with body height and forces with body weight, so
that in parts of optimal lengths, maximal forces and body weight times height all people have the same muscles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from kinertia.bodies import Skeleton
from kinertia.muscles import Effort, MuscleSet, leg, solve_muscles
from kinertia.muscles.arrays import like
from kinertia.muscles.curves import GAIT2D_STRAIN
from kinertia.muscles.fibres import state
from kinertia.numerics import spline
from kinertia.ocp.problem import At, Constraint, Goal, Variable
from kinertia.recording import GRAVITY, Array
from kinertia.weights import MuscleWeights

SIDES = ("r", "l")
MOST = 1.3
"""Bound of the tendons' stretch, in what they stretch at the maximal force: lengthened fibres make up to half as much more."""


@dataclass(frozen=True)
class Pull:
    """Muscles of both legs at a node.

    Attributes
    ----------
    tendon, fibre : (2, M) forces of tendons and fibres, which are the same [maximal isometric forces].
    moment : (2, J) moments that muscles give [BWBH].
    """

    tendon: Tensor
    fibre: Tensor
    moment: Tensor


LEG: MuscleSet = leg(equations=True)
"""Muscles of a leg of the person whose numbers they are."""
UNIT = LEG.mass * GRAVITY * LEG.height
"""That person's body weight times height [N m]."""
WEAKEST = 0.1
"""Force at full activation below which fibres, too fast or too short, do not tell an activation to start from [maximal]."""


def places(skeleton: Skeleton) -> NDArray[np.intp]:
    """(2, J) places of the legs' coordinates among those of a skeleton."""
    return np.array([[skeleton.coordinate_index(name) for name in row] for row in _names()])


def _names() -> list[list[str]]:
    return [[f"{name}_{side}" for name in LEG.coordinates] for side in SIDES]


def variables() -> tuple[Variable, ...]:
    """Unknowns of both legs.

    Returns
    -------
    Splines of ``activation`` and ``stretch`` (2, M), of the tendons in what they stretch at the maximal force; at the nodes
    ``excitation`` (2, M), and ``reserve`` (2, J), moments that no muscle gives [BWBH].
    """
    shape, tone = (2, len(LEG.names)), Effort().tone
    return (
        Variable("activation", shape, "spline", tone, 1.0),
        Variable("stretch", shape, "spline", 0.0, MOST),
        Variable("excitation", shape, "nodes", tone, 1.0),
        Variable("reserve", (2, len(LEG.coordinates)), "nodes"),
    )


def pull(skeleton: Skeleton, at: At) -> Pull:
    """Forces of muscles at a node that sees values of :func:`variables` and the coordinates ``q``."""
    q, qd = (x["q"][places(skeleton).ravel().tolist()].reshape(2, -1) for x in (at.value, at.first))
    length, arms = LEG.paths(q)
    slack, strongest = (like(x, q) for x in (LEG.slack_length, LEG.max_force))
    # what the tendon leaves of the length, l cos a = L - L_s (1 + e), and its speed with L' = -r q'
    tendon = GAIT2D_STRAIN * slack
    along = length - slack - tendon * at["stretch"]
    speed = -(arms @ qd[..., None])[..., 0] - tendon * at.first["stretch"]
    fibres = state(LEG, along, speed)
    # F / F_max = (e / e_1)^2
    force = at["stretch"].square()
    # M = r F
    moment = ((force * strongest / UNIT)[:, None, :] @ arms)[:, 0]
    return Pull(force, (at["activation"] * fibres.active + fibres.passive) / strongest, moment)


def goals(skeleton: Skeleton, weights: MuscleWeights, torque: float) -> tuple[Goal[Any], ...]:
    """Effort of muscles, moments that no muscle gives, and those of joints without muscles at the weight ``torque``.

    States that they look at have what muscles do, a :class:`Pull`, as ``muscles``, and their node as ``at``.
    """
    size = torch.as_tensor((LEG.volume / LEG.volume.mean()) ** Effort().volume)
    driven = {name for row in _names() for name in row}
    joints = skeleton.coordinates[skeleton.joints]
    others = [j for j, joint in enumerate(joints) if joint.name not in driven]
    return (
        Goal("effort", weights.effort, lambda s: (size * s.at["excitation"].square()).mean()),
        Goal("reserve", weights.reserve, lambda s: (100.0 * s.at["reserve"]).square().mean()),
        Goal("torque", torque / len(joints), lambda s: (100.0 * s.at["moment"][others]).square().sum()),
    )


def constraints(skeleton: Skeleton) -> tuple[Constraint[Any], ...]:
    """What holds of muscles at every node: one force in tendon and fibres, activation that follows excitation, moments."""
    joints = (places(skeleton) - len(skeleton.coordinates[skeleton.root])).ravel().tolist()
    rise, fall = (torch.as_tensor(x) for x in (LEG.activation_time, LEG.deactivation_time))

    def lag(at: At) -> Tensor:
        u, a = at["excitation"], at["activation"]
        # a' = (u - a) (c1 u + c2), c2 = 1 / T_fall, c1 = 1 / T_rise - c2
        return fall * at.first["activation"] - (u - a) * ((fall / rise - 1.0) * u + 1.0)

    def balance(pull: Pull, at: At) -> Tensor:
        return at["moment"][joints] - (pull.moment + at["reserve"]).flatten()

    return (
        Constraint("force of fibres and tendons", "of the maximal", lambda s: (s.muscles.tendon - s.muscles.fibre).flatten()),
        Constraint("activation dynamics", "of full activation", lambda s: lag(s.at).flatten()),
        Constraint("moments of muscles", "BWBH", lambda s: balance(s.muscles, s.at)),
    )


def start(q: Array, moment: Array, step_s: float, skeleton: Skeleton, periodic: bool) -> dict[str, Array]:
    """Unknowns of muscles that give moments by themselves, sample by sample, with tendons as long as their force asks for.

    Parameters
    ----------
    q : (C, n) spline coefficients of a movement.
    moment : (N, m) of its joints at the N nodes [BWBH].
    """
    at, nodes = places(skeleton), np.arange(len(moment), dtype=np.float64)

    def over(c: Array) -> tuple[Array, Array, Array]:
        around = np.concatenate([c[-1:], c, c[:2]]) if periodic else c
        return spline.basis_motion(around, nodes, step_s)

    angles, speeds, _ = over(q)
    torque = moment[:, at - len(skeleton.coordinates[skeleton.root])]
    found = solve_muscles(leg(), angles[:, at], speeds[:, at], torque * UNIT)
    stretch = np.sqrt(found.force / LEG.max_force)
    coefficients = spline.basis_coefficients(stretch.reshape(len(nodes), -1), periodic=periodic)
    y, rate, _ = (x.reshape(stretch.shape) for x in over(coefficients))
    length, arms = LEG.paths(angles[:, at])
    tendon = GAIT2D_STRAIN * LEG.slack_length
    speed = -(arms @ speeds[:, at][..., None])[..., 0] - tendon * rate
    fibres = state(LEG, length - LEG.slack_length - tendon * y, speed)
    able = np.maximum(fibres.active, WEAKEST * LEG.max_force)
    activation = np.clip((found.force - fibres.passive) / able, Effort().tone, 1.0)
    shape = (-1, *stretch.shape[1:])
    return {
        "stretch": coefficients.reshape(shape),
        "activation": spline.basis_coefficients(activation.reshape(len(nodes), -1), periodic=periodic).reshape(shape),
        "excitation": activation,
        "reserve": found.reserve / UNIT,
    }


def activations(c: Array, periodic: bool) -> Array:
    """(N, 2, M) at the nodes, of spline coefficients."""
    around = np.concatenate([c[-1:], c, c[:1]]) if periodic else c
    # (c- + 4 c + c+) / 6
    return (around[:-2] + 4.0 * around[1:-1] + around[2:]) / 6.0


def forces(q: Array, stretch: Array, skeleton: Skeleton) -> tuple[Array, Array]:
    """Forces of muscles (T, 2, M) [BW] from what their tendons stretch, and their moments (T, 2, J) [BWBH] at ``q`` (T, n)."""
    arms = LEG.paths(q[:, places(skeleton)])[1]
    force = LEG.max_force * stretch**2
    return force / (LEG.mass * GRAVITY), (force[..., None, :] @ arms)[..., 0, :] / UNIT

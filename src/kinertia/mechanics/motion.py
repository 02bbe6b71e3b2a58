"""Motion and loads of a body per sample."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Motion:
    """What a method proposes for every sample.

    Attributes
    ----------
    q, qd, qdd : (..., n) generalized coordinates, speeds and accelerations [m, rad].
    force : (..., P, 2) ground reaction at the contact points [N].
    torque : (..., n) net joint moments [N m], zero for the root; None when they come from inverse dynamics.
    muscle_force : (..., M) muscle forces [N]; None without a muscle model.
    """

    q: Tensor
    qd: Tensor
    qdd: Tensor
    force: Tensor
    torque: Tensor | None = None
    muscle_force: Tensor | None = None

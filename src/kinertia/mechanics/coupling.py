"""Coordinates that follow others: joints that slide while they turn, locked coordinates, couplers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from kinertia.numerics.spline import Curve


@dataclass(frozen=True)
class Coupling:
    """The n coordinates of a tree as functions of m independent ones.

    Attributes
    ----------
    independent : names of the m.
    source : index of the independent coordinate that each of the n follows, -1 where it is constant.
    curves : functions that lead from it to each of the n, applied in turn; none: the coordinate itself.
    """

    independent: tuple[str, ...]
    source: tuple[int, ...]
    curves: tuple[tuple[Curve, ...], ...]

    @cached_property
    def _curved(self) -> tuple[int, ...]:
        return tuple(j for j, curves in enumerate(self.curves) if curves)

    def slopes(self, q: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Value f, slope f' and curvature f'' of the n coordinates at ``q`` (..., m), each (..., n)."""
        source = torch.tensor([max(s, 0) for s in self.source], device=q.device)
        value = list(q.index_select(-1, source).unbind(-1))
        one, zero = torch.ones_like(value[0]), torch.zeros_like(value[0])
        first, second = [one] * len(value), [zero] * len(value)
        for j in self._curved:
            f, slope, bend = value[j], one if self.source[j] >= 0 else zero, zero
            for curve in self.curves[j]:
                f, outer, outer_bend = evaluate(curve, f)
                # (g(f))'' = g'' f'^2 + g' f''
                slope, bend = outer * slope, outer_bend * slope.square() + outer * bend
            value[j], first[j], second[j] = f, slope, bend
        return torch.stack(value, -1), torch.stack(first, -1), torch.stack(second, -1)

    def expand(self, q: Tensor, qd: Tensor, qdd: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Coordinates, speeds and accelerations (..., n) of the tree from independent ones (..., m)."""
        value, first, second = self.slopes(q)
        source = torch.tensor([max(s, 0) for s in self.source], device=q.device)
        speed, acceleration = (x.index_select(-1, source) for x in (qd, qdd))
        # Q = f(q),  Q' = f' q',  Q'' = f' q'' + f'' q'^2
        return value, first * speed, first * acceleration + second * speed.square()

    def project(self, q: Tensor, forces: Tensor) -> Tensor:
        """Generalized forces of the independent coordinates, (..., m), from those of the tree (..., n)."""
        moved = [j for j, s in enumerate(self.source) if s >= 0]
        onto = torch.tensor([self.source[j] for j in moved], device=q.device)
        # power is the same: Q_k = sum of f_j' Q_j
        shares = (self.slopes(q)[1] * forces)[..., moved]
        return torch.zeros_like(q).index_add(-1, onto, shares)


def evaluate(curve: Curve, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Value, slope and curvature of a curve at any places, with gradients."""
    knots, origin, coefficients = (torch.as_tensor(t, dtype=x.dtype, device=x.device) for t in vars(curve).values())
    piece = torch.bucketize(x.detach().contiguous(), knots, right=True)
    at, powers = x - origin[piece], coefficients[piece].unbind(-1)
    value, slope, half_bend = torch.zeros_like(x), torch.zeros_like(x), torch.zeros_like(x)
    for c in reversed(powers):
        half_bend = half_bend * at + slope
        slope = slope * at + value
        value = value * at + c
    return value, slope, 2.0 * half_bend

"""Memory layout of the mechanics: component and segment outermost, the batch innermost.

Scalars are (..., S), vectors (..., S, D) and frames (..., S, D, D); S counts segments or points, the leading dimensions are
batch and time. Every result is a view of a contiguous (S, ...), (D, S, ...) or (D, D, S, ...) array: elementwise work then
runs along long contiguous rows, sums over the tree are plain matrix products, and picking segments copies whole rows. Callers
need not know.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def rows(t: Tensor, batch: int) -> Tensor:
    """(..., S) as contiguous (S, ...) with ``batch`` batch dimensions."""
    return t[(None,) * (batch + 1 - t.dim())].movedim(-1, 0).contiguous()


def planes(v: Tensor, batch: int) -> Tensor:
    """(..., S, D) as contiguous (D, S, ...) with ``batch`` batch dimensions."""
    return v[(None,) * (batch + 2 - v.dim())].permute(batch + 1, batch, *range(batch)).contiguous()


def scalars(rows: Tensor) -> Tensor:
    """(S, ...) seen as (..., S)."""
    return rows.movedim(0, -1)


def vectors(planes: Tensor) -> Tensor:
    """(D, S, ...) seen as (..., S, D)."""
    return planes.permute(*range(2, planes.dim()), 1, 0)


def batch_of(vector: Tensor, *others: Tensor) -> int:
    """Number of batch dimensions of vectors that meet."""
    return max(vector.dim(), *(v.dim() for v in others)) - 2 if others else vector.dim() - 2


def select_scalars(t: Tensor, segments: Sequence[int]) -> Tensor:
    """Entries of the given segments, (..., S) to (..., K)."""
    if tuple(segments) == tuple(range(t.shape[-1])):
        return t
    return scalars(rows(t, t.dim() - 1).index_select(0, torch.tensor(segments, device=t.device)))


def select(v: Tensor, segments: Sequence[int]) -> Tensor:
    """Entries of the given segments, (..., S, D) to (..., K, D)."""
    if tuple(segments) == tuple(range(v.shape[-2])):
        return v
    return vectors(planes(v, v.dim() - 2).index_select(1, torch.tensor(segments, device=v.device)))


def sum_scalars(path: Tensor, t: Tensor) -> Tensor:
    """sum_j path[i, j] t_j: (..., S) with (K, S) to (..., K)."""
    first = t.movedim(-1, 0)
    return scalars((path @ first.reshape(first.shape[0], first[0].numel())).view(path.shape[0], *first.shape[1:]))


def sum_vectors(path: Tensor, v: Tensor) -> Tensor:
    """sum_j path[i, j] v_j: (..., S, D) with (K, S) to (..., K, D)."""
    first = planes(v, v.dim() - 2)
    flat = first.view(*first.shape[:2], first[0, 0].numel())
    return vectors(torch.bmm(path.expand(len(flat), -1, -1), flat).view(len(flat), path.shape[0], *first.shape[2:]))


def join_scalars(*parts: Tensor) -> Tensor:
    """Side by side, (..., S1 + S2 + ...)."""
    return parts[0] if len(parts) == 1 else scalars(torch.cat([part.movedim(-1, 0) for part in parts]))


def join(*parts: Tensor) -> Tensor:
    """Side by side, (..., S1 + S2 + ..., D)."""
    if len(parts) == 1:
        return parts[0]
    batch = batch_of(*parts)
    return vectors(torch.cat([planes(part, batch) for part in parts], 1))

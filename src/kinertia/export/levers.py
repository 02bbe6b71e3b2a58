"""Points of the body as linear maps of the sines and cosines of its segments' angles.

With z = (cos theta_1 .. cos theta_S, sin theta_1 .. sin theta_S) every point of a planar tree, relative to the root, is
L z with a constant matrix L; its acceleration is L z'', and forces on the points give the generalized forces L^T F through
the same matrix (partial velocities are L dz/dtheta: Kane & Levinson 1985, ch. 2 and 4). That makes a handful of matrix
products of what :mod:`kinertia.mechanics` walks the tree for.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from kinertia.bodies import Body


def along_path(body: Body, segments: Sequence[int], local: Tensor) -> Tensor:
    """Vectors (K, S, 2), fixed in the S segments, whose sum turned to the ground leads from the root to each point [m].

    Parameters
    ----------
    body : without batch dimensions.
    segments : K segments that the points are fixed on.
    local : (K, 2) points in their segments' frames [m].
    """
    skeleton = body.skeleton
    index = list(segments)
    one = torch.eye(len(skeleton.segments)).to(local)
    path = skeleton.path.to(local)[index][:, 1:]
    parents = one[list(skeleton.parents[1:])]
    # r = sum over the path of R_parent l, and R_own u
    return torch.einsum("kj,jp,jd->kpd", path, parents, body.joint_offset[1:]) + one[index][:, :, None] * local[:, None, :]


def maps(vectors: Tensor) -> tuple[Tensor, Tensor]:
    """Matrices (2 S, K) of x and of y: z @ them are the points' coordinates.

    x = sum of cos u_x - sin u_y,  y = sum of cos u_y + sin u_x
    """
    ux, uy = vectors[..., 0].T, vectors[..., 1].T
    return torch.cat([ux, -uy]), torch.cat([uy, ux])

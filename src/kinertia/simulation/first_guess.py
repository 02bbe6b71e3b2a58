"""Where trajectory optimisation of gait starts: the reference, with hips carried over feet that stand still."""

from __future__ import annotations

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d

from kinertia.bodies import Body
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics import sole
from kinertia.recording import Array

SMOOTHING = 4.0
"""Width of the filter on hip height, which has corners where another point of the sole is lowest [nodes]."""
ANGLE_SMOOTHING = 1.0
LOWEST_M = 0.01
"""Contact points that are less than this above the lowest one of both feet count as standing."""
BORNE_BW = 0.3
"""Vertical force of both feet from which on they decide the way."""
FADE = 40
"""Nodes over which the difference at an end is spread."""


def standing_hips(body: Body, q: Array, force: Array, periodic: bool) -> Array:
    """Coordinates whose hips move as loaded contact points at rest ask for.

    Parameters
    ----------
    q : (N, n) coordinates; pelvis_tx is the planned travel, for times in the air; pelvis_ty is not read.
    force : (N, 4) ``grf_x_r``, ``grf_y_r``, ``grf_x_l``, ``grf_y_l`` [BW], which says where the load is.
    periodic : pelvis_tx is without steady travel; else it starts at 0 and holds all of it.

    Returns
    -------
    (N, n): smooth angles, and pelvis_tx and pelvis_ty with the lowest contact point on the ground.
    """
    edge = "wrap" if periodic else "nearest"
    smooth = gaussian_filter1d(q, ANGLE_SMOOTHING, axis=0, mode=edge)
    smooth[:, :2] = 0.0
    flat = torch.as_tensor(smooth)
    # per node, hips at rest
    around = np.concatenate([smooth[-1:], smooth, smooth[:1]]) if periodic else smooth
    rate = np.gradient(around, axis=0)[1:-1] if periodic else np.gradient(around, axis=0)
    points = sole.touch(body, kin.forward(body, flat, torch.as_tensor(rate), torch.zeros_like(flat)))
    height, passing = points.position[..., 1].numpy(), points.velocity[..., 0].numpy()
    smooth[:, 1] = gaussian_filter1d(-height.min(axis=1), SMOOTHING, mode=edge)
    way, borne = _way(body, height, passing, force)
    if periodic:
        planned = np.average(way, weights=borne + 1e-6)
        way = borne * (way - planned)
        way -= way.mean()
    else:
        way = borne * way + (1.0 - borne) * np.diff(q[:, 0], append=q[-1, 0])
    smooth[:, 0] = np.concatenate([[0.0], np.cumsum(way[:-1])])
    return smooth


def _way(body: Body, height: Array, passing: Array, force: Array) -> tuple[Array, Array]:
    """(N,) how far the hips go until the next node, and 0..1 whether the feet bear any load.

    Parameters
    ----------
    height, passing : (N, P) height of the contact points [m], and how fast the sole moves there against the hips [m per node].
    """
    column = [1 if contact.side == "r" else 3 for contact in body.skeleton.contacts]
    over = height - height.min(axis=1, keepdims=True)
    weight = np.exp(-over / LOWEST_M) * (np.maximum(force[:, column], 0.0) + 1e-3)
    weight /= weight.sum(axis=1, keepdims=True)
    # a sole at rest: hips' way = - way of the sole against them
    step = -(weight * passing).sum(axis=1)
    way = 0.5 * (step + np.roll(step, -1))
    return way, np.clip(np.maximum(force[:, [1, 3]], 0.0).sum(axis=1) / BORNE_BW, 0.0, 1.0)


def between(q: Array, first: Array, last: Array) -> Array:
    """Spline coefficients near (N, n) coordinates whose ends are those of other movements.

    Parameters
    ----------
    q : coordinates, travel included.
    first, last : (3, n) coefficients around the first and the last node; where they travel is shifted to fit.

    Returns
    -------
    (N + 2, n) coefficients that begin with ``first`` and end with ``last``.
    """
    coefficients = np.concatenate([2 * q[:1] - q[1:2], q, 2 * q[-1:] - q[-2:-1]])
    first, last = first.copy(), last.copy()
    first[:, 0] += coefficients[1, 0] - first[1, 0]
    last[:, 0] += coefficients[-2, 0] - last[1, 0]
    node = np.arange(len(coefficients), dtype=np.float64) - 1.0
    for end, distance, around in ((first, node, coefficients[:3]), (last, node[::-1], coefficients[:-4:-1])):
        # differences in value and slope, faded from one to zero with two smooth derivatives
        differ = (end if end is first else end[::-1]) - around
        s = np.clip(distance / FADE, 0.0, 1.0)
        fade = ((1 - s) ** 3 * (1 + 3 * s + 6 * s**2))[:, None]
        coefficients = coefficients + fade * (differ[1] + distance[:, None] * 0.5 * (differ[2] - differ[0]))
    coefficients[: len(first)], coefficients[-len(last) :] = first, last
    return coefficients
